import { Breather } from "./breather.js";
import type { Callback, Plan, Trainee } from "./callbacks/callback.js";
import type { Compiled, Logs } from "./compiled.js";
import { GlissadeError } from "./error.js";
import type { HistoryBook } from "./history.js";
import type { Network } from "./network.js";
import type { Source } from "./source.js";

/** What one epoch came to: its number from 0, losses and metrics by name, those of validation after `val_`. */
export type Epoch = Logs & { readonly epoch: number };

/** A fit with everything settled. */
export interface Training {
  /** `fit` or `fitDataset`, for messages. */
  readonly owner: string;
  readonly network: Network;
  readonly model: Trainee;
  readonly source: Source;
  readonly plan: Plan;
  readonly book: HistoryBook;
  /** Losses and metrics of the validation data, every `validationFreq` epochs. */
  readonly validate: (() => Logs | Promise<Logs>) | undefined;
  readonly validationFreq: number;
  readonly callbacks: readonly Callback[];
  readonly signal: AbortSignal | undefined;
  /** Milliseconds between turns of the event loop. */
  readonly yieldEvery: number;
}

type HookName = Exclude<keyof Callback, "setModel" | "isProgress">;

/** Callbacks that know the model of a fit that runs: their state is that fit's. */
const engaged = new WeakSet<Callback>();

/** @throws ERR_STATE if one of them serves another fit that runs */
function engage(owner: string, callbacks: readonly Callback[]): Callback[] {
  const own = callbacks.filter(({ setModel }) => setModel);
  if (own.some((callback) => engaged.has(callback))) {
    throw new GlissadeError(
      "ERR_STATE",
      `${owner}: a callback that has setModel must serve one fit at a time, but one of them serves another that runs; ` +
        "make one for each fit",
    );
  }
  for (const callback of own) engaged.add(callback);
  return own;
}

/** Calls a hook of every callback that has it, in order, each awaited. */
async function call(
  training: Training,
  name: HookName,
  ...given: [Logs] | [number, Logs]
): Promise<void> {
  for (const callback of training.callbacks) {
    const hook = callback[name] as ((...given: unknown[]) => unknown) | undefined;
    if (hook) await hook.apply(callback, given);
  }
  checkGoing(training);
}

/** Epoch after epoch; what `fit` runs to the end. Whoever leaves the loop early stops the training. */
export async function* epochs(training: Training): AsyncGenerator<Epoch, void, void> {
  const { network, source, callbacks, plan, model, book } = training;
  const compiled = network.compiled!;
  const breather = new Breather(training.yieldEvery);
  let logs: Logs = {};
  const own = engage(training.owner, callbacks);
  network.running = training.owner;
  try {
    compiled.begin();
    for (const callback of callbacks) await callback.setModel?.(model, plan);
    await call(training, "onTrainBegin", {});
    for (let epoch = plan.initialEpoch; epoch < plan.epochs && !model.stopTraining; epoch++) {
      await call(training, "onEpochBegin", epoch, {});
      source.begin(epoch);
      await steps(training, compiled, breather);
      logs = compiled.logs("train");
      if (training.validate && (epoch + 1) % training.validationFreq === 0) {
        const seen = await training.validate();
        for (const [name, value] of Object.entries(seen)) logs[`val_${name}`] = value;
      }
      const seen = { ...logs };
      try {
        await call(training, "onEpochEnd", epoch, logs);
      } catch (error) {
        book.add(epoch, seen);
        throw error;
      }
      book.add(epoch, logs);
      yield { epoch, ...logs };
    }
    await call(training, "onTrainEnd", logs);
  } finally {
    breather.close();
    for (const callback of own) engaged.delete(callback);
    try {
      await source.close?.();
    } finally {
      network.running = undefined;
    }
  }
}

/** The steps of one epoch. */
async function steps(training: Training, compiled: Compiled, breather: Breather): Promise<void> {
  const { source, callbacks, model, signal } = training;
  const begins = callbacks.some(({ onBatchBegin }) => onBatchBegin);
  const ends = callbacks.some(({ onBatchEnd }) => onBatchEnd);
  compiled.reset("train");
  for (let step = 0; ; step++) {
    const coming = source.next();
    const batch = coming instanceof Promise ? await coming : coming;
    checkGoing(training);
    if (!batch) return;
    if (begins) await call(training, "onBatchBegin", step, {});
    compiled.trainStep(batch);
    if (ends) await call(training, "onBatchEnd", step, compiled.logs("train"));
    signal?.throwIfAborted();
    if (breather.due) {
      await call(training, "onProgress", step, compiled.logs("train"));
      await breather.breathe();
      checkGoing(training);
    }
    if (model.stopTraining) return;
  }
}

/** @throws the signal's reason once it is aborted, ERR_STATE once the model is disposed. */
function checkGoing({ owner, network, signal }: Training): void {
  signal?.throwIfAborted();
  if (!network.disposed) return;
  throw new GlissadeError(
    "ERR_STATE",
    `${owner}: the model must live until the fit ends, but it was disposed; await the fit first`,
  );
}
