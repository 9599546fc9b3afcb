import { oneLine } from "../text.js";
import type { Space } from "./space.js";
import type { RankedTrial, TuneResult } from "./result.js";
import type { Trial } from "./trial.js";

/** How far a study is. */
export interface Progress {
  readonly objective: { readonly name: string; readonly mode: "min" | "max" };
  readonly space: Space;
  /** How many trials there will be. */
  readonly total: number;
  /** Those that began so far, by number. */
  readonly trials: readonly RankedTrial[];
  /** The best so far. */
  readonly best: RankedTrial | undefined;
  /** What is left to do, by the mean of the trials that ended in this session; nothing before the first did. */
  readonly secondsLeft: number | undefined;
}

/** Hooks around a study, all optional; each is awaited. */
export interface TuneCallback {
  /** Set by those that show how a study goes: no other is added to them. */
  readonly isProgress?: boolean | undefined;
  onStudyBegin?(progress: Progress): unknown;
  onTrialBegin?(trial: Trial, progress: Progress): unknown;
  /** The objective after an epoch, counted from 0; of folds that are trained one by one, after the last of them. */
  onTrialEpoch?(trial: Trial, epoch: number, value: number): unknown;
  onTrialEnd?(trial: Trial, progress: Progress): unknown;
  onStudyEnd?(result: TuneResult): unknown;
  /** In place of onStudyEnd where there is no result, as when the study is aborted. */
  onStudyAbort?(error: unknown): unknown;
}

/** How a study shows its progress where there is something better than lines. */
export type TuneReporter = (verbose: "auto" | 1 | 2) => TuneCallback | undefined;

/** 75 s, 12 min, 3.5 h. */
export function duration(seconds: number): string {
  if (seconds < 99.5) return `${Math.round(seconds)} s`;
  return seconds < 5970 ? `${Math.round(seconds / 60)} min` : `${(seconds / 3600).toFixed(1)} h`;
}

/** A trial that has ended, in one line. */
export function trialLine(
  { number, status, value, error }: Trial,
  { objective, total, trials, best, secondsLeft }: Progress,
): string {
  const done = trials.filter((trial) => trial.status !== "running").length;
  const came = status === "failed" ? oneLine(error!) : `${objective.name} ${value!.toPrecision(4)}`;
  const leader = best ? `, best ${best.value!.toPrecision(4)} in trial ${best.number}` : "";
  const left = secondsLeft === undefined ? "" : `, ${duration(secondsLeft)} left`;
  return `[${done}/${total}] trial ${number} ${status}: ${came}${leader}${left}`;
}

/** One line a trial. */
const lines: TuneReporter = (verbose) =>
  verbose === "auto"
    ? undefined
    : {
        isProgress: true,
        onTrialEnd: (trial, progress) => console.log(trialLine(trial, progress)),
      };

let reporter = lines;

/** Called by the entry points that know a terminal. */
export function setTuneReporter(better: TuneReporter): void {
  reporter = better;
}

/** The callback that shows a study, if any does. */
export const tuneProgressFor = (verbose: "auto" | 0 | 1 | 2): TuneCallback | undefined =>
  verbose === 0 ? undefined : reporter(verbose);
