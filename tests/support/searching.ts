import type { Past, Pruner, Search } from "../../src/tune/search.js";
import type { Space, Values } from "../../src/tune/space.js";
import { generator } from "./numbers.js";

/** What a set of hyper-parameters costs after so many epochs. */
export type Cost<P = never> = (params: P, epoch: number) => number;

export interface Running {
  readonly seed?: number;
  /** Epochs of a whole training. */
  readonly epochs?: number;
  /** Trials that run at once. */
  readonly workers?: number;
  /** Seeds how long trials take, and so in which order they end. */
  readonly times?: number;
  readonly pruner?: Pruner | undefined;
  /** Numbers of the trials that fail. */
  readonly fails?: readonly number[];
}

/** A whole search without models: all its trials, by number. */
export function searched(
  search: Search,
  space: Space,
  cost: Cost,
  {
    seed = 1,
    epochs = 1,
    workers = 1,
    times = 1,
    pruner = search.pruner,
    fails = [],
  }: Running = {},
): Past[] {
  const quest = Object.freeze({ space, seed, epochs });
  const total = search.trials(quest);
  const duration = generator(times);
  const ended: Past[] = [];
  const running: { end: number; trial: Past }[] = [];
  let [begun, clock] = [0, 0];
  /** Trials below the first that has not ended. */
  const settled = () => {
    for (let number = 0; ; number++) if (!ended[number]) return number;
  };
  const begin = () => {
    const needed = search.needs(begun, quest);
    const { params, epochs = quest.epochs } = search.suggest(begun, ended.slice(0, needed), quest);
    const costs: number[] = [];
    let pruned = false;
    while (costs.length < epochs && !pruned) {
      costs.push((cost as Cost<Values>)(params, costs.length + 1));
      const known = ended.slice(0, pruner?.needs(begun) ?? 0);
      pruned = costs.length < epochs && pruner?.prune(costs, known, quest) === true;
    }
    const failed = fails.includes(begun);
    const status = failed ? "failed" : pruned ? "pruned" : "complete";
    const trial = { number: begun, params, epochs, status, costs } as const;
    const length = clock + duration();
    running.push({ end: length, trial: { ...trial, cost: failed ? undefined : costs.at(-1)! } });
    begun++;
  };
  for (;;) {
    const needed = () => Math.max(search.needs(begun, quest), pruner?.needs(begun) ?? 0);
    while (running.length < workers && begun < total && needed() <= settled()) begin();
    running.sort((a, b) => a.end - b.end);
    const first = running.shift();
    if (!first) return ended;
    ended[first.trial.number] = first.trial;
    clock = first.end;
  }
}

/** The least cost of all trials. */
export const best = (trials: readonly Past[]) =>
  Math.min(...trials.flatMap(({ cost }) => cost ?? []));

export const medianOf = (values: readonly number[]) =>
  [...values].sort((a, b) => a - b)[values.length >> 1]!;
