import type { Callback } from "./callbacks/callback.js";
import { isKeyed, type Named } from "./feed.js";
import { choice, count, field, flag, fraction, optional, type Options, whole } from "./options.js";
import type { Stream } from "./dataset/pass.js";
import type { Item } from "./stream.js";
import { type Data, isTensor, isTypedArray } from "./tensor.js";
import type { ClassWeight } from "./weighting.js";

/** Data in memory, or a dataset. */
export type ValidationData =
  | Stream<Item>
  | readonly [x: Named<Data>, y: Named<Data>]
  | readonly [x: Named<Data>, y: Named<Data>, sampleWeight: Named<Data>];

const isStream = (value: unknown) =>
  typeof value === "function" ||
  (isObject(value) &&
    !Array.isArray(value) &&
    (Symbol.asyncIterator in (value as object) || Symbol.iterator in (value as object)));
const isObject = (value: unknown) => typeof value === "object" && value !== null;

/** Milliseconds without a turn of the event loop: a page must draw, elsewhere progress suffices. */
export const YIELD_EVERY = "document" in globalThis ? 16 : 100;

const isData = (value: unknown) => Array.isArray(value) || isTensor(value) || isTypedArray(value);

const sampleWeightField = {
  /** How much each row counts. */
  sampleWeight: optional(
    field<Named<Data> | undefined>(
      "one number a row: an array or a tensor",
      (value) => isData(value) || isKeyed(value),
    ),
  ),
};

const classWeightField = {
  /** How much each class counts: by number, or "balanced"; keyed by output where there are several. */
  classWeight: optional(
    field<Named<ClassWeight> | undefined>(
      '"balanced", or an object of weights by class number',
      (value) => value === "balanced" || isKeyed(value) || Array.isArray(value),
    ),
  ),
};

/** What calls on one batch take. */
export const weightingFields = { ...sampleWeightField, ...classWeightField };

export const batchSizeField = {
  /** Rows a step. */
  batchSize: count(32),
};

export const evaluateFields = { ...batchSizeField, ...sampleWeightField };

const signalField = {
  /** Ends what runs, which rejects with its reason. */
  signal: optional(
    field<AbortSignal | undefined>(
      "an AbortSignal",
      (value) => isObject(value) && "aborted" in (value as object),
    ),
  ),
};

const commonFields = {
  ...batchSizeField,
  /** Number of the last epoch; with `initialEpoch` 0, how often all rows are seen. */
  epochs: count(1),
  /** What is watched: [x, y], [x, y, sampleWeight], or a dataset. */
  validationData: optional(
    field<ValidationData | undefined>(
      "[x, y], [x, y, sampleWeight] or a dataset",
      (value) =>
        isStream(value) || (Array.isArray(value) && (value.length === 2 || value.length === 3)),
    ),
  ),
  /** Batches of the validation data; all of them otherwise. */
  validationSteps: optional(count()),
  /** Every how many epochs. */
  validationFreq: count(1),
  /** Rows a step of validation; `batchSize` otherwise. */
  validationBatchSize: optional(count()),
  /** Rules shuffling and dropout; the model's seed otherwise. */
  seed: optional(whole()),
  ...classWeightField,
  /** Number of the first epoch, to go on with a run. */
  initialEpoch: whole(0),
  /** Steps an epoch, which goes on where the last one ended; as many as all rows need otherwise. */
  stepsPerEpoch: optional(count()),
  /** Objects of hooks. */
  callbacks: field<readonly Callback[]>(
    "an array of callbacks such as [callbacks.earlyStopping()]",
    (value) => Array.isArray(value) && value.every(isKeyed),
    [],
  ),
  /** 0 silent, 1 a progress bar or lines, 2 a line an epoch; "auto": a bar in a terminal, else silent. */
  verbose: choice(["auto", 0, 1, 2], "auto"),
  ...signalField,
  /** Milliseconds between turns of the event loop. */
  yieldEvery: whole(YIELD_EVERY),
  /** Whether to look through x for NaN and infinity before anything is trained. */
  checkInputs: flag(false),
};

export const fitFields = {
  ...commonFields,
  /** Share of the rows, the last ones, that are kept out of training and watched. */
  validationSplit: fraction(0),
  /** Whether each epoch has its own order of rows. */
  shuffle: flag(true),
  ...sampleWeightField,
};

/** The dataset brings its own weights and order; where it gives rows, `batchSize` of them make a step. */
export const fitDatasetFields = commonFields;

export const evaluateDatasetFields = {
  ...batchSizeField,
  /** Batches to read; all of them otherwise. */
  steps: optional(count()),
  ...signalField,
};

export type FitOptions = Options<typeof fitFields>;
export type FitDatasetOptions = Options<typeof fitDatasetFields>;
export type EvaluateDatasetOptions = Options<typeof evaluateDatasetFields>;
export type EvaluateOptions = Options<typeof evaluateFields>;
export type PredictOptions = Options<typeof batchSizeField>;
