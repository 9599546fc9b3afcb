import { GlissadeError } from "../error.js";
import type { Schedule } from "../optimizers/optimizer.js";
import {
  count,
  needed,
  nonNegative,
  optional,
  type Options,
  positive,
  resolve,
} from "../options.js";
import { power } from "../power.js";
import { ascendingSteps } from "./fields.js";

export const stepFields = {
  /** The rate of step 0. */
  initialLearningRate: needed(nonNegative()),
  /** Updates from one change to the next. */
  stepSize: optional(count()),
  /** In place of stepSize: the steps at which the rate changes. */
  milestones: optional(ascendingSteps()),
  /** What the rate is multiplied by at each change. */
  gamma: positive(0.1),
};

/**
 * initialLearningRate·gammaⁿ, where n counts the changes up to this step: one every stepSize, or one at each milestone.
 *
 * @throws ERR_OPTION if an option breaks its rule, or not just one of stepSize and milestones is given.
 * @see PyTorch's StepLR and MultiStepLR: within 1e-14 of the highest rate.
 */
export function step(given: Options<typeof stepFields>): Schedule {
  const options = resolve("step", stepFields, given);
  const { initialLearningRate, stepSize, milestones, gamma } = options;
  if ((stepSize === undefined) === (milestones === undefined)) {
    throw new GlissadeError(
      "ERR_OPTION",
      `step: one of stepSize and milestones must be given, got ${stepSize === undefined ? "neither" : "both"}; ` +
        "stepSize changes the rate again and again, milestones at the steps they name",
    );
  }
  const changes = (step: number) =>
    milestones?.filter((milestone) => milestone <= step).length ?? Math.floor(step / stepSize!);
  const at = (step: number) => initialLearningRate * power(gamma, changes(step));
  return Object.freeze({ type: "step", options, at });
}
