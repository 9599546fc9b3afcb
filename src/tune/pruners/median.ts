import { count, type Options, resolve, whole } from "../../options.js";
import { endedBefore, parallelFields } from "../parallel.js";
import type { Pruner } from "../search.js";

export const medianFields = {
  /** Complete trials before the first is ended early. */
  startupTrials: whole(5),
  /** Epochs of each trial in which it is not judged. */
  warmupEpochs: whole(0),
  /** Epochs from one judgement to the next. */
  interval: count(1),
  ...parallelFields,
};

function medianOf(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const half = (sorted.length - 1) / 2;
  return (sorted[Math.floor(half)]! + sorted[Math.ceil(half)]!) / 2;
}

/**
 * Ends a trial whose best epoch so far is worse than the median of the complete trials at this epoch.
 *
 * @throws ERR_OPTION if an option breaks its rule.
 * @see Golovin et al. 2017, §3.2.1; options, defaults and decisions are those of Optuna's MedianPruner.
 */
export function median(given?: Options<typeof medianFields>): Pruner {
  const options = resolve("pruners.median", medianFields, given);
  const { startupTrials, warmupEpochs, interval, parallel } = options;
  return Object.freeze({
    type: "median",
    options,
    needs: (number) => endedBefore(number, parallel, startupTrials),
    prune(costs, past) {
      const judged = costs.length - 1 - warmupEpochs;
      const complete = past.filter(({ status }) => status === "complete");
      if (judged < 0 || judged % interval !== 0 || complete.length < startupTrials) return false;
      const others = complete.flatMap((trial) => trial.costs[costs.length - 1] ?? []);
      return others.length > 0 && Math.min(...costs) > medianOf(others);
    },
  } satisfies Pruner);
}
