import type { Histogram } from "./histogram.js";
import { type Picture, pngOf } from "./png.js";
import { bytes, fixed, integer, message, packed, unlessZero } from "./protobuf.js";
import type { ThresholdCounts } from "./thresholdCounts.js";

/** Types of a tensor's entries. */
const FLOAT = 1;
const DOUBLE = 2;
const STRING = 7;

/** A tensor: type 1, shape 2 { axis 2 { size 1 } }, then its entries. */
const tensor = (type: number, shape: readonly number[], ...entries: readonly Uint8Array[]) =>
  message(
    integer(1, type),
    bytes(2, message(...shape.map((size) => bytes(2, unlessZero(integer, 1, size))))),
    ...entries,
  );

const floats = (shape: readonly number[], numbers: ArrayLike<number>) =>
  tensor(FLOAT, shape, bytes(4, packed(numbers, 4)));

const texts = (shape: readonly number[], entries: readonly (string | Uint8Array)[]) =>
  tensor(STRING, shape, ...entries.map((one) => bytes(8, one)));

/** One value of a summary. */
export interface Value {
  readonly tag: string;
  readonly bytes: Uint8Array;
}

/** What a page is told of a series. */
interface About {
  /** The page's plugin. */
  readonly plugin: string;
  readonly content?: Uint8Array;
  readonly displayName?: string;
}

/** A value: tag 1, tensor 8, metadata 9 { plugin 1 { name 1, content 2 }, displayName 2 }. */
export function valueOf(
  tag: string,
  tensor: Uint8Array,
  { plugin, content = new Uint8Array(), displayName = "" }: About,
): Value {
  const data = content.length > 0 ? [bytes(2, content)] : [];
  const shown = displayName ? [bytes(2, displayName)] : [];
  const metadata = message(bytes(1, message(bytes(1, plugin), ...data)), ...shown);
  return { tag, bytes: message(bytes(1, tag), bytes(8, tensor), bytes(9, metadata)) };
}

/** A number, in float32. */
export const scalar = (tag: string, value: number) =>
  valueOf(tag, tensor(FLOAT, [], fixed(5, [value], 4)), { plugin: "scalars" });

/** Text in Markdown. */
export const text = (tag: string, markdown: string) =>
  valueOf(tag, texts([], [markdown]), { plugin: "text" });

/** Buckets [left, right, count]. */
export const histogram = (tag: string, buckets: Histogram) =>
  valueOf(tag, tensor(DOUBLE, [buckets.length, 3], bytes(4, packed(buckets.flat(), 8))), {
    plugin: "histograms",
  });

/** A picture of any format: width and height as texts, then its bytes. */
export const pictured = (tag: string, width: number, height: number, encoded: Uint8Array) =>
  valueOf(tag, texts([3], [String(width), String(height), encoded]), { plugin: "images" });

/** A picture, as PNG. */
export const image = (tag: string, picture: Picture) =>
  pictured(tag, picture.width, picture.height, pngOf(picture));

/** Precision over recall, by threshold. */
export const precisionRecall = (name: string, counts: ThresholdCounts) =>
  valueOf(`${name}/pr_curves`, floats([counts.length, counts[0]!.length], counts.flat()), {
    plugin: "pr_curves",
    content: integer(2, counts[0]!.length),
    displayName: name,
  });

/** What has no tensor of its own: all is in the metadata. */
export const noted = (tag: string, plugin: string, content: Uint8Array) =>
  valueOf(tag, tensor(FLOAT, [0]), { plugin, content });
