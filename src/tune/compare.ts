import type { AnyLoss, CompileOptions } from "../compileOptions.js";
import { GlissadeError } from "../error.js";
import { type AnyModel, checkModel } from "../model.js";
import { member } from "../names.js";
import {
  count,
  field,
  isPlainObject,
  isRate,
  needed,
  optional,
  type Options,
  type Resolved,
  resolve,
} from "../options.js";
import { aligned, short, type TuneResult } from "./result.js";
import type { Build, Building } from "./run.js";
import { grid } from "./searches/grid.js";
import { choice } from "./space.js";
import { tune } from "./tune.js";
import { objectiveField, objectiveOf, tuneFields } from "./tuneOptions.js";

/** Names, or what stands behind each name. */
type Candidates<T> = readonly string[] | Readonly<Record<string, T>>;

type AnyOptimizer = CompileOptions["optimizer"];

/** The namesakes, where every one passes. */
const areCandidates = (given: unknown, passes: (one: unknown) => boolean) =>
  Array.isArray(given)
    ? given.length > 0 && given.every((one) => typeof one === "string")
    : isPlainObject(given) &&
      Object.keys(given).length > 0 &&
      Object.values(given).every((one) => passes(one));

const isMetrics = (value: unknown) => Array.isArray(value) || isPlainObject(value);

const { space: _space, search: _search, pruner: _pruner, ...common } = tuneFields;

export const compareFields = {
  ...common,
  /** Names of losses, or losses by name. */
  losses: needed(
    field<Candidates<AnyLoss>>('names such as ["meanSquaredError"], or losses by name', (given) =>
      areCandidates(given, (one) => one !== undefined && one !== null),
    ),
  ),
  /** Names of optimizers, or functions learningRate → optimizer by name. */
  optimizers: needed(
    field<Candidates<(learningRate: number) => AnyOptimizer>>(
      'names such as ["sgd", "adam"], or functions learningRate → optimizer by name',
      (given) => areCandidates(given, (one) => typeof one === "function"),
    ),
  ),
  /** The rates that each pair is tried with. */
  learningRates: field<readonly number[]>(
    "an array of learning rates",
    (rates) => Array.isArray(rates) && rates.length > 0 && rates.every(isRate),
    [1e-4, 1e-3, 1e-2, 1e-1, 1],
  ),
  /** What is watched, as compile takes it; accuracy unless given. */
  metrics: optional(
    field<CompileOptions["metrics"]>("an array of metrics, or an object of them", isMetrics),
  ),
  /** The series that counts: one that is the same under every loss. */
  objective: objectiveField("val_accuracy"),
  /** How often each is trained, each time from another seed; all from the same ones. */
  seeds: count(3),
};

/** What {@link compare} takes. */
export type CompareOptions = Options<typeof compareFields>;

/** A loss with an optimizer, at a rate. */
interface Pair {
  readonly loss: string;
  readonly optimizer: string;
  readonly learningRate: number;
}

/** A loss with an optimizer, at the rate that suits them best. */
export interface Compared extends Pair {
  /** The objective: the mean over folds and seeds; nothing where every rate failed. */
  readonly mean: number | undefined;
  /** Its deviation over folds and seeds; nothing where there is only one. */
  readonly std: number | undefined;
  /** The mean after each epoch. */
  readonly curve: readonly number[];
  /** The deviation after each epoch. */
  readonly spread: readonly number[] | undefined;
  /** Why it failed, where it did. */
  readonly error?: string | undefined;
}

export interface Comparison {
  readonly objective: TuneResult["objective"];
  /** One for each loss with each optimizer, the best first. */
  readonly rows: readonly Compared[];
  /** Everything that was tried. */
  readonly trials: TuneResult["trials"];
  table(): string;
  toJSON(): Pick<Comparison, "objective" | "rows" | "trials">;
}

/**
 * Which loss, which optimizer? Trains a model with each pair of them, each at several rates, all for the same epochs, on
 * the same folds, from the same seeds; each pair counts by its best rate.
 *
 * `build` gives a model that is not compiled; beside `trial`, the module's compiles by what it gets.
 *
 * A pair's mean is that of the rate that was best on the same rows, and by that a little too good: for all pairs alike.
 *
 * @throws (rejects) as {@link tune} does; ERR_OPTION if losses are to be compared by the loss itself.
 */
export async function compare(given: CompareOptions): Promise<Comparison> {
  const options = resolve("compare", compareFields, given);
  const { losses, optimizers, learningRates, metrics: _, build, ...rest } = options;
  checkMembers(options);
  const [lossNames, optimizerNames] = [losses, optimizers].map((one) =>
    Array.isArray(one) ? (one as string[]) : Object.keys(one),
  ) as [string[], string[]];
  checkObjective(options, lossNames);
  const result = await tune({
    ...rest,
    build: build && compiling(build, options),
    space: {
      loss: choice(lossNames),
      optimizer: choice(optimizerNames),
      learningRate: choice(learningRates),
    },
    search: grid(),
  });
  return comparisonOf(result);
}

/** @throws ERR_OPTION if nothing has such a name, or if a module is to compile what only this program has */
function checkMembers({
  trial,
  losses,
  optimizers,
  metrics,
}: Resolved<typeof compareFields>): void {
  if (!trial) {
    for (const name of namesOf(losses)) member("compare", "loss", name);
    for (const name of namesOf(optimizers)) member("compare", "optimizer", name);
    return;
  }
  if (Array.isArray(losses) && Array.isArray(optimizers) && !metrics) return;
  throw new GlissadeError(
    "ERR_OPTION",
    "compare: beside trial, losses and optimizers must be names and metrics left out, got others; the build of the " +
      "module gets ({ loss, optimizer, learningRate }, { seed }) and compiles with them",
  );
}

const namesOf = (candidates: Candidates<unknown>) =>
  Array.isArray(candidates) ? (candidates as string[]) : [];

/** @throws ERR_OPTION: a smaller loss of another kind means nothing */
function checkObjective(options: Resolved<typeof compareFields>, losses: readonly string[]): void {
  const { name } = objectiveOf(options);
  if (losses.length === 1 || !/^(val_)?loss$/.test(name)) return;
  throw new GlissadeError(
    "ERR_OPTION",
    `compare: objective must be a series that means the same under every loss, got ${name} for ${losses.length} losses; ` +
      'give a metric such as objective: "val_accuracy"',
  );
}

/** `build`, and what it gives compiled. */
function compiling(build: Build, { losses, optimizers, metrics }: Resolved<typeof compareFields>) {
  return (values: Pair, building: Building): AnyModel => {
    const model = build(values as never, building);
    checkModel("compare: build", model);
    const { loss, optimizer, learningRate } = values;
    const named = <T>(candidates: Candidates<T>, name: string) =>
      Array.isArray(candidates) ? undefined : (candidates as Readonly<Record<string, T>>)[name];
    const made = named(optimizers, optimizer)?.(learningRate);
    model.compile({
      loss: named(losses, loss) ?? loss,
      optimizer: made ?? optimizer,
      metrics: metrics ?? ["accuracy"],
    });
    if (!made) model.learningRate = learningRate;
    return model;
  };
}

type AnyTrial = TuneResult["trials"][number];

function comparisonOf({ objective, trials }: TuneResult): Comparison {
  const place = ({ rank }: AnyTrial) => rank ?? Infinity;
  const pairs = new Map<string, AnyTrial>();
  for (const trial of trials) {
    const pair = JSON.stringify([trial.params.loss, trial.params.optimizer]);
    const known = pairs.get(pair);
    if (!known || place(trial) < place(known)) pairs.set(pair, trial);
  }
  // Two that failed are as good as each other, and ∞ − ∞ is no number.
  const best = [...pairs.values()].sort((a, b) => place(a) - place(b) || 0);
  const rows = best.map(({ params, value, std, curve, spread, error }) => ({
    ...(params as unknown as Pair),
    mean: value,
    std,
    curve,
    spread,
    error,
  }));
  const line = ({ loss, optimizer, learningRate, mean, std }: Compared) => [
    loss,
    optimizer,
    mean === undefined ? "" : short(learningRate),
    mean?.toPrecision(4) ?? "failed",
    std?.toPrecision(2) ?? "",
  ];
  return {
    objective,
    rows,
    trials,
    table: () =>
      aligned([["loss", "optimizer", "learningRate", objective.name, "std"], ...rows.map(line)]),
    toJSON: () => ({ objective, rows, trials }),
  };
}
