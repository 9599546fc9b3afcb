import { choice, field, nonNegative, type Options, resolve, whole } from "../options.js";
import type { Callback, Trainee } from "./callback.js";
import { monitorFields, monitorOf } from "./monitor.js";

export const reduceLROnPlateauFields = {
  ...monitorFields,
  /** What the rate is multiplied by. */
  factor: field<number>(
    "in (0, 1)",
    (value) => typeof value === "number" && value > 0 && value < 1,
    0.1,
  ),
  /** Epochs without improvement after which the rate falls. */
  patience: whole(10),
  /** What counts as better must be better by more than this. */
  minDelta: nonNegative(1e-4),
  /** Epochs after a fall that do not count as waiting. */
  cooldown: whole(0),
  /** The rate never falls below this. */
  minLr: nonNegative(0),
  /** 1 says in the console to what the rate falls. */
  verbose: choice([0, 1], 0),
};

/**
 * Multiplies the learning rate by `factor` when a loss or metric has not improved for `patience` epochs, and puts each
 * epoch's rate into its logs as `learningRate`.
 *
 * @throws ERR_OPTION if an option breaks its rule, or, during the fit, if there is no such series; ERR_STATE at its
 *   begin if the optimizer follows a schedule.
 * @see Options and defaults are Keras's. There the first value always counts as an improvement; here NaN and infinity
 *   never do.
 */
export function reduceLROnPlateau(given?: Options<typeof reduceLROnPlateauFields>): Callback {
  const options = resolve("reduceLROnPlateau", reduceLROnPlateauFields, given);
  const { factor, patience, cooldown, minLr } = options;
  const { worst, begin, read, better } = monitorOf("reduceLROnPlateau", options, options.minDelta);

  let model: Trainee;
  let best: number;
  let waited: number;
  let cooling: number;

  return {
    setModel(trained, plan) {
      begin(plan);
      model = trained;
      best = worst;
      waited = 0;
      cooling = 0;
      // Under a schedule this is refused, now and not epochs later.
      const { learningRate } = trained;
      trained.learningRate = learningRate;
    },
    onEpochEnd(epoch, logs) {
      const rate = model.learningRate;
      logs.learningRate = rate;
      const value = read(logs);
      if (value === undefined) return;
      if (cooling > 0) cooling--;
      if (better(value, best)) {
        best = value;
        waited = 0;
        return;
      }
      if (cooling > 0) return;
      waited++;
      if (waited < patience || rate <= minLr) return;
      model.learningRate = Math.max(rate * factor, minLr);
      cooling = cooldown;
      waited = 0;
      if (options.verbose) {
        console.log(
          `reduceLROnPlateau: after epoch ${epoch + 1} the learning rate is ${model.learningRate}`,
        );
      }
    },
  };
}
