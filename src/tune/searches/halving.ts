import { GlissadeError } from "../../error.js";
import { count, needed, optional, type Options, type Resolved, resolve } from "../../options.js";
import { factor } from "../rungs.js";
import { drawn, type Past, type Quest, type Search } from "../search.js";

export const halvingFields = {
  /** How many sets of hyper-parameters to begin with; those that go on are further trials. */
  trials: needed(count()),
  /** Of so many sets one goes on, trained so many times as long. */
  factor: factor(3),
  /** Epochs of the first rung; as many as let the last one have all, unless given. */
  minEpochs: optional(count()),
};

interface Rung {
  /** The number of its first trial. */
  readonly first: number;
  readonly size: number;
  readonly epochs: number;
}

/** A rung has the best ⌈n / factor⌉ of the one before, until one set is left or the next would have too many epochs. */
function rungsOf(options: Resolved<typeof halvingFields>, epochs: number): Rung[] {
  const { trials, factor } = options;
  let last = 1;
  while (last * factor <= trials) last *= factor;
  const minEpochs = options.minEpochs ?? Math.max(1, Math.floor(epochs / last));
  const rungs: Rung[] = [];
  let [first, size] = [0, trials];
  for (let times = 1; times <= last && times * minEpochs <= epochs; times *= factor) {
    rungs.push({ first, size, epochs: times * minEpochs });
    first += size;
    size = Math.ceil(size / factor);
  }
  return rungs;
}

/** Less is better; what failed comes last. */
const byCost = (a: Past, b: Past) =>
  (a.cost ?? Infinity) === (b.cost ?? Infinity)
    ? a.number - b.number
    : (a.cost ?? Infinity) - (b.cost ?? Infinity);

/**
 * Successive halving: many sets of hyper-parameters are trained for a few epochs, and again and again the best
 * 1/factor of them anew for factor times as many.
 *
 * @throws ERR_OPTION if an option breaks its rule, or if a whole training has fewer epochs than `minEpochs`.
 * @see Jamieson & Talwalkar 2016; sizes and epochs are those of scikit-learn's HalvingRandomSearchCV, where `minEpochs`
 *   is min_resources and, if not given, "exhaust".
 */
export function halving(given: Options<typeof halvingFields>): Search {
  const options = resolve("search.halving", halvingFields, given);
  const rungs = ({ epochs }: Quest) => rungsOf(options, epochs);
  const placeOf = (number: number, quest: Quest) => {
    const all = rungs(quest);
    const index = all.findLastIndex(({ first }) => first <= number);
    return { rung: all[index]!, before: all[index - 1] };
  };
  return Object.freeze({
    type: "halving",
    options,
    trials(quest) {
      const { minEpochs = 1 } = options;
      if (minEpochs > quest.epochs) {
        throw new GlissadeError(
          "ERR_OPTION",
          `search.halving: minEpochs must not be above the ${quest.epochs} epochs of a whole training, ` +
            `got ${minEpochs}; give less, or none`,
        );
      }
      return rungs(quest).reduce((sum, { size }) => sum + size, 0);
    },
    needs: (number, quest) => placeOf(number, quest).rung.first,
    suggest(number, past, quest) {
      const { rung, before } = placeOf(number, quest);
      if (!before) return { params: drawn(quest, number), epochs: rung.epochs };
      const ranked = past.slice(before.first, rung.first).sort(byCost);
      return { params: ranked[number - rung.first]!.params, epochs: rung.epochs };
    },
  } satisfies Search);
}
