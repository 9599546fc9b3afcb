import { availableParallelism } from "node:os";
import { MessageChannel } from "node:worker_threads";
import type { Tinypool } from "tinypool";
import { GlissadeError } from "../error.js";
import { count, leading, type Options, resolve } from "../options.js";
import {
  type Assignment,
  type Executor,
  loadTrial,
  LostTrial,
  type Runner,
} from "../tune/executor.js";
import type { Report } from "../tune/run.js";
import type { Outcome } from "../tune/study.js";
import type { Trial } from "../tune/trial.js";
import { shareTask, type SharedTask } from "./shared.js";
import type { Answer, Order } from "./trialWorker.js";

export const threadsFields = {
  /** How many trials run at once. */
  size: count(availableParallelism()),
};

/** The longest that a timer knows: a worker that waits for its next trial stays. */
const FOR_EVER = 0x7fffffff;

/**
 * An executor that runs trials of `tune` in threads of this process, as many as there are processors unless told
 * otherwise. It takes a module in place of functions: `trial: new URL("./trial.js", import.meta.url)`.
 *
 * Each thread gets the rows once; tensors and typed arrays lie in memory that all of them read. A thread that dies costs
 * its trial a second run and nothing else.
 *
 * @throws ERR_OPTION if the size is no whole number above 0; from `tune` ERR_RUNTIME if the package `tinypool` is not
 *   installed, ERR_OPTION if something else than data would have to go to a thread.
 */
export function threads(size?: number | Options<typeof threadsFields>): Executor {
  const options = resolve("threads", threadsFields, leading("size", size, undefined));
  return Object.freeze({
    size: options.size,
    isApart: true,
    async open({ task, trial }: Assignment) {
      const pools = await loadTinypool();
      const { fit } = await loadTrial(trial!);
      return new Threads(pools, options.size, shareTask(task, trial!, fit));
    },
  });
}

async function loadTinypool(): Promise<typeof Tinypool> {
  try {
    return (await import("tinypool")).Tinypool;
  } catch {
    throw new GlissadeError(
      "ERR_RUNTIME",
      "threads: the package tinypool must be installed, but is not; run npm install tinypool",
    );
  }
}

class Threads implements Runner {
  private readonly pool: Tinypool;
  private readonly workers = new Set<Tinypool["threads"][number]>();
  /** Why a worker died that had no trial yet. */
  private broken: Error | undefined;

  constructor(pools: typeof Tinypool, size: number, workerData: SharedTask) {
    this.pool = new pools({
      filename: new URL("./trialWorker.js", import.meta.url),
      name: "run",
      minThreads: 0,
      maxThreads: size,
      idleTimeout: FOR_EVER,
      workerData,
    });
    this.pool.on("error", (error: Error) => {
      this.broken = error;
      // What waits for that worker would wait in vain.
      this.pool.cancelPendingTasks();
    });
  }

  async run(trial: Trial, report: Report, signal?: AbortSignal): Promise<Outcome> {
    signal?.throwIfAborted();
    const { port1, port2 } = new MessageChannel();
    const ending = new AbortController();
    const end = () => ending.abort();
    signal?.addEventListener("abort", end);
    let refusal: { readonly error: unknown } | undefined;
    const answer = async (value: number) => {
      let stop = true;
      try {
        stop = await report(value);
      } catch (error) {
        refusal = { error };
      }
      port1.postMessage(stop);
    };
    port1.on("message", (value: number) => void answer(value));
    try {
      const given = await this.give({ trial, port: port2 }, ending.signal);
      if (refusal) throw refusal.error;
      return outcomeOf(given);
    } catch (error) {
      signal?.throwIfAborted();
      throw error;
    } finally {
      signal?.removeEventListener("abort", end);
      port1.close();
    }
  }

  /** @throws (rejects) if the worker dies */
  private async give(order: Order, signal: AbortSignal): Promise<Answer> {
    try {
      const running = this.pool.run(order, { transferList: [order.port], signal });
      this.watch();
      return (await running) as Answer;
    } catch (error) {
      const { name, message } = error as Error;
      const why = name === "CancelError" ? this.broken!.message : message;
      throw new LostTrial(
        `threads: the worker must live until trial ${order.trial.number} has ended, but it died: ${why}`,
      );
    }
  }

  /** The pool waits for ever for a worker that exits by itself, unless that is an error. */
  private watch(): void {
    for (const worker of this.pool.threads) {
      if (this.workers.has(worker)) continue;
      this.workers.add(worker);
      worker.once("exit", (code: number) => {
        const isMissed = this.pool.threads.includes(worker);
        if (isMissed) worker.emit("error", new Error(`it exited with code ${code}`));
      });
    }
  }

  async close(): Promise<void> {
    await this.pool.destroy();
    for (const worker of this.workers) await worker.terminate();
  }
}

function outcomeOf({ outcome, error }: Answer): Outcome {
  if (!error) return outcome!;
  const { message, stack, code } = error;
  const own = code ? new GlissadeError(code, message) : new Error(message);
  throw Object.assign(own, stack && { stack });
}
