import { isKeyed } from "../feed.js";
import {
  choice,
  count,
  field,
  isPlainObject,
  needed,
  optional,
  type Options,
  whole,
} from "../options.js";
import type { Journal } from "./journal.js";
import type { Pruner, Search } from "./search.js";
import type { Space } from "./space.js";

/** Whether something has all these methods. */
export const has = (value: unknown, ...methods: readonly string[]): boolean =>
  isKeyed(value) && methods.every((name) => typeof value[name] === "function");

export const isText = (value: unknown): value is string =>
  typeof value === "string" && value !== "";

export const isJournal = (value: unknown) => has(value, "read", "append", "replace");

export const isObjective = (value: unknown) =>
  isPlainObject(value) && isText(value.name) && (value.mode === "min" || value.mode === "max");

/** What is searched, and how. */
export const searchFields = {
  /** The hyper-parameters, and what each can be. */
  space: needed(
    field<Space>(
      "an object of domains such as { learningRate: space.logUniform(1e-4, 1e-1) }",
      (value) => isPlainObject(value) && Object.keys(value).length > 0,
    ),
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
};

export const studyFields = {
  ...searchFields,
  objective: needed(
    field<{ readonly name: string; readonly mode: "min" | "max" }>(
      'an object { name, mode: "min" | "max" }',
      isObjective,
    ),
  ),
  seed: whole(),
  /** Epochs of a whole training. */
  epochs: count(),
  /** What tells studies of one journal apart. */
  name: needed(field<string>("some text", isText)),
  journal: optional(
    field<Journal | undefined>("an object of the functions read, append and replace", isJournal),
  ),
  /** Whatever else must be the same for a study to go on, as JSON holds it. */
  task: optional(field<unknown>("anything", () => true)),
};

/** What is looked for, where and how. */
export type StudyPlan = Options<typeof studyFields>;

const isNumber = (value: unknown) => typeof value === "number";
const numbers = <T extends readonly number[] | undefined = undefined>(fallback?: T) =>
  field<readonly number[] | T>(
    "an array of numbers",
    (value) => Array.isArray(value) && value.every(isNumber),
    fallback,
  );

export const outcomeFields = {
  status: needed(choice(["complete", "pruned", "failed"], "failed")),
  value: optional(field<number | undefined>("a number", isNumber)),
  std: optional(field<number | undefined>("a number", isNumber)),
  folds: numbers<readonly number[]>([]),
  spread: optional(numbers()),
  seconds: field<number>("a number", isNumber, 0),
  error: optional(
    field<string | undefined>("the text of an error", (value) => typeof value === "string"),
  ),
};

/** How a trial ended; see {@link Trial} for what each is. */
export type Outcome = Options<typeof outcomeFields>;
