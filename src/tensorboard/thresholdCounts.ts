/** True and false positives, true and false negatives, precision and recall: one number each a threshold. */
export type ThresholdCounts = readonly (readonly number[])[];

const THRESHOLDS = 201;

/** What nothing is divided by, in place of 0. */
const LEAST = 1e-7;

/** Sums from each threshold to the last. */
function fromThreshold(counts: readonly number[]): number[] {
  const sums = [...counts];
  for (let i = sums.length - 2; i >= 0; i--) sums[i]! += sums[i + 1]!;
  return sums;
}

/**
 * What precision and recall would be at thresholds 0, 1/200, … 1.
 *
 * @param scores A probability a row; what lies outside [0, 1] counts as the nearer end, NaN as 0.
 * @param isTrue Whether each row is of the class.
 * @see TensorBoard's own `pr_curve`, whose numbers these are.
 */
export function thresholdCountsOf(
  scores: ArrayLike<number>,
  isTrue: (row: number) => boolean,
): ThresholdCounts {
  const hits = new Array<number>(THRESHOLDS).fill(0);
  const misses = [...hits];
  for (let row = 0; row < scores.length; row++) {
    const score = Math.min(Math.max(scores[row]!, 0), 1) || 0;
    (isTrue(row) ? hits : misses)[Math.floor(score * (THRESHOLDS - 1))]!++;
  }
  const truePositives = fromThreshold(hits);
  const falsePositives = fromThreshold(misses);
  const trueNegatives = falsePositives.map((count) => falsePositives[0]! - count);
  const falseNegatives = truePositives.map((count) => truePositives[0]! - count);
  const share = (others: readonly number[]) =>
    truePositives.map((count, i) => count / Math.max(LEAST, count + others[i]!));
  return [
    truePositives,
    falsePositives,
    trueNegatives,
    falseNegatives,
    share(falsePositives),
    share(falseNegatives),
  ];
}
