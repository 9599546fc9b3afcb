import { GlissadeError } from "../error.js";
import type { LearningRate, Schedule } from "../optimizers/optimizer.js";
import { field, isRate, isSchedule, needed, type Options, resolve } from "../options.js";
import { ascendingSteps } from "./fields.js";

export const sequentialFields = {
  /** What follows each other: one more than there are milestones. */
  schedules: needed(
    field<readonly LearningRate[]>(
      "an array of schedules: functions of the step, objects with at(step), or numbers",
      (value) => Array.isArray(value) && value.every((one) => isRate(one) || isSchedule(one)),
    ),
  ),
  /** The first step of each schedule but the first one. */
  milestones: needed(ascendingSteps()),
};

/**
 * One schedule after the other: schedules[i] from step milestones[i − 1] on, which is its step 0.
 *
 * @throws ERR_OPTION if an option breaks its rule, or there is not one schedule more than milestones.
 * @see PyTorch's SequentialLR: within 1e-14 of the highest rate.
 */
export function sequential(given: Options<typeof sequentialFields>): Schedule {
  const options = resolve("schedules.sequential", sequentialFields, given);
  const { schedules, milestones } = options;
  if (schedules.length !== milestones.length + 1) {
    throw new GlissadeError(
      "ERR_OPTION",
      `schedules.sequential: schedules must be one more than milestones, got ${schedules.length} schedules and ` +
        `${milestones.length} milestones; a milestone is the first step of the schedule that follows`,
    );
  }
  const at = (step: number) => {
    const past = milestones.filter((milestone) => milestone <= step);
    const rate = schedules[past.length]!;
    if (typeof rate === "number") return rate;
    const own = step - (past.at(-1) ?? 0);
    return typeof rate === "function" ? rate(own) : rate.at(own);
  };
  return Object.freeze({ type: "sequential", options, at });
}
