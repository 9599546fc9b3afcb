import { count, needed, type Options, resolve } from "../../options.js";
import { drawn, type Search } from "../search.js";

export const randomFields = {
  /** How many sets of hyper-parameters to try. */
  trials: needed(count()),
};

/**
 * Random search: each trial's hyper-parameters are drawn from the whole space.
 *
 * @throws ERR_OPTION if an option breaks its rule.
 * @see Bergstra & Bengio 2012.
 */
export function random(given: Options<typeof randomFields>): Search {
  const options = resolve("search.random", randomFields, given);
  return Object.freeze({
    type: "random",
    options,
    isOpen: true,
    trials: () => options.trials,
    needs: () => 0,
    suggest: (number, _, quest) => ({ params: drawn(quest, number) }),
  } satisfies Search);
}
