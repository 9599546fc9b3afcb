import { flag, fraction, type Options, positive, resolve } from "../options.js";
import { makeOptimizer, optimizerFields } from "./base.js";
import type { Optimizer } from "./optimizer.js";

export const rmspropFields = {
  ...optimizerFields(0.001),
  /** Share of the running mean of g² that a step keeps. */
  rho: fraction(0.9),
  /** Share of the last step that the next one keeps. */
  momentum: fraction(0),
  /** Added to the mean inside the root; in the gradient's unit, squared. */
  epsilon: positive(1e-7),
  /** Whether the mean gradient's square is taken off, which leaves the variance. */
  centered: flag(false),
};

/**
 * RMSprop: s ← ρ·s + (1 − ρ)·g²; θ ← θ − η·g/√(s + ε). Centered, s less the square of the mean gradient stands under
 * the root; with momentum b ← μ·b + step and θ ← θ − b.
 *
 * @throws ERR_OPTION if an option breaks its rule, or two clippers are given.
 * @see Tieleman & Hinton 2012, lecture 6.5; centered: Graves 2013, eq. 38–41. ε stands inside the root, as in Keras; in
 *   PyTorch outside.
 */
export function rmsprop(given?: Options<typeof rmspropFields>): Optimizer {
  const options = resolve("rmsprop", rmspropFields, given);
  const { rho, momentum, epsilon, centered } = options;
  const mix = 1 - rho;
  const slots = [
    "velocity",
    ...(centered ? ["averageGradient"] : []),
    ...(momentum ? ["momentum"] : []),
  ];
  return makeOptimizer("rmsprop", options, { slots }, (k, at) =>
    k.rmsprop(
      0,
      at.count,
      at.parameter,
      at.gradient,
      at.slots[0]!,
      centered ? at.slots[1]! : 0,
      momentum ? at.slots.at(-1)! : 0,
      at.keep,
      at.rate,
      mix,
      epsilon,
      momentum,
    ),
  );
}
