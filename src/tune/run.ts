import type { Logs } from "../compiled.js";
import { GlissadeError } from "../error.js";
import type { Named } from "../feed.js";
import type { FitOptions } from "../fitOptions.js";
import { type AnyModel, checkModel } from "../model.js";
import type { Data } from "../tensor.js";
import type { Epoch } from "../train.js";
import {
  type Examples,
  type Material,
  type Part,
  partOf,
  type Prepared,
  preparedPart,
} from "./parts.js";
import type { Values } from "./space.js";
import type { Outcome } from "./study.js";
import type { Trial } from "./trial.js";

/** What a model is built for beside its hyper-parameters. */
export interface Building {
  /** Rules initial weights, and the fit. */
  readonly seed: number;
}

/** A compiled model for these hyper-parameters. */
export type Build = (values: never, building: Building) => AnyModel;

/** What `fit` gets; each option may be a function of the hyper-parameters. */
export type TrialFit = Readonly<Record<string, unknown>>;

/** Everything that a trial needs beside its hyper-parameters. */
export interface Task {
  readonly build: Build;
  readonly prepare?: ((x: never) => Prepared) | undefined;
  readonly fit: TrialFit;
  readonly material: Material;
  readonly objective: string;
  /** One for each repetition of all folds. */
  readonly seeds: readonly number[];
  /** Whether all folds are trained side by side, so that each epoch has a mean that decides on the next. */
  readonly together: boolean;
}

/** Takes the mean after an epoch; gives whether the trial ends here. */
export type Report = (value: number) => boolean | Promise<boolean>;

/** The objective after each epoch. */
type Curve = readonly number[];

/** The fit of one fold, an epoch at a time. */
interface Run {
  readonly curve: Curve;
  /** One more epoch, if the fit has not ended. */
  step(): Promise<void>;
  /** The objective of the model as the fit left it. */
  value(): number;
  close(): Promise<void>;
}

const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;

function deviation(values: readonly number[]): number | undefined {
  if (values.length < 2) return undefined;
  const middle = mean(values);
  const sum = values.reduce((total, value) => total + (value - middle) * (value - middle), 0);
  return Math.sqrt(sum / (values.length - 1));
}

/** Options of a fit for these hyper-parameters. */
export const fitFor = (fit: TrialFit, params: Values): FitOptions =>
  Object.fromEntries(
    Object.entries(fit).map(([name, option]) => [
      name,
      typeof option === "function" ? (option as (values: Values) => unknown)(params) : option,
    ]),
  );

function read(objective: string, logs: Logs): number {
  const value = logs[objective];
  if (value !== undefined) return value;
  throw new GlissadeError(
    "ERR_OPTION",
    `tune: objective must be one of ${Object.keys(logs).join(", ")}, got ${objective}; ` +
      "metrics are given to compile, val_ series need folds, validationSplit or validationData",
  );
}

/** Parts that were prepared, by fold: every trial trains on the same. */
const prepared = new WeakMap<Task, Part[]>();

function rowsFor(task: Task, fold: number): Part {
  const { material, prepare } = task;
  if (!prepare) return partOf(material, fold);
  if (!prepared.has(task)) prepared.set(task, []);
  return (prepared.get(task)![fold] ??= preparedPart(partOf(material, fold), prepare));
}

function begin(task: Task, trial: Trial, seed: number, fold: number, signal?: AbortSignal): Run {
  const { objective } = task;
  const { held, ...part } = rowsFor(task, fold);
  const options = fitFor(task.fit, trial.params);
  const model: unknown = task.build(trial.params as never, { seed });
  checkModel("tune: build", model);
  const built = model as AnyModel;
  const loop: AsyncGenerator<Epoch, void, void> = built.train(
    part.x as Named<Data>,
    part.y as Named<Data>,
    {
      ...options,
      sampleWeight: part.sampleWeight as Named<Data> | undefined,
      validationData: held && validationOf(held),
      epochs: trial.epochs,
      seed,
      signal,
      verbose: 0,
    },
  );
  const curve: number[] = [];
  let done = false;
  return {
    curve,
    async step() {
      if (done) return;
      const next = await loop.next();
      if (next.done) {
        done = true;
        return;
      }
      const { epoch: _, ...logs } = next.value;
      curve.push(read(objective, logs));
    },
    value() {
      // Callbacks may have brought other weights back.
      if (!options.callbacks?.length || !held || !objective.startsWith("val_")) {
        return curve.at(-1)!;
      }
      const { x, y, sampleWeight } = held;
      const batchSize = options.validationBatchSize ?? options.batchSize;
      const logs = built.evaluate(x as Named<Data>, y as Named<Data>, {
        batchSize,
        sampleWeight: sampleWeight as Named<Data> | undefined,
      });
      return read(objective.slice("val_".length), logs);
    },
    async close() {
      await loop.return();
      built.dispose();
    },
  };
}

const validationOf = ({ x, y, sampleWeight }: Examples) =>
  (sampleWeight === undefined ? [x, y] : [x, y, sampleWeight]) as unknown as NonNullable<
    FitOptions["validationData"]
  >;

/** Trains some folds side by side, an epoch at a time; gives whether the trial was ended early. */
async function advance(
  runs: readonly Run[],
  epochs: number,
  report: Report | undefined,
): Promise<boolean> {
  for (let epoch = 0; epoch < epochs; epoch++) {
    for (const run of runs) await run.step();
    if (runs.every(({ curve }) => curve.length <= epoch)) return false;
    const curves = runs.map(({ curve }) => curve);
    if (await report?.(mean(valuesAt(curves, epoch)))) return true;
  }
  // What a fit does at its end comes after its last epoch.
  for (const run of runs) await run.step();
  return false;
}

/** The objective of each run after an epoch; one that ended before counts with its last value. */
const valuesAt = (curves: readonly Curve[], epoch: number) =>
  curves.map((curve) => curve[Math.min(epoch, curve.length - 1)]!);

/**
 * Trains every fold with every seed.
 *
 * @throws (rejects) what building or training throws, and the signal's reason.
 */
export async function runTrial(
  task: Task,
  trial: Trial,
  report: Report,
  signal?: AbortSignal,
): Promise<Outcome> {
  const began = Date.now();
  const folds = task.material.splits.map((_, fold) => fold);
  const starts = task.seeds.flatMap((seed) =>
    folds.map((fold) => () => begin(task, trial, seed, fold, signal)),
  );
  const curves: Curve[] = [];
  const values: number[] = [];
  let pruned = false;
  for (const group of task.together ? [starts] : starts.map((start) => [start])) {
    const runs: Run[] = [];
    try {
      for (const start of group) runs.push(start());
      pruned = await advance(runs, trial.epochs, task.together ? report : undefined);
      curves.push(...runs.map(({ curve }) => curve));
      values.push(...runs.map((run) => (pruned ? run.curve.at(-1)! : run.value())));
    } finally {
      for (const run of runs) await run.close();
    }
  }
  const epochs = Array.from(
    { length: Math.max(...curves.map(({ length }) => length)) },
    (_, i) => i,
  );
  if (!task.together) for (const epoch of epochs) await report(mean(valuesAt(curves, epoch)));
  return {
    status: pruned ? "pruned" : "complete",
    value: mean(values),
    std: deviation(values),
    folds: values,
    spread: curves.length < 2 ? undefined : epochs.map((i) => deviation(valuesAt(curves, i))!),
    seconds: (Date.now() - began) / 1000,
  };
}
