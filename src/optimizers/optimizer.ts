import type { Kernels } from "../engine.js";

/** The rate of each update, by its number from 0. */
export interface Schedule {
  readonly type?: string | undefined;
  readonly options?: Readonly<Record<string, unknown>> | undefined;
  at(step: number): number;
}

/** A rate that stays until it is set, or one for each step. */
export type LearningRate = number | Schedule | ((step: number) => number);

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
  /** Lends the numbers at an address, for rules in plain TypeScript; good until the call ends. */
  readonly floats: (address: number, count: number) => Float32Array;
}

/** Rewrites parameters, given their gradient. Holds options only: one optimizer may serve many models. */
export interface Optimizer {
  readonly type: string;
  readonly options: Readonly<Record<string, unknown>>;
  readonly learningRate: LearningRate;
  /** Decoupled: θ ← θ − rate·decay·θ before each update, for every weight that is not excluded. */
  readonly weightDecay: number;
  /** Weights whose path (`dense/bias`) contains one of these do not decay. */
  readonly excludeFromWeightDecay: readonly string[];
  /** At most one of the three is given. */
  readonly clipNorm?: number | undefined;
  readonly globalClipNorm?: number | undefined;
  readonly clipValue?: number | undefined;
  /** Names of the arrays that it keeps beside each weight. */
  readonly slots: readonly string[];
  /** The factors whose running products correct its bias. */
  readonly decays: readonly number[];
  /** θ ← keep·θ + change. Padding is 0 and must stay 0: the change of a number whose gradient is 0. */
  update(k: Kernels, at: UpdateFrame): void;
}

/** An optimizer of the user's own: what it leaves out is as little as can be. */
export type OptimizerRule = Partial<Optimizer> & Pick<Optimizer, "update">;
