import { crossentropy, crossentropyFields, type CrossentropyOptions } from "./crossentropy.js";
import type { Loss } from "./loss.js";

export const sparseCategoricalCrossentropyFields = crossentropyFields;

/**
 * Categorical cross-entropy for targets that are class numbers: −ln p of the row's class.
 *
 * Shapes: prediction [rows, classes]; target [rows], whole numbers from 0. The rest is as in
 * {@link categoricalCrossentropy}.
 *
 * @throws ERR_OPTION if an option breaks its rule; from `compile` also if the last activation contradicts it.
 * @see Bridle 1990. Keras has no label smoothing here; PyTorch's CrossEntropyLoss has the same.
 */
export function sparseCategoricalCrossentropy(given?: CrossentropyOptions): Loss {
  return crossentropy("sparseCategoricalCrossentropy", "softmax", "labels", given);
}
