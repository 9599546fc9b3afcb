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

function seriesOf({ label, curve, spread }: Runs, color: number): Series {
  const x = curve.map((_, epoch) => epoch + 1);
  if (!spread) return { label, x, y: curve, color };
  const low = curve.map((mean, epoch) => mean - spread[epoch]!);
  const high = curve.map((mean, epoch) => mean + spread[epoch]!);
  return { label, x, y: curve, low, high, color };
}

/** A line for the mean of each group of runs, in a band of one deviation to either side. */
export function spreadFigure(title: string, name: string, runs: readonly Runs[]): Markup {
  const series = runs.filter(({ curve }) => curve.length > 0).map(seriesOf);
  const bands = series.some(({ low }) => low)
    ? ", in bands of one standard deviation to either side"
    : "";
  const caption = `${name} after each epoch: means over folds and seeds${bands}.`;
  return figure({ title, caption, x: EPOCHS, y: axisOf(name), series });
}
