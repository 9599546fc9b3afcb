import { layer, type Layer, layerFields } from "../layer.js";
import { type Options, resolve } from "../options.js";
import { type Shape, sizeOf } from "../stage.js";
import { splitCommon } from "./fields.js";
import { identity } from "./identity.js";

export const flattenFields = layerFields;

/**
 * All axes of a row as one. Shapes: [rows, …axes] → [rows, product of the axes].
 *
 * @throws ERR_OPTION if an option breaks its rule.
 */
export function flatten(given?: Options<typeof flattenFields>): Layer {
  const [, common] = splitCommon(resolve("flatten", flattenFields, given));
  const build = (input: Shape) => identity([sizeOf(input)]);
  return layer({ type: "flatten", options: {}, build }, common);
}
