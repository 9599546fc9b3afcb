import { resolve } from "../options.js";
import type { Callback, Trainee } from "./callback.js";

/**
 * Ends the fit at the first step whose running loss is NaN or infinite.
 *
 * @throws ERR_OPTION if options are given.
 */
export function terminateOnNaN(given?: Record<string, never>): Callback {
  resolve("terminateOnNaN", {}, given);
  let model: Trainee | undefined;
  return {
    setModel: (trained) => void (model = trained),
    onBatchEnd(batch, { loss }) {
      if (Number.isFinite(loss)) return;
      console.warn(`terminateOnNaN: the loss is ${loss} at batch ${batch}; training ends`);
      model!.stopTraining = true;
    },
  };
}
