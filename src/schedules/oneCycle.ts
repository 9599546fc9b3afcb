import type { Schedule } from "../optimizers/optimizer.js";
import { choice, count, fraction, needed, type Options, positive, resolve } from "../options.js";
import { halfCosine } from "./cosine.js";

export const oneCycleFields = {
  /** The rate at the peak. */
  maxLearningRate: needed(positive()),
  /** Updates of the whole cycle: epochs times steps an epoch. */
  totalSteps: needed(count()),
  /** Share of the updates in which the rate rises. */
  warmupFraction: fraction(0.3),
  /** The first rate is the peak divided by this. */
  initialDivisor: positive(25),
  /** The last rate is the first one divided by this. */
  finalDivisor: positive(10000),
  /** The shape of the rise and of the fall: half a wave of the cosine, or a line. */
  anneal: choice(["cosine", "linear"], "cosine"),
};

/**
 * One rise from maxLearningRate/initialDivisor to maxLearningRate, reached in update warmupFraction·totalSteps, and one
 * fall to the first rate divided by finalDivisor, reached in update totalSteps, where it stays.
 *
 * @throws ERR_OPTION if an option breaks its rule.
 * @see Smith & Topin 2018, arXiv 1708.07120. The rates are those of PyTorch's OneCycleLR; it also cycles the momentum,
 *   and ends with an error where this one stays at the last rate.
 */
export function oneCycle(given: Options<typeof oneCycleFields>): Schedule {
  const options = resolve("oneCycle", oneCycleFields, given);
  const { maxLearningRate, totalSteps, warmupFraction, anneal } = options;
  const first = maxLearningRate / options.initialDivisor;
  const last = first / options.finalDivisor;
  // Steps count from 0.
  const end = totalSteps - 1;
  const peak = warmupFraction * totalSteps - 1;
  // What is left of the way counts, so that the end is met exactly.
  const between = (from: number, to: number, left: number) =>
    to + (from - to) * (anneal === "linear" ? left : halfCosine(left));
  const at = (step: number) =>
    step < peak
      ? between(first, maxLearningRate, 1 - step / peak)
      : between(maxLearningRate, last, Math.max(0, (end - step) / (end - peak)));
  return Object.freeze({ type: "oneCycle", options, at });
}
