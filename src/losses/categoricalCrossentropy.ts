import { crossentropy, crossentropyFields, type CrossentropyOptions } from "./crossentropy.js";
import type { Loss } from "./loss.js";

export const categoricalCrossentropyFields = crossentropyFields;

/**
 * Categorical cross-entropy: −Σ tₖ·ln pₖ for each row, classes excluding each other.
 *
 * Shapes: prediction and target [rows, classes]; a target row is one-hot, or shares that add up to 1. Under a linear
 * last layer predictions are logits and p is their softmax; under softmax the loss takes the logits too. Smoothing makes
 * targets t·(1 − s) + s/classes.
 *
 * @throws ERR_OPTION if an option breaks its rule; from `compile` also if the last activation contradicts it.
 * @see Bridle 1990. Probabilities from other activations are divided by their sum and clipped to [1e-7, 1 − 1e-7],
 *   as in Keras; where softmax falls below 1e-7 Keras's slope is 0 and this one is not.
 */
export function categoricalCrossentropy(given?: CrossentropyOptions): Loss {
  return crossentropy("categoricalCrossentropy", "softmax", "values", given);
}
