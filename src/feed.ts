import { checkFinite, labelsOf, rowsOf } from "./columns.js";
import { GlissadeError, show } from "./error.js";
import type { Port } from "./graph.js";
import type { Judge } from "./judge.js";
import type { Memory } from "./memory.js";
import { type DType, sizeOf } from "./stage.js";
import { type Data, isTensor } from "./tensor.js";

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
  for (let row = 0; row < rows; row++) {
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
  typeof given === "object" &&
  given !== null &&
  !isTensor(given) &&
  !Array.isArray(given) &&
  !ArrayBuffer.isView(given);

/** One entry a port, from a bare value or an object keyed by the ports' names. */
function perPort<T>(owner: string, what: string, ports: readonly Port[], given: unknown): T[] {
  if (!isKeyed(given)) {
    if (ports.length === 1) return [given as T];
    throw new GlissadeError(
      "ERR_SHAPE",
      `${owner}: ${what} must be an object keyed by ${names(ports)}, got ${show(given)}`,
    );
  }
  const object = given as Readonly<Record<string, T>>;
  const missing = ports.find(({ name }) => object[name] === undefined);
  const stray = Object.keys(object).find((key) => !ports.some(({ name }) => name === key));
  if (missing || stray !== undefined) {
    throw new GlissadeError(
      "ERR_SHAPE",
      `${owner}: ${what} must have the keys ${names(ports)}, got ${show(Object.keys(object))}` +
        (ports.length === 1 ? `; the single ${what} may also be given bare` : ""),
    );
  }
  return ports.map(({ name }) => object[name]!);
}

const names = (ports: readonly Port[]) => ports.map(({ name }) => show(name)).join(", ");

/** Checked columns of a model's inputs. @throws ERR_SHAPE, ERR_DTYPE, and ERR_NUMERIC if `finite` is asked. */
export function inputColumns(
  owner: string,
  ports: readonly Port[],
  x: unknown,
  finite = false,
): Column[] {
  const columns = perPort<Data>(owner, "x", ports, x).map((data, i) => {
    const { name, node } = ports[i]!;
    const what = ports.length === 1 ? "x" : `x.${name}`;
    const column = rowsOf(owner, what, data, node.shape);
    if (finite) checkFinite(owner, what, column);
    if (node.dtype === "uint8" && !(column.data instanceof Uint8Array)) {
      throw new GlissadeError(
        "ERR_DTYPE",
        `${owner}: ${what} must be bytes (Uint8Array), as its input has dtype "uint8", got ${column.dtype}; ` +
          'give bytes, or declare the input with dtype "float32"',
      );
    }
    return column as Column;
  });
  sameRows(owner, "x", columns);
  return columns;
}

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
    const what = ports.length === 1 ? "y" : `y.${judge.port.name}`;
    return targetColumn(owner, what, judge, data, rows);
  });
  sameRows(owner, "y", columns, rows);
  return columns;
}

function targetColumn(owner: string, what: string, judge: Judge, data: Data, rows: number): Target {
  const { cols, leading } = judge;
  const { loss } = judge.verdict;
  const { shape } = judge.port.node;
  const width = leading * cols;
  const given = widthOf(data, rows);
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
      `${owner}: ${what} must be one class number a row for ${loss.type}, got rows of ${cols} columns; ` +
        "use categoricalCrossentropy for one-hot targets, or argMax() of them",
    );
  }
  const labels = loss.targets === "labels" || (loss.targets === "either" && looksLikeLabels);
  judge.for(labels);
  const column = labels
    ? labelColumn(owner, what, judge, data)
    : (rowsOf(owner, what, data, shape) as Column);
  return { ...column, labels };
}

/** Class numbers, every one of which the output has a column for. */
function labelColumn(owner: string, what: string, { cols, leading }: Judge, data: Data): Column {
  const numbers = labelsOf(owner, what, data);
  const wrong = numbers.findIndex((label) => label >= cols);
  if (wrong >= 0) {
    throw new GlissadeError(
      "ERR_NUMERIC",
      `${owner}: ${what} must hold class numbers from 0 to ${cols - 1}, got ${numbers[wrong]} in row ` +
        `${Math.floor(wrong / leading)}; the last layer needs a unit for each class`,
    );
  }
  if (numbers.length % leading !== 0) {
    throw new GlissadeError(
      "ERR_SHAPE",
      `${owner}: ${what} must have ${leading} class numbers a row, got ${numbers.length} in all`,
    );
  }
  return { data: numbers, rows: numbers.length / leading, width: leading };
}

/** How many numbers each of so many rows has, whatever form they are given in. */
function widthOf(data: Data, rows: number): number {
  if (isTensor(data)) return sizeOf(data.shape.slice(1));
  if (!Array.isArray(data)) return (data as ArrayLike<unknown>).length / rows;
  return Array.isArray(data[0]) ? data[0].flat(Infinity).length : data.length / rows;
}

/** @throws ERR_SHAPE if a column has not as many rows as x. */
export function sameRows(
  owner: string,
  what: string,
  columns: readonly Column[],
  rows?: number,
): number {
  const expected = rows ?? columns[0]?.rows ?? 0;
  const differing = columns.find((column) => column.rows !== expected);
  if (!differing) return expected;
  throw new GlissadeError(
    "ERR_SHAPE",
    `${owner}: ${what} must have ${expected} rows, one for each row of x, got ${differing.rows}`,
  );
}
