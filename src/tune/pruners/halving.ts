import { count, type Options, resolve } from "../../options.js";
import { endedBefore, parallelFields } from "../parallel.js";
import { factor } from "../rungs.js";
import type { Past, Pruner } from "../search.js";

export const halvingFields = {
  /** Of so many trials at a rung one goes on; the next rung is so many times as far. */
  factor: factor(4),
  /** Epochs up to the first rung. */
  minEpochs: count(1),
  ...parallelFields,
};

/** The ⌊n / factor⌋-th least of the n costs at an epoch, this trial's own among them; the least where that is none. */
function bar(own: number, past: readonly Past[], epoch: number, factor: number): number {
  const others = past
    .filter(({ status, costs }) => status !== "failed" && costs.length >= epoch)
    .map(({ costs }) => costs[epoch - 1]!);
  const costs = [own, ...others].sort((a, b) => a - b);
  return costs[Math.max(1, Math.floor(costs.length / factor)) - 1]!;
}

/**
 * Asynchronous successive halving: at minEpochs·factorᵏ epochs, k = 0, 1, …, a trial ends that is not among the best
 * 1/factor of those that came so far.
 *
 * @throws ERR_OPTION if an option breaks its rule.
 * @see Li et al. 2020, as a rule that stops: nothing is paused and resumed. It is Optuna's SuccessiveHalvingPruner, but
 *   compares with ended trials alone, and not with failed ones.
 */
export function halving(given?: Options<typeof halvingFields>): Pruner {
  const options = resolve("pruners.halving", halvingFields, given);
  const { factor, minEpochs, parallel } = options;
  return Object.freeze({
    type: "halving",
    options,
    needs: (number) => endedBefore(number, parallel),
    prune(costs, past) {
      const epoch = costs.length;
      let rung = minEpochs;
      while (rung < epoch) rung *= factor;
      return rung === epoch && !(costs[epoch - 1]! <= bar(costs[epoch - 1]!, past, epoch, factor));
    },
  } satisfies Pruner);
}
