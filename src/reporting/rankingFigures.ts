import { type Chart, figure, type Series, UNIT } from "./chart.js";
import { fixed } from "./digits.js";
import type { Judgement } from "./evaluation.js";
import { html, type Markup } from "./html.js";
import { type Curve, precisionRecallCurve, rocCurve, thinned } from "./ranking.js";

/** More lines than this are a tangle. */
const MOST_LINES = 8;

/** A class against the rest. */
export interface Ranked {
  readonly label: string;
  readonly index: number;
  readonly roc: Curve;
  readonly precisionRecall: Curve;
  /** Share of rows that are so. */
  readonly base: number;
}

/** Each of several classes against the rest; class 1 of two. */
export function rank({ labels, actual, scores }: Judgement): Ranked[] {
  return [...scores].map(([index, column]) => {
    const isSo = Array.from(actual, (label) => label === index);
    return {
      label: labels[index]!,
      index,
      roc: rocCurve(isSo, column),
      precisionRecall: precisionRecallCurve(isSo, column),
      base: isSo.filter(Boolean).length / isSo.length,
    };
  });
}

/** Whether there are rows of the class, and others. */
export const canRank = ({ roc }: Ranked) => Number.isFinite(roc.area);

/** The classes that are hardest to tell from the rest, in order; none of those that never or always occur. */
function hardest(ranked: readonly Ranked[]): Ranked[] {
  return ranked
    .filter(canRank)
    .sort((a, b) => a.roc.area - b.roc.area)
    .slice(0, MOST_LINES)
    .sort((a, b) => a.index - b.index);
}

function rocChart(shown: readonly Ranked[], which: string): Chart {
  const lines = shown.map(({ label, roc }, color): Series => ({
    label: `${label} (AUC ${fixed(roc.area)})`,
    ...thinned(roc),
    color,
  }));
  return {
    title: "ROC curve",
    caption: `${which}Further up and left is better; the dashed line is chance.`,
    x: { label: "false positive rate (share of negatives)", range: UNIT },
    y: { label: "true positive rate (share of positives)", range: UNIT },
    series: [...lines, { label: "chance", x: UNIT, y: UNIT, style: "dashes" }],
  };
}

function precisionRecallChart(shown: readonly Ranked[], which: string): Chart {
  const lines = shown.map(({ label, precisionRecall }, color): Series => ({
    label: `${label} (average precision ${fixed(precisionRecall.area)})`,
    ...thinned(precisionRecall),
    color,
    style: "steps",
  }));
  // Chance is the share of the class, so that several classes have no line in common.
  const chance = shown
    .slice(0, which ? 0 : 1)
    .map(({ base }): Series => ({ label: "chance", x: UNIT, y: [base, base], style: "dashes" }));
  return {
    title: "Precision and recall",
    caption: `${which}Further up and right is better${which ? "" : "; the dashed line is chance"}.`,
    x: { label: "recall (share of positives)", range: UNIT },
    y: { label: "precision (share of predicted positives)", range: UNIT },
    series: [...lines, ...chance],
  };
}

/** ROC and precision-recall curves. */
export function rankingFigures(ranked: readonly Ranked[]): Markup {
  const shown = hardest(ranked);
  if (shown.length === 0) return html`<p>There is nothing to rank: all rows are of one class.</p>`;
  const some = shown.length < ranked.length ? `; the ${shown.length} with the least area` : "";
  const which = ranked.length > 1 ? `Each class against the rest${some}. ` : "";
  return html`<div class="charts">
    ${figure(rocChart(shown, which))}${figure(precisionRecallChart(shown, which))}
  </div>`;
}
