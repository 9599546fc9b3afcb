import { leading, type Options, resolve } from "../options.js";
import { foldsOf } from "./folds.js";
import {
  foldsField,
  makeSplitter,
  type Question,
  shuffleFields,
  splitsOf,
  type Splitter,
  stratifiedField,
} from "./splitter.js";

export const kFoldFields = { folds: foldsField(5), ...stratifiedField, ...shuffleFields };

export type KFoldOptions = Options<typeof kFoldFields>;

/**
 * Folds of equal size, each tested once by a model trained with all others.
 *
 * @throws ERR_OPTION if an option breaks its rule.
 * @see Kohavi 1995. Sizes, and without shuffling the rows as well, are those of scikit-learn's KFold and
 *   StratifiedKFold; those shuffle only when asked.
 */
export function kFold(folds?: number, options?: KFoldOptions): Splitter;
export function kFold(options: KFoldOptions): Splitter;
export function kFold(first?: unknown, rest?: unknown): Splitter {
  const options = resolve("kFold", kFoldFields, leading("folds", first, rest));
  const { folds, shuffle } = options;
  const cut = (question: Question) =>
    splitsOf(foldsOf("kFold", folds, question, question.order(shuffle)), folds);
  return makeSplitter({ type: "kFold", options, cut });
}
