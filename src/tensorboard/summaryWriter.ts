import { GlissadeError } from "../error.js";
import { field, type Fields, leading, needed, type Options, resolve, whole } from "../options.js";
import { asTensor, type Data } from "../tensor.js";
import { EventWriter } from "./eventWriter.js";
import { histogramOf } from "./histogram.js";
import { logFields, writing } from "./log.js";
import { isPicture, type Picture } from "./png.js";
import { histogram, image, scalar, text, type Value } from "./summaries.js";

type LogOptions = Options<typeof logFields>;

/**
 * Series of one's own, each value at a step; they wait until they are flushed, or until one comes 2 s after the oldest.
 *
 * Steps of a tag must not fall: what comes at a smaller step than the one before means that the program went back, and
 * TensorBoard drops what the run has of that tag at that step and after it.
 */
export interface SummaryWriter {
  scalar(tag: string, value: number, step: number): Promise<void>;
  /** How the numbers of a tensor are spread. */
  histogram(tag: string, values: Data, step: number): Promise<void>;
  /** Shape: [height, width], or [height, width, channels] with one or three; bytes, or other numbers in [0, 1]. */
  image(tag: string, picture: Data, step: number): Promise<void>;
  text(tag: string, markdown: string, step: number): Promise<void>;
  /** Hands over what waits; to be called in the end. */
  flush(): Promise<void>;
}

const isText = (value: unknown) => typeof value === "string";

export const pointFields = { tag: needed(field<string>("text", isText)), step: whole() };
export const scalarFields = {
  ...pointFields,
  value: needed(field<number>("a number", (value) => typeof value === "number")),
};
export const textFields = { ...pointFields, markdown: needed(field<string>("text", isText)) };

/** @throws ERR_SHAPE if a tensor is no picture */
function pictureOf(given: Data): Picture {
  const { data, shape, dtype } = asTensor("summaryWriter", "picture", given);
  const [height = 0, width = 0, channels = 1] = shape;
  if (!isPicture(shape) || data.length === 0) {
    throw new GlissadeError(
      "ERR_SHAPE",
      "summaryWriter: picture must have the shape [height, width] or [height, width, channels] with one or three " +
        `channels, got [${shape.join(", ")}]; use reshape`,
    );
  }
  const scale = dtype === "uint8" ? 1 : 255;
  const pixels = Uint8ClampedArray.from(data, (value) => scale * value);
  return { width, height, channels: channels as 1 | 3, pixels: new Uint8Array(pixels.buffer) };
}

/**
 * Writes what a program measures itself for TensorBoard, into one run, the directory `logDir`.
 *
 * @throws ERR_OPTION if an option, a tag or a step breaks its rule; ERR_RUNTIME if there are no files and no `write`;
 *   ERR_SHAPE if a picture is none; from its methods what writing throws.
 */
export function summaryWriter(
  first?: string | LogOptions,
  rest?: Omit<LogOptions, "logDir">,
): SummaryWriter {
  const given = resolve("summaryWriter", logFields, leading("logDir", first, rest));
  const writer = new EventWriter(given.logDir, writing("summaryWriter", given.write));
  const put = (
    fields: Fields,
    given: Readonly<Record<string, unknown>> & { readonly step: number },
    value: () => Value,
  ) => {
    resolve("summaryWriter", fields, given);
    return writer.add(given.step, [value()]);
  };
  return {
    scalar: async (tag, value, step) =>
      put(scalarFields, { tag, value, step }, () => scalar(tag, value)),
    histogram: async (tag, values, step) => {
      const { data } = asTensor("summaryWriter", "values", values);
      await put(pointFields, { tag, step }, () => histogram(tag, histogramOf(data)));
    },
    image: async (tag, picture, step) =>
      put(pointFields, { tag, step }, () => image(tag, pictureOf(picture))),
    text: async (tag, markdown, step) =>
      put(textFields, { tag, markdown, step }, () => text(tag, markdown)),
    flush: () => writer.flush(),
  };
}
