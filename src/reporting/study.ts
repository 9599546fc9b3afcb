import { GlissadeError, show } from "../error.js";
import { ranked, type TuneResult } from "../tune/result.js";
import type { Trial } from "../tune/trial.js";

/** What `tune` returns, or its toJSON(), as far as a report needs it. */
export type Study = Pick<TuneResult, "objective" | "trials">;

/** A trial that came to its end, and its place among those that did. */
export interface Finished extends Trial {
  readonly value: number;
  readonly rank: number;
}

/** Trials that were completed, by rank. */
export function finished({ objective, trials }: Study): Finished[] {
  // JSON has null for what is not finite.
  const sound = trials.filter(({ value }) => Number.isFinite(value));
  return ranked(sound, objective.mode)
    .filter((trial): trial is Finished => trial.rank !== undefined)
    .sort((a, b) => a.rank - b.rank);
}

/** Names of hyper-parameters in the order in which they occur. */
export const parametersOf = (trials: readonly Trial[]) => [
  ...new Set(trials.flatMap(({ params }) => Object.keys(params))),
];

/** A value of a hyper-parameter as text. */
export const valueText = (value: unknown): string =>
  typeof value === "string"
    ? value
    : typeof value === "object"
      ? JSON.stringify(value)
      : show(value);

/** @throws ERR_OPTION if it is no result of a tuning, ERR_SHAPE if there is no trial */
export function checkStudy({ objective, trials }: Study): void {
  const mode = (objective as Study["objective"] | undefined)?.mode;
  if (mode !== "min" && mode !== "max") {
    throw new GlissadeError(
      "ERR_OPTION",
      `report: objective.mode must be "min" or "max", got ${show(mode)}; give what tune returns`,
    );
  }
  if (trials.length === 0) {
    throw new GlissadeError(
      "ERR_SHAPE",
      "report: a result of tune must have one trial or more, got none; let one run first",
    );
  }
}
