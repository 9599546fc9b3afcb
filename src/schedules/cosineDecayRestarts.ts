import type { Schedule } from "../optimizers/optimizer.js";
import {
  count,
  field,
  needed,
  nonNegative,
  type Options,
  positive,
  resolve,
  share,
} from "../options.js";
import { power } from "../power.js";
import { halfCosine } from "./cosine.js";

export const cosineDecayRestartsFields = {
  /** The rate of step 0. */
  initialLearningRate: needed(nonNegative()),
  /** Updates of the first decay. */
  firstDecaySteps: needed(count()),
  /** How many times longer each decay is than the one before. */
  tMul: field<number>(
    "a finite number, 1 or more",
    (value) => Number.isFinite(value) && (value as number) >= 1,
    2,
  ),
  /** What the rate after each restart is multiplied by. */
  mMul: positive(1),
  /** Share of initialLearningRate towards which every decay leads. */
  alpha: share(0),
};

/**
 * Half waves of the cosine, each begun anew at its top: initialLearningRate·(alpha + (1 − alpha)·mMulⁱ·(1 + cos πp)/2)
 * in decay i, which lasts firstDecaySteps·tMulⁱ and in which p goes from 0 to 1.
 *
 * @throws ERR_OPTION if an option breaks its rule.
 * @see Loshchilov & Hutter 2017, arXiv 1608.03983. Keras's CosineDecayRestarts, and PyTorch's CosineAnnealingWarmRestarts,
 *   whose tMul is 1 if not given: within 1e-14 of the highest rate. In single precision Keras's logarithm, which counts
 *   the restarts, meets some of them a step late.
 */
export function cosineDecayRestarts(given: Options<typeof cosineDecayRestartsFields>): Schedule {
  const options = resolve("cosineDecayRestarts", cosineDecayRestartsFields, given);
  const { initialLearningRate, firstDecaySteps, tMul, mMul, alpha } = options;
  const at = (step: number) => {
    // Decays of one length are divided out; those that grow are few.
    let restarts = tMul === 1 ? Math.floor(step / firstDecaySteps) : 0;
    let steps = firstDecaySteps;
    let left = steps * (restarts + 1) - step;
    for (; left <= 0; restarts++) {
      steps *= tMul;
      left += steps;
    }
    const peak = (1 - alpha) * power(mMul, restarts);
    return initialLearningRate * (alpha + peak * halfCosine(left / steps));
  };
  return Object.freeze({ type: "cosineDecayRestarts", options, at });
}
