import { GlissadeError, show } from "../error.js";
import { field, flag, optional, resolve, whole } from "../options.js";
import { shuffledOrder } from "../order.js";
import { type Key, type Keys, keysOf, rowsByKey } from "./keys.js";

const PURPOSE_SPLIT = 4;

/** Row numbers to train with and to test with, both ascending. */
export interface Split {
  readonly train: Int32Array;
  readonly test: Int32Array;
}

/** What a splitter may need to know of the rows. */
export interface RowFacts {
  /** The class of each row, for stratified splits: numbers, texts or one-hot rows. */
  readonly labels?: Keys | undefined;
  /** What each row comes from, for splits that keep groups together: numbers or texts. */
  readonly groups?: Keys | undefined;
  /** Used where the splitter was given no seed; 0 otherwise. */
  readonly seed?: number | undefined;
}

/** A way to split rows into those to train with and those to test with. */
export interface Splitter {
  readonly type: string;
  readonly options: Readonly<Record<string, unknown>>;
  /**
   * One split a fold.
   *
   * @throws ERR_OPTION if there are too few rows, classes or groups, or if labels or groups are missing; ERR_SHAPE,
   *   ERR_DTYPE or ERR_NUMERIC if those do not fit the rows.
   */
  split(rows: number, facts?: RowFacts): readonly Split[];
}

/** Whether a value splits rows, be it the user's own. */
export const isSplitter = (value: unknown): value is Splitter =>
  typeof value === "object" &&
  value !== null &&
  typeof (value as { split?: unknown }).split === "function";

/** At least two, so that there is something to train with. */
export const foldsField = (fallback: number) =>
  field<number>(
    "a whole number, 2 or more",
    (value) => Number.isSafeInteger(value) && (value as number) >= 2,
    fallback,
  );

export const shuffleFields = {
  /** Whether rows are drawn at random; in their order otherwise. */
  shuffle: flag(true),
  /** Rules the shuffle; 0 unless whoever splits has another. */
  seed: optional(whole()),
};

export const stratifiedField = {
  /** Whether each part has the classes in the shares of the whole. */
  stratified: flag(false),
};

const factFields = {
  labels: field<Keys | undefined>("an array or a tensor", () => true),
  groups: field<Keys | undefined>("an array or a tensor", () => true),
  seed: optional(whole()),
};

/** What is to be split. */
export interface Question {
  readonly rows: number;
  /** Row numbers as they come, or as they are drawn in the `pass`th shuffle. */
  order(shuffle: boolean, pass?: number): Int32Array;
  /** The rows of each class along an order, list by list; all rows in one list where classes do not matter. */
  classes(order: Int32Array): number[][];
  /** The rows of each group likewise. */
  groups(order: Int32Array): number[][];
}

interface SplitterParts {
  readonly type: string;
  readonly options: Readonly<Record<string, unknown>>;
  /** Whether it needs groups; they are refused otherwise. */
  readonly keepsGroups?: boolean;
  readonly cut: (question: Question) => readonly Split[];
}

/** A splitter as users get it: it checks what it is given, and has rows cut. */
export function makeSplitter({ type, options, keepsGroups = false, cut }: SplitterParts): Splitter {
  const stratified = options.stratified === true;
  const split = (rows: number, given?: RowFacts) => {
    const facts = resolve(type, factFields, given);
    checkRows(type, rows);
    checkFacts(type, facts, stratified, keepsGroups);
    const labels = stratified ? keysOf(type, "labels", facts.labels, rows) : undefined;
    if (labels) checkClasses(type, labels, (options.folds as number | undefined) ?? 2);
    const groups = keepsGroups ? keysOf(type, "groups", facts.groups, rows) : undefined;
    const seed = (options.seed as number | undefined) ?? facts.seed ?? 0;
    return cut({
      rows,
      order: (shuffle, pass = 0) =>
        shuffle
          ? shuffledOrder(rows, seed, pass, PURPOSE_SPLIT)
          : Int32Array.from({ length: rows }, (_, row) => row),
      classes: (order) => rowsByKey(order, labels),
      groups: (order) => rowsByKey(order, groups),
    });
  };
  return Object.freeze({ type, options, split });
}

function checkRows(owner: string, rows: unknown): void {
  if (Number.isSafeInteger(rows) && (rows as number) > 0) return;
  throw new GlissadeError(
    "ERR_OPTION",
    `${owner}: rows must be a whole number above 0, got ${show(rows)}; x.shape[0] is a tensor's`,
  );
}

function checkFacts(
  owner: string,
  { labels, groups }: RowFacts,
  stratified: boolean,
  keepsGroups: boolean,
): void {
  const refuse = (message: string) => new GlissadeError("ERR_OPTION", `${owner}: ${message}`);
  if (stratified && labels === undefined) {
    throw refuse("labels must be given to stratify, got nothing; write split(rows, { labels })");
  }
  if (keepsGroups && groups === undefined) {
    throw refuse("groups must be given, got nothing; write split(rows, { groups })");
  }
  if (!keepsGroups && groups !== undefined) {
    throw refuse("it must get no groups, as it would tear them; split.groupKFold keeps them whole");
  }
}

/**
 * Warns of classes that have fewer than `least` rows, as not every part gets one of them.
 *
 * @throws ERR_OPTION if that is so of all classes: they are measurements, or there are too few rows
 */
function checkClasses(owner: string, labels: readonly Key[], least: number): void {
  const counts = new Map<Key, number>();
  for (const label of labels) counts.set(label, (counts.get(label) ?? 0) + 1);
  const sizes = [...counts.values()];
  const fewest = sizes.reduce((a, b) => Math.min(a, b));
  const most = sizes.reduce((a, b) => Math.max(a, b));
  if (fewest >= least) return;
  const rule = `each class must have ${least} rows or more to be on both sides of every split`;
  if (most >= least) {
    console.warn(`${owner}: ${rule}, but the rarest has ${fewest}; merge it with another`);
    return;
  }
  throw new GlissadeError(
    "ERR_OPTION",
    `${owner}: ${rule}, got ${most} at most; leave stratified out, or use fewer folds`,
  );
}

/** @throws ERR_OPTION if there are fewer of them than folds */
export function checkFolds(owner: string, folds: number, there: number, what: string): void {
  if (folds <= there) return;
  throw new GlissadeError(
    "ERR_OPTION",
    `${owner}: there must be ${what} for each of the ${folds} folds, got ${there}; use fewer folds`,
  );
}

/** One split for each of the first `folds` parts, of rows whose part is known. */
export function splitsOf(partOf: Int32Array, folds: number): Split[] {
  return Array.from({ length: folds }, (_, fold) => {
    const size = partOf.reduce((sum, part) => sum + Number(part === fold), 0);
    const test = new Int32Array(size);
    const train = new Int32Array(partOf.length - size);
    let tested = 0;
    partOf.forEach((part, row) => {
      if (part === fold) test[tested++] = row;
      else train[row - tested] = row;
    });
    return { train, test };
  });
}
