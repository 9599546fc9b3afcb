import { flag, fraction, type Options, resolve } from "../options.js";
import { makeOptimizer, optimizerFields } from "./base.js";
import type { Optimizer } from "./optimizer.js";

export const sgdFields = {
  ...optimizerFields(0.01),
  /** Share of the last step that the next one keeps. */
  momentum: fraction(0),
  /** Whether the gradient counts as if the step were made already. */
  nesterov: flag(false),
};

/**
 * Stochastic gradient descent: θ ← θ − η·g; with momentum v ← μ·v − η·g and θ ← θ + v, or with Nesterov's
 * θ ← θ + μ·v − η·g.
 *
 * @throws ERR_OPTION if an option breaks its rule, or two clippers are given.
 * @see Robbins & Monro 1951; Polyak 1964; Sutskever et al. 2013. The rate is inside v, as in Keras; PyTorch applies it
 *   outside, which differs as soon as a schedule changes it.
 */
export function sgd(given?: Options<typeof sgdFields>): Optimizer {
  const options = resolve("sgd", sgdFields, given);
  const { momentum, nesterov } = options;
  if (momentum === 0) {
    return makeOptimizer("sgd", options, {}, (k, { count, parameter, gradient, keep, rate }) =>
      k.sgd(0, count, parameter, gradient, keep, rate),
    );
  }
  const kernel = nesterov ? "sgdNesterov" : "sgdMomentum";
  return makeOptimizer("sgd", options, { slots: ["momentum"] }, (k, at) =>
    k[kernel](0, at.count, at.parameter, at.gradient, at.slots[0]!, at.keep, at.rate, momentum),
  );
}
