import { classesOf } from "./data.js";
import { counted, GlissadeError, show } from "./error.js";
import { field, isPlainObject, optional, type Options, resolve, share } from "./options.js";
import { sizeOf } from "./stage.js";
import { asTensor, type Data } from "./tensor.js";

/** What a row costs that is taken for the other class. */
export interface Costs {
  readonly falsePositive: number;
  readonly falseNegative: number;
}

const isCost = (value: unknown) => typeof value === "number" && value >= 0 && value < Infinity;

export const thresholdFields = {
  /** What is to be best: F1 of class 1, accuracy, or the mean cost of a row, which is to be least. */
  maximize: optional(
    field<"f1" | "accuracy" | Costs | undefined>(
      '"f1", "accuracy", or costs such as { falsePositive: 1, falseNegative: 5 }',
      (value) =>
        value === "f1" ||
        value === "accuracy" ||
        (isPlainObject(value) &&
          Object.keys(value).length === 2 &&
          isCost(value.falsePositive) &&
          isCost(value.falseNegative)),
    ),
  ),
  /** The share of rows that are to be class 0, in place of what is best. */
  quantile: optional(share()),
};

/** Where scores are cut. */
export interface Threshold {
  /** Scores above it are class 1. */
  readonly threshold: number;
  /** What it reaches: F1, accuracy, or the mean cost of a row; for a quantile the share of rows that are class 0. */
  readonly value: number;
}

/**
 * The cut between class 0 and class 1 that suits these scores best; of equally good ones the middle of the widest gap.
 * Choose it on validation data, keep it as `model.threshold`, and give it to `confusionMatrix` and
 * `classificationReport`, which then reach exactly `value` on the same rows.
 *
 * Shapes: scores [rows] or [rows, 1], probabilities or logits alike; y [rows], 0 or 1. It takes n log n steps.
 *
 * @throws ERR_SHAPE if scores have several columns or y has other rows; ERR_NUMERIC if a score is no finite number, if
 *   y holds others than 0 and 1, or not both; ERR_OPTION if an option breaks its rule, or both are given.
 * @see scikit-learn's TunedThresholdClassifierCV, which tries 100 thresholds where this tries all.
 */
export function threshold(
  scores: Data,
  y: Data | undefined,
  given?: Options<typeof thresholdFields>,
): Threshold {
  const { maximize = "f1", quantile } = optionsOf(given);
  const numbers = scoresOf(scores);
  if (quantile !== undefined) return atQuantile(numbers, quantile);
  const [negatives, positives] = byClass(numbers, y);
  return best(negatives, positives, measureOf(maximize));
}

function optionsOf(given: Options<typeof thresholdFields> | undefined) {
  const options = resolve("threshold", thresholdFields, given);
  if (options.maximize === undefined || options.quantile === undefined) return options;
  throw new GlissadeError(
    "ERR_OPTION",
    "threshold: at most one of maximize and quantile must be given, got both; keep one",
  );
}

function scoresOf(scores: Data): Float32Array {
  const { data, shape } = asTensor("threshold", "scores", scores);
  if (shape.length === 0 || sizeOf(shape.slice(1)) !== 1 || data.length === 0) {
    throw new GlissadeError(
      "ERR_SHAPE",
      `threshold: scores must be one column, got [${shape.join(", ")}]; give the column of class 1`,
    );
  }
  const wrong = data.findIndex((value) => !Number.isFinite(value));
  if (wrong < 0) return Float32Array.from(data);
  throw new GlissadeError(
    "ERR_NUMERIC",
    `threshold: scores must be finite numbers, got ${data[wrong]} in row ${wrong}; leave such rows out`,
  );
}

/** The scores of class 0 and of class 1, ascending. */
function byClass(scores: Float32Array, y: Data | undefined): [Float32Array, Float32Array] {
  if (y === undefined) {
    throw new GlissadeError(
      "ERR_OPTION",
      "threshold: y must be given, got nothing; only a quantile does without",
    );
  }
  const classes = classesOf("threshold", "y", y);
  if (classes.length !== scores.length) {
    throw new GlissadeError(
      "ERR_SHAPE",
      `threshold: y must have ${counted(scores.length, "row")} as scores have, got ${classes.length}; give both for the same rows`,
    );
  }
  const of = (label: number) => scores.filter((_, row) => classes[row] === label).sort();
  const [negatives, positives] = [of(0), of(1)];
  if (negatives.length + positives.length === scores.length) {
    if (negatives.length > 0 && positives.length > 0) return [negatives, positives];
  }
  throw new GlissadeError(
    "ERR_NUMERIC",
    `threshold: y must hold both 0 and 1, and nothing else, got ${show([...new Set(classes)])}; ` +
      "give rows of both classes",
  );
}

/** How good a cut is, by rows of class 0 and of class 1 above it, and by all of them. */
type Measure = (falsePositives: number, hits: number, zeros: number, ones: number) => number;

const f1: Measure = (falsePositives, hits, _, ones) => (2 * hits) / (ones + hits + falsePositives);
const accuracy: Measure = (falsePositives, hits, zeros, ones) =>
  (zeros - falsePositives + hits) / (zeros + ones);

function measureOf(maximize: "f1" | "accuracy" | Costs): [measure: Measure, sign: 1 | -1] {
  if (maximize === "f1") return [f1, 1];
  if (maximize === "accuracy") return [accuracy, 1];
  const { falsePositive, falseNegative } = maximize;
  const cost: Measure = (falsePositives, hits, zeros, ones) =>
    (falsePositive * falsePositives + falseNegative * (ones - hits)) / (zeros + ones);
  return [cost, -1];
}

/** Walks up through the cuts: below all scores, between neighbours, above all. */
function best(
  negatives: Float32Array,
  positives: Float32Array,
  [measure, sign]: [Measure, 1 | -1],
): Threshold {
  const [zeros, ones] = [negatives.length, positives.length];
  const valueAt = (i: number, j: number) => measure(zeros - i, ones - j, zeros, ones);
  const next = (i: number, j: number) =>
    Math.min(negatives[i] ?? Infinity, positives[j] ?? Infinity);
  let [i, j] = [0, 0];
  let found = { threshold: belowAll(next(0, 0)), value: valueAt(0, 0) };
  let widest = 0;
  while (i < zeros || j < ones) {
    const low = next(i, j);
    while (negatives[i] === low) i++;
    while (positives[j] === low) j++;
    const high = next(i, j);
    const value = valueAt(i, j);
    const gap = high === Infinity ? 0 : high - low;
    const gain = sign * (value - found.value);
    if (gain < 0 || (gain === 0 && gap <= widest)) continue;
    found = { threshold: between(low, high), value };
    widest = gap;
  }
  return found;
}

/** The middle of two neighbours; no probability is above 1. */
const between = (low: number, high: number) =>
  high === Infinity ? Math.max(1, low) : (low + high) / 2;

const belowAll = (least: number) => (least > 0 ? 0 : least - Math.max(1, -least));

function atQuantile(scores: Float32Array, quantile: number): Threshold {
  const sorted = scores.toSorted();
  const rows = sorted.length;
  // Shares such as 0.07 of 100 rows come out a little above the whole number.
  const wanted = Math.ceil(quantile * rows - 1e-9);
  if (wanted === 0) return { threshold: belowAll(sorted[0]!), value: 0 };
  const low = sorted[wanted - 1]!;
  let end = wanted;
  while (sorted[end] === low) end++;
  return { threshold: between(low, sorted[end] ?? Infinity), value: end / rows };
}
