import { engine } from "../engine.js";
import type { Target } from "../feed.js";
import type { Judge } from "../judge.js";
import type { Network } from "../network.js";
import { tensor } from "../tensor.js";
import { unique } from "./names.js";
import { type ThresholdCounts, thresholdCountsOf } from "./thresholdCounts.js";

/** What one output says of rows that belong to classes. */
export interface Answers {
  readonly output: string;
  /** What the classes are called, each by a name of its own. */
  readonly names: readonly string[];
  /** Precision and recall of each class, or of class 1 alone where there are two in one column. */
  readonly curves: readonly { readonly name: string; readonly counts: ThresholdCounts }[];
  /** Class numbers, where each row has one class. */
  readonly classes: { readonly truth: Int32Array; readonly predicted: Int32Array } | undefined;
  /** The score of what is predicted, or that of class 1. */
  readonly score: (row: number) => number;
}

/** What the output is the logit of, if its loss takes logits. */
function logitsOf({ port, verdict, cols }: Judge, network: Network, labels: boolean) {
  const { program } = network;
  const activation = program.activationOf(program.valueOf(port.node));
  const { shape } = port.node;
  const owner = "tensorBoard";
  return verdict.loss.plan({ owner, shape, cols, activation, absorbable: false, labels }).logits;
}

/** Logits as probabilities, in place. */
function squash(scores: Float32Array, cols: number, kind: "sigmoid" | "softmax"): void {
  const { scalarExp } = engine().kernels;
  if (kind === "sigmoid") {
    scores.forEach((logit, i) => (scores[i] = 1 / (1 + scalarExp(-logit))));
    return;
  }
  for (let start = 0; start < scores.length; start += cols) {
    const row = scores.subarray(start, start + cols);
    const most = row.reduce((a, b) => Math.max(a, b), -Infinity);
    const powers = Array.from(row, (logit) => scalarExp(logit - most));
    const sum = powers.reduce((a, b) => a + b, 0);
    row.set(powers.map((power) => power / sum));
  }
}

/** Whether each row is of each class, as 0 and 1; nothing if targets are no classes. */
function membership({ data, rows, labels }: Target, cols: number): Uint8Array | undefined {
  const members = new Uint8Array(rows * cols);
  for (let i = 0; i < data.length; i++) {
    if (labels) members[i * cols + data[i]!] = 1;
    else if (data[i] === 0 || data[i] === 1) members[i] = data[i]!;
    else return undefined;
  }
  return members;
}

/**
 * What an output says, where its targets are classes: 0 and 1, one-hot rows, several at a time, or class numbers.
 *
 * @param scores The output of each row; overwritten.
 */
export function answersOf(
  network: Network,
  judge: Judge,
  target: Target,
  scores: Float32Array,
  labels: readonly string[] | undefined,
): Answers | undefined {
  const { cols, leading, port } = judge;
  const members = leading === 1 ? membership(target, cols) : undefined;
  if (!members) return undefined;
  const logits = logitsOf(judge, network, target.labels);
  if (logits) squash(scores, cols, logits);
  const { rows } = target;
  const names = unique(
    Array.from({ length: Math.max(cols, 2) }, (_, i) => labels?.[i] ?? String(i)),
  );
  const curves = Array.from({ length: cols }, (_, col) => {
    const column = Float32Array.from({ length: rows }, (_, row) => scores[row * cols + col]!);
    const counts = thresholdCountsOf(column, (row) => members[row * cols + col] === 1);
    return { name: names[cols === 1 ? 1 : col]!, counts };
  });
  const answers = { output: port.name, names, curves };
  if (cols === 1) {
    const predicted = Int32Array.from(scores, (score) => Number(score > 0.5));
    const classes = { truth: Int32Array.from(members), predicted };
    return { ...answers, classes, score: (row) => scores[row]! };
  }
  const isOneHot = Array.from({ length: rows }, (_, row) =>
    members.subarray(row * cols, (row + 1) * cols).reduce((a, b) => a + b, 0),
  ).every((sum) => sum === 1);
  const best = (numbers: Float32Array | Uint8Array) =>
    tensor(numbers, [rows, cols]).argMax().data as Int32Array;
  const predicted = best(scores);
  const classes = isOneHot ? { truth: best(members), predicted } : undefined;
  return { ...answers, classes, score: (row) => scores[row * cols + predicted[row]!]! };
}
