import { count, needed, type Options, resolve } from "../../options.js";
import { endedBefore, parallelFields } from "../parallel.js";
import { parzen, type Picked } from "../parzen.js";
import { uniforms } from "../random.js";
import { drawn, type Past, type Quest, type Search } from "../search.js";
import { type Values, valuesOf } from "../space.js";

export const tpeFields = {
  /** How many sets of hyper-parameters to try. */
  trials: needed(count()),
  /** Trials at random before the first that learns. */
  startupTrials: count(10),
  /** Sets that are drawn for each trial, of which it gets the most promising one. */
  candidates: count(24),
  ...parallelFields,
};

/** The best tenth counts as good, 25 trials at most. */
const goodOf = (trials: number) => Math.min(Math.ceil(trials / 10), 25);

/** Complete trials by their cost; after them those that ended early, by how far they came. */
function byPromise(a: Past, b: Past): number {
  if (a.status !== b.status) return a.status === "complete" ? -1 : 1;
  if (a.status === "complete") return a.cost! - b.cost!;
  return b.costs.length - a.costs.length || (a.costs.at(-1) ?? 0) - (b.costs.at(-1) ?? 0);
}

/** Hyper-parameters of the good trials and of all others, oldest first. */
export function divided(ended: readonly Past[]): [good: Values[], others: Values[]] {
  const good = new Set([...ended].sort(byPromise).slice(0, goodOf(ended.length)));
  const of = (isGood: boolean) =>
    ended.filter((trial) => good.has(trial) === isGood).map(({ params }) => params);
  return [of(true), of(false)];
}

/** Of some sets drawn from the density of good trials, the one that is densest there in relation to the others. */
function promising(
  { space, seed }: Quest,
  number: number,
  candidates: number,
  good: readonly Values[],
  others: readonly Values[],
): Values {
  const [near, far] = [parzen(good), parzen(others)];
  const places = Object.keys(space).length;
  const positions = Array.from({ length: places + 1 }, (_, place) =>
    uniforms(seed, number, place, candidates),
  );
  let best: Values = {};
  let most = -1;
  for (let candidate = 0; candidate < candidates; candidate++) {
    const kernel = near.kernelAt(positions[places]![candidate]!);
    const picked: Picked[] = [];
    const values = valuesOf(space, (distribution, name, place) => {
      const value = near.draw(kernel, name, distribution, positions[place]![candidate]!);
      picked.push({ name, distribution, value });
      return value;
    });
    const ratio = near.density(picked) / far.density(picked);
    if (ratio > most) [best, most] = [values, ratio];
  }
  return best;
}

/**
 * Tree-structured Parzen estimator: what the good trials have in common and the others have not.
 *
 * Sets of hyper-parameters x are drawn from the density l of the best tenth of the trials; the one with the greatest
 * l(x)/g(x) is tried, where g is the density of the rest. Kernels span all hyper-parameters, so that it sees how they
 * depend on each other. Trials that ended early rank behind the complete ones, those that failed are left out, and
 * those that may be under way count as not good, whatever they come to.
 *
 * @throws ERR_OPTION if an option breaks its rule.
 * @see Bergstra et al. 2011; Watanabe 2023. Options and defaults are those of Optuna's TPESampler, which draws one by
 *   one what not all trials have.
 */
export function tpe(given: Options<typeof tpeFields>): Search {
  const options = resolve("search.tpe", tpeFields, given);
  const { trials, startupTrials, candidates, parallel } = options;
  const needs = (number: number) => endedBefore(number, parallel, startupTrials);

  /** What was suggested, by number. */
  const known = new WeakMap<Quest, Values[]>();

  /** @param underWay Hyper-parameters of the trials between the past and this one. */
  function next(number: number, past: readonly Past[], underWay: readonly Values[], quest: Quest) {
    const ended = past.filter(({ status }) => status !== "failed");
    if (ended.length < startupTrials) return drawn(quest, number);
    const [good, others] = divided(ended);
    return promising(quest, number, candidates, good, [...others, ...underWay]);
  }

  return Object.freeze({
    type: "tpe",
    options,
    isOpen: true,
    trials: () => trials,
    needs,
    suggest(number, past, quest) {
      // What may be under way follows from the same trials.
      const params = past.map((trial) => trial.params);
      const suggested = known.get(quest) ?? [];
      known.set(quest, suggested);
      for (let one = past.length; one <= number; one++) {
        const ended = needs(one);
        suggested[one] ??= next(one, past.slice(0, ended), params.slice(ended), quest);
        params.push(suggested[one]!);
      }
      return { params: params[number]! };
    },
  } satisfies Search);
}
