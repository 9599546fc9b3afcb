import { GlissadeError } from "../error.js";
import { flag, type Options, resolve } from "../options.js";
import type { Callback, Trainee } from "./callback.js";

export const terminateOnNaNFields = {
  /** Whether the fit then rejects; it ends in good order otherwise. */
  raiseError: flag(false),
};

/**
 * Ends the fit at the first step whose running loss is NaN or infinite.
 *
 * @throws ERR_OPTION if an option breaks its rule; during the fit, under `raiseError`, ERR_NUMERIC.
 */
export function terminateOnNaN(given?: Options<typeof terminateOnNaNFields>): Callback {
  const { raiseError } = resolve("terminateOnNaN", terminateOnNaNFields, given);
  let model: Trainee | undefined;
  return {
    setModel: (trained) => void (model = trained),
    onBatchEnd(batch, { loss }) {
      if (Number.isFinite(loss)) return;
      const message =
        `terminateOnNaN: the loss must be a finite number, got ${loss} at batch ${batch}; ` +
        "lower the learning rate, clip gradients, or scale the inputs";
      if (raiseError) throw new GlissadeError("ERR_NUMERIC", message);
      console.warn(message);
      model!.stopTraining = true;
    },
  };
}
