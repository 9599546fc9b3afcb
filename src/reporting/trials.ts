import type { Trial } from "../tune/trial.js";
import { axisOf, figure, type Series } from "./chart.js";
import { digits, fixed } from "./digits.js";
import { html, type Markup } from "./html.js";
import { importanceOf } from "./importance.js";
import { parallelCoordinates } from "./parallel.js";
import { spreadFigure } from "./spread.js";
import { type Finished, finished, parametersOf, type Study, valueText } from "./study.js";
import { type Cell, longCell, table } from "./table.js";

/** Fewer trials say nothing about what matters. */
const LEAST_TRIALS = 8;

const cell = (value: unknown): Cell =>
  typeof value === "number" ? value : value === undefined ? "–" : valueText(value);
const numberCell = (value: number | undefined): Cell => value ?? "–";

function bestTrial({ objective }: Study, best: Finished): Markup {
  const rows = Object.entries(best.params).map(([name, value]): Cell[] => [name, cell(value)]);
  const std = typeof best.std === "number" ? ` ± ${digits(best.std)}` : "";
  return html`<p>
      <strong>Best: trial ${best.number}, ${objective.name} ${digits(best.value)}${std}</strong>
    </p>
    ${table("Its hyper-parameters", ["hyper-parameter", "value"], rows)}`;
}

/** Value by number, and the best so far of those that were trained longest: other budgets do not compare. */
function progress({ objective }: Study, ranked: readonly Finished[]): Markup {
  const ordered = [...ranked].sort((a, b) => a.number - b.number);
  const longest = ordered.filter(({ epochs }) => epochs === ranked[0]!.epochs);
  const shorter = ordered.filter(({ epochs }) => epochs !== ranked[0]!.epochs);
  const better = objective.mode === "max" ? Math.max : Math.min;
  let best = longest[0]!.value;
  const soFar = longest.map(({ value }) => (best = better(best, value)));
  const dots = (label: string, list: readonly Finished[]): Series => ({
    label,
    x: list.map(({ number }) => number),
    y: list.map(({ value }) => value),
    style: "dots",
  });
  const all = dots(objective.name, longest);
  const wish = `${objective.mode === "max" ? "more" : "less"} is better`;
  const note =
    shorter.length > 0 ? `; grey: trained for fewer epochs than ${ranked[0]!.epochs}` : "";
  return figure({
    title: "Progress",
    caption: `${objective.name} of each complete trial; ${wish}${note}.`,
    x: { label: "trial", whole: true },
    y: axisOf(objective.name),
    series: [
      { ...all, color: 0 },
      { label: "best so far", x: all.x, y: soFar, color: 1, style: "held" },
      ...(shorter.length > 0 ? [dots("fewer epochs", shorter)] : []),
    ],
  });
}

function bestCurves({ objective }: Study, ranked: readonly Finished[]): Markup | undefined {
  const runs = ranked
    .filter(({ curve }) => curve.length > 1)
    .map(({ number, curve, spread }) => ({ label: `trial ${number}`, curve, spread }));
  return spreadFigure("Curves of the best trials", objective.name, runs);
}

const bar = (share: number) =>
  html`<svg class="bar" width="100%" height="12" aria-hidden="true">
    <rect width="${(100 * share).toFixed(1)}%" height="12" />
  </svg>`;

/** Trials without those whose hyper-parameters were trained longer by another, as halving does it. */
function withoutShorter(ranked: readonly Finished[]): Finished[] {
  const longest = new Map<string, number>();
  const keyOf = ({ params }: Finished) => JSON.stringify(params);
  for (const trial of ranked) {
    if (!longest.has(keyOf(trial))) longest.set(keyOf(trial), trial.epochs);
  }
  return ranked.filter((trial) => trial.epochs === longest.get(keyOf(trial)));
}

/** Places of trials, from 0: those that are equally good, trained equally long, share one. */
export function placesOf(ranked: readonly Finished[]): number[] {
  let place = 0;
  return ranked.map(({ epochs, value }, i) => {
    const before = ranked[i - 1];
    return before?.epochs === epochs && before.value === value ? place : (place = i);
  });
}

function importance(all: readonly Finished[]): Markup {
  const ranked = withoutShorter(all);
  if (ranked.length < LEAST_TRIALS) {
    return html`<p>Importance of hyper-parameters needs ${LEAST_TRIALS} complete trials.</p>`;
  }
  const places = placesOf(ranked);
  const rows = parametersOf(ranked)
    .map((name) => ({
      name,
      share: importanceOf(
        ranked.map(({ params }) => params[name]),
        places,
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
      Chance gives 0; what matters only together with others is not seen. What was trained again for
      longer counts once.
    </p>`;
}

function trialTable({ objective, trials }: Study, ranked: readonly Finished[]): Markup {
  const names = parametersOf(trials);
  const ranks = new Map(ranked.map(({ number, rank }) => [number, rank]));
  const rows = trials.map((trial): Cell[] => [
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

const statusCell = ({ status, error }: Trial): Cell =>
  error === undefined ? status : longCell(`${status}: ${error}`);

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
