import { count, leading, optional, type Options, resolve, whole } from "../options.js";
import { foldsOf } from "./folds.js";
import {
  foldsField,
  makeSplitter,
  type Question,
  splitsOf,
  type Splitter,
  stratifiedField,
} from "./splitter.js";

export const repeatedKFoldFields = {
  folds: foldsField(5),
  /** How often rows are shuffled and folded anew. */
  repeats: count(10),
  ...stratifiedField,
  /** Rules the shuffles; 0 unless whoever splits has another. */
  seed: optional(whole()),
};

export type RepeatedKFoldOptions = Options<typeof repeatedKFoldFields>;

/**
 * Folds of equal size, several times over: the folds of the first repetition, then those of the second, and so on.
 *
 * @throws ERR_OPTION if an option breaks its rule.
 * @see scikit-learn's RepeatedKFold and RepeatedStratifiedKFold.
 */
export function repeatedKFold(folds?: number, options?: RepeatedKFoldOptions): Splitter;
export function repeatedKFold(options: RepeatedKFoldOptions): Splitter;
export function repeatedKFold(first?: unknown, rest?: unknown): Splitter {
  const options = resolve("repeatedKFold", repeatedKFoldFields, leading("folds", first, rest));
  const { folds, repeats } = options;
  const cut = (question: Question) =>
    Array.from({ length: repeats }, (_, pass) => {
      const order = question.order(true, pass);
      return splitsOf(foldsOf("repeatedKFold", folds, question, order), folds);
    }).flat();
  return makeSplitter({ type: "repeatedKFold", options, cut });
}
