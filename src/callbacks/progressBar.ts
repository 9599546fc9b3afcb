import { resolve } from "../options.js";
import { progressFor } from "../progress.js";
import type { Callback } from "./callback.js";

/**
 * Shows the fit's progress: a bar with time left, rate and metrics where `glissade/node` was imported, else a line an
 * epoch.
 *
 * @throws ERR_OPTION if options are given.
 */
export function progressBar(given?: Record<string, never>): Callback {
  resolve("progressBar", {}, given);
  return progressFor(1)!;
}
