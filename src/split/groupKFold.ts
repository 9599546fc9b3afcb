import { leading, type Options, resolve } from "../options.js";
import { deviation } from "../statistics.js";
import {
  checkFolds,
  foldsField,
  makeSplitter,
  type Question,
  shuffleFields,
  splitsOf,
  type Splitter,
  stratifiedField,
} from "./splitter.js";

export const groupKFoldFields = { folds: foldsField(5), ...stratifiedField, ...shuffleFields };

export type GroupKFoldOptions = Options<typeof groupKFoldFields>;

/**
 * Folds in which no group is on both sides of a split: the greatest group first, each goes to the smallest fold.
 * Stratified, the one whose classes vary most goes first, each to the fold that keeps the shares of classes most even.
 * Shuffling settles only which of equal groups comes first: folds of even size matter more than chance.
 *
 * @throws ERR_OPTION if an option breaks its rule.
 * @see scikit-learn's GroupKFold and StratifiedGroupKFold. Shuffled, the former deals out groups whatever their size.
 */
export function groupKFold(folds?: number, options?: GroupKFoldOptions): Splitter;
export function groupKFold(options: GroupKFoldOptions): Splitter;
export function groupKFold(first?: unknown, rest?: unknown): Splitter {
  const options = resolve("groupKFold", groupKFoldFields, leading("folds", first, rest));
  const { folds, stratified, shuffle } = options;
  const cut = (question: Question) => {
    const order = question.order(shuffle);
    const groups = question.groups(order);
    checkFolds("groupKFold", folds, groups.length, "a group");
    const placed = stratified
      ? evenShares(groups, question.classes(order), folds)
      : evenSizes(groups, folds);
    const foldOf = new Int32Array(question.rows);
    groups.forEach((list, i) => {
      for (const row of list) foldOf[row] = placed[i]!;
    });
    return splitsOf(foldOf, folds);
  };
  return makeSplitter({ type: "groupKFold", options, keepsGroups: true, cut });
}

/** The places of a list, the greatest by `measure` first; equal ones as they stand. */
const descending = <T>(list: readonly T[], measure: (one: T) => number): number[] => {
  const values = list.map(measure);
  return list.map((_, i) => i).sort((a, b) => values[b]! - values[a]!);
};

/** The fold of each group, so that folds have as many rows as each other. */
function evenSizes(groups: readonly number[][], folds: number): Int32Array {
  const placed = new Int32Array(groups.length);
  const sizes = new Array<number>(folds).fill(0);
  for (const i of descending(groups, ({ length }) => length)) {
    const lightest = sizes.indexOf(sizes.reduce((a, b) => Math.min(a, b)));
    sizes[lightest]! += groups[i]!.length;
    placed[i] = lightest;
  }
  return placed;
}

/** The fold of each group, so that the share of each class that a fold has deviates least between folds. */
function evenShares(
  groups: readonly number[][],
  classes: readonly number[][],
  folds: number,
): Int32Array {
  const classOf: number[] = [];
  classes.forEach((list, c) => {
    for (const row of list) classOf[row] = c;
  });
  const counts = groups.map((list) => {
    const found = new Array<number>(classes.length).fill(0);
    for (const row of list) found[classOf[row]!]!++;
    return found;
  });
  const placed = new Int32Array(groups.length);
  const held = Array.from({ length: folds }, () => new Array<number>(classes.length).fill(0));
  for (const i of descending(counts, (found) => deviation(found))) {
    const best = bestFold(held, counts[i]!, classes);
    counts[i]!.forEach((count, c) => (held[best]![c]! += count));
    placed[i] = best;
  }
  return placed;
}

/** Where a group leaves the shares most even; of folds that do so alike, the smallest. */
function bestFold(
  held: readonly number[][],
  group: readonly number[],
  classes: readonly number[][],
): number {
  const unevenness = (fold: number) => {
    const share = (c: number) =>
      deviation(
        held.map((counts, f) => (counts[c]! + (f === fold ? group[c]! : 0)) / classes[c]!.length),
      );
    return classes.reduce((sum, _, c) => sum + share(c), 0) / classes.length;
  };
  const sizes = held.map((counts) => counts.reduce((a, b) => a + b, 0));
  let best = 0;
  let least = unevenness(0);
  for (let fold = 1; fold < held.length; fold++) {
    const value = unevenness(fold);
    const alike = Math.abs(value - least) <= 1e-8 + 1e-5 * least;
    if (alike ? sizes[fold]! >= sizes[best]! : value > least) continue;
    best = fold;
    least = value;
  }
  return best;
}
