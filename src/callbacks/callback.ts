import type { Logs } from "../compiled.js";
import type { Data, Tensor } from "../tensor.js";

/** What a callback may use of the model that is trained. */
export interface Trainee {
  readonly name: string;
  /** Set to true to end the fit after this step. */
  stopTraining: boolean;
  getWeights(): Tensor[];
  setWeights(weights: readonly Data[]): void;
}

/** What a fit tells its callbacks when it begins, and with each report. */
export interface Plan {
  readonly epochs: number;
  readonly initialEpoch: number;
  readonly stepsPerEpoch: number;
  readonly batchSize: number;
  /** Rows that one epoch trains on. */
  readonly rows: number;
}

type Hook<Index extends unknown[]> = (...given: [...Index, logs: Logs]) => unknown;

/**
 * Hooks around the training loop, all optional; each is awaited. Between steps a hook may predict, evaluate, read
 * and set weights, and stop the fit by `model.stopTraining = true`.
 */
export interface Callback {
  /** Called first, once a fit. */
  setModel?(model: Trainee, plan: Plan): void;
  onTrainBegin?: Hook<[]>;
  onTrainEnd?: Hook<[]>;
  onEpochBegin?: Hook<[epoch: number]>;
  onEpochEnd?: Hook<[epoch: number]>;
  onBatchBegin?: Hook<[batch: number]>;
  onBatchEnd?: Hook<[batch: number]>;
  /** Running losses and metrics, at times chosen so that showing them costs nothing: for progress. */
  onProgress?: Hook<[batch: number]>;
}
