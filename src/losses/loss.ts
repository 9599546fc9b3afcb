import type { Kernels } from "../engine.js";
import type { Shape } from "../stage.js";
import type { Data, FloatTensor, Tensor } from "../tensor.js";

/** Where the numbers of one loss call lie: addresses in bytes, 0 where there is none. */
export interface LossFrame {
  rows: number;
  cols: number;
  /** [rows, cols]: what the model says, or the logits of it where the plan absorbs the last activation. */
  prediction: number;
  /** [rows, cols] float32, or [rows] int32 where targets are class numbers. */
  target: number;
  /** [rows]: the weight of each row, its share of the reduction included; 0 where all are 1. */
  weight: number;
  /** [rows] for a row loss, [1] for a batch loss. */
  loss: number;
  /** [rows, cols], added to; 0 where nobody asks. */
  gradient: number;
  /** Factor of a batch loss's gradient; row losses have theirs in the weights. */
  scale: number;
  /** As many words as the plan asked for. */
  scratch: number;
}

/** What a loss is told about the output that it judges. */
export interface LossQuestion {
  /** Who asks, for messages: `compile`, `losses.f1`. */
  readonly owner: string;
  /** Of one example's output: rows are all its axes but the last. */
  readonly shape: Shape;
  readonly cols: number;
  /** Type of the activation that made the prediction: `linear`, `softmax`, … */
  readonly activation: string;
  /** Whether the loss may have what went into that activation: nothing else reads it. */
  readonly absorbable: boolean;
  /** Whether targets are class numbers, [rows] int32. */
  readonly labels: boolean;
}

/** A loss that knows what it will get. */
export interface LossPlan {
  /** Whether `prediction` must be what went into the last activation; the gradient then belongs there too. */
  readonly absorbs: boolean;
  /** What the model's output is the logit of, where it gives logits to its users. */
  readonly logits?: "sigmoid" | "softmax" | undefined;
  /** Words of scratch for so many rows. */
  readonly scratch: (rows: number) => number;
  readonly run: (k: Kernels, at: LossFrame) => void;
}

/**
 * How the losses of rows become one number: `sumOverBatchSize` is Σ w·loss / rows (Keras's default), `sum` is
 * Σ w·loss, `meanWithSampleWeight` is Σ w·loss / Σ w.
 */
export type Reduction = "sumOverBatchSize" | "sum" | "meanWithSampleWeight";

/**
 * What one row's loss counts for in the batch's.
 *
 * @param total The sum of the row weights; as many as rows where all are 1.
 */
export function shareOf(reduction: Reduction, rows: number, total = rows): number {
  if (reduction === "sum") return 1;
  if (reduction === "sumOverBatchSize") return 1 / rows;
  return total === 0 ? 0 : 1 / total;
}

export interface Evaluation {
  /** The reduced loss. */
  readonly loss: number;
  /** Its slope by the prediction, in the prediction's shape. */
  readonly gradient: FloatTensor;
}

/** (prediction, target, row weights) → one number a row, or one a batch, and the gradient. */
export interface Loss {
  readonly type: string;
  readonly options: Readonly<Record<string, unknown>>;
  /** A row loss gives a number a row; a batch loss one for the batch, its row weights inside the sums. */
  readonly kind: "row" | "batch";
  readonly reduction: Reduction;
  /** `values`: targets as wide as the prediction; `labels`: class numbers; `either`. */
  readonly targets: "values" | "labels" | "either";
  /** @throws ERR_OPTION if the loss cannot judge such an output; the message says the way out. */
  plan(question: LossQuestion): LossPlan;
  /** The loss by itself: its value and slope for these predictions. */
  evaluate(given: { prediction: Data; target: Data; weight?: Data | undefined }): Evaluation;
}

/** What a loss, or a metric, of the user's own is told of a batch. */
export interface Judged {
  /** [batch, …output]: what the model says. */
  readonly prediction: FloatTensor;
  /** The same, or class numbers without the last axis, int32. */
  readonly target: Tensor;
  /** One a row; 1 where no weights were given. */
  readonly weight: FloatTensor;
}

/**
 * A loss of the user's own. It returns its value and the slope by each number of `prediction`: either the loss of the
 * batch as one number, heeding `weight` itself, or one number a row, which are then weighted and averaged for it.
 */
export type LossFunction = (given: Judged) => {
  readonly loss: number | Data;
  readonly gradient: Data;
};

/** The same with a name and options, under which it is saved. */
export interface LossRule {
  readonly type?: string | undefined;
  readonly options?: Readonly<Record<string, unknown>> | undefined;
  /** Which targets it takes; both kinds unless said. */
  readonly targets?: Loss["targets"] | undefined;
  readonly evaluate: LossFunction;
}
