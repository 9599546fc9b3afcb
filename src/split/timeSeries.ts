import { GlissadeError } from "../error.js";
import { count, leading, optional, type Options, resolve, whole } from "../options.js";
import { foldsField, makeSplitter, type Question, type Split, type Splitter } from "./splitter.js";

export const timeSeriesFields = {
  folds: foldsField(5),
  /** Rows of each test; rows / (folds + 1) otherwise. */
  testSize: optional(count()),
  /** Rows between training and test that are left out, as they know what comes. */
  gap: whole(0),
  /** Rows to train with at most: the last ones before the gap. */
  maxTrainSize: optional(count()),
};

export type TimeSeriesOptions = Options<typeof timeSeriesFields>;

/**
 * Folds of rows sorted by time: each is tested by a model trained with what came before, never after. The tests are
 * the last rows, one behind the other; nothing is drawn.
 *
 * @throws ERR_OPTION if an option breaks its rule.
 * @see scikit-learn's TimeSeriesSplit.
 */
export function timeSeries(folds?: number, options?: TimeSeriesOptions): Splitter;
export function timeSeries(options: TimeSeriesOptions): Splitter;
export function timeSeries(first?: unknown, rest?: unknown): Splitter {
  const options = resolve("timeSeries", timeSeriesFields, leading("folds", first, rest));
  const { folds, gap, maxTrainSize = Infinity } = options;
  const cut = ({ rows, order }: Question) => {
    const size = options.testSize ?? Math.floor(rows / (folds + 1));
    const needed = folds * size + gap + 1;
    if (size === 0 || rows < needed) {
      throw new GlissadeError(
        "ERR_OPTION",
        `timeSeries: there must be ${Math.max(needed, folds + 1)} rows or more for ${folds} tests, got ${rows}; ` +
          "use fewer folds, smaller tests or a smaller gap",
      );
    }
    const all = order(false);
    return Array.from({ length: folds }, (_, fold): Split => {
      const start = rows - (folds - fold) * size;
      const end = start - gap;
      return {
        train: all.slice(Math.max(0, end - maxTrainSize), end),
        test: all.slice(start, start + size),
      };
    });
  };
  return makeSplitter({ type: "timeSeries", options, cut });
}
