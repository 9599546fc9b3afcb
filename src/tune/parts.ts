import { GlissadeError, show } from "../error.js";
import { isKeyed, type Named } from "../feed.js";
import type { RowFacts, Split, Splitter } from "../split/splitter.js";
import { sizeOf } from "../stage.js";
import { asTensor, type Data, isTensor, isTypedArray, type Tensor, tensor } from "../tensor.js";

/** Rows of whatever kind `prepare` takes: of a table, of texts. */
export type Records = readonly unknown[];

/** What rows are made of before a model sees them. */
export type Rows = Named<Data> | Records;

/** Rows that were prepared, and how others are. `standardize(x)` and `columns(records)` give one. */
export interface Prepared {
  readonly x: Named<Data>;
  apply(rows: never): Named<Data>;
}

/** Inputs, targets and weights of the same rows. */
export interface Examples {
  readonly x: Rows;
  readonly y: Rows;
  readonly sampleWeight?: Rows | undefined;
}

/** Rows to train with, and rows to watch, where there are some. */
export interface Part extends Examples {
  readonly held: Examples | undefined;
}

/** Where a trial's rows come from: everything, and which of it is trained with. */
export interface Material extends Examples {
  readonly splits: readonly Split[];
  /** What is watched in place of rows held out. */
  readonly validation?: Examples | undefined;
}

/** Whether something is rows by name; a tensor is none. */
const isNamed = (data: unknown): data is Readonly<Record<string, Rows>> =>
  isKeyed(data) && !isTensor(data) && !isTypedArray(data);

/** Everything that has rows, with its name. */
function leavesOf(what: string, data: unknown): [what: string, data: unknown][] {
  if (!isNamed(data)) return [[what, data]];
  return Object.entries(data).flatMap(([name, one]) => leavesOf(`${what}.${name}`, one));
}

/**
 * How many rows there are, the same everywhere.
 *
 * @param expected So many; as many as the first has otherwise.
 * @throws ERR_DTYPE if that cannot be told, ERR_SHAPE if they are not equally many
 */
export function countRows(what: string, data: unknown, expected?: number): number {
  let rows = expected;
  for (const [name, one] of leavesOf(what, data)) {
    const found = isTensor(one) ? (one.shape[0] ?? 0) : rowsOfList(name, one);
    rows ??= found;
    if (found === rows && rows > 0) continue;
    throw new GlissadeError(
      "ERR_SHAPE",
      `tune: ${name} must have ${expected === undefined ? "rows, equally many everywhere" : `${rows} rows as x has`}, ` +
        `got ${found}; give a row of each for each row of x`,
    );
  }
  return rows!;
}

function rowsOfList(what: string, data: unknown): number {
  if (Array.isArray(data) || isTypedArray(data)) return data.length;
  throw new GlissadeError(
    "ERR_DTYPE",
    `tune: ${what} must be a tensor, an array of rows, or an object of them by name, got ${show(data)}; ` +
      "tensor(numbers, [rows, -1]) gives numbers their shape",
  );
}

/** Some rows of everything; those that follow each other are not copied. */
export function take<D extends Rows | undefined>(data: D, rows: Int32Array): D {
  if (data === undefined) return data;
  if (isTensor(data)) return takeRows(data, rows) as D;
  if (isTypedArray(data)) return takeRows(asTensor("tune", "rows", data), rows) as D;
  if (Array.isArray(data)) return Array.from(rows, (row) => data[row] as unknown) as unknown as D;
  const entries = Object.entries(data as Readonly<Record<string, Rows>>);
  return Object.fromEntries(entries.map(([name, one]) => [name, take(one, rows)])) as unknown as D;
}

function takeRows(given: Tensor, rows: Int32Array): Tensor {
  const first = rows[0] ?? 0;
  if (rows.every((row, i) => row === first + i)) return given.take(first, rows.length);
  const shape = given.shape.slice(1);
  const width = sizeOf(shape);
  const kind = given.data.constructor as new (length: number) => typeof given.data;
  const data = new kind(rows.length * width);
  rows.forEach((row, i) => {
    data.set(given.data.subarray(row * width, (row + 1) * width), i * width);
  });
  return tensor(data, [rows.length, ...shape]);
}

/** Row numbers from `start` to `end`. */
const between = (start: number, end: number) =>
  Int32Array.from({ length: end - start }, (_, i) => start + i);

/** How rows are split: by folds, or the last share of them held out as `fit` does; all are trained with otherwise. */
export function splitsOf(
  rows: number,
  folds: Splitter | undefined,
  validationSplit: number,
  facts: RowFacts,
): readonly Split[] {
  if (folds) return checkSplits(folds, [...folds.split(rows, facts)], rows);
  const at = Math.floor(rows * (1 - validationSplit));
  if (at >= 1 && (at < rows || validationSplit === 0)) {
    return [{ train: between(0, at), test: between(at, rows) }];
  }
  throw new GlissadeError(
    "ERR_OPTION",
    `tune: validationSplit must leave rows on both sides, got ${validationSplit} of ${rows}; give more rows, or folds`,
  );
}

/** @throws ERR_OPTION if a splitter of the user's own splits what is not there */
function checkSplits({ type }: Splitter, splits: readonly Split[], rows: number) {
  const isRow = (row: number) => Number.isInteger(row) && row >= 0 && row < rows;
  const isSplit = ({ train, test }: Split) =>
    train.length > 0 && test.length > 0 && train.every(isRow) && test.every(isRow);
  const wrong = splits.findIndex((split) => !isSplit(split));
  if (splits.length > 0 && wrong < 0) return splits;
  throw new GlissadeError(
    "ERR_OPTION",
    `tune: folds must give splits { train, test } of row numbers below ${rows}, got ` +
      `${splits.length === 0 ? "none" : `others in split ${wrong}`} from ${show(type)}; both sides need a row`,
  );
}

/** The rows of one fold. */
export function partOf(material: Material, fold: number): Part {
  const { train, test } = material.splits[fold]!;
  const pick = (rows: Int32Array): Examples => ({
    x: take(material.x, rows),
    y: take(material.y, rows),
    sampleWeight: take(material.sampleWeight, rows),
  });
  const held = material.validation ?? (test.length > 0 ? pick(test) : undefined);
  return { ...pick(train), held };
}

/** The same with `prepare` fitted on what is trained with, and applied to what is held out. */
export function preparedPart(part: Part, prepare: (x: never) => Prepared): Part {
  const prepared: unknown = prepare(part.x as never);
  if (!isPrepared(prepared)) {
    throw new GlissadeError(
      "ERR_OPTION",
      `tune: prepare must give { x, apply }, as standardize and columns do, got ${show(prepared)}`,
    );
  }
  const held = part.held && { ...part.held, x: prepared.apply(part.held.x as never) };
  return { ...part, x: prepared.x, held };
}

const isPrepared = (value: unknown): value is Prepared =>
  typeof value === "object" &&
  value !== null &&
  "x" in value &&
  typeof (value as Partial<Prepared>).apply === "function";
