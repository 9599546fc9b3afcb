import { flag, fraction, type Options, positive, resolve } from "../options.js";
import { makeOptimizer, optimizerFields } from "./base.js";
import type { Optimizer } from "./optimizer.js";

export const adamFields = {
  ...optimizerFields(0.001),
  /** Share of the running mean of g that a step keeps. */
  beta1: fraction(0.9),
  /** Share of the running mean of g² that a step keeps. */
  beta2: fraction(0.999),
  /** Added to the root; in the gradient's unit. */
  epsilon: positive(1e-7),
  /** Whether the greatest mean of g² so far stands under the root. */
  amsgrad: flag(false),
};

/**
 * Adam: m and v are running means of g and g²; θ ← θ − α·m/(√v + ε) with α = η·√(1 − β₂ᵗ)/(1 − β₁ᵗ).
 *
 * @throws ERR_OPTION if an option breaks its rule, or two clippers are given.
 * @see Kingma & Ba 2015, §2, last paragraph; amsgrad: Reddi et al. 2018. ε is not corrected, as in Keras: for small
 *   gradients the first steps are shorter than PyTorch's, whose ε is 1e-8 and stands beside the corrected root.
 */
export function adam(given?: Options<typeof adamFields>): Optimizer {
  const options = resolve("adam", adamFields, given);
  const { beta1, beta2, epsilon, amsgrad } = options;
  const mix1 = 1 - beta1;
  const mix2 = 1 - beta2;
  const slots = ["momentum", "velocity", ...(amsgrad ? ["velocityHat"] : [])];
  return makeOptimizer("adam", options, { slots, decays: [beta1, beta2] }, (k, at) => {
    const { count, parameter, gradient, keep, products } = at;
    const [m, v, maximum = 0] = at.slots;
    const rate = (at.rate * Math.sqrt(1 - products[1]!)) / (1 - products[0]!);
    k.adam(0, count, parameter, gradient, m!, v!, maximum, keep, rate, mix1, mix2, epsilon);
  });
}
