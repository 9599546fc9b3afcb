import { GlissadeError, showReturned } from "../error.js";
import {
  choice,
  field,
  isRate,
  isSchedule,
  leading,
  needed,
  type Options,
  resolve,
} from "../options.js";
import type { Callback, Trainee } from "./callback.js";

/** The rate of an epoch, counted from 0; the function also gets the rate so far. */
export type EpochSchedule =
  ((epoch: number, learningRate: number) => number) | { at(epoch: number): number };

export const learningRateSchedulerFields = {
  /** What gives each epoch its rate. */
  schedule: needed(
    field<EpochSchedule>(
      "a function (epoch, learningRate) → rate, or an object with at(epoch)",
      isSchedule,
    ),
  ),
  /** 1 says in the console which rate each epoch has. */
  verbose: choice([0, 1], 0),
};

type SchedulerOptions = Options<typeof learningRateSchedulerFields>;

/**
 * Sets the learning rate before each epoch, and puts it into the epoch's logs as `learningRate`.
 *
 * @throws ERR_OPTION if an option breaks its rule, or, during the fit, if the schedule gives no rate; ERR_STATE then if
 *   the optimizer follows a schedule of its own.
 * @see Keras's; there the schedule must be a function.
 */
export function learningRateScheduler(
  first: EpochSchedule | SchedulerOptions,
  rest?: Omit<SchedulerOptions, "schedule">,
): Callback {
  const given = isSchedule<EpochSchedule>(first)
    ? { schedule: first, ...rest }
    : leading("schedule", first, rest);
  const options = resolve("learningRateScheduler", learningRateSchedulerFields, given);
  const { schedule, verbose } = options;
  let model: Trainee;
  return {
    setModel: (trained) => void (model = trained),
    onEpochBegin(epoch) {
      const rate: unknown =
        typeof schedule === "function" ? schedule(epoch, model.learningRate) : schedule.at(epoch);
      if (!isRate(rate)) {
        throw new GlissadeError(
          "ERR_OPTION",
          `learningRateScheduler: schedule must give a finite number, 0 or more, got ${showReturned(rate)} ` +
            `for epoch ${epoch}; epochs count from 0`,
        );
      }
      model.learningRate = rate;
      if (verbose) console.log(`learningRateScheduler: epoch ${epoch + 1} has the rate ${rate}`);
    },
    onEpochEnd(_, logs) {
      logs.learningRate = model.learningRate;
    },
  };
}
