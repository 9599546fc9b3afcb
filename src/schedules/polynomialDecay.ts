import type { Schedule } from "../optimizers/optimizer.js";
import { count, flag, needed, nonNegative, type Options, positive, resolve } from "../options.js";
import { power } from "../power.js";

export const polynomialDecayFields = {
  /** The rate of step 0. */
  initialLearningRate: needed(nonNegative()),
  /** Updates until endLearningRate is reached. */
  decaySteps: needed(count()),
  /** The rate at the end, where it stays. */
  endLearningRate: nonNegative(0.0001),
  /** 1 is a line, 2 a parabola. */
  power: positive(1),
  /** Whether decaySteps grows to its next multiple whenever it is reached, so that the rate rises and falls on. */
  cycle: flag(false),
};

/**
 * endLearningRate + (initialLearningRate − endLearningRate)·(1 − step/decaySteps)^power.
 *
 * @throws ERR_OPTION if an option breaks its rule.
 * @see Keras's PolynomialDecay, or with endLearningRate 0 PyTorch's PolynomialLR: within 1e-14 of the highest rate.
 */
export function polynomialDecay(given: Options<typeof polynomialDecayFields>): Schedule {
  const options = resolve("polynomialDecay", polynomialDecayFields, given);
  const { initialLearningRate, decaySteps, endLearningRate, cycle } = options;
  const at = (step: number) => {
    const end = cycle ? decaySteps * Math.max(1, Math.ceil(step / decaySteps)) : decaySteps;
    const left = power(Math.max(0, end - step) / end, options.power);
    return endLearningRate + (initialLearningRate - endLearningRate) * left;
  };
  return Object.freeze({ type: "polynomialDecay", options, at });
}
