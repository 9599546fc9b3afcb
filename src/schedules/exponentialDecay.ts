import type { Schedule } from "../optimizers/optimizer.js";
import { count, flag, needed, nonNegative, type Options, positive, resolve } from "../options.js";
import { power } from "../power.js";

export const exponentialDecayFields = {
  /** The rate of step 0. */
  initialLearningRate: needed(nonNegative()),
  /** Updates in which the rate is multiplied by decayRate once. */
  decaySteps: needed(count()),
  /** What the rate is multiplied by. */
  decayRate: needed(positive()),
  /** Whether it falls in stairs: all at once after each decaySteps. */
  staircase: flag(false),
};

/**
 * initialLearningRate·decayRateᵖ with p = step/decaySteps, in stairs its whole part.
 *
 * @throws ERR_OPTION if an option breaks its rule.
 * @see Keras's ExponentialDecay, or with decaySteps 1 PyTorch's ExponentialLR: within 1e-14 of the highest rate.
 */
export function exponentialDecay(given: Options<typeof exponentialDecayFields>): Schedule {
  const options = resolve("exponentialDecay", exponentialDecayFields, given);
  const { initialLearningRate, decaySteps, decayRate, staircase } = options;
  const at = (step: number) => {
    const periods = step / decaySteps;
    return initialLearningRate * power(decayRate, staircase ? Math.floor(periods) : periods);
  };
  return Object.freeze({ type: "exponentialDecay", options, at });
}
