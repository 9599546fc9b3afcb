import type { Kernels } from "../engine.js";

/** One run of parameters to be updated: addresses in bytes. */
export interface UpdateFrame {
  /** Words in the run, padding included. */
  count: number;
  parameter: number;
  gradient: number;
  /** One address a slot, in the order of the optimizer's `slots`. */
  readonly slots: number[];
  /** What is left of a parameter after decoupled weight decay: 1 − rate·decay. */
  keep: number;
  /** The learning rate of this step. */
  rate: number;
  /** The running products βᵗ, one for each of the optimizer's `decays`; t counts from 1. */
  products: readonly number[];
}

/** Rewrites parameters, given their gradient. Holds options only: one optimizer may serve many models. */
export interface Optimizer {
  readonly type: string;
  readonly options: Readonly<Record<string, unknown>>;
  readonly learningRate: number;
  /** Decoupled: θ ← θ − rate·decay·θ before each update, for every weight that is not excluded. */
  readonly weightDecay: number;
  /** Weights whose path (`dense/bias`) contains one of these do not decay. */
  readonly excludeFromWeightDecay: readonly string[];
  /** At most one of the three is above 0. */
  readonly clipNorm: number;
  readonly globalClipNorm: number;
  readonly clipValue: number;
  /** Names of the arrays that it keeps beside each weight. */
  readonly slots: readonly string[];
  /** The factors whose running products correct its bias. */
  readonly decays: readonly number[];
  update(k: Kernels, at: UpdateFrame): void;
}
