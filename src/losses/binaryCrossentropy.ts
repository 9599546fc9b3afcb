import { crossentropy, crossentropyFields, type CrossentropyOptions } from "./crossentropy.js";
import type { Loss } from "./loss.js";

export const binaryCrossentropyFields = crossentropyFields;

/**
 * Binary cross-entropy: the mean over columns of −t·ln p − (1 − t)·ln(1 − p), each column a yes-or-no of its own.
 *
 * Shapes: prediction and target [rows, cols]; targets in [0, 1]. Under a linear last layer predictions are logits z and
 * the loss is ln(1 + eᶻ) − t·z; under sigmoid it takes the logits too. Smoothing makes targets t·(1 − s) + s/2.
 *
 * @throws ERR_OPTION if an option breaks its rule; from `compile` also if the last activation contradicts it.
 * @see Good 1952. Probabilities from other activations are clipped to [1e-7, 1 − 1e-7], as in Keras; PyTorch's
 *   BCELoss holds ln p above −100 instead.
 */
export function binaryCrossentropy(given?: CrossentropyOptions): Loss {
  return crossentropy("binaryCrossentropy", "sigmoid", "values", given);
}
