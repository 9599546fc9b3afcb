import { GlissadeError, show } from "../error.js";

/** What a trial ran with, and what came out, as far as a report needs it. */
export interface Trial {
  readonly number: number;
  readonly params: Readonly<Record<string, unknown>>;
  readonly value?: number | null | undefined;
  readonly std?: number | null | undefined;
  readonly status: string;
  readonly seconds?: number | undefined;
  readonly epochs?: number | undefined;
  /** The objective, a number an epoch. */
  readonly curve?: readonly number[] | undefined;
  /** Its standard deviation, a number an epoch. */
  readonly spread?: readonly number[] | undefined;
  readonly error?: unknown;
}

/** What `tune` returns, or its toJSON(). */
export interface Study {
  readonly objective: { readonly name: string; readonly mode: "min" | "max" };
  readonly trials: readonly Trial[];
}

/** A trial that came to its end, and its place among those that did. */
export interface Finished extends Trial {
  readonly value: number;
  readonly rank: number;
}

/** Trials that are complete: those that were trained longer come first, then the better ones, then the earlier. */
export function finished({ objective, trials }: Study): Finished[] {
  const sign = objective.mode === "max" ? -1 : 1;
  return trials
    .filter(
      (trial): trial is Trial & { value: number } =>
        trial.status === "complete" && Number.isFinite(trial.value),
    )
    .sort(
      (a, b) =>
        (b.epochs ?? 0) - (a.epochs ?? 0) || sign * (a.value - b.value) || a.number - b.number,
    )
    .map((trial, i) => ({ ...trial, rank: i + 1 }));
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
