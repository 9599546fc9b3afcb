import type { FitOptions } from "../fitOptions.js";
import type { AnyModel } from "../model.js";
import { oneLine } from "../text.js";
import type { Values } from "./space.js";
import type { Trial } from "./trial.js";

/** What a study found. */
export interface TuneResult<M extends AnyModel = AnyModel, P = Values> {
  readonly objective: { readonly name: string; readonly mode: "min" | "max" };
  readonly seed: number;
  /** All trials, by number. */
  readonly trials: readonly RankedTrial<P>[];
  /** The best of those that were trained longest. */
  readonly best: RankedTrial<P>;
  /** A table for people, best first. */
  table(): string;
  toJSON(): TuneJson;
  /**
   * A model of the best hyper-parameters, trained on all rows; whoever asked disposes it. Callbacks stay out, as they may
   * watch rows that are no longer held out: where there were some, it is trained for as many epochs as had the best mean,
   * otherwise for all.
   *
   * @param fit Options of fit that go before those of the trials.
   * @throws (rejects) what building and training throw.
   */
  refit(fit?: FitOptions): Promise<M>;
}

/** A trial with its place among those that were completed; 1 is the best. */
export interface RankedTrial<P = Values> extends Omit<Trial, "params"> {
  readonly params: P;
  readonly rank?: number | undefined;
}

export interface TuneJson {
  readonly objective: TuneResult["objective"];
  readonly seed: number;
  /** The number of the best trial. */
  readonly best: number;
  readonly trials: readonly RankedTrial[];
}

/** Trials with their ranks: those that were trained longer come first, then the better ones, then the earlier. */
export function ranked(trials: readonly Trial[], mode: "min" | "max"): RankedTrial[] {
  const sign = mode === "max" ? -1 : 1;
  const complete = trials.filter(({ status }) => status === "complete");
  const order = complete.toSorted(
    (a, b) => b.epochs - a.epochs || sign * (a.value! - b.value!) || a.number - b.number,
  );
  const ranks = new Map(order.map(({ number }, i) => [number, i + 1]));
  return trials.map((trial) => ({ ...trial, rank: ranks.get(trial.number) }));
}

/** A number as tables show it. */
export const short = (value: number) =>
  Number.isInteger(value) ? String(value) : String(Number(value.toPrecision(4)));

const shown = (value: unknown) =>
  typeof value === "number" ? short(value) : oneLine(String(value));

/** The best first, then what was not completed, by number. Seconds stay out, so that the same study has the same table. */
export function tableOf(objective: string, trials: readonly RankedTrial[]): string {
  const names = [...new Set(trials.flatMap(({ params }) => Object.keys(params)))];
  const order = trials.toSorted(
    (a, b) => (a.rank ?? Infinity) - (b.rank ?? Infinity) || a.number - b.number,
  );
  const spread = trials.some(({ std }) => std !== undefined);
  const budgets = new Set(trials.map(({ epochs }) => epochs)).size > 1;
  const line = (trial: RankedTrial) => [
    trial.rank ? String(trial.rank) : trial.status,
    String(trial.number),
    trial.value === undefined ? "" : trial.value.toPrecision(4),
    ...(spread ? [trial.std === undefined ? "" : trial.std.toPrecision(2)] : []),
    ...(budgets ? [String(trial.epochs)] : []),
    ...names.map((name) => (name in trial.params ? shown(trial.params[name]) : "")),
  ];
  const head = [
    "rank",
    "trial",
    objective,
    ...(spread ? ["std"] : []),
    ...(budgets ? ["epochs"] : []),
    ...names,
  ];
  return aligned([head, ...order.map(line)]);
}

/** Text in columns, flush right. */
export function aligned(rows: readonly (readonly string[])[]): string {
  const widths = rows[0]!.map((_, i) =>
    rows.reduce((most, row) => Math.max(most, row[i]!.length), 0),
  );
  return rows.map((row) => row.map((cell, i) => cell.padStart(widths[i]!)).join("  ")).join("\n");
}
