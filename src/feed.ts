import { checkFinite, classesBelow, type Rows, rowsOf } from "./columns.js";
import { counted, GlissadeError, show } from "./error.js";
import type { Port } from "./graph.js";
import type { Judge } from "./judge.js";
import type { Memory } from "./memory.js";
import { type DType, sizeOf } from "./stage.js";
import { asTensor, type Data, isTensor, isTypedArray } from "./tensor.js";

/** Data of one place: rows of numbers, in JavaScript memory. */
export interface Column {
  readonly data: ArrayLike<number>;
  readonly rows: number;
  /** Numbers a row. */
  readonly width: number;
}

/** Targets of one output: as wide as it is, or class numbers. */
export interface Target extends Column {
  readonly labels: boolean;
}

/** Several, keyed by the names of inputs or outputs. */
export type ByName<T> = Readonly<Record<string, T>>;

/** Bare for a model with one input or output, keyed by name where there are several. */
export type Named<T> = T | ByName<T>;

/** Everything that training or evaluating reads, checked. */
export interface Feed {
  readonly rows: number;
  readonly inputs: readonly Column[];
  readonly targets: readonly Target[];
  /** Weight of each row, one entry an output; `undefined` where all are 1. */
  readonly weights: readonly (Float32Array | undefined)[];
}

/** Some rows of a feed: what one step works on. */
export interface Batch {
  readonly feed: Feed;
  /** Rows `order[start …]`, or `start …` themselves where there is no order. */
  readonly order: Int32Array | undefined;
  readonly start: number;
  readonly rows: number;
}

/** All rows of a feed at once. */
export const wholeBatch = (feed: Feed): Batch => ({
  feed,
  order: undefined,
  start: 0,
  rows: feed.rows,
});

/** Rows below this width are copied faster by a loop than by a view a row. */
const NARROW = 32;

type View = Float32Array | Int32Array | Uint8Array;

function viewOf(memory: Memory, dtype: DType, address: number, count: number): View {
  if (dtype === "float32") return memory.floats(address, count);
  return dtype === "int32" ? memory.integers(address, count) : memory.bytes(address, count);
}

/** Copies rows `order[start …]`, or `start …` themselves, side by side into a place. */
export function gather(
  memory: Memory,
  { data, width }: Column,
  dtype: DType,
  address: number,
  { order, start, rows }: Omit<Batch, "feed">,
): void {
  const view = viewOf(memory, dtype, address, rows * width);
  const source = data as Float32Array;
  if (!order) {
    view.set(source.subarray(start * width, (start + rows) * width));
    return;
  }
  // The first number of every row comes first: these loads do not wait for each other, so cache misses overlap.
  for (let row = 0; row < rows; row++) view[row * width] = source[order[start + row]! * width]!;
  for (let row = 0; width > 1 && row < rows; row++) {
    const from = order[start + row]! * width;
    if (width >= NARROW) {
      view.set(source.subarray(from, from + width), row * width);
    } else {
      for (let i = 0, to = row * width; i < width; i++) view[to + i] = source[from + i]!;
    }
  }
}

/** Whether something is an object of entries by name, and no data. */
export const isKeyed = (given: unknown): given is Readonly<Record<string, unknown>> =>
  Object.prototype.toString.call(given) === "[object Object]" &&
  !isTensor(given) &&
  !(Symbol.asyncIterator in (given as object));

/** One entry a port, from a bare value or an object keyed by the ports' names. */
function perPort<T>(owner: string, what: string, ports: readonly Port[], given: unknown): T[] {
  const names = ports.map(({ name }) => name);
  const single = names.length === 1;
  if (single && !isKeyed(given)) return [given as T];
  const fits =
    isKeyed(given) &&
    names.every((name) => given[name] !== undefined) &&
    Object.keys(given).every((key) => names.includes(key));
  if (fits) return names.map((name) => given[name] as T);
  const wayOut = single
    ? `the single ${what} may also be given bare`
    : `write { ${names.map((name) => `${name}: …`).join(", ")} }`;
  throw new GlissadeError(
    "ERR_SHAPE",
    `${owner}: ${what} must be an object with the keys ${names.map(show).join(", ")}, ` +
      `got ${show(given)}; ${wayOut}`,
  );
}

/** Checked columns of a model's inputs. @throws ERR_SHAPE, ERR_DTYPE, and ERR_NUMERIC if `finite` is asked. */
export function inputColumns(
  owner: string,
  ports: readonly Port[],
  x: unknown,
  finite = false,
): Column[] {
  const columns = perPort<Data>(owner, "x", ports, x).map((data, i) => {
    const { node } = ports[i]!;
    const what = nameOf("x", ports, i);
    const wayOut = "give such rows, or make the model for rows of this shape";
    const column = rowsOf(owner, what, data, node.shape, wayOut);
    if (finite) checkFinite(owner, what, column);
    checkDtype(owner, what, node.dtype, column);
    return column as Column;
  });
  sameRows(owner, "x", ports, columns);
  return columns;
}

/** @throws ERR_DTYPE if an input of bytes or whole numbers gets others, which would be cut silently */
function checkDtype(owner: string, what: string, wanted: DType, { data, dtype }: Rows): void {
  const declared = `as its input has dtype "${wanted}", got`;
  const wayOut = 'or declare the input with dtype "float32"';
  if (wanted === "uint8" && dtype !== "uint8") {
    throw new GlissadeError(
      "ERR_DTYPE",
      `${owner}: ${what} must be bytes (Uint8Array), ${declared} ${dtype}; give bytes, ${wayOut}`,
    );
  }
  const wrong = wanted === "int32" && dtype === "float32" ? data.findIndex(isNotWhole) : -1;
  if (wrong < 0) return;
  throw new GlissadeError(
    "ERR_DTYPE",
    `${owner}: ${what} must be whole numbers, ${declared} ${data[wrong]}; give such numbers, ${wayOut}`,
  );
}

const isNotWhole = (value: number) => (value | 0) !== value;

/** Checked targets. @throws ERR_OPTION if loss and metrics cannot judge such targets, else as {@link inputColumns} */
export function targetColumns(
  owner: string,
  judges: readonly Judge[],
  y: unknown,
  rows: number,
): Target[] {
  const ports = judges.map(({ port }) => port);
  const columns = perPort<Data>(owner, "y", ports, y).map((data, i) => {
    const judge = judges[i]!;
    return targetColumn(owner, nameOf("y", ports, i), judge, data, rows);
  });
  sameRows(owner, "y", ports, columns, rows);
  return columns;
}

function targetColumn(owner: string, what: string, judge: Judge, data: Data, rows: number): Target {
  const { cols, leading } = judge;
  const { loss } = judge.verdict;
  const { shape } = judge.port.node;
  const width = leading * cols;
  const given = widthOf(owner, what, data, rows);
  const looksLikeLabels = given === leading && cols > 1;
  if (loss.targets === "values" && looksLikeLabels) {
    throw new GlissadeError(
      "ERR_SHAPE",
      `${owner}: ${what} must have rows of shape [${shape.join(", ")}] for ${loss.type}, got class numbers; ` +
        `use sparseCategoricalCrossentropy, or oneHot(${what})`,
    );
  }
  if (loss.targets === "labels" && given === width && cols > 1) {
    throw new GlissadeError(
      "ERR_SHAPE",
      `${owner}: ${what} must be one class number a row for ${loss.type}, got rows of ${counted(cols, "column")}; ` +
        "use categoricalCrossentropy for one-hot targets, or argMax() of them",
    );
  }
  const labels = loss.targets === "labels" || (loss.targets === "either" && looksLikeLabels);
  judge.for(labels);
  const column = labels
    ? labelColumn(owner, what, judge, data)
    : (rowsOf(owner, what, data, shape, "give such rows, or change the last layer") as Column);
  return { ...column, labels };
}

/** Class numbers, every one of which the output has a column for. */
function labelColumn(owner: string, what: string, { cols, leading }: Judge, data: Data): Column {
  const wayOut = "the last layer needs a unit for each class";
  const numbers = classesBelow(owner, what, data, cols, leading, wayOut);
  if (numbers.length % leading !== 0) {
    throw new GlissadeError(
      "ERR_SHAPE",
      `${owner}: ${what} must have ${counted(leading, "class number")} a row, got ${numbers.length} in all`,
    );
  }
  return { data: numbers, rows: numbers.length / leading, width: leading };
}

/** How many numbers each of so many rows has, whatever form they are given in. @throws ERR_DTYPE if it is no data */
function widthOf(owner: string, what: string, data: Data, rows: number): number {
  if (isTypedArray(data)) return data.length / rows;
  if (!Array.isArray(data)) return sizeOf(asTensor(owner, what, data).shape.slice(1));
  return Array.isArray(data[0]) ? data[0].flat(Infinity).length : data.length / rows;
}

/** What the data of a port are called: x, or x.user where there are several. */
const nameOf = (what: string, ports: readonly Port[], i: number) =>
  ports.length === 1 ? what : `${what}.${ports[i]!.name}`;

/** @throws ERR_SHAPE if a column has not as many rows as x, or as the first. */
function sameRows(
  owner: string,
  what: string,
  ports: readonly Port[],
  columns: readonly Column[],
  rows?: number,
): void {
  const expected = rows ?? columns[0]!.rows;
  const wrong = columns.findIndex((column) => column.rows !== expected);
  if (wrong < 0) return;
  const first = rows === undefined ? nameOf(what, ports, 0) : "x";
  throw new GlissadeError(
    "ERR_SHAPE",
    `${owner}: ${nameOf(what, ports, wrong)} must have ${counted(expected, "row")}, one for each row of ${first}, ` +
      `got ${columns[wrong]!.rows}`,
  );
}
