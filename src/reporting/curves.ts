import { axisOf, EPOCHS, figure, type Series, thin } from "./chart.js";
import { digits } from "./digits.js";
import { html, type Markup } from "./html.js";
import { type Cell, table } from "./table.js";

/** One number an epoch by name, as far as a report needs a history. */
export interface Curves {
  readonly epoch: readonly number[];
  readonly series: readonly (readonly [name: string, values: readonly number[]])[];
}

/**
 * The epochs that values belong to. Under `validationFreq` k there are fewer than epochs: those of every k-th epoch,
 * k dividing the number of epochs where several fit.
 */
export function epochsOf(epoch: readonly number[], count: number): readonly number[] {
  if (count >= epoch.length) return epoch;
  const every = (k: number) => epoch.filter((number) => (number + 1) % k === 0);
  const fitting = Array.from({ length: epoch.at(-1)! + 1 }, (_, i) => i + 1).filter(
    (k) => every(k).length === count,
  );
  const k = fitting.find((one) => epoch.length % one === 0) ?? fitting[0];
  return k ? every(k) : epoch.slice(-count);
}

/** Where the least and the greatest finite number stand; nowhere if there is none. */
function extremes(values: readonly number[]): [least: number, greatest: number] {
  const best = (better: (a: number, b: number) => boolean) =>
    values.reduce(
      (at, value, i) => (Number.isFinite(value) && (at < 0 || better(value, values[at]!)) ? i : at),
      -1,
    );
  return [best((a, b) => a < b), best((a, b) => a > b)];
}

/** What cannot be drawn of a series. */
function gaps({ label, x, y }: Series): string {
  const first = y.findIndex((value) => !Number.isFinite(value));
  if (first < 0) return "";
  const count = y.filter((value) => !Number.isFinite(value)).length;
  const which = y.length === 1 ? label : `${count} of ${y.length} values of ${label}`;
  return ` ${which} ${count === 1 ? "is no finite number" : "are no finite numbers"}, the first after epoch ${x[first]!}.`;
}

function chartOf(name: string, { epoch, series }: Curves): Markup {
  const parts = [name, `val_${name}`].flatMap((key, color): Series[] => {
    const y = series.find(([other]) => other === key)?.[1];
    if (!y) return [];
    const x = epochsOf(epoch, y.length).map((number) => number + 1);
    return [{ label: color === 0 ? "training" : "validation", x, y, color }];
  });
  const ends = parts.map(({ label, y }) => `${label} ${digits(y.at(-1)!)}`).join(", ");
  const caption = `At the end: ${ends}.${parts.map(gaps).join("")}`;
  const shown = parts.map(thin);
  const values = shown.map(({ x, y }) => new Map(x.map((number, i) => [number, y[i]!])));
  const epochs = [...new Set(shown.flatMap(({ x }) => x))].sort((a, b) => a - b);
  const rows = epochs.map((number): Cell[] => [
    String(number),
    ...values.map((one) => one.get(number) ?? "–"),
  ]);
  const head = ["epoch", ...parts.map(({ label }) => label)];
  return figure(
    { title: name, caption, x: EPOCHS, y: axisOf(name), series: parts },
    table(`${name} by epoch`, head, rows),
  );
}

/** Curves of a fit: training beside validation, and where each was least and greatest. */
export function curves(given: Curves): Markup {
  const { epoch, series } = given;
  const names = new Set(
    series.map(([name]) => (name.startsWith("val_") ? name.slice("val_".length) : name)),
  );
  const rows = series.map(([name, values]): Cell[] => {
    const epochs = epochsOf(epoch, values.length).map((number) => number + 1);
    const [least, greatest] = extremes(values);
    return [
      name,
      values[0]!,
      values.at(-1)!,
      values[least] ?? "–",
      epochs[least] ?? "–",
      values[greatest] ?? "–",
      epochs[greatest] ?? "–",
    ];
  });
  return html`<div class="charts">${[...names].map((name) => chartOf(name, given))}</div>
    ${table("Series", ["series", "first", "last", "least", "in epoch", "greatest", "in epoch"], rows)}`;
}
