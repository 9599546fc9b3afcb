import { digits } from "./digits.js";
import { html, type Markup } from "./html.js";
import { logarithm, powersOfTen, roundNumbers } from "./scale.js";
import { type Finished, parametersOf, type Study, valueText } from "./study.js";

interface Tick {
  /** From 0, below, to 1, above. */
  readonly at: number;
  readonly label: string;
}

interface Scale {
  readonly ticks: readonly Tick[];
  readonly place: (value: unknown) => number;
  readonly note: string;
}

/** So many numbers can be named on an axis, this far apart. */
const FEW = 6;
const APART = 0.05;
/** What a trial does not have stands below the axis. */
const ABSENT = -0.08;

/** A number's place between two others. */
const share = (value: number, least: number, greatest: number) =>
  greatest > least ? (value - least) / (greatest - least) : 0.5;

/** Whether logarithms spread numbers more evenly: the middle one then stands nearer to the middle. */
function isLogarithmic(sorted: readonly number[]): boolean {
  const [least, middle, greatest] = [sorted[0]!, sorted[sorted.length >> 1]!, sorted.at(-1)!];
  if (least <= 0 || greatest < 10 * least) return false;
  const byLogarithm = share(logarithm(middle), logarithm(least), logarithm(greatest));
  return Math.abs(byLogarithm - 0.5) < Math.abs(share(middle, least, greatest) - 0.5);
}

function numberScale(values: readonly number[]): Scale {
  const sorted = [...new Set(values)].sort((a, b) => a - b);
  const [least, greatest] = [sorted[0]!, sorted.at(-1)!];
  const isLog = isLogarithmic(sorted);
  const of = isLog ? logarithm : (value: number) => value;
  const place = (value: unknown) => share(of(value as number), of(least), of(greatest));
  const canName =
    sorted.length <= FEW &&
    sorted.every((value, i) => i === 0 || place(value) - place(sorted[i - 1]) >= APART);
  const round = (isLog ? powersOfTen : roundNumbers)(least, greatest);
  const named = canName ? sorted : round.length > 1 ? round : [least, greatest];
  const ticks = named.map((value) => ({ at: place(value), label: digits(value) }));
  return { place, ticks, note: isLog ? "log" : "" };
}

function categoryScale(values: readonly unknown[]): Scale {
  const names = [...new Set(values.map(valueText))].sort();
  const place = (value: unknown) => (names.indexOf(valueText(value)) + 0.5) / names.length;
  const ticks = names.map((label, i) => ({ at: (i + 0.5) / names.length, label }));
  return { place, ticks, note: "" };
}

function scaleOf(values: readonly unknown[]): Scale {
  const present = values.filter((value) => value !== undefined);
  const numbers = present.filter((value) => typeof value === "number" && Number.isFinite(value));
  const scale =
    numbers.length === present.length ? numberScale(numbers as number[]) : categoryScale(present);
  if (present.length === values.length) return scale;
  return {
    ...scale,
    place: (value) => (value === undefined ? ABSENT : scale.place(value)),
    ticks: [...scale.ticks, { at: ABSENT, label: "none" }],
  };
}

const HEIGHT = 300;
const TOP = 36;
/** Between two axes: names of categories need the least, and few axes are spread over the page. */
const gapOf = (axes: number) => Math.min(240, Math.max(132, Math.floor(960 / (axes - 1))));
const LEFT = 20;
/** Room for the last axis's numbers. */
const RIGHT = 90;
const MOST_LETTERS = 16;

/** How strong a line is, by its quarter: the more lines there are, the fainter. */
const OPACITIES = [0.9, 0.5, 0.28, 0.14];
/** More lines than this cover each other. */
const MANY = 50;

function opacityOf(rank: number, count: number): string {
  const quarter = Math.floor((4 * (rank - 1)) / count);
  return (OPACITIES[quarter]! * Math.min(1, Math.sqrt(MANY / count))).toFixed(3);
}

const cut = (text: string) =>
  text.length > MOST_LETTERS ? `${text.slice(0, MOST_LETTERS - 1)}…` : text;
const level = (at: number) => (TOP + (1 - at) * HEIGHT).toFixed(1);

function axis(name: string, { ticks, note }: Scale, x: number): Markup {
  const labels = ticks.map(
    ({ at, label }) =>
      html`<line x1="${x}" x2="${x + 5}" y1="${level(at)}" y2="${level(at)}" /><text
          x="${x + 8}"
          y="${level(at)}"
          dy="0.35em"
          >${cut(label)}<title>${label}</title></text
        >`,
  );
  return html`<g
    ><line x1="${x}" x2="${x}" y1="${level(0)}" y2="${level(1)}" /><text
      class="name"
      x="${x - 8}"
      y="16"
      >${cut(name)}<title>${name}</title>${note && html` <tspan>${note}</tspan>`}</text
    >${labels}</g
  >`;
}

/**
 * Every complete trial as a line over an axis for each hyper-parameter, the objective last. The better a trial, the
 * stronger its line.
 */
export function parallelCoordinates({ objective }: Study, trials: readonly Finished[]): Markup {
  const names = parametersOf(trials);
  const columns = [
    ...names.map((name) => ({ name, of: (trial: Finished) => trial.params[name] })),
    { name: objective.name, of: (trial: Finished): unknown => trial.value },
  ];
  const scales = columns.map(({ of }) => scaleOf(trials.map(of)));
  const gap = gapOf(columns.length);
  const line = (trial: Finished) => {
    const points = columns.map(
      ({ of }, i) => `${LEFT + i * gap},${level(scales[i]!.place(of(trial)))}`,
    );
    const told = columns.map(({ name, of }) => {
      const value = of(trial);
      return `${name} ${typeof value === "number" ? digits(value) : valueText(value ?? "none")}`;
    });
    const best = html` class="best"`;
    const faint = html` stroke-opacity="${opacityOf(trial.rank, trials.length)}"`;
    return html`<polyline${trial.rank === 1 ? best : faint} points="${points.join(" ")}"
      ><title>Trial ${trial.number}: ${told.join(", ")}</title></polyline
    >`;
  };
  const width = LEFT + (columns.length - 1) * gap + RIGHT;
  const height = TOP + HEIGHT * (1 - ABSENT) + 16;
  const caption = `Each line is a trial, from its hyper-parameters to ${objective.name} on the right: the better, the stronger; the orange one is the best.`;
  return html`<figure>
    <figcaption><strong>Parallel coordinates</strong> ${caption}</figcaption>
    <div class="scroll" tabindex="0" role="region" aria-label="Parallel coordinates">
      <svg
        class="parallel"
        role="img"
        aria-label="${caption} The table of trials holds the same numbers."
        width="${width}"
        height="${height}"
        viewBox="0 0 ${width} ${height}"
      >
        <g class="lines">${[...trials].reverse().map(line)}</g>
        ${columns.map(({ name }, i) => axis(name, scales[i]!, LEFT + i * gap))}
      </svg>
    </div>
  </figure>`;
}
