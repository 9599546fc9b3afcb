import { html, json, type Markup } from "./html.js";

export interface Series {
  readonly label: string;
  /** Never falling. */
  readonly x: readonly number[];
  /** One number for each x; what is not finite leaves a gap. */
  readonly y: readonly number[];
  /** The edges of a band around the line. */
  readonly low?: readonly number[];
  readonly high?: readonly number[];
  /** Number of its colour; a line without any is a grey reference. */
  readonly color?: number;
  /**
   * A line, if nothing is said; `points` marks its points, `dots` are points alone; `steps` has a value from the point
   * before, `held` up to the next one.
   */
  readonly style?: "points" | "dots" | "steps" | "held" | "bars" | "dashes";
}

export interface Axis {
  readonly label: string;
  /** First and last value; what the series need otherwise. */
  readonly range?: readonly [number, number];
  /** Whether there is nothing between whole numbers. */
  readonly whole?: boolean;
}

export interface Chart {
  readonly title: string;
  /** What is to be seen, in words; for those who cannot see it as well. */
  readonly caption: string;
  readonly x: Axis;
  readonly y: Axis;
  readonly series: readonly Series[];
}

/** The axis of a share. */
export const UNIT = [0, 1] as const;

/** Six digits are more than a screen shows. */
const rounded = (_: string, value: unknown) =>
  typeof value === "number" && Number.isFinite(value) ? Number(value.toPrecision(6)) : value;

/** Less than this from least to greatest looks the same by its logarithm. */
const WIDE = 2;

/** Whether a logarithmic axis can show everything, and shows it in another way. */
function isWide({ y, series }: Chart): boolean {
  const values = series.flatMap((one) => [one.y, one.low ?? []].flat()).filter(Number.isFinite);
  const least = values.reduce((a, b) => Math.min(a, b), Infinity);
  const greatest = values.reduce((a, b) => Math.max(a, b), 0);
  return !y.range && least > 0 && greatest >= WIDE * least;
}

/** The axis of a series, with its unit where the name tells it. */
export const axisOf = (name: string): Axis => ({
  label: /(accuracy|precision|recall)$/i.test(name) ? `${name} (share)` : name,
});

/** Axis of a curve over epochs. */
export const EPOCHS: Axis = { label: "epochs trained", whole: true };

/** Longer series are thinned to half of this or more: a screen is not wider. */
const MOST_POINTS = 2000;

/** Of how many points of a series one is shown. */
const strideOf = ({ x, style }: Series) =>
  x.length > MOST_POINTS && style !== "dots" ? Math.ceil((2 * x.length) / MOST_POINTS) : 1;

/** A series of which every k-th point is left, and both ends. */
export function thin(series: Series): Series {
  const k = strideOf(series);
  if (k === 1) return series;
  const isKept = (_: unknown, i: number) =>
    (i + 1) % k === 0 || i === 0 || i === series.x.length - 1;
  const { x, y, low, high } = series;
  return {
    ...series,
    x: x.filter(isKept),
    y: y.filter(isKept),
    ...(low && { low: low.filter(isKept) }),
    ...(high && { high: high.filter(isKept) }),
  };
}

/** A chart that the page's script draws, its caption, and its numbers as a table. */
export function figure(chart: Chart, values?: Markup): Markup {
  const { title, x, y } = chart;
  const stride = chart.series.map(strideOf).reduce((a, b) => Math.max(a, b), 1);
  const caption =
    chart.caption + (stride > 1 ? ` Of so many points, one in ${stride} is shown.` : "");
  const series = chart.series.map(thin);
  const log = html`<label class="log" hidden><input type="checkbox" /> logarithmic</label>`;
  return html`<figure class="chart">
    <figcaption><strong>${title}</strong> ${caption}</figcaption>
    ${isWide(chart) ? log : ""}
    <div
      class="plot"
      tabindex="0"
      role="group"
      aria-label="Chart: ${title}. Arrow keys move the cursor."
    ></div>
    ${json({ x, y, series }, rounded)}
    ${
      values
        ? html`<details>
            <summary>Numbers</summary>
            ${values}
          </details>`
        : ""
    }
  </figure>`;
}
