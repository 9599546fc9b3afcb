import { classesBelow, rowsOf } from "./columns.js";
import { counted, GlissadeError } from "./error.js";
import { type Evaluation, type Loss, shareOf } from "./losses/loss.js";
import { memory, type Run } from "./memory.js";
import type { Metric, MetricQuestion } from "./metrics/metric.js";
import { sizeOf } from "./stage.js";
import { field, needed, optional, resolve } from "./options.js";
import { type Data, isTensor, isTypedArray, rowShapeOf, tensor } from "./tensor.js";

/** Predictions, targets and weights, as users give them. */
interface Given {
  readonly prediction: Data;
  readonly target: Data;
  readonly weight?: Data | undefined;
}

interface Batch {
  readonly rows: number;
  readonly cols: number;
  readonly labels: boolean;
  /** Of one entry of the first axis of the prediction. */
  readonly shape: readonly number[];
  readonly prediction: ArrayLike<number>;
  readonly target: ArrayLike<number>;
  readonly weight: ArrayLike<number> | undefined;
}

const data = field<Data>(
  "a tensor, nested arrays or a typed array",
  (value) => isTensor(value) || isTypedArray(value) || Array.isArray(value),
);
export const evaluateAloneFields = {
  prediction: needed(data),
  target: needed(data),
  weight: optional(data),
};

/** Checks and flattens: rows are all axes but the last. */
function batchOf(owner: string, targets: Loss["targets"], asked: Given): Batch {
  const given = resolve(owner, evaluateAloneFields, asked);
  const shape = rowShapeOf(given.prediction) ?? [];
  const cols = shape.at(-1) ?? 1;
  const prediction = rowsOf(owner, "prediction", given.prediction, shape);
  const rows = prediction.data.length / cols;
  const flat = (rowShapeOf(given.target) ?? []).length < shape.length;
  const labels = targets === "labels" || (targets === "either" && flat && cols > 1);
  const target = labels
    ? classesBelow(owner, "target", given.target, cols)
    : (rowsOf(owner, "target", given.target, shape).data as ArrayLike<number>);
  const weight = given.weight && rowsOf(owner, "weight", given.weight, []).data;
  const targetRows = target.length / (labels ? 1 : cols);
  if (targetRows !== rows) throw otherRows(owner, "target", rows, targetRows);
  if (weight && weight.length !== rows) throw otherRows(owner, "weight", rows, weight.length);
  return { rows, cols, labels, shape, prediction: prediction.data, target, weight } as Batch;
}

const otherRows = (owner: string, what: string, rows: number, given: number) =>
  new GlissadeError(
    "ERR_SHAPE",
    `${owner}: ${what} must have ${counted(rows, "row")}, one for each row of prediction, got ${given}`,
  );

/** Puts a batch into memory of its own, lets `use` work on it, and gives the memory back. */
function withBatch<T>(
  { rows, cols, labels, prediction, target, weight }: Batch,
  extra: readonly number[],
  use: (pieces: readonly number[]) => T,
): T {
  const heap = memory();
  const counts = [rows * cols, labels ? rows : rows * cols, rows, ...extra];
  const run: Run = heap.allocateRun(counts, counted(rows, "row"));
  const [x, y, w] = run.pieces as [number, number, number];
  try {
    heap.floats(x, rows * cols).set(prediction);
    if (labels) heap.integers(y, rows).set(target);
    else heap.floats(y, rows * cols).set(target);
    if (weight) heap.floats(w, rows).set(weight);
    return use(run.pieces);
  } finally {
    heap.release(run.address);
  }
}

/** The loss of these predictions, reduced, and its slope. */
export function evaluateAlone(loss: Loss, given: Given): Evaluation {
  const owner = `losses.${loss.type}`;
  const batch = batchOf(owner, loss.targets, given);
  const { rows, cols, labels, shape, weight } = batch;
  const activation = loss.options.fromLogits === true ? "linear" : "probabilities";
  const plan = loss.plan({ owner, shape, cols, activation, absorbable: false, labels });
  const isRowLoss = loss.kind === "row";
  const total = weight && Array.from(weight).reduce((sum, one) => sum + one, 0);
  const share = isRowLoss ? shareOf(loss.reduction, rows, total) : 1;
  const heap = memory();
  const k = heap.kernels;
  return withBatch(batch, [rows, rows, rows * cols, 2, plan.scratch(rows)], (pieces) => {
    const [prediction, target, own, shared, each, gradient, cell, scratch] = pieces as Pieces;
    if (!weight) k.fill(0, rows, own, 1);
    k.rescale(0, rows, own, shared, share, 0);
    const at = { rows, cols, prediction, target, weight: shared, loss: each, gradient, scratch };
    plan.run(k, { ...at, scale: 1 });
    k.addLoss(0, isRowLoss ? rows : 1, each, isRowLoss ? own : 0, share, cell);
    const slope = heap.floats(gradient, rows * cols).slice();
    const full = [batch.prediction.length / sizeOf(shape), ...shape];
    return { loss: heap.doubles(cell, 1)[0]!, gradient: tensor(slope, full) };
  });
}

type Pieces = [number, number, number, number, number, number, number, number];

/** What a metric by itself remembers: its plan, and its sums in JavaScript memory. */
export interface Standing {
  readonly question: MetricQuestion;
  readonly cells: Float64Array;
}

/** Adds a batch to a metric's sums, which are made at the first. @throws ERR_SHAPE if columns change */
export function updateAlone(
  metric: Metric,
  given: Given,
  standing: Standing | undefined,
): Standing {
  const owner = `metrics.${metric.type}`;
  const batch = batchOf(owner, "either", given);
  const { rows, cols, labels, shape, weight } = batch;
  const question = { owner, shape, cols, labels };
  const plan = metric.plan(question);
  const sums = standing?.cells ?? new Float64Array(plan.cells);
  if (standing && standing.question.cols !== cols) {
    throw new GlissadeError(
      "ERR_SHAPE",
      `${owner}: every batch must have ${counted(standing.question.cols, "column")}, got ${cols}; reset() begins anew`,
    );
  }
  const heap = memory();
  return withBatch(batch, [2 * plan.cells, plan.scratch(rows)], (pieces) => {
    const [prediction, target, own, cells, scratch] = pieces as Pieces;
    heap.doubles(cells, plan.cells).set(sums);
    const at = { rows, cols, prediction, target, weight: weight ? own : 0, cells, scratch };
    plan.update(heap.kernels, at);
    return { question, cells: heap.doubles(cells, plan.cells).slice() };
  });
}
