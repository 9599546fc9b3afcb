import { classesOf } from "./data.js";
import { GlissadeError } from "./error.js";
import { choice, count, field, finite, optional, type Options, resolve } from "./options.js";
import type { Data } from "./tensor.js";

const commonFields = {
  /** The score above which a row of one column counts as class 1; ½ otherwise. */
  threshold: optional(finite()),
  /** What the classes are called. */
  labels: optional(
    field<readonly string[] | undefined>(
      "an array of texts, one a class",
      (value) => Array.isArray(value) && value.every((one) => typeof one === "string"),
    ),
  ),
};

export const confusionMatrixFields = {
  /** How many classes there are; one more than the greatest that occurs otherwise. */
  classes: optional(count()),
  ...commonFields,
};

export interface ConfusionMatrix {
  /** Rows are what is so, columns what was predicted. */
  readonly matrix: readonly (readonly number[])[];
  readonly labels: readonly string[];
  toString(): string;
}

/** Text in columns, flush right. */
function table(rows: readonly (readonly string[])[]): string {
  const widths = rows[0]!.map((_, i) => Math.max(...rows.map((row) => row[i]?.length ?? 0)));
  return rows.map((row) => row.map((cell, i) => cell.padStart(widths[i]!)).join("  ")).join("\n");
}

/**
 * How often each class was taken for each other. y and predicted are class numbers, one-hot rows or scores; rows of one
 * score count as class 1 above the threshold.
 *
 * @throws ERR_SHAPE if they have not equally many rows, ERR_NUMERIC if a class is negative or not below `classes`,
 *   ERR_OPTION if labels do not suffice for `classes`, ERR_MEMORY if there are more than 10,000 classes.
 */
export function confusionMatrix(
  y: Data,
  predicted: Data,
  given?: Options<typeof confusionMatrixFields>,
): ConfusionMatrix {
  const options = resolve("confusionMatrix", confusionMatrixFields, given);
  const [matrix, names] = countPairs("confusionMatrix", y, predicted, options);
  const toString = () =>
    table([["", ...names], ...matrix.map((row, i) => [names[i]!, ...row.map(String)])]);
  return { matrix, labels: names, toString };
}

/** So many squared are 100 million counts. */
const MOST_CLASSES = 10000;

interface CountOptions {
  readonly classes?: number | undefined;
  readonly labels: readonly string[] | undefined;
  readonly threshold: number | undefined;
}

function countPairs(
  owner: string,
  y: Data,
  predicted: Data,
  { classes: given, labels, threshold }: CountOptions,
): [matrix: number[][], names: string[]] {
  const actual = classesOf(owner, "y", y);
  const guess = classesOf(owner, "predicted", predicted, threshold);
  if (actual.length !== guess.length) {
    throw new GlissadeError(
      "ERR_SHAPE",
      `${owner}: y and predicted must have equally many rows, got ${actual.length} and ${guess.length}; give both for the same rows`,
    );
  }
  const most = [...actual, ...guess].reduce((a, b) => Math.max(a, b), 0) + 1;
  const classes = given ?? labels?.length ?? most;
  if (labels && labels.length < classes) {
    throw new GlissadeError(
      "ERR_OPTION",
      `${owner}: labels must name each of the ${classes} classes, got ${labels.length}; name them all, or leave classes out`,
    );
  }
  if (most > classes) {
    throw new GlissadeError(
      "ERR_NUMERIC",
      `${owner}: class numbers must be below ${classes}, got ${most - 1}; ` +
        `give ${given ? "more classes, or number them from 0" : "a label for each class"}`,
    );
  }
  if (classes > MOST_CLASSES) {
    throw new GlissadeError(
      "ERR_MEMORY",
      `${owner}: there must be ${MOST_CLASSES} classes at most, got ${classes}; number them 0, 1, 2, …`,
    );
  }
  const matrix = Array.from({ length: classes }, () => new Array<number>(classes).fill(0));
  actual.forEach((label, row) => matrix[label]![guess[row]!]!++);
  return [matrix, Array.from({ length: classes }, (_, i) => labels?.[i] ?? String(i))];
}

export const classificationReportFields = {
  /** The score where nothing was predicted, or nothing is so. */
  zeroDivision: choice([0, 1], 0),
  ...commonFields,
};

/** Scores of one class, or of a mean over classes. */
export interface ClassScores {
  readonly label: string;
  readonly precision: number;
  readonly recall: number;
  readonly f1: number;
  /** Rows that are so. */
  readonly support: number;
}

export interface ClassificationReport {
  readonly classes: readonly ClassScores[];
  readonly accuracy: number;
  /** Every class counts alike. */
  readonly macro: ClassScores;
  /** Every class counts by its rows. */
  readonly weighted: ClassScores;
  toString(): string;
}

/**
 * Precision, recall and F1 of each class that occurs, and their means, as scikit-learn reports them.
 *
 * @throws ERR_SHAPE if y and predicted have not equally many rows, ERR_NUMERIC if a class is negative.
 */
export function classificationReport(
  y: Data,
  predicted: Data,
  given?: Options<typeof classificationReportFields>,
): ClassificationReport {
  const options = resolve("classificationReport", classificationReportFields, given);
  const { zeroDivision } = options;
  const [matrix, names] = countPairs("classificationReport", y, predicted, options);
  const rows = matrix.flat().reduce((a, b) => a + b, 0);
  const ratio = (part: number, whole: number) => (whole > 0 ? part / whole : zeroDivision);
  const all = matrix.map((row, i): ClassScores & { seen: number } => {
    const hits = row[i]!;
    const support = row.reduce((a, b) => a + b, 0);
    const guesses = matrix.reduce((sum, other) => sum + other[i]!, 0);
    return {
      label: names[i]!,
      precision: ratio(hits, guesses),
      recall: ratio(hits, support),
      f1: ratio(2 * hits, support + guesses),
      support,
      seen: support + guesses,
    };
  });
  const classes = all.filter(({ seen }) => seen > 0).map(({ seen: _, ...scores }) => scores);
  const mean = (label: string, weight: (one: ClassScores) => number): ClassScores => {
    const total = classes.reduce((sum, one) => sum + weight(one), 0);
    const of = (key: "precision" | "recall" | "f1") =>
      classes.reduce((sum, one) => sum + weight(one) * one[key], 0) / total;
    return { label, precision: of("precision"), recall: of("recall"), f1: of("f1"), support: rows };
  };
  const macro = mean("macro", () => 1);
  const weighted = mean("weighted", ({ support }) => support);
  const accuracy = matrix.reduce((sum, row, i) => sum + row[i]!, 0) / rows;
  const line = (one: ClassScores) => [
    one.label,
    ...[one.precision, one.recall, one.f1].map((value) => value.toFixed(4)),
    String(one.support),
  ];
  const toString = () =>
    table([
      ["", "precision", "recall", "f1", "support"],
      ...classes.map(line),
      ["accuracy", "", "", accuracy.toFixed(4), String(rows)],
      line(macro),
      line(weighted),
    ]);
  return { classes, accuracy, macro, weighted, toString };
}
