import type { Callback, Plan, Trainee } from "./callbacks/callback.js";
import type { Logs } from "./compiled.js";
import { memory, type Run } from "./memory.js";
import { GlissadeError } from "./error.js";
import type { Feed } from "./feed.js";
import type { Network } from "./network.js";
import { seedWords } from "./stage.js";

const PURPOSE_SHUFFLE = 1;

/** What one epoch came to: its number from 0, losses and metrics by name, those of validation after `val_`. */
export type Epoch = Logs & { readonly epoch: number };

/** A fit with everything settled. */
export interface Training {
  readonly network: Network;
  readonly model: Trainee;
  readonly feed: Feed;
  readonly validation: Feed | undefined;
  readonly plan: Plan;
  readonly validationFreq: number;
  readonly validationBatchSize: number;
  readonly shuffle: boolean;
  readonly seed: number;
  readonly callbacks: readonly Callback[];
  readonly signal: AbortSignal | undefined;
  /** Milliseconds between turns of the event loop. */
  readonly yieldEvery: number;
}

type HookName = Exclude<keyof Callback, "setModel">;

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

/** Where it exists, the way to let timers and sockets go first; pages have none. */
const { setImmediate } = globalThis as { setImmediate?: (run: () => void) => unknown };

/**
 * Lets the event loop turn, every so many milliseconds. On a page by a message to oneself, which comes back after
 * everything that waits; where there is `setImmediate` by that, as Node hands over up to a thousand messages before it
 * looks at a timer.
 */
class Breather {
  private readonly channel = setImmediate ? undefined : new MessageChannel();
  private last = performance.now();

  constructor(private readonly every: number) {}

  get due(): boolean {
    return performance.now() - this.last >= this.every;
  }

  async breathe(): Promise<void> {
    await new Promise<void>((resolve) => {
      if (!this.channel) {
        setImmediate!(resolve);
        return;
      }
      this.channel.port1.onmessage = () => resolve();
      this.channel.port2.postMessage(0);
    });
    this.last = performance.now();
  }

  close(): void {
    this.channel?.port1.close();
  }
}

/** The order of an epoch's rows: 0 … rows − 1, shuffled by seed and epoch alone. */
class Order {
  private readonly run: Run;

  constructor(
    private readonly rows: number,
    private readonly seed: number,
  ) {
    this.run = memory().allocateRun([rows]);
  }

  of(epoch: number): Int32Array {
    const [low, high] = seedWords(this.seed);
    memory().kernels.shuffle(this.rows, this.run.address, low, high, epoch, PURPOSE_SHUFFLE);
    return memory().integers(this.run.address, this.rows).slice();
  }

  release(): void {
    memory().release(this.run.address);
  }
}

/** Epoch after epoch; what `fit` runs to the end. Whoever leaves the loop early stops the training. */
export async function* epochs(training: Training): AsyncGenerator<Epoch, void, void> {
  const { network, callbacks, plan, model } = training;
  const compiled = network.compiled!;
  const order = training.shuffle ? new Order(training.feed.rows, training.seed) : undefined;
  const breather = new Breather(training.yieldEvery);
  let logs: Logs = {};
  try {
    compiled.updater.begin();
    compiled.reserve(training.feed, Math.min(plan.batchSize, training.feed.rows), true);
    for (const callback of callbacks) callback.setModel?.(model, plan);
    await call(training, "onTrainBegin", {});
    for (let epoch = plan.initialEpoch; epoch < plan.epochs && !model.stopTraining; epoch++) {
      await call(training, "onEpochBegin", epoch, {});
      await steps(training, order?.of(epoch), breather);
      logs = compiled.logs(training.feed, "train");
      if (training.validation && (epoch + 1) % training.validationFreq === 0) {
        const seen = network.evaluate(training.validation, training.validationBatchSize);
        for (const [name, value] of Object.entries(seen)) logs[`val_${name}`] = value;
      }
      await call(training, "onEpochEnd", epoch, logs);
      yield { epoch, ...logs };
    }
    await call(training, "onTrainEnd", logs);
  } finally {
    order?.release();
    breather.close();
    network.running = undefined;
  }
}

/** The steps of one epoch. */
async function steps(
  training: Training,
  order: Int32Array | undefined,
  breather: Breather,
): Promise<void> {
  const { network, feed, callbacks, plan, model } = training;
  const compiled = network.compiled!;
  const begins = callbacks.some(({ onBatchBegin }) => onBatchBegin);
  const ends = callbacks.some(({ onBatchEnd }) => onBatchEnd);
  const batches = Math.ceil(feed.rows / plan.batchSize);
  compiled.reset(feed, "train");
  for (let step = 0; step < plan.stepsPerEpoch; step++) {
    if (begins) await call(training, "onBatchBegin", step, {});
    const start = (step % batches) * plan.batchSize;
    compiled.trainStep(feed, order, start, Math.min(plan.batchSize, feed.rows - start));
    if (ends) await call(training, "onBatchEnd", step, compiled.logs(feed, "train"));
    training.signal?.throwIfAborted();
    if (breather.due) {
      await call(training, "onProgress", step, compiled.logs(feed, "train"));
      await breather.breathe();
      checkGoing(training);
    }
    if (model.stopTraining) return;
  }
}

/** @throws the signal's reason once it is aborted, ERR_STATE once the model is disposed. */
function checkGoing({ network, signal }: Training): void {
  signal?.throwIfAborted();
  if (!network.disposed) return;
  throw new GlissadeError(
    "ERR_STATE",
    "fit: the model must live until the fit ends, but it was disposed; await the fit first",
  );
}
