/** A curve, and the area under it. */
export interface Curve {
  readonly x: readonly number[];
  readonly y: readonly number[];
  readonly area: number;
}

/** Hits and false alarms of every threshold that matters, from the highest score down. */
function alarms(actual: readonly boolean[], scores: ArrayLike<number>) {
  const order = actual.map((_, i) => i).sort((a, b) => scores[b]! - scores[a]!);
  const hits: number[] = [];
  const falseAlarms: number[] = [];
  let hit = 0;
  order.forEach((row, i) => {
    hit += Number(actual[row]);
    if (i + 1 < order.length && scores[order[i + 1]!] === scores[row]) return;
    hits.push(hit);
    falseAlarms.push(i + 1 - hit);
  });
  return { hits, falseAlarms };
}

/**
 * The ROC curve: share of false alarms (x) against share of hits (y) as the threshold falls; its area by trapezoids, not
 * a number where one of the two kinds of rows is missing.
 *
 * @see scikit-learn's roc_curve without drop_intermediate, and roc_auc_score.
 */
export function rocCurve(actual: readonly boolean[], scores: ArrayLike<number>): Curve {
  const { hits, falseAlarms } = alarms(actual, scores);
  const x = [0, ...falseAlarms.map((count) => count / falseAlarms.at(-1)!)];
  const y = [0, ...hits.map((count) => count / hits.at(-1)!)];
  const area = x.reduce(
    (sum, to, i) => (i > 0 ? sum + ((to - x[i - 1]!) * (y[i]! + y[i - 1]!)) / 2 : 0),
    0,
  );
  return { x, y, area };
}

/**
 * Recall (x) against precision (y) as the threshold falls. The area is the average precision Σ (Rₙ − Rₙ₋₁) Pₙ, not a
 * number where no row is positive.
 *
 * @see scikit-learn's precision_recall_curve, whose points stand in the opposite order, and average_precision_score.
 */
export function precisionRecallCurve(actual: readonly boolean[], scores: ArrayLike<number>): Curve {
  const { hits, falseAlarms } = alarms(actual, scores);
  const x = [0, ...hits.map((count) => count / hits.at(-1)!)];
  const y = [1, ...hits.map((count, i) => count / (count + falseAlarms[i]!))];
  const area = x.reduce((sum, to, i) => (i > 0 ? sum + (to - x[i - 1]!) * y[i]! : 0), 0);
  return { x, y, area };
}

/** Closer points than this are one point on a screen. */
const APART = 0.004;

/** The same curve with fewer points: what no one could tell apart. */
export function thinned({ x, y }: Curve): { x: number[]; y: number[] } {
  const kept: number[] = [];
  x.forEach((_, i) => {
    const last = kept.at(-1);
    const isEnd = last === undefined || i === x.length - 1;
    if (isEnd || Math.abs(x[i]! - x[last]!) + Math.abs(y[i]! - y[last]!) >= APART) kept.push(i);
  });
  return { x: kept.map((i) => x[i]!), y: kept.map((i) => y[i]!) };
}
