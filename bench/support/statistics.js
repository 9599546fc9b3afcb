/** What many short windows say. */

/** The family of what is measured beside glissade to explain it. */
export const PART = "part of glissade";

const sorted = (values) => [...values].sort((a, b) => a - b);

/** A quantile with linear interpolation. */
function quantile(values, share) {
  const order = sorted(values);
  const place = share * (order.length - 1);
  const [low, high] = [order[Math.floor(place)], order[Math.ceil(place)]];
  return low + (high - low) * (place % 1);
}

export const median = (values) => quantile(values, 0.5);

/** Best, median, and the spread of the middle half as a share of the median. */
export function summarize(rates) {
  const middle = median(rates);
  const spread = (quantile(rates, 0.75) - quantile(rates, 0.25)) / middle;
  return { best: Math.max(...rates), median: middle, spread };
}

export const geometricMean = (values) =>
  Math.exp(values.reduce((sum, value) => sum + Math.log(value), 0) / values.length);

/** Those that ran, without what is only a part of glissade. */
export const ranOf = (measured) =>
  measured.filter(({ missing, family }) => !missing && family !== PART);
