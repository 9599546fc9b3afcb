import { GlissadeError } from "../error.js";
import { layer, type Layer, layerFields } from "../layer.js";
import { type Options, resolve } from "../options.js";
import { type Shape, sizeOf, type Stage } from "../stage.js";
import { splitCommon } from "./fields.js";

/** Merges element by element have no options of their own. */
export const mergeFields = layerFields;

export type MergeOptions = Options<typeof mergeFields>;

/** A stage but for its output's shape. */
export type Passes = Omit<Stage<never>, "output">;

/** What becomes of `count` inputs of `size` numbers an example. */
export type Merging = (size: number, count: number) => Passes;

/** A layer that merges inputs of one shape, two or more, element by element. */
export function merge(
  type: string,
  given: MergeOptions | undefined,
  merging: Merging,
  most = Infinity,
): Layer {
  const [, common] = splitCommon(resolve(type, mergeFields, given));
  const build = (...inputs: Shape[]): Stage => {
    checkCount(type, inputs, most);
    const [output = []] = inputs;
    if (inputs.some((shape) => `${shape}` !== `${output}`)) {
      const wayOut = "bring them to one with layers.dense or layers.reshape";
      throw refusal(type, "inputs must have one shape", inputs, wayOut);
    }
    return { output, ...merging(sizeOf(output), inputs.length) };
  };
  return layer({ type, options: {}, build }, common);
}

/** @throws ERR_SHAPE if there are fewer than two inputs, or more than `most`. */
export function checkCount(type: string, inputs: readonly Shape[], most = Infinity): void {
  if (inputs.length >= 2 && inputs.length <= most) return;
  const rule = most === 2 ? "there must be exactly two inputs" : "there must be two inputs or more";
  throw refusal(type, rule, inputs, "apply the layer to an array of nodes, as in .apply([a, b])");
}

/** Where an axis stands in the shape of a row: 1 is the first after the batch, −1 the last. */
export const placeOf = (axis: number, { length }: Shape): number =>
  axis < 0 ? axis + length : axis - 1;

/** The refusal of some shapes: the rule that they break, and the way out. */
export function refusal(
  type: string,
  rule: string,
  shapes: readonly Shape[],
  wayOut: string,
): GlissadeError {
  const got = shapes.map((shape) => `[${shape.join(", ")}]`).join(" and ");
  return new GlissadeError("ERR_SHAPE", `${type}: ${rule}, got ${got}; ${wayOut}`);
}
