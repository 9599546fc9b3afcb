import { counted, GlissadeError, show } from "./error.js";
import { type DType, type Shape, sizeOf } from "./stage.js";
import { asTensor, type Data, isTypedArray, type TensorData } from "./tensor.js";

/** Checked data: so many rows of one shape, side by side. */
export interface Rows {
  readonly data: TensorData;
  readonly rows: number;
  /** Numbers a row. */
  readonly width: number;
  readonly dtype: DType;
}

const text = (shape: Shape) => `[${shape.join(", ")}]`;

/** @throws ERR_SHAPE if there is no row */
function someRows(owner: string, what: string, rows: number): void {
  if (rows > 0) return;
  throw new GlissadeError("ERR_SHAPE", `${owner}: ${what} must have at least one row, got none`);
}

/**
 * Data as rows of this shape; typed numbers without a shape are cut into such rows, and rows of one number may be
 * given flat.
 *
 * @param otherwise The way out, unless a plainer one is seen.
 * @throws ERR_SHAPE if rows have another shape or there is none, ERR_DTYPE if entries are no numbers.
 */
export function rowsOf(
  owner: string,
  what: string,
  data: Data,
  row: Shape,
  otherwise = "give such rows",
): Rows {
  const width = sizeOf(row);
  const { data: numbers, shape, dtype } = asTensor(owner, what, data);
  const [rows = 0, ...inner] = shape;
  if (isTypedArray(data) && width > 0 && numbers.length % width === 0) {
    someRows(owner, what, numbers.length);
    return { data: numbers, rows: numbers.length / width, width, dtype };
  }
  someRows(owner, what, rows);
  if (width === 0) {
    throw new GlissadeError(
      "ERR_SHAPE",
      `${owner}: ${what} must have numbers in its rows, got none`,
    );
  }
  const flat = width === 1 && sizeOf(inner) === 1;
  if (flat || text(inner) === text(row)) return { data: numbers, rows, width, dtype };
  const wayOut =
    sizeOf(inner) === width
      ? `use reshape([-1, ${row.join(", ")}]) or layers.flatten()`
      : text(shape) === text(row)
        ? `a single row is given as [${what}]`
        : otherwise;
  const got = isTypedArray(data) || inner.length === 0 ? counted(rows, "number") : text(inner);
  const rule = row.length > 0 ? `rows of shape ${text(row)}` : "one number a row";
  throw new GlissadeError(
    "ERR_SHAPE",
    `${owner}: ${what} must have ${rule}, got ${got}; ${wayOut}`,
  );
}

/**
 * Class numbers as int32: whole, from 0.
 *
 * @throws ERR_DTYPE if they are texts, ERR_NUMERIC if one is negative or not whole, ERR_SHAPE if there is none.
 */
export function labelsOf(owner: string, what: string, labels: Data): Int32Array<ArrayBufferLike> {
  if (Array.isArray(labels) && labels.some((one: unknown) => typeof one === "string")) {
    throw new GlissadeError(
      "ERR_DTYPE",
      `${owner}: ${what} must be class numbers, got text; number them: ` +
        "const names = [...new Set(labels)]; labels.map((one) => names.indexOf(one))",
    );
  }
  const { data } = asTensor(owner, what, labels);
  someRows(owner, what, data.length);
  const wrong = data.findIndex((value) => !Number.isInteger(value) || value < 0);
  if (wrong >= 0) {
    throw new GlissadeError(
      "ERR_NUMERIC",
      `${owner}: ${what} must be class numbers, whole and from 0, got ${data[wrong]} in row ${wrong}; ` +
        "number the classes 0, 1, 2, …",
    );
  }
  return data instanceof Int32Array ? data : Int32Array.from(data);
}

/** Class numbers below `classes`, `leading` of them a row. @throws as {@link labelsOf}, and ERR_NUMERIC beyond */
export function classesBelow(
  owner: string,
  what: string,
  labels: Data,
  classes: number,
  leading = 1,
  wayOut = "prediction needs a column for each class",
): Int32Array<ArrayBufferLike> {
  const numbers = labelsOf(owner, what, labels);
  const wrong = numbers.findIndex((label) => label >= classes);
  if (wrong < 0) return numbers;
  throw new GlissadeError(
    "ERR_NUMERIC",
    `${owner}: ${what} must hold class numbers from 0 to ${classes - 1}, got ${numbers[wrong]} in row ` +
      `${Math.floor(wrong / leading)}; ${wayOut}`,
  );
}

/** @throws ERR_DTYPE if it is no Uint8Array */
export function checkBytes(owner: string, given: unknown): void {
  if (given instanceof Uint8Array) return;
  throw new GlissadeError(
    "ERR_DTYPE",
    `${owner}: it must get a Uint8Array, got ${show(given)}; new Uint8Array(buffer) makes one of an ArrayBuffer`,
  );
}

/** @throws ERR_NUMERIC naming the first NaN or infinity */
export function checkFinite(owner: string, what: string, { data, width }: Rows): void {
  const wrong = data.findIndex((value) => !Number.isFinite(value));
  if (wrong < 0) return;
  throw new GlissadeError(
    "ERR_NUMERIC",
    `${owner}: ${what} must hold finite numbers, got ${data[wrong]} in row ${Math.floor(wrong / width)}, ` +
      `column ${wrong % width}; replace or drop such rows`,
  );
}

/**
 * One float32 array for each that is wanted, in their shapes.
 *
 * @throws ERR_SHAPE if number or shapes differ
 */
export function arraysOf(
  owner: string,
  wanted: readonly { readonly name: string; readonly shape: Shape }[],
  values: readonly Data[],
  wayOut: string,
): Float32Array[] {
  const list = wanted.map(({ name, shape }) => `${name} ${text(shape)}`).join(", ") || "none";
  if (!Array.isArray(values) || values.length !== wanted.length) {
    const got = Array.isArray(values) ? counted(values.length, "array") : show(values);
    throw new GlissadeError(
      "ERR_SHAPE",
      `${owner}: it must get ${counted(wanted.length, "array")} (${list}), got ${got}; ${wayOut}`,
    );
  }
  return wanted.map(({ name, shape }, i) => {
    const value = values[i] as Data;
    const found = asTensor(owner, name, value);
    const flat = isTypedArray(value) && found.data.length === sizeOf(shape);
    if (flat || `${found.shape}` === `${shape}`) return Float32Array.from(found.data);
    throw new GlissadeError(
      "ERR_SHAPE",
      `${owner}: ${name} must have the shape ${text(shape)}, got ${text(found.shape)}; ${wayOut}`,
    );
  });
}
