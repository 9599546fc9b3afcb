import { count, needed, type Options, resolve } from "../../options.js";
import { halving, halvingFields } from "../pruners/halving.js";
import { drawn, type Search } from "../search.js";

export const ashaFields = {
  /** How many sets of hyper-parameters to try. */
  trials: needed(count()),
  ...halvingFields,
};

/**
 * Asynchronous successive halving: random sets of hyper-parameters, of which those end early that are not among the
 * best at a rung. It goes without another pruner.
 *
 * @throws ERR_OPTION if an option breaks its rule.
 * @see Li et al. 2020, as a rule that stops: what `search.random` does with `pruners.halving`.
 */
export function asha(given: Options<typeof ashaFields>): Search {
  const options = resolve("search.asha", ashaFields, given);
  const { trials, ...rule } = options;
  return Object.freeze({
    type: "asha",
    options,
    isOpen: true,
    pruner: halving(rule),
    trials: () => trials,
    needs: () => 0,
    suggest: (number, _, quest) => ({ params: drawn(quest, number) }),
  } satisfies Search);
}
