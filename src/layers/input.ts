import { graphNode, type GraphNode } from "../layer.js";
import { choice, label, needed, type Options, resolve, shape } from "../options.js";
import type { DType } from "../stage.js";

export const inputFields = {
  /** Sizes of a row's axes; the batch axis is left out. */
  shape: needed(shape()),
  /** Type of the numbers that come in; `uint8` keeps pixels as bytes until a layer needs them. */
  dtype: choice<DType>(["float32", "int32", "uint8"], "float32"),
  /** Key of this input where a model has several. */
  name: label(),
};

/**
 * Where data enter a model. Shape: [rows, …shape].
 *
 * @throws ERR_OPTION if an option breaks its rule.
 */
export function input(given: Options<typeof inputFields>): GraphNode {
  const { shape, dtype, name } = resolve("input", inputFields, given);
  return graphNode({ layer: undefined, stage: undefined, inputs: [], shape, dtype, name });
}
