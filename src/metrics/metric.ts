import type { Kernels } from "../engine.js";
import type { Judged } from "../losses/loss.js";
import type { Shape } from "../stage.js";
import type { Data } from "../tensor.js";

/** Where the numbers of one metric update lie: addresses in bytes, 0 where there is none. */
export interface MetricFrame {
  rows: number;
  cols: number;
  /** [rows, cols]: the model's output. */
  prediction: number;
  /** [rows, cols] float32, or [rows] int32 where targets are class numbers. */
  target: number;
  /** [rows]; 0 where all weights are 1. */
  weight: number;
  /** The metric's own float64 sums, zero at the start of an epoch. */
  cells: number;
  /** As many words as the plan asked for. */
  scratch: number;
}

/** What a metric is told about the output that it watches. */
export interface MetricQuestion {
  /** Who asks, for messages. */
  readonly owner: string;
  /** Of one example's output: rows are all its axes but the last. */
  readonly shape: Shape;
  readonly cols: number;
  /** Whether targets are class numbers, [rows] int32. */
  readonly labels: boolean;
  /** What the output is the logit of, if it is no probability: thresholds then move to the logit's scale. */
  readonly logits?: "sigmoid" | "softmax" | undefined;
}

/** A metric that knows what it will get. */
export interface MetricPlan {
  /** How many float64 sums it keeps. */
  readonly cells: number;
  /** Words of scratch for so many rows. */
  readonly scratch: (rows: number) => number;
  readonly update: (k: Kernels, at: MetricFrame) => void;
  /** Called when sums are cleared, by metrics that keep more than sums. */
  readonly reset?: (() => void) | undefined;
  /** The metric's value, from its sums. */
  readonly result: (cells: ArrayLike<number>) => number;
}

/** A metric as models take it. */
export interface PlannedMetric {
  readonly type: string;
  /** The name in logs and histories. */
  readonly name: string;
  readonly options: Readonly<Record<string, unknown>>;
  /** @throws ERR_OPTION or ERR_SHAPE if the metric cannot watch such an output. */
  plan(question: MetricQuestion): MetricPlan;
}

/** (prediction, target) → running sums → a number: exact over everything since the last reset. */
export interface Metric extends PlannedMetric {
  /** Adds a batch. */
  update(given: { prediction: Data; target: Data; weight?: Data | undefined }): void;
  /** The value of all batches since the last reset. */
  result(): number;
  /** Forgets all batches. */
  reset(): void;
}

/** A metric of the user's own, by a function: the batch's value, or one a row, averaged over all that is seen. */
export type MetricFunction = (given: Judged) => number | Data;

/**
 * A metric of the user's own that keeps its own state. Training and evaluating share it: evaluating in the middle of an
 * epoch begins it anew, and two evaluations of streams at a time mix their counts.
 */
export interface MetricRule {
  readonly type?: string | undefined;
  /** The name in logs and histories; `type` unless given. */
  readonly name?: string | undefined;
  readonly options?: Readonly<Record<string, unknown>> | undefined;
  reset(): void;
  update(given: Judged): void;
  result(): number;
}
