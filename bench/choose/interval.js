/** Means, and how far they can be trusted. */

export const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;

/** The deviation of a sample, its squares divided by their number less one. */
export function deviation(values) {
  const middle = mean(values);
  const squares = values.map((value) => (value - middle) * (value - middle));
  return Math.sqrt((mean(squares) * values.length) / (values.length - 1));
}

/** Student's t that is exceeded by (1 − share) of its values. With t = √ν·tan θ its density is that of cos^(ν−1) θ. */
export function tQuantile(share, freedom) {
  const steps = 200000;
  const width = Math.PI / steps;
  const angle = (i) => -Math.PI / 2 + (i + 0.5) * width;
  const densities = Float64Array.from(
    { length: steps },
    (_, i) => Math.cos(angle(i)) ** (freedom - 1),
  );
  const total = densities.reduce((sum, density) => sum + density, 0);
  let passed = 0;
  const end = densities.findIndex((density) => (passed += density) >= share * total);
  return Math.sqrt(freedom) * Math.tan(angle(end));
}

/**
 * The mean of paired differences and its 95 % interval, by the corrected resampled t-test: as training rows are shared
 * between splits, the variance of the mean is (1/J + test/train)·s², not s²/J.
 *
 * Nadeau & Bengio 2003, Inference for the generalization error; Bouckaert & Frank 2004 for repeated folds.
 *
 * @param ratio Test rows by training rows.
 */
export function pairedInterval(differences, ratio) {
  const count = differences.length;
  const middle = mean(differences);
  const error = deviation(differences) * Math.sqrt(1 / count + ratio);
  const half = tQuantile(0.975, count - 1) * error;
  return { mean: middle, low: middle - half, high: middle + half };
}
