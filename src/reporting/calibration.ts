const BINS = 10;

/** Rows whose probabilities lie in one tenth. */
export interface Bin {
  readonly from: number;
  readonly to: number;
  readonly rows: number;
  /** Mean probability; not a number where there are no rows. */
  readonly predicted: number;
  /** Share of rows that are so. */
  readonly observed: number;
}

export interface Calibration {
  readonly bins: readonly Bin[];
  /** Mean distance of predicted from observed, each bin by its rows (Naeini et al. 2015). */
  readonly error: number;
  /** Mean of (p − y)² (Brier 1950). */
  readonly brier: number;
}

/**
 * How often what has probability p is so, in ten bins of equal width; a probability on an edge belongs to the lower bin,
 * probabilities being float32, in which 0.3 is a little more than three tenths.
 *
 * @see scikit-learn's calibration_curve, which leaves empty bins out; Guo et al. 2017.
 */
export function calibrationOf(actual: readonly boolean[], scores: ArrayLike<number>): Calibration {
  const edges = Array.from({ length: BINS + 1 }, (_, i) => i / BINS);
  const inner = edges.slice(1, BINS).map(Math.fround);
  const sums = edges.slice(1).map(() => ({ rows: 0, scores: 0, hits: 0 }));
  let brier = 0;
  actual.forEach((isSo, i) => {
    const score = scores[i]!;
    const at = inner.filter((edge) => edge < score).length;
    const sum = sums[at]!;
    sum.rows++;
    sum.scores += score;
    sum.hits += Number(isSo);
    brier += (score - Number(isSo)) * (score - Number(isSo));
  });
  const bins = sums.map(({ rows, scores: total, hits }, i) => ({
    from: edges[i]!,
    to: edges[i + 1]!,
    rows,
    predicted: total / rows,
    observed: hits / rows,
  }));
  const error = bins.reduce(
    (sum, { rows, predicted, observed }) =>
      rows > 0 ? sum + (Math.abs(predicted - observed) * rows) / actual.length : sum,
    0,
  );
  return { bins, error, brier: brier / actual.length };
}
