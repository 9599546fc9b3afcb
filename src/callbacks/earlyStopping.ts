import {
  choice,
  finite,
  flag,
  nonNegative,
  optional,
  type Options,
  resolve,
  whole,
} from "../options.js";
import type { Tensor } from "../tensor.js";
import type { Callback, Trainee } from "./callback.js";
import { monitorFields, monitorOf } from "./monitor.js";

export const earlyStoppingFields = {
  ...monitorFields,
  /** What counts as better must be better by more than this. */
  minDelta: nonNegative(0),
  /** Epochs without improvement after which training ends. */
  patience: whole(0),
  /** A value that must be reached at least; worse epochs count as no improvement. */
  baseline: optional(finite()),
  /** Whether the weights of the best epoch come back at the end. */
  restoreBestWeights: flag(false),
  /** Epochs before watching begins. */
  startFromEpoch: whole(0),
  /** 1 says in the console why training ended. */
  verbose: choice([0, 1], 0),
};

/**
 * Ends the fit when a loss or metric has not improved for `patience` epochs.
 *
 * @throws ERR_OPTION if an option breaks its rule, or, during the fit, if there is no such series.
 * @see Prechelt 1998. Options and defaults are Keras's; like Keras's, best weights come back also
 *   where the last epoch is reached first.
 */
export function earlyStopping(given?: Options<typeof earlyStoppingFields>): Callback {
  const options = resolve("earlyStopping", earlyStoppingFields, given);
  const { monitor, minDelta, patience, baseline, restoreBestWeights, startFromEpoch } = options;
  const { worst, begin, read, better } = monitorOf("earlyStopping", options, minDelta);

  let model: Trainee;
  let best: number;
  let bestEpoch: number;
  let bestWeights: Tensor[] | undefined;
  let waited: number;

  return {
    setModel(trained, plan) {
      begin(plan);
      model = trained;
      best = worst;
      bestEpoch = 0;
      bestWeights = undefined;
      waited = 0;
    },
    onEpochEnd(epoch, logs) {
      const value = read(logs);
      if (value === undefined || epoch < startFromEpoch) return;
      if (restoreBestWeights && !bestWeights) bestWeights = model.getWeights();
      waited++;
      if (better(value, best)) {
        best = value;
        bestEpoch = epoch;
        if (restoreBestWeights) bestWeights = model.getWeights();
        if (baseline === undefined || better(value, baseline)) waited = 0;
        return;
      }
      if (waited < patience || epoch === 0) return;
      model.stopTraining = true;
      if (options.verbose) {
        console.log(`earlyStopping: ${monitor} was best in epoch ${bestEpoch + 1}, at ${best}`);
      }
    },
    onTrainEnd() {
      if (bestWeights) model.setWeights(bestWeights);
    },
  };
}
