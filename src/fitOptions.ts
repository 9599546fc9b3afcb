import type { Callback } from "./callbacks/callback.js";
import type { Named } from "./feed.js";
import { choice, count, field, flag, fraction, optional, type Options, whole } from "./options.js";
import type { Data } from "./tensor.js";
import type { ClassWeight } from "./weighting.js";

type ValidationData =
  | readonly [x: Named<Data>, y: Named<Data>]
  | readonly [x: Named<Data>, y: Named<Data>, sampleWeight: Named<Data>];

const isObject = (value: unknown) => typeof value === "object" && value !== null;

/** Milliseconds without a turn of the event loop: a page must draw, elsewhere progress suffices. */
const YIELD_EVERY = "document" in globalThis ? 16 : 100;

const data = () =>
  optional(
    field<Named<Data> | undefined>("one number a row: an array or a tensor", isObject, [
      3,
      "balanced",
      null,
    ]),
  );

export const batchSizeField = {
  /** Rows a step. */
  batchSize: count(32),
};

export const evaluateFields = {
  ...batchSizeField,
  /** How much each row counts. */
  sampleWeight: data(),
};

export const fitFields = {
  ...batchSizeField,
  /** Number of the last epoch; with `initialEpoch` 0, how often all rows are seen. */
  epochs: count(1),
  /** Share of the rows, the last ones, that are kept out of training and watched. */
  validationSplit: fraction(0),
  /** What is watched instead: [x, y] or [x, y, sampleWeight]. */
  validationData: optional(
    field<ValidationData | undefined>(
      "[x, y] or [x, y, sampleWeight]",
      (value) => Array.isArray(value) && (value.length === 2 || value.length === 3),
      [3, [], [1], null],
    ),
  ),
  /** Every how many epochs. */
  validationFreq: count(1),
  /** Rows a step of validation; `batchSize` otherwise. */
  validationBatchSize: optional(count()),
  /** Whether each epoch has its own order of rows. */
  shuffle: flag(true),
  /** Rules shuffling and dropout; the model's seed otherwise. */
  seed: optional(whole()),
  /** How much each class counts: by number, or "balanced". */
  classWeight: optional(
    field<ClassWeight | undefined>(
      '"balanced", or an object of weights by class number',
      (value) => value === "balanced" || (isObject(value) && !ArrayBuffer.isView(value)),
      [3, "uniform", null],
    ),
  ),
  /** How much each row counts. */
  sampleWeight: data(),
  /** Number of the first epoch, to go on with a run. */
  initialEpoch: whole(0),
  /** Steps an epoch; as many as all rows need otherwise. */
  stepsPerEpoch: optional(count()),
  /** Objects of hooks. */
  callbacks: field<readonly Callback[]>(
    "an array of callbacks",
    (value) => Array.isArray(value) && value.every(isObject),
    [3, {}, [3], ["earlyStopping"], null],
    [],
  ),
  /** 0 silent, 1 a progress bar or lines, 2 a line an epoch; "auto": a bar in a terminal, else silent. */
  verbose: choice(["auto", 0, 1, 2], "auto"),
  /** Ends the fit, which rejects with its reason. */
  signal: optional(
    field<AbortSignal | undefined>(
      "an AbortSignal",
      (value) => isObject(value) && "aborted" in (value as object),
      [3, {}, null],
    ),
  ),
  /** Milliseconds between turns of the event loop. */
  yieldEvery: whole(YIELD_EVERY),
  /** Whether to look through x for NaN and infinity before anything is trained. */
  checkInputs: flag(false),
};

export type FitOptions = Options<typeof fitFields>;
export type EvaluateOptions = Options<typeof evaluateFields>;
export type PredictOptions = Options<typeof batchSizeField>;
