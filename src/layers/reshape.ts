import { GlissadeError } from "../error.js";
import { layer, type Layer, layerFields } from "../layer.js";
import { field, leading, needed, type Options, resolve } from "../options.js";
import { type Shape, sizeOf } from "../stage.js";
import { splitCommon } from "./fields.js";
import { identity } from "./identity.js";

const isSize = (size: unknown) =>
  Number.isSafeInteger(size) && ((size as number) > 0 || size === -1);

export const reshapeFields = {
  /** Sizes of a row's axes; one may be −1, which is worked out. */
  targetShape: needed(
    field<Shape>(
      "an array of whole numbers above 0, one of which may be -1",
      (value) =>
        Array.isArray(value) &&
        value.every(isSize) &&
        value.filter((size) => size === -1).length <= 1,
    ),
  ),
  ...layerFields,
};

type ReshapeOptions = Options<typeof reshapeFields>;

/**
 * The same numbers under other axes, in row-major order. Shapes: [rows, …axes] → [rows, …targetShape].
 *
 * @throws ERR_OPTION if an option breaks its rule; ERR_SHAPE, when applied, if the number of values differs.
 */
export function reshape(
  first: Shape | ReshapeOptions,
  rest?: Omit<ReshapeOptions, "targetShape">,
): Layer {
  const given = leading("targetShape", first, rest);
  const [{ targetShape }, common] = splitCommon(resolve("reshape", reshapeFields, given));
  const known = sizeOf(targetShape.filter((size) => size > 0));
  const build = (input: Shape) => {
    const output = targetShape.map((size) => (size > 0 ? size : sizeOf(input) / known));
    if (sizeOf(output) !== sizeOf(input) || !output.every(Number.isSafeInteger)) {
      throw new GlissadeError(
        "ERR_SHAPE",
        `reshape: targetShape must hold as many values as the input [${input.join(", ")}], ` +
          `got [${targetShape.join(", ")}]; one size may be -1, which is worked out`,
      );
    }
    return identity(output);
  };
  return layer({ type: "reshape", options: { targetShape }, build }, common);
}
