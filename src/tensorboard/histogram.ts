/** Buckets from left to right: [left, right, count]; right belongs to the last alone. */
export type Histogram = readonly (readonly [left: number, right: number, count: number])[];

const BUCKETS = 30;

/** The least and the greatest finite number; infinite, the wrong way round, where there is none. */
export function extent(numbers: Iterable<number>): [low: number, high: number] {
  let [low, high] = [Infinity, -Infinity];
  for (const value of numbers) {
    if (!Number.isFinite(value)) continue;
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  return [low, high];
}

/**
 * How numbers are spread, in 30 buckets of one width. Where all are alike, no bucket has a width and the last holds
 * them; where there are none, all is 0. NaN and infinity are left out.
 *
 * @see TensorBoard's own `histogram_pb`, whose buckets these are.
 */
export function histogramOf(numbers: Iterable<number>): Histogram {
  const counts = new Array<number>(BUCKETS).fill(0);
  const [low, high] = extent(numbers);
  if (low > high) return counts.map(() => [0, 0, 0]);
  const width = (high - low) / BUCKETS;
  const last = BUCKETS - 1;
  for (const value of numbers) {
    if (!Number.isFinite(value)) continue;
    counts[width > 0 ? Math.min(Math.floor((value - low) / width), last) : last]!++;
  }
  return counts.map((count, i) => [
    low + i * width,
    i === last ? high : low + (i + 1) * width,
    count,
  ]);
}
