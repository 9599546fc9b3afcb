import { axisOf, EPOCHS, figure, type Series } from "./chart.js";
import type { Markup } from "./html.js";

/** The mean of several runs of one thing, and how far they lie apart. */
export interface Runs {
  readonly label: string;
  /** A number an epoch. */
  readonly curve: readonly number[];
  /** The standard deviation after each epoch; nothing where there was one run. */
  readonly spread?: readonly number[] | undefined;
}

/** More curves than this are a tangle. */
const MOST_CURVES = 5;

function seriesOf({ label, curve, spread }: Runs, color: number): Series {
  const x = curve.map((_, epoch) => epoch + 1);
  // JSON has null for what is not finite.
  const y = curve.map((mean: number | null) => mean ?? NaN);
  if (!spread) return { label, x, y, color };
  const low = y.map((mean, epoch) => mean - spread[epoch]!);
  const high = y.map((mean, epoch) => mean + spread[epoch]!);
  return { label, x, y, low, high, color };
}

/**
 * A line for the mean of each group of runs, in a band of one deviation to either side: those of the first five.
 *
 * @param runs The best first.
 */
export function spreadFigure(
  title: string,
  name: string,
  runs: readonly Runs[],
): Markup | undefined {
  const drawn = runs.filter(({ curve }) => curve.length > 0);
  const series = drawn.slice(0, MOST_CURVES).map(seriesOf);
  if (series.length === 0) return undefined;
  const spread = series.some(({ low }) => low)
    ? ": means over folds and seeds, in bands of one standard deviation to either side"
    : "";
  const some =
    series.length < drawn.length ? ` The best ${series.length} of ${drawn.length} are drawn.` : "";
  const caption = `${name} after each epoch${spread}.${some}`;
  return figure({ title, caption, x: EPOCHS, y: axisOf(name), series });
}
