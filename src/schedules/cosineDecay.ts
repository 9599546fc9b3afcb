import { GlissadeError } from "../error.js";
import type { Schedule } from "../optimizers/optimizer.js";
import {
  count,
  needed,
  nonNegative,
  optional,
  type Options,
  resolve,
  share,
  whole,
} from "../options.js";
import { halfCosine } from "./cosine.js";

export const cosineDecayFields = {
  /** The rate of step 0. */
  initialLearningRate: needed(nonNegative()),
  /** Updates of the decay, counted after the warm-up. */
  decaySteps: needed(count()),
  /** Share of the highest rate that is left at the end. */
  alpha: share(0),
  /** The rate to which the warm-up leads and where the decay begins; without it initialLearningRate. */
  warmupTarget: optional(nonNegative()),
  /** Updates in which the rate goes from initialLearningRate to warmupTarget, along a line. */
  warmupSteps: whole(0),
};

/**
 * A line from initialLearningRate to warmupTarget in warmupSteps, then half a wave of the cosine down to alpha·warmupTarget
 * in decaySteps, where it stays: target·(alpha + (1 − alpha)·(1 + cos πp)/2) with p from 0 to 1.
 *
 * @throws ERR_OPTION if an option breaks its rule, or warmupSteps comes without warmupTarget.
 * @see Loshchilov & Hutter 2017, arXiv 1608.03983. Keras's CosineDecay, and with alpha = eta_min/lr PyTorch's
 *   CosineAnnealingLR up to its T_max: within 1e-14 of the highest rate. Keras ignores warmupSteps without warmupTarget.
 */
export function cosineDecay(given: Options<typeof cosineDecayFields>): Schedule {
  const options = resolve("cosineDecay", cosineDecayFields, given);
  const { initialLearningRate, decaySteps, alpha, warmupTarget, warmupSteps } = options;
  if (warmupSteps > 0 && warmupTarget === undefined) {
    throw new GlissadeError(
      "ERR_OPTION",
      `cosineDecay: warmupTarget must be given with warmupSteps, got ${warmupSteps} steps without it; ` +
        "initialLearningRate is where the warm-up begins, warmupTarget where it ends",
    );
  }
  const peak = warmupTarget ?? initialLearningRate;
  const at = (step: number) => {
    if (step < warmupSteps) {
      return initialLearningRate + (peak - initialLearningRate) * (step / warmupSteps);
    }
    const left = Math.max(0, decaySteps - (step - warmupSteps)) / decaySteps;
    return peak * (alpha + (1 - alpha) * halfCosine(left));
  };
  return Object.freeze({ type: "cosineDecay", options, at });
}
