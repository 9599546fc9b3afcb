import type { Values } from "./space.js";

/** One set of hyper-parameters, and what it came to. */
export interface Trial {
  /** From 0, in the order in which trials began. */
  readonly number: number;
  readonly params: Values;
  readonly status: "running" | "complete" | "pruned" | "failed";
  /** The objective: the mean over folds and seeds after the last epoch. */
  readonly value?: number | undefined;
  /** Its deviation over folds and seeds, divided by their number less one; nothing where there is only one. */
  readonly std?: number | undefined;
  /** The objective of each fold; of several seeds, one seed after the other. */
  readonly folds: readonly number[];
  /** The mean after each epoch. */
  readonly curve: readonly number[];
  /** The deviation after each epoch, as `std`; nothing where there is only one. */
  readonly spread?: readonly number[] | undefined;
  /** Epochs that it was meant to train. */
  readonly epochs: number;
  readonly seconds: number;
  /** Why it failed. */
  readonly error?: string | undefined;
}
