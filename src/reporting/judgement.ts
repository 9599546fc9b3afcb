import { classificationReport } from "../report.js";
import { calibrationFigures } from "./calibrationFigures.js";
import { digits, fixed, percent } from "./digits.js";
import type { Judgement } from "./evaluation.js";
import { html, type Markup } from "./html.js";
import { matrixTable } from "./matrix.js";
import { rank, type Ranked, rankingFigures } from "./rankingFigures.js";
import { type Cell, metric, table } from "./table.js";

/** Mean of what is a number: a class that never occurs has no area. */
function mean(values: readonly number[]): number {
  const known = values.filter(Number.isFinite);
  return known.reduce((a, b) => a + b, 0) / known.length;
}

/** Mean areas under the curves of some classes. */
const areasOf = (ranked: readonly Ranked[]) => [
  mean(ranked.map(({ roc }) => roc.area)),
  mean(ranked.map(({ precisionRecall }) => precisionRecall.area)),
];

/** Scores by class. What needs no threshold stands beside each of several classes, and above of two. */
function classTable({ labels, actual, predicted }: Judgement, ranked: readonly Ranked[]): Markup {
  const { classes, accuracy, macro } = classificationReport(actual, predicted, {
    labels: [...labels],
  });
  const two = labels.length === 2;
  const line = (one: typeof macro, name: string, list: readonly Ranked[]): Cell[] => [
    name,
    ...[one.precision, one.recall, one.f1, ...(two ? [] : areasOf(list))].map(metric),
    one.support,
  ];
  const rows = classes.map((one) =>
    line(
      one,
      one.label,
      ranked.filter(({ label }) => label === one.label),
    ),
  );
  const areas = two ? [] : ["ROC AUC", "average precision"];
  const [auc, precision] = areasOf(ranked).map(fixed);
  return html`<p>
      <strong>Accuracy ${percent(accuracy)}</strong> of ${actual.length} rows.
      ${two ? `ROC AUC ${auc!}, average precision ${precision!}.` : ""}
    </p>
    ${table("Scores by class", ["class", "precision", "recall", "F1", ...areas, "rows"], rows, {
      sortable: true,
      foot: [line(macro, "mean of classes", ranked)],
    })}`;
}

/** Scores by class, confusion matrix, ROC and precision-recall curves, calibration. */
export function judgement(given: Judgement): Markup {
  const ranked = rank(given);
  const cut =
    given.threshold === undefined
      ? ""
      : html`<p>
          ${given.labels[1]} is predicted where its score is above ${digits(given.threshold)}.
        </p>`;
  return html`${cut}${classTable(given, ranked)}${matrixTable(given)}
  ${rankingFigures(ranked)}${calibrationFigures(given)}`;
}
