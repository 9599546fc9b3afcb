import type { Schedule } from "../optimizers/optimizer.js";
import {
  choice,
  count,
  needed,
  nonNegative,
  optional,
  type Options,
  positive,
  resolve,
} from "../options.js";
import { power } from "../power.js";

export const cyclicFields = {
  /** The rate at both ends of each cycle. */
  baseLearningRate: needed(nonNegative()),
  /** The rate at the top of the first cycle. */
  maxLearningRate: needed(nonNegative()),
  /** Updates in which the rate rises. */
  stepSizeUp: count(2000),
  /** Updates in which it falls; as many as it rises if not given. */
  stepSizeDown: optional(count()),
  /** How high it rises: always as high, half as high in each next cycle, or gamma^step as high. */
  mode: choice(["triangular", "triangular2", "expRange"], "triangular"),
  /** Factor of each step in the mode expRange. */
  gamma: positive(1),
};

/**
 * Lines up and down between baseLearningRate and maxLearningRate without end: base + (max − base)·height·scale, where the
 * height goes from 0 to 1 and back and the scale is 1, 2^−cycle or gamma^step.
 *
 * @throws ERR_OPTION if an option breaks its rule.
 * @see Smith 2017, arXiv 1506.01186. PyTorch's CyclicLR: within 1e-14 of the highest rate; it also cycles the momentum.
 */
export function cyclic(given: Options<typeof cyclicFields>): Schedule {
  const options = resolve("cyclic", cyclicFields, given);
  const { baseLearningRate, maxLearningRate, stepSizeUp, mode, gamma } = options;
  const stepSizeDown = options.stepSizeDown ?? stepSizeUp;
  const period = stepSizeUp + stepSizeDown;
  const scales = {
    triangular: () => 1,
    triangular2: (step: number) => power(0.5, Math.floor(step / period)),
    expRange: (step: number) => power(gamma, step),
  };
  const at = (step: number) => {
    const place = step % period;
    const height = place <= stepSizeUp ? place / stepSizeUp : (period - place) / stepSizeDown;
    return baseLearningRate + (maxLearningRate - baseLearningRate) * height * scales[mode](step);
  };
  return Object.freeze({ type: "cyclic", options, at });
}
