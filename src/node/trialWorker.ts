/** What each thread of `threads` runs. */
import { once } from "node:events";
import { type MessagePort, workerData } from "node:worker_threads";
import { type ErrorCode, GlissadeError } from "../error.js";
import { setStorage } from "../storage.js";
import { loadTrial } from "../tune/executor.js";
import { runTrial, type Task } from "../tune/run.js";
import type { Outcome } from "../tune/study.js";
import type { Trial } from "../tune/trial.js";
import { restoreMaterial, type SharedTask } from "./shared.js";
import { files } from "./storage.js";

/** A trial to run, and where each epoch's mean goes and whether to end comes back. */
export interface Order {
  readonly trial: Trial;
  readonly port: MessagePort;
}

/** What a trial came to, or why it failed. */
export interface Answer {
  readonly outcome?: Outcome;
  readonly error?: { message: string; stack: string | undefined; code: ErrorCode | undefined };
}

setStorage(files);

async function load(): Promise<Task> {
  const [, shared] = workerData as [pool: unknown, shared: SharedTask];
  const { objective, seeds, together } = shared;
  const { build, prepare, fit } = await loadTrial(new URL(shared.trial));
  const material = restoreMaterial(shared);
  return { build, prepare, fit: { ...shared.fit, ...fit }, material, objective, seeds, together };
}

let task: Promise<Task> | undefined;

/** Never rejects, so that whoever waits knows a trial that fails from a thread that dies. */
export async function run({ trial, port }: Order): Promise<Answer> {
  const report = async (value: number): Promise<boolean> => {
    port.postMessage(value);
    const [stop] = (await once(port, "message")) as [boolean];
    return stop;
  };
  try {
    task ??= load();
    return { outcome: await runTrial(await task, trial, report) };
  } catch (error) {
    if (!(error instanceof Error)) {
      return { error: { message: String(error), stack: undefined, code: undefined } };
    }
    const { message, stack } = error;
    const code = error instanceof GlissadeError ? error.code : undefined;
    return { error: { message, stack, code } };
  }
}
