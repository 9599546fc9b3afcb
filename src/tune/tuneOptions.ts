import { isRising } from "../callbacks/monitor.js";
import { GlissadeError, show } from "../error.js";
import { isKeyed } from "../feed.js";
import { fitFields } from "../fitOptions.js";
import {
  choice,
  count,
  field,
  fraction,
  isPlainObject,
  needed,
  optional,
  type Resolved,
  resolve,
  whole,
} from "../options.js";
import { isSplitter, type Splitter } from "../split/splitter.js";
import type { Executor } from "./executor.js";
import type { Journal } from "./journal.js";
import type { Rows } from "./parts.js";
import type { Prepared } from "./parts.js";
import type { Build, TrialFit } from "./run.js";
import type { Pruner, Search } from "./search.js";
import type { Space } from "./space.js";
import type { TuneCallback } from "./watch.js";

const isFunction = (value: unknown) => typeof value === "function";
const has = (value: unknown, ...methods: readonly string[]) =>
  isKeyed(value) && methods.every((name) => isFunction((value as Record<string, unknown>)[name]));

const rowsField = () =>
  optional(
    field<Rows | undefined>("rows: a tensor, an array, or an object of them by name", () => true),
  );

export const objectiveField = (fallback: string) =>
  field<string | { readonly name: string; readonly mode: "min" | "max" }>(
    'the name of a series such as "val_accuracy", or { name, mode: "min" | "max" }',
    (value) =>
      (typeof value === "string" && value !== "") ||
      (isPlainObject(value) &&
        typeof value.name === "string" &&
        (value.mode === "min" || value.mode === "max")),
    fallback,
  );

export const tuneFields = {
  /** Makes a compiled model for hyper-parameters: (values, { seed }) → model. `tune` disposes it. */
  build: optional(field<Build | undefined>("a function (values, { seed }) → model", isFunction)),
  /** The hyper-parameters, and what each can be. */
  space: needed(
    field<Space>(
      "an object of domains such as { learningRate: space.logUniform(1e-4, 1e-1) }",
      (value) => isPlainObject(value) && Object.keys(value).length > 0,
    ),
  ),
  x: rowsField(),
  y: rowsField(),
  /** A module that exports `build(values, { seed })` and `data()`, for executors that leave the process. */
  trial: optional(
    field<URL | undefined>(
      'a URL such as new URL("./trial.js", import.meta.url)',
      (value) => value instanceof URL,
    ),
  ),
  /** How rows are split, and how often. */
  folds: optional(field<Splitter | undefined>("a splitter such as split.kFold(5)", isSplitter)),
  /** Classes for stratified folds, where y does not say them. */
  labels: rowsField(),
  /** What each row comes from, for folds that keep groups together. */
  groups: rowsField(),
  /** Share of the rows, the last ones, that are held out. */
  validationSplit: fraction(0),
  /** What is watched instead: [x, y] or [x, y, sampleWeight]. */
  validationData: optional(
    field<readonly [x: Rows, y: Rows, sampleWeight?: Rows] | undefined>(
      "[x, y] or [x, y, sampleWeight]",
      (value) => Array.isArray(value) && (value.length === 2 || value.length === 3),
    ),
  ),
  /** Fitted on the rows of each fold that are trained with: x → { x, apply }. */
  prepare: optional(
    field<((x: never) => Prepared) | undefined>("a function x → { x, apply }", isFunction),
  ),
  /** Where to look next. */
  search: needed(
    field<Search>("a search such as search.random({ trials: 20 })", (value) =>
      has(value, "trials", "needs", "suggest"),
    ),
  ),
  /** What ends trials early. */
  pruner: optional(
    field<Pruner | undefined>("a pruner such as pruners.median()", (value) =>
      has(value, "needs", "prune"),
    ),
  ),
  /** Options of `fit`; each but `epochs` and `sampleWeight` may be a function of the hyper-parameters. */
  fit: field<TrialFit>("an object of options of fit", isPlainObject, {}),
  /** The series that counts, or its name and direction. */
  objective: objectiveField("val_loss"),
  /** Rules what is drawn, the folds, and each training. */
  seed: whole(0),
  /** How often each fold is trained, each time from another seed. */
  seeds: count(1),
  /** Where trials run; in this process, one after another, unless given. */
  executor: optional(
    field<Executor | undefined>("an executor such as threads(2)", (value) => has(value, "open")),
  ),
  /** Where the study is kept, so that it can go on after a crash: a path, or an object { read, append, replace }. */
  journal: optional(
    field<string | Journal | undefined>(
      "a path, or an object of the functions read, append and replace",
      (value) =>
        (typeof value === "string" && value !== "") || has(value, "read", "append", "replace"),
    ),
  ),
  /** Tells studies of one journal apart. */
  name: field<string>("some text", (value) => typeof value === "string" && value !== "", "tune"),
  /** Objects of hooks around the study. */
  callbacks: field<readonly TuneCallback[]>(
    "an array of objects of hooks",
    (value) => Array.isArray(value) && value.every(isKeyed),
    [],
  ),
  /** 0 silent, 1 a live table or lines, 2 a line a trial; "auto": a table in a terminal, else silent. */
  verbose: choice(["auto", 0, 1, 2], "auto"),
  /** Ends the study, which rejects with its reason; with a journal it can go on later. */
  signal: fitFields.signal,
};

export type ResolvedTune = Resolved<typeof tuneFields>;

/** Options of `fit` that `tune` itself settles. */
const OWN = [
  "validationSplit",
  "validationData",
  "validationFreq",
  "seed",
  "signal",
  "verbose",
  "initialEpoch",
];

/** @throws ERR_OPTION if options contradict each other */
export function checkTune(options: ResolvedTune): void {
  const refuse = (message: string) => {
    throw new GlissadeError("ERR_OPTION", `tune: ${message}`);
  };
  const { trial, executor, build, x, y, folds, validationSplit, validationData } = options;
  if (executor?.isApart && !trial) {
    refuse(
      "with an executor that leaves the process, trial must be given in place of build, x and y, got " +
        `${build ? "a closure, which cannot go there" : "nothing"}; write trial: new URL("./trial.js", import.meta.url), ` +
        "a module that exports build(values) and data()",
    );
  }
  if (trial && (build ?? options.prepare ?? x ?? y) !== undefined) {
    refuse(
      "trial must come in place of build, prepare, x and y, got both; the module exports them",
    );
  }
  if (!trial && !(build && x !== undefined && y !== undefined)) {
    const missing = !build ? "build" : x === undefined ? "x" : "y";
    refuse(`${missing} must be given, got nothing; write tune({ build, space, x, y, … })`);
  }
  const ways = [folds !== undefined, validationSplit > 0, validationData !== undefined];
  if (ways.filter(Boolean).length > 1) {
    refuse("one of folds, validationSplit and validationData must be given, got several");
  }
  const { name } = objectiveOf(options);
  if (name.startsWith("val_") && !ways.includes(true)) {
    refuse(
      `there must be rows to validate with for ${name}, got none; give folds: split.kFold(5), validationSplit or validationData`,
    );
  }
}

/** @throws ERR_OPTION if options of the trials' fits are unknown, break their rules, or are not theirs to say */
export function checkFit(fit: TrialFit): void {
  const owner = "tune: fit";
  const own = OWN.find((key) => key in fit);
  if (own) {
    throw new GlissadeError(
      "ERR_OPTION",
      `${owner}: ${own} must be left to tune, got ${show(fit[own])}; give it to tune itself`,
    );
  }
  // Rows of weights are cut by folds, and epochs planned, before there are hyper-parameters.
  const settled = Object.entries(fit).filter(
    ([key, value]) => ["epochs", "sampleWeight"].includes(key) || typeof value !== "function",
  );
  if (Array.isArray(fit.callbacks) && fit.callbacks.length > 0) {
    throw new GlissadeError(
      "ERR_OPTION",
      `${owner}: callbacks must be a function that makes them, as each training needs its own, got ${show(fit.callbacks)}; ` +
        "write callbacks: () => […]",
    );
  }
  const unknown = Object.keys(fit).filter((key) => !Object.hasOwn(fitFields, key));
  resolve(owner, fitFields, Object.fromEntries([...settled, ...unknown.map((key) => [key, 0])]));
}

/** The series that counts, and its direction. */
export function objectiveOf({ objective }: Pick<ResolvedTune, "objective">): {
  readonly name: string;
  readonly mode: "min" | "max";
} {
  if (typeof objective !== "string") return { name: objective.name, mode: objective.mode };
  return { name: objective, mode: isRising(objective, "auto") ? "max" : "min" };
}
