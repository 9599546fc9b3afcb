import { axisOf, figure } from "./chart.js";
import { digits, fixed } from "./digits.js";
import { html, type Markup } from "./html.js";
import { importanceOf } from "./importance.js";
import { parallelCoordinates } from "./parallel.js";
import { spreadFigure } from "./spread.js";
import {
  type Finished,
  finished,
  parametersOf,
  type Study,
  type Trial,
  valueText,
} from "./study.js";
import { type Cell, table } from "./table.js";

/** Fewer trials say nothing about what matters. */
const LEAST_TRIALS = 8;
/** So many curves can be told apart. */
const MOST_CURVES = 5;

const cell = (value: unknown): Cell =>
  typeof value === "number" ? value : value === undefined ? "–" : valueText(value);
const numberCell = (value: number | null | undefined): Cell => value ?? "–";

function bestTrial({ objective }: Study, best: Finished): Markup {
  const rows = Object.entries(best.params).map(([name, value]): Cell[] => [name, cell(value)]);
  const std = typeof best.std === "number" ? ` ± ${digits(best.std)}` : "";
  return html`<p>
      <strong>Best: trial ${best.number}, ${objective.name} ${digits(best.value)}${std}</strong>
    </p>
    ${table("Its hyper-parameters", ["hyper-parameter", "value"], rows)}`;
}

/** Value by number, and the best so far. */
function progress({ objective }: Study, ranked: readonly Finished[]): Markup {
  const ordered = [...ranked].sort((a, b) => a.number - b.number);
  const x = ordered.map(({ number }) => number);
  const better = objective.mode === "max" ? Math.max : Math.min;
  let best = ordered[0]!.value;
  const soFar = ordered.map(({ value }) => (best = better(best, value)));
  return figure({
    title: "Progress",
    caption: `${objective.name} of each complete trial; ${objective.mode === "max" ? "more" : "less"} is better.`,
    x: { label: "trial", whole: true },
    y: axisOf(objective.name),
    series: [
      { label: objective.name, x, y: ordered.map(({ value }) => value), color: 0, style: "dots" },
      { label: "best so far", x, y: soFar, color: 1, style: "steps" },
    ],
  });
}

function bestCurves({ objective }: Study, ranked: readonly Finished[]): Markup | undefined {
  const shown = ranked.filter(({ curve }) => curve && curve.length > 1).slice(0, MOST_CURVES);
  if (shown.length === 0) return undefined;
  const runs = shown.map(({ number, curve, spread }) => ({
    label: `trial ${number}`,
    curve: curve!,
    spread,
  }));
  return spreadFigure("Curves of the best trials", objective.name, runs);
}

const bar = (share: number) =>
  html`<svg class="bar" width="100%" height="12" aria-hidden="true">
    <rect width="${(100 * share).toFixed(1)}%" height="12" />
  </svg>`;

function importance(ranked: readonly Finished[]): Markup {
  if (ranked.length < LEAST_TRIALS) {
    return html`<p>Importance of hyper-parameters needs ${LEAST_TRIALS} complete trials.</p>`;
  }
  const rows = parametersOf(ranked)
    .map((name) => ({
      name,
      share: importanceOf(
        ranked.map(({ params }) => params[name]),
        ranked.map(({ rank }) => rank),
      ),
    }))
    .sort((a, b) => b.share - a.share)
    .map(({ name, share }): Cell[] => [
      name,
      { value: share, shown: fixed(share) },
      { value: "", shown: bar(share) },
    ]);
  return html`${table("Importance of hyper-parameters", ["hyper-parameter", "importance", ""], rows)}
    <p class="aside">
      How much of the order of the ${ranked.length} complete trials each explains by itself, from 0
      to 1: η² of a Kruskal-Wallis test over up to five groups of equal size, or over its values.
      Chance gives 0; what matters only together with others is not seen.
    </p>`;
}

function trialTable({ objective, trials }: Study, ranked: readonly Finished[]): Markup {
  const names = parametersOf(trials);
  const ranks = new Map(ranked.map(({ number, rank }) => [number, rank]));
  const rows = trials.map((trial: Trial): Cell[] => [
    { value: trial.number, shown: String(trial.number) },
    numberCell(ranks.get(trial.number)),
    numberCell(trial.value),
    numberCell(trial.std),
    statusCell(trial),
    ...names.map((name) => cell(trial.params[name])),
    numberCell(trial.epochs),
    numberCell(trial.seconds),
  ]);
  const head = [
    "trial",
    "rank",
    objective.name,
    "deviation",
    "status",
    ...names,
    "epochs",
    "seconds",
  ];
  return table("All trials", head, rows, { sortable: true });
}

/** What went wrong may be long. */
const statusCell = ({ status, error }: Trial): Cell =>
  error === undefined
    ? status
    : { value: status, shown: html`<span class="long">${status}: ${errorText(error)}</span>` };

const errorText = (error: unknown) =>
  error instanceof Error
    ? error.message
    : valueText((error as { message?: unknown } | null)?.message ?? error);

/** The best trial, how it was found, what mattered, and all trials. */
export function trials(study: Study): Markup {
  const ranked = finished(study);
  const best = ranked[0];
  if (!best)
    return html`<p>No trial was completed.</p>
      ${trialTable(study, ranked)}`;
  return html`${bestTrial(study, best)}
    <div class="charts">${progress(study, ranked)}${bestCurves(study, ranked)}</div>
    ${importance(ranked)}${parallelCoordinates(study, ranked)}${trialTable(study, ranked)}`;
}
