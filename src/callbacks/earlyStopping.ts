import { GlissadeError } from "../error.js";
import {
  choice,
  field,
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

export const earlyStoppingFields = {
  /** The series that is watched. */
  monitor: field<string>(
    "the name of a loss or metric",
    (value) => typeof value === "string" && value !== "",
    [3, "", null],
    "val_loss",
  ),
  /** What counts as better must be better by more than this. */
  minDelta: nonNegative(0),
  /** Epochs without improvement after which training ends. */
  patience: whole(0),
  /** Whether less or more is better; "auto": more for accuracy, precision, recall and F1. */
  mode: choice(["auto", "min", "max"], "auto"),
  /** A value that must be reached at least; worse epochs count as no improvement. */
  baseline: optional(finite()),
  /** Whether the weights of the best epoch come back at the end. */
  restoreBestWeights: flag(false),
  /** Epochs before watching begins. */
  startFromEpoch: whole(0),
  /** 1 says in the console why training ended. */
  verbose: choice([0, 1], 0),
};

/** Series of which more is better. */
const MORE_IS_BETTER = /acc(uracy)?$|precision|recall|f1|auc/i;

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
  const rises = options.mode === "auto" ? MORE_IS_BETTER.test(monitor) : options.mode === "max";
  const better = (value: number, than: number) =>
    rises ? value - minDelta > than : value + minDelta < than;

  let model: Trainee;
  let best: number;
  let bestEpoch: number;
  let bestWeights: Tensor[] | undefined;
  let waited: number;

  return {
    setModel(trained) {
      model = trained;
      best = rises ? -Infinity : Infinity;
      bestEpoch = 0;
      bestWeights = undefined;
      waited = 0;
    },
    onEpochEnd(epoch, logs) {
      const value = logs[monitor];
      if (value === undefined) {
        throw new GlissadeError(
          "ERR_OPTION",
          `earlyStopping: monitor must be one of ${Object.keys(logs).join(", ")}, got ${monitor}; ` +
            "val_ series need validationSplit or validationData",
        );
      }
      if (epoch < startFromEpoch) return;
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
