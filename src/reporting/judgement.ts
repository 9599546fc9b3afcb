import { counted } from "../error.js";
import { classificationReport } from "../report.js";
import { calibrationFigures } from "./calibrationFigures.js";
import { digits, fixed, percent } from "./digits.js";
import type { Judgement } from "./evaluation.js";
import { html, type Markup } from "./html.js";
import { matrixTable } from "./matrix.js";
import { canRank, rank, type Ranked, rankingFigures } from "./rankingFigures.js";
import { type Cell, metric, table } from "./table.js";

/** Mean areas under the curves of some classes; a class that never or always occurs has none. */
function areasOf(ranked: readonly Ranked[]): number[] {
  const some = ranked.filter(canRank);
  const mean = (of: (one: Ranked) => number) =>
    some.reduce((sum, one) => sum + of(one), 0) / some.length;
  return [mean(({ roc }) => roc.area), mean(({ precisionRecall }) => precisionRecall.area)];
}

/** Scores by class. What needs no threshold stands beside each of several classes, and above of two. */
function classTable({ labels, actual, predicted }: Judgement, ranked: readonly Ranked[]): Markup {
  const { classes, accuracy, macro } = classificationReport(actual, predicted, {
    labels: [...labels],
  });
  const two = labels.length === 2;
  const line = (one: typeof macro, name: string, list: readonly Ranked[]): Cell[] => [
    name,
    ...[one.precision, one.recall, one.f1, ...(two ? [] : areasOf(list))].map(metric),
  ];
  const rows = classes.map((one) => {
    const own = ranked.filter(({ label }) => label === one.label);
    return [...line(one, one.label, own), one.support];
  });
  const areas = two ? [] : ["ROC AUC", "average precision"];
  const [auc, precision] = areasOf(ranked).map(fixed);
  const rankings = ranked.some(canRank) ? `ROC AUC ${auc}, average precision ${precision}.` : "";
  const total: Cell = { value: actual.length, shown: `${actual.length} in all` };
  return html`<p>
      <strong>Accuracy ${percent(accuracy)}</strong> of ${counted(actual.length, "row")}.
      ${two ? rankings : ""}
    </p>
    ${table("Scores by class", ["class", "precision", "recall", "F1", ...areas, "rows"], rows, {
      sortable: true,
      foot: [[...line(macro, "mean of classes", ranked), total]],
    })}`;
}

/** How logits were read, and where they were cut. */
function reading({ labels, squashed, threshold }: Judgement): Markup | undefined {
  const rows = squashed === "softmax" ? " of each row" : "";
  const sentences = [
    squashed &&
      "The scores are no probabilities, as they do not all lie between 0 and 1: they are taken for logits, " +
        `of which a ${squashed} makes probabilities${rows}.`,
    threshold !== undefined &&
      `${labels[1]} is predicted where its score is above ${digits(threshold)}.`,
  ].filter(Boolean);
  return sentences.length > 0 ? html`<p>${sentences.join(" ")}</p>` : undefined;
}

/** Scores by class, confusion matrix, ROC and precision-recall curves, calibration. */
export function judgement(given: Judgement): Markup {
  const ranked = rank(given);
  return html`${reading(given)}${classTable(given, ranked)}${matrixTable(given)}
  ${rankingFigures(ranked)}${calibrationFigures(given)}`;
}
