import type { Schedule } from "../optimizers/optimizer.js";
import { count, flag, needed, nonNegative, type Options, resolve } from "../options.js";

export const inverseTimeDecayFields = {
  /** The rate of step 0. */
  initialLearningRate: needed(nonNegative()),
  /** Updates after which the divisor has grown by decayRate. */
  decaySteps: needed(count()),
  /** How fast the divisor grows. */
  decayRate: needed(nonNegative()),
  /** Whether it falls in stairs: all at once after each decaySteps. */
  staircase: flag(false),
};

/**
 * initialLearningRate/(1 + decayRate·p) with p = step/decaySteps, in stairs its whole part.
 *
 * @throws ERR_OPTION if an option breaks its rule.
 * @see Keras's InverseTimeDecay: the same doubles.
 */
export function inverseTimeDecay(given: Options<typeof inverseTimeDecayFields>): Schedule {
  const options = resolve("inverseTimeDecay", inverseTimeDecayFields, given);
  const { initialLearningRate, decaySteps, decayRate, staircase } = options;
  const at = (step: number) => {
    const periods = step / decaySteps;
    return initialLearningRate / (1 + decayRate * (staircase ? Math.floor(periods) : periods));
  };
  return Object.freeze({ type: "inverseTimeDecay", options, at });
}
