import { classesOf } from "../data.js";
import { GlissadeError, show } from "../error.js";
import { field, finite, needed, optional, type Options, resolve } from "../options.js";
import { squash } from "../probabilities.js";
import { asTensor, type Data, isTensor, isTypedArray, type Tensor } from "../tensor.js";

const data = () =>
  needed(
    field<Data>(
      "a tensor, nested arrays or a typed array",
      (value) => isTensor(value) || Array.isArray(value) || isTypedArray(value),
    ),
  );

export const evaluationFields = {
  /** What is so: class numbers, 0 or 1, or one-hot rows. */
  y: data(),
  /** What the model said: [rows, classes], or one number a row for class 1; probabilities or logits. */
  scores: data(),
  /** What the classes are called. */
  labels: optional(
    field<readonly string[] | undefined>(
      "an array of texts, one a class",
      (value) => Array.isArray(value) && value.every((one) => typeof one === "string"),
    ),
  ),
  /** Two classes: class 1 is predicted where its score is greater; of two columns, its probability. */
  threshold: optional(finite()),
};

/** What a model said about rows whose classes are known. */
export type Evaluation = Options<typeof evaluationFields>;

/** An evaluation that was checked. */
export interface Judgement {
  readonly labels: readonly string[];
  readonly actual: Int32Array;
  readonly predicted: Int32Array;
  /** What ranks rows by each class, a number a row; by class 1 alone where there are two. */
  readonly scores: ReadonlyMap<number, ArrayLike<number>>;
  /** Probabilities of each class; of class 1 alone where there are two. */
  readonly probabilities: ReadonlyMap<number, Float32Array>;
  /** What made probabilities of the scores, where they were none. */
  readonly squashed: "sigmoid" | "softmax" | undefined;
  readonly threshold: number | undefined;
}

const refuse = (code: "ERR_SHAPE" | "ERR_NUMERIC" | "ERR_OPTION", message: string) =>
  new GlissadeError(code, `report: ${message}`);
const text = ({ shape }: Tensor) => `[${shape.join(", ")}]`;

/** Scores by row, checked. */
function scoresOf(given: Data): { data: Float32Array; rows: number; width: number } {
  const scores = asTensor("report", "scores", given);
  const [rows = 0, width = 1] = scores.shape;
  if (scores.shape.length > 2 || rows === 0 || width === 0) {
    throw refuse(
      "ERR_SHAPE",
      `scores must have the shape [rows, classes] or [rows], got ${text(scores)}; give what predict returns for some rows`,
    );
  }
  const wrong = scores.data.findIndex((value) => !Number.isFinite(value));
  if (wrong >= 0) {
    throw refuse(
      "ERR_NUMERIC",
      `scores must be finite numbers, got ${scores.data[wrong]} in row ${Math.floor(wrong / width)}; the model has diverged: train with a lower rate`,
    );
  }
  return { data: Float32Array.from(scores.data), rows, width };
}

/** Numbers that lie row by row, as columns. */
const columnsOf = (data: Float32Array, width: number) =>
  Array.from({ length: width }, (_, j) => data.filter((_, i) => i % width === j));

/** By class; of two classes the second alone. */
const byClass = <T>(columns: readonly T[]) =>
  new Map(columns.length > 2 ? columns.map((column, i) => [i, column]) : [[1, columns.at(-1)!]]);

/** Two columns rank by the last, or, unless they are shares of one, by what it has before the first. */
function rankingOf(columns: readonly Float32Array[]): readonly ArrayLike<number>[] {
  const [first, last] = columns;
  if (columns.length !== 2 || first!.every((a, i) => isUnit(a) && isNearOne(a + last![i]!))) {
    return columns;
  }
  return [Float64Array.from(last!, (value, i) => value - first![i]!)];
}

const isUnit = (value: number) => value >= 0 && value <= 1;
/** As near as rounding lets shares of one be. */
const isNearOne = (sum: number) => Math.abs(sum - 1) < 1e-3;

/** Class numbers of y, as many as there are scores, each below `classes`. */
function actualOf(y: Data, rows: number, classes: number): Int32Array {
  const width = isTensor(y) || Array.isArray(y) ? asTensor("report", "y", y).shape.slice(1) : [];
  const columns = width.reduce((a, b) => a * b, 1);
  if (width.length > 1 || (columns > 1 && columns !== classes)) {
    throw refuse(
      "ERR_SHAPE",
      `y must hold class numbers, or one-hot rows of ${classes} columns as scores imply, got rows of [${width.join(", ")}]; give y and scores of the same classes`,
    );
  }
  const actual = classesOf("report", "y", y);
  if (actual.length !== rows) {
    throw refuse(
      "ERR_SHAPE",
      `y and scores must have equally many rows, got ${actual.length} and ${rows}; give both for the same rows`,
    );
  }
  const most = actual.reduce((a, b) => Math.max(a, b), 0);
  if (most >= classes) {
    throw refuse(
      "ERR_NUMERIC",
      `y must hold classes below ${classes}, as scores imply, got ${most}; number classes from 0, or give scores of all classes`,
    );
  }
  return actual;
}

/** The greatest column of each row, the first of equal ones. */
const greatest = (columns: readonly Float32Array[], rows: number) =>
  Int32Array.from({ length: rows }, (_, i) =>
    columns.reduce((best, column, j) => (column[i]! > columns[best]![i]! ? j : best), 0),
  );

/**
 * Checks an evaluation.
 *
 * @throws ERR_OPTION if something is unknown or missing, labels do not suffice, or there is a threshold for more than
 *   two classes; ERR_SHAPE if y and scores do not fit each other; ERR_NUMERIC if a score is not finite or a class not
 *   below the number of columns.
 */
export function judge(given: Evaluation): Judgement {
  const { y, scores, labels, threshold } = resolve("report", evaluationFields, given);
  const { data, rows, width } = scoresOf(scores);
  const classes = Math.max(2, width);
  const actual = actualOf(y, rows, classes);
  if (threshold !== undefined && classes > 2) {
    throw refuse(
      "ERR_OPTION",
      `threshold must be left out for ${classes} classes, got ${show(threshold)}; the class with the greatest score is predicted`,
    );
  }
  if (labels && labels.length < classes) {
    throw refuse(
      "ERR_OPTION",
      `labels must name each of the ${classes} classes, got ${labels.length}; name them all`,
    );
  }
  const columns = columnsOf(data, width);
  const squashed = data.every(isUnit) ? undefined : width === 1 ? "sigmoid" : "softmax";
  if (squashed) squash(data, width, squashed);
  const probabilities = columnsOf(data, width);
  // Of one column of logits, ½ is at 0.
  const cut = threshold ?? (width === 1 ? (squashed ? 0 : 0.5) : undefined);
  const compared = width === 1 ? columns[0]! : probabilities.at(-1)!;
  return {
    labels: Array.from({ length: classes }, (_, i) => labels?.[i] ?? String(i)),
    actual,
    predicted:
      cut === undefined
        ? greatest(columns, rows)
        : Int32Array.from(compared, (value) => Number(value > cut)),
    // Logits of several classes are compared within their rows alone.
    scores: byClass<ArrayLike<number>>(width > 2 ? probabilities : rankingOf(columns)),
    probabilities: byClass(probabilities),
    squashed,
    threshold: cut,
  };
}
