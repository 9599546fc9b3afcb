import type { Schedule } from "../optimizers/optimizer.js";
import { count, needed, nonNegative, type Options, resolve } from "../options.js";

export const linearFields = {
  /** The rate that the factors multiply. */
  learningRate: needed(nonNegative()),
  /** Updates from the first factor to the last. */
  totalSteps: needed(count()),
  /** The factor of step 0. */
  startFactor: nonNegative(1 / 3),
  /** The factor of step totalSteps and all that follow. */
  endFactor: nonNegative(1),
};

/**
 * A line from learningRate·startFactor to learningRate·endFactor, reached in step totalSteps, where it stays: a warm-up,
 * or a decay.
 *
 * @throws ERR_OPTION if an option breaks its rule.
 * @see PyTorch's LinearLR: within 1e-14 of the highest rate. There totalSteps is 5, meant as epochs, if not given.
 */
export function linear(given: Options<typeof linearFields>): Schedule {
  const options = resolve("linear", linearFields, given);
  const { learningRate, totalSteps, startFactor, endFactor } = options;
  const at = (step: number) => {
    const left = Math.max(0, totalSteps - step) / totalSteps;
    return learningRate * (endFactor + (startFactor - endFactor) * left);
  };
  return Object.freeze({ type: "linear", options, at });
}
