import { engine } from "../engine.js";
import type { Target } from "../feed.js";
import type { Judge } from "../judge.js";
import type { Loss } from "../losses/loss.js";
import { tensor, type TensorData } from "../tensor.js";
import { type Examined, rowOf, type Sample } from "./examined.js";

/** What is answered to a row, before a loss reads it. */
type Guess = (row: number) => ArrayLike<number>;

/** The output's rows that are given one and the same answer. */
type Groups = ArrayLike<number>;

/** Keras's guard against ln 0. */
const EPSILON = 1e-7;

/** Whether a loss reads predictions as probabilities. */
export const isOfProbabilities = ({ options }: Loss): boolean => "fromLogits" in options;

const isOfSigmoid = ({ type, options }: Loss, cols: number) =>
  type === "binaryCrossentropy" || cols === 1 || options.multiLabel === true;

/** Loss of the best answer that is the same for all rows; nothing where the losses do not tell. */
export function chanceLoss(examined: Examined, sample: Sample): number | undefined {
  return bestLoss(examined, sample, (rows) => new Int32Array(rows));
}

/** Loss of the best answer that is the same for rows of the same x: as low as any model can come. */
export function leastLoss(examined: Examined, sample: Sample): number | undefined {
  const alike = rowsAlike(sample);
  return bestLoss(examined, sample, (rows) => {
    const leading = rows / alike.length;
    return Int32Array.from({ length: rows }, (_, row) => {
      const example = Math.floor(row / leading);
      return alike[example]! * leading + (row - example * leading);
    });
  });
}

/** Loss of an answer that knows nothing: all classes alike. Nothing where an output has no probabilities. */
export function uniformLoss(examined: Examined, sample: Sample): number | undefined {
  return total(examined, (judge, i) => {
    const { loss } = judge.verdict;
    if (!isOfProbabilities(loss)) return undefined;
    const share = isOfSigmoid(loss, judge.cols) ? 0.5 : 1 / judge.cols;
    const guess = new Float64Array(judge.cols).fill(share);
    return lossOfGuess(examined, sample, i, () => guess);
  });
}

/** For each row, the first row that has the same x. */
export function rowsAlike({ feed: { rows, inputs } }: Sample): Int32Array {
  const first = new Map<string, number>();
  return Int32Array.from({ length: rows }, (_, row) => {
    const key = inputs.map((column) => rowOf(column, row).join()).join("|");
    if (!first.has(key)) first.set(key, row);
    return first.get(key)!;
  });
}

/** The losses of all outputs as they are added up in training; nothing where one is missing. */
function total(
  { judges }: Examined,
  lossOf: (judge: Judge, i: number) => number | undefined,
): number | undefined {
  const losses = judges.map((judge, i) => {
    const loss = lossOf(judge, i);
    return loss === undefined ? NaN : loss * judge.verdict.lossWeight;
  });
  const sum = losses.reduce((a, b) => a + b, 0);
  return Number.isFinite(sum) ? sum : undefined;
}

/** Means are best for squared errors and cross-entropies, medians for absolute errors: the better one counts. */
function bestLoss(
  examined: Examined,
  sample: Sample,
  groupsOf: (rows: number) => Groups,
): number | undefined {
  return total(examined, ({ verdict, cols, leading }, i) => {
    const { targets, weights, rows } = sample.feed;
    const values = valuesOf(targets[i]!, cols);
    const groups = groupsOf(rows * leading);
    const guesses = [meanGuess(values, cols, groups, weights[i])];
    if (!isOfProbabilities(verdict.loss)) guesses.push(medianGuess(values, cols, groups));
    const losses = guesses.map((guess) => lossOfGuess(examined, sample, i, guess));
    return losses.reduce((a, b) => (a === undefined || (b !== undefined && b < a) ? b : a));
  });
}

/** The numbers of a row of targets, class numbers as one-hot. */
function valuesOf(target: Target, cols: number): Guess {
  const { data, labels } = target;
  if (!labels) return (row) => (data as TensorData).subarray(row * cols, (row + 1) * cols);
  return (row) => {
    const hot = new Float64Array(cols);
    hot[data[row]!] = 1;
    return hot;
  };
}

/** The weighted mean of each group. */
function meanGuess(
  values: Guess,
  cols: number,
  groups: Groups,
  weights: Float32Array | undefined,
): Guess {
  const sums = new Map<number, { weight: number; sum: Float64Array }>();
  for (let row = 0; row < groups.length; row++) {
    const weight = weights?.[row] ?? 1;
    const found = sums.get(groups[row]!) ?? { weight: 0, sum: new Float64Array(cols) };
    const value = values(row);
    for (let j = 0; j < cols; j++) found.sum[j]! += weight * value[j]!;
    found.weight += weight;
    sums.set(groups[row]!, found);
  }
  for (const { weight, sum } of sums.values())
    sum.forEach((one, j) => (sum[j] = one / (weight || 1)));
  return (row) => sums.get(groups[row]!)!.sum;
}

/** The median of each group, column by column. */
function medianGuess(values: Guess, cols: number, groups: Groups): Guess {
  const members = new Map<number, number[]>();
  for (let row = 0; row < groups.length; row++) {
    const list = members.get(groups[row]!);
    if (list) list.push(row);
    else members.set(groups[row]!, [row]);
  }
  const medians = new Map<number, Float64Array>();
  for (const [group, rows] of members) {
    const median = new Float64Array(cols).map((_, j) => {
      const sorted = Float64Array.from(rows, (row) => values(row)[j]!).sort();
      return sorted[sorted.length >> 1]!;
    });
    medians.set(group, median);
  }
  return (row) => medians.get(groups[row]!)!;
}

/** The form in which a loss wants probabilities: smoothed as its targets are, or as logits. */
function asPrediction(loss: Loss, guess: ArrayLike<number>): Float64Array {
  const { fromLogits, labelSmoothing = 0 } = loss.options as {
    fromLogits?: boolean;
    labelSmoothing?: number;
  };
  const { scalarLog } = engine().kernels;
  const sigmoid = isOfSigmoid(loss, guess.length);
  return Float64Array.from(guess, (value) => {
    const share = value * (1 - labelSmoothing) + labelSmoothing / (sigmoid ? 2 : guess.length);
    if (fromLogits !== true) return share;
    const clipped = Math.min(Math.max(share, EPSILON), 1 - EPSILON);
    return scalarLog(sigmoid ? clipped / (1 - clipped) : clipped);
  });
}

/** The loss of one output, batch by batch as it is evaluated; nothing where a loss of the user's own refuses. */
function lossOfGuess(
  { judges, options }: Examined,
  { feed }: Sample,
  output: number,
  guess: Guess,
): number | undefined {
  const { verdict, cols, leading } = judges[output]!;
  const { loss } = verdict;
  const { data, labels } = feed.targets[output]!;
  const weights = feed.weights[output];
  const rows = feed.rows * leading;
  const step = options.batchSize * leading;
  let sum = 0;
  try {
    for (let start = 0; start < rows; start += step) {
      const size = Math.min(step, rows - start);
      const prediction = new Float32Array(size * cols);
      for (let i = 0; i < size; i++) {
        const answer = guess(start + i);
        prediction.set(isOfProbabilities(loss) ? asPrediction(loss, answer) : answer, i * cols);
      }
      const width = labels ? 1 : cols;
      const target = (data as TensorData).subarray(start * width, (start + size) * width);
      const found = loss.evaluate({
        prediction: tensor(prediction, [size, cols]),
        target: tensor(target, labels ? [size] : [size, cols]),
        weight: weights && tensor(weights.subarray(start, start + size), [size]),
      });
      sum += found.loss * size;
    }
  } catch {
    return undefined;
  }
  return sum / rows;
}
