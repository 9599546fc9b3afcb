import { GlissadeError } from "../error.js";
import type { Prepared, Rows } from "./parts.js";
import { type Build, type Report, runTrial, type Task, type TrialFit } from "./run.js";
import type { Outcome } from "./study.js";
import type { Trial } from "./trial.js";

/** What an executor is to run: a task, which leaves the process only without its functions. */
export interface Assignment {
  readonly task: Task;
  /** The module that its functions come from, where they do. */
  readonly trial?: URL | undefined;
}

/** Where a trial ran is gone, whatever it was: it may be run again. */
export class LostTrial extends GlissadeError {
  constructor(message: string) {
    super("ERR_RUNTIME", message);
  }
}

/** Runs the trials of one study. */
export interface Runner {
  /** @throws (rejects) what the trial throws, the signal's reason, and {@link LostTrial} */
  run(trial: Trial, report: Report, signal?: AbortSignal): Promise<Outcome>;
  close(): unknown;
}

/** Where trials run. */
export interface Executor {
  /** How many at once. */
  readonly size: number;
  /** Whether it leaves the process, so that functions must come in a module. */
  readonly isApart: boolean;
  open(assignment: Assignment): Runner | Promise<Runner>;
}

/** Trials in this process, one after another. */
export const here: Executor = {
  size: 1,
  isApart: false,
  open: ({ task }) => ({
    run: (trial, report, signal) => runTrial(task, trial, report, signal),
    close: () => undefined,
  }),
};

/** What a module of a trial exports. */
export interface TrialModule {
  readonly build: Build;
  /** The rows, called once; whatever `tune` would have got as `x` and `y`, `groups` and `labels` too. */
  data(): TrialData | Promise<TrialData>;
  readonly prepare?: (x: never) => Prepared;
  /** Options of the fit that are functions; they go before those that `tune` got. */
  readonly fit?: TrialFit;
}

/** What a module of a trial says of the rows. */
export interface TrialData {
  readonly x: Rows;
  readonly y: Rows;
  readonly sampleWeight?: Rows;
  readonly labels?: Rows;
  readonly groups?: Rows;
}

/** @throws (rejects) ERR_OPTION if the module lacks `build` or `data` */
export async function loadTrial(trial: URL): Promise<TrialModule> {
  const found = (await import(/* @vite-ignore */ trial.href)) as Partial<TrialModule>;
  const missing = (["build", "data"] as const).find((name) => typeof found[name] !== "function");
  if (!missing) return found as TrialModule;
  throw new GlissadeError(
    "ERR_OPTION",
    `tune: the module trial must export the functions build and data, got no ${missing} in ${trial.href}`,
  );
}
