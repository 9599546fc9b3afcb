import type { Logs } from "../compiled.js";
import { GlissadeError, show } from "../error.js";
import { unknownName } from "../options.js";
import type { Data, FloatTensor } from "../tensor.js";

/** What a callback may use of the model that is trained. */
export interface Trainee {
  readonly name: string;
  /** The rate of the next update, schedules included; setting it is refused under a schedule. */
  learningRate: number;
  /** Set to true to end the fit after this step. */
  stopTraining: boolean;
  getWeights(): FloatTensor[];
  setWeights(weights: readonly Data[]): void;
}

/** What a fit tells its callbacks when it begins, and with each report. */
export interface Plan {
  readonly epochs: number;
  readonly initialEpoch: number;
  /** Nothing where a dataset alone knows its end. */
  readonly stepsPerEpoch: number | undefined;
  readonly batchSize: number;
  /** Every how many epochs there are `val_` series; nothing where there are none. */
  readonly validationFreq?: number | undefined;
  /** Rows that one epoch trains on; nothing where they are not known beforehand. */
  readonly rows: number | undefined;
}

type Hook<Index extends unknown[]> = (...given: [...Index, logs: Logs]) => unknown;

/**
 * Hooks around the training loop, all optional; each is awaited. Between steps a hook may predict, evaluate, read
 * and set weights, and stop the fit by `model.stopTraining = true`.
 */
export interface Callback {
  /** Set by those that show how a fit goes: no other is added to them. */
  readonly isProgress?: boolean | undefined;
  /** Called first, once a fit. */
  setModel?(model: Trainee, plan: Plan): unknown;
  onTrainBegin?: Hook<[]>;
  onTrainEnd?: Hook<[]>;
  onEpochBegin?: Hook<[epoch: number]>;
  onEpochEnd?: Hook<[epoch: number]>;
  onBatchBegin?: Hook<[batch: number]>;
  onBatchEnd?: Hook<[batch: number]>;
  /** Running losses and metrics, at times chosen so that showing them costs nothing: for progress. */
  onProgress?: Hook<[batch: number]>;
}

const HOOKS = [
  "setModel",
  "onTrainBegin",
  "onTrainEnd",
  "onEpochBegin",
  "onEpochEnd",
  "onBatchBegin",
  "onBatchEnd",
  "onProgress",
] as const satisfies readonly Exclude<keyof Callback, "isProgress">[];

/** Hooks of a study: one object may serve `tune` as well. */
export const STUDY_HOOKS = [
  "onStudyBegin",
  "onTrialBegin",
  "onTrialEpoch",
  "onTrialEnd",
  "onStudyEnd",
  "onStudyAbort",
] as const;

const KNOWN: readonly string[] = [...HOOKS, ...STUDY_HOOKS];

const isHook = (hook: unknown) => hook === undefined || hook === null || typeof hook === "function";

/**
 * @param called The hooks that `owner` calls.
 * @throws ERR_OPTION if a hook is no function, or one has a name that nobody calls, such as `on_epoch_end`
 */
export function checkCallbacks(
  owner: string,
  callbacks: readonly object[],
  called: readonly string[] = HOOKS,
): void {
  for (const callback of callbacks) {
    const hooks = callback as Readonly<Record<string, unknown>>;
    const wrong = KNOWN.find((name) => !isHook(hooks[name]));
    if (wrong) {
      throw new GlissadeError(
        "ERR_OPTION",
        `${owner}: a callback's ${wrong} must be a function, got ${show(hooks[wrong])}`,
      );
    }
    const stray = Object.keys(callback).find(
      (name) => /^on[A-Z_]/.test(name) && !KNOWN.includes(name),
    );
    if (stray) throw unknownName(`${owner}: callbacks`, "hook", stray, called);
    const others = KNOWN.filter((name) => hooks[name]);
    if (others.length > 0 && !others.some((name) => called.includes(name))) {
      throw new GlissadeError(
        "ERR_OPTION",
        `${owner}: a callback must have one of ${called.join(", ")}, got one with ${others.join(", ")}; give it to ` +
          (called === HOOKS ? "tune" : "each training: fit: { callbacks: () => […] }"),
      );
    }
  }
}
