/**
 * least + Σ(value − least)/n: of equal values exactly that value, and the same for whole numbers in any order.
 */
export function mean(values: readonly number[]): number {
  const least = values.reduce((a, b) => Math.min(a, b));
  return least + values.reduce((sum, value) => sum + (value - least), 0) / values.length;
}

/** √(Σ(value − mean)²/divisor); for what a sample says of all there is, the divisor is n − 1. */
export function deviation(values: readonly number[], divisor = values.length): number {
  const center = mean(values);
  const squares = values.reduce((sum, value) => sum + (value - center) * (value - center), 0);
  return Math.sqrt(squares / divisor);
}

/** The value in the middle, or the mean of the two that are. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const half = (sorted.length - 1) / 2;
  return (sorted[Math.floor(half)]! + sorted[Math.ceil(half)]!) / 2;
}
