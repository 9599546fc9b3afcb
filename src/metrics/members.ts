import { type Standing, updateAlone } from "../alone.js";
import { engine, type Kernels } from "../engine.js";
import { scratchOf } from "../memory.js";
import type { Metric, MetricFrame, MetricPlan, MetricQuestion } from "./metric.js";
import { choice, flag, label, optional, type Options, resolve, share } from "../options.js";

/** The option that every metric has. */
const nameField = {
  /** The name in logs and histories. */
  name: label(),
};

/** A metric that can be planned into a model, and also asked by itself. */
function metric(
  type: string,
  options: Readonly<Record<string, unknown>>,
  plan: (question: MetricQuestion) => MetricPlan,
): Metric {
  let standing: Standing | undefined;
  const made: Metric = {
    type,
    name: (options.name as string | undefined) ?? type,
    options,
    plan,
    update: (given) => void (standing = updateAlone(made, given, standing)),
    result: () => (standing ? plan(standing.question).result(standing.cells) : 0),
    reset: () => void (standing = undefined),
  };
  return Object.freeze(made);
}

/** Words of scratch, piece by piece, for so many rows. */
type Counts = (rows: number) => number[];

const ratio = (cells: ArrayLike<number>) => (cells[1]! > 0 ? cells[0]! / cells[1]! : 0);

/** The weighted mean of a number that `values` writes for each row. */
function meanOf(
  counts: Counts,
  values: (k: Kernels, at: MetricFrame, pieces: readonly number[]) => void,
): MetricPlan {
  const scratch = scratchOf(counts);
  return {
    cells: 2,
    scratch: scratch.words,
    update(k, at) {
      const pieces = scratch.at(at.scratch, at.rows);
      values(k, at, pieces);
      k.accumulate(0, at.rows, pieces[0]!, at.weight, at.cells);
    },
    result: ratio,
  };
}

/** Where a probability's threshold lies on the scale of the model's output. */
function thresholdOn(logits: MetricQuestion["logits"], threshold: number): number {
  if (logits !== "sigmoid") return threshold;
  return engine().kernels.scalarLog(threshold / (1 - threshold));
}

const binaryPlan = ({ cols, logits }: MetricQuestion, threshold: number): MetricPlan => {
  const limit = thresholdOn(logits, threshold);
  return meanOf(
    (rows) => [rows],
    (k, { rows, prediction, target }, [values]) =>
      k.binaryMatches(0, rows, cols, prediction, target, values!, limit),
  );
};

const categoricalPlan = ({ cols, labels }: MetricQuestion): MetricPlan =>
  meanOf(
    (rows) => [rows, rows, rows],
    (k, { rows, prediction, target }, [values, predicted, actual]) => {
      k.argMax(0, rows, cols, prediction, predicted!);
      if (!labels) k.argMax(0, rows, cols, target, actual!);
      k.equalLabels(0, rows, predicted!, labels ? target : actual!, values!);
    },
  );

export const accuracyFields = nameField;

/**
 * The share of rows that are right: of the kind that fits the output, as Keras chooses. One column: binary, at ½;
 * several: the greatest column against the class number or the greatest of the target.
 *
 * @throws ERR_OPTION if an option breaks its rule.
 */
export function accuracy(given?: Options<typeof accuracyFields>): Metric {
  const options = resolve("accuracy", accuracyFields, given);
  return metric("accuracy", options, (question) =>
    question.cols === 1 ? binaryPlan(question, 0.5) : categoricalPlan(question),
  );
}

export const binaryAccuracyFields = {
  /** Predictions above count as yes. */
  threshold: share(0.5),
  ...nameField,
};

/**
 * The share of entries on the target's side of the threshold; under logits the threshold's logit is used.
 *
 * @throws ERR_OPTION if an option breaks its rule.
 */
export function binaryAccuracy(given?: Options<typeof binaryAccuracyFields>): Metric {
  const options = resolve("binaryAccuracy", binaryAccuracyFields, given);
  return metric("binaryAccuracy", options, (question) => binaryPlan(question, options.threshold));
}

export const categoricalAccuracyFields = nameField;

/** The share of rows whose greatest column is the target's. @throws ERR_OPTION if an option breaks its rule */
export function categoricalAccuracy(given?: Options<typeof categoricalAccuracyFields>): Metric {
  const options = resolve("categoricalAccuracy", categoricalAccuracyFields, given);
  return metric("categoricalAccuracy", options, categoricalPlan);
}

export const sparseCategoricalAccuracyFields = nameField;

/** The share of rows whose greatest column is the class number. @throws ERR_OPTION if an option breaks its rule */
export function sparseCategoricalAccuracy(
  given?: Options<typeof sparseCategoricalAccuracyFields>,
): Metric {
  const options = resolve("sparseCategoricalAccuracy", sparseCategoricalAccuracyFields, given);
  return metric("sparseCategoricalAccuracy", options, categoricalPlan);
}

/** True positives, predicted and actual of each column, from a threshold on each. */
function thresholdPlan(
  { cols, labels, logits }: MetricQuestion,
  threshold: number,
  result: MetricPlan["result"],
): MetricPlan {
  const limit = thresholdOn(logits, threshold);
  const pieces = scratchOf((rows) => [rows * cols, rows * cols]);
  return {
    cells: 3 * cols,
    scratch: pieces.words,
    update(k, { rows, prediction, target, weight, cells, scratch }) {
      const [made, hot] = pieces.at(scratch, rows) as [number, number];
      if (logits === "softmax") k.softmax(0, rows, cols, prediction, made);
      if (labels) k.oneHot(0, rows, cols, target, hot);
      const x = logits === "softmax" ? made : prediction;
      k.thresholdCounts(0, cols, rows, cols, x, labels ? hot : target, weight, cells, limit);
    },
    result,
  };
}

/** The same sums, each row counting for its greatest column alone. */
function greatestPlan({ cols, labels }: MetricQuestion, result: MetricPlan["result"]): MetricPlan {
  const pieces = scratchOf((rows) => [rows, rows]);
  return {
    cells: 3 * cols,
    scratch: pieces.words,
    update(k, { rows, prediction, target, weight, cells, scratch }) {
      const [predicted, actual] = pieces.at(scratch, rows) as [number, number];
      k.argMax(0, rows, cols, prediction, predicted);
      if (!labels) k.argMax(0, rows, cols, target, actual);
      k.classCounts(rows, cols, predicted, labels ? target : actual, weight, cells);
    },
    result,
  };
}

/** Sums of one of the three runs of cells. */
const sumOf = (cells: ArrayLike<number>, run: 0 | 1 | 2): number => {
  const cols = cells.length / 3;
  return Array.from(cells)
    .slice(run * cols, (run + 1) * cols)
    .reduce((sum, cell) => sum + cell, 0);
};

const thresholdFields = {
  /** Predicted probabilities above count as yes. */
  threshold: share(0.5),
  ...nameField,
};

export const precisionFields = thresholdFields;

/**
 * True positives over all that is predicted, pooled over all columns; 0 where nothing is.
 *
 * @throws ERR_OPTION if an option breaks its rule.
 */
export function precision(given?: Options<typeof precisionFields>): Metric {
  const options = resolve("precision", precisionFields, given);
  return metric("precision", options, (question) =>
    thresholdPlan(question, options.threshold, (cells) =>
      ratio([sumOf(cells, 0), sumOf(cells, 1)]),
    ),
  );
}

export const recallFields = thresholdFields;

/**
 * True positives over all that is so, pooled over all columns; 0 where nothing is.
 *
 * @throws ERR_OPTION if an option breaks its rule.
 */
export function recall(given?: Options<typeof recallFields>): Metric {
  const options = resolve("recall", recallFields, given);
  return metric("recall", options, (question) =>
    thresholdPlan(question, options.threshold, (cells) =>
      ratio([sumOf(cells, 0), sumOf(cells, 2)]),
    ),
  );
}

export const f1Fields = {
  /** How the scores of the classes become one. */
  average: choice(["macro", "micro", "weighted"], "macro"),
  /** Probabilities above count as yes; without it, one column has ½ and several take the greatest. */
  threshold: optional(share(0.5)),
  /** Whether a row may have several labels, each judged at its threshold. */
  multiLabel: flag(false),
  ...nameField,
};

/**
 * F1 = 2·TP / (predicted + actual), exact over everything seen. Macro is the mean over the classes that were seen,
 * predicted or actual; weighted counts each by its actual rows; micro pools the counts first.
 *
 * @throws ERR_OPTION if an option breaks its rule.
 * @see van Rijsbergen 1979. Averages are scikit-learn's; Keras's macro also counts classes that never occur, as 0.
 */
export function f1(given?: Options<typeof f1Fields>): Metric {
  const options = resolve("f1", f1Fields, given);
  const result = (cells: ArrayLike<number>) => scoreOf(cells, options.average);
  return metric("f1", options, (question) => {
    const single = question.cols === 1 || options.multiLabel || options.threshold !== undefined;
    return single
      ? thresholdPlan(question, options.threshold ?? 0.5, result)
      : greatestPlan(question, result);
  });
}

function scoreOf(cells: ArrayLike<number>, average: "macro" | "micro" | "weighted"): number {
  const cols = cells.length / 3;
  if (average === "micro") {
    return ratio([2 * sumOf(cells, 0), sumOf(cells, 1) + sumOf(cells, 2)]);
  }
  let sum = 0;
  let parts = 0;
  for (let j = 0; j < cols; j++) {
    const actual = cells[2 * cols + j]!;
    const seen = cells[cols + j]! + actual;
    const part = average === "weighted" ? actual : Number(seen > 0);
    sum += part * ratio([2 * cells[j]!, seen]);
    parts += part;
  }
  return ratio([sum, parts]);
}

/** The mean over rows of what a loss kernel writes. */
const differencePlan = (
  type: "meanSquaredError" | "meanAbsoluteError",
  { cols, labels }: MetricQuestion,
): MetricPlan =>
  meanOf(
    (rows) => [rows, labels ? rows * cols : 0],
    (k, { rows, prediction, target }, [values, hot]) => {
      if (labels) k.oneHot(0, rows, cols, target, hot!);
      k[type](0, rows, cols, prediction, labels ? hot! : target, 0, values!, 0);
    },
  );

export const meanSquaredErrorFields = nameField;

/** Mean of (p − t)² over all entries. @throws ERR_OPTION if an option breaks its rule */
export function meanSquaredError(given?: Options<typeof meanSquaredErrorFields>): Metric {
  const options = resolve("meanSquaredError", meanSquaredErrorFields, given);
  return metric("meanSquaredError", options, (question) =>
    differencePlan("meanSquaredError", question),
  );
}

export const meanAbsoluteErrorFields = nameField;

/** Mean of |p − t| over all entries. @throws ERR_OPTION if an option breaks its rule */
export function meanAbsoluteError(given?: Options<typeof meanAbsoluteErrorFields>): Metric {
  const options = resolve("meanAbsoluteError", meanAbsoluteErrorFields, given);
  return metric("meanAbsoluteError", options, (question) =>
    differencePlan("meanAbsoluteError", question),
  );
}
