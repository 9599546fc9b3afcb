import { GlissadeError, show } from "./error.js";
import { type DType, type Shape, sizeOf } from "./stage.js";

export type TensorData = Float32Array | Int32Array | Uint8Array;

export type TypedArray =
  | TensorData
  | Float64Array
  | Int8Array
  | Int16Array
  | Uint8ClampedArray
  | Uint16Array
  | Uint32Array
  | BigInt64Array
  | BigUint64Array;

/** Numbers in rows in rows: what people write by hand. */
export type Nested = readonly (number | boolean | Nested)[];

/** Everything that may be given where a tensor is taken. */
export type Data = Tensor | TypedArray | Nested;

/** Numbers in JavaScript memory, under axes: nothing to dispose of. */
export interface Tensor {
  readonly data: TensorData;
  readonly shape: Shape;
  readonly dtype: DType;
  /** The numbers as nested arrays. */
  toArray(): unknown[];
  /** Index of the first greatest number along an axis, the last by default; int32. @throws ERR_SHAPE */
  argMax(axis?: number): Tensor;
  /** Entries start … start + size − 1 of the first axis; shares memory. @throws ERR_SHAPE */
  take(start: number, size: number): Tensor;
  /** The same numbers under other axes, one of which may be −1; shares memory. @throws ERR_SHAPE */
  reshape(shape: Shape): Tensor;
}

const refuse = (message: string) => new GlissadeError("ERR_SHAPE", message);
const text = (shape: Shape) => `[${shape.join(", ")}]`;

class ArrayTensor implements Tensor {
  constructor(
    readonly data: TensorData,
    readonly shape: Shape,
  ) {}

  get dtype(): DType {
    if (this.data instanceof Float32Array) return "float32";
    return this.data instanceof Int32Array ? "int32" : "uint8";
  }

  toArray(): unknown[] {
    const nest = (from: number, [size = 0, ...inner]: Shape): unknown[] => {
      if (inner.length === 0) return Array.from(this.data.subarray(from, from + size));
      const step = sizeOf(inner);
      return Array.from({ length: size }, (_, i) => nest(from + i * step, inner));
    };
    return nest(0, this.shape);
  }

  argMax(axis = -1): Tensor {
    const at = axis < 0 ? axis + this.shape.length : axis;
    const length = this.shape[at];
    if (!length) {
      throw refuse(
        `argMax: axis must be one of the ${this.shape.length} of ${text(this.shape)}, got ${axis}`,
      );
    }
    const inner = sizeOf(this.shape.slice(at + 1));
    const result = new Int32Array(this.data.length / length);
    for (let i = 0; i < result.length; i++) {
      const first = Math.floor(i / inner) * inner * length + (i % inner);
      let best = 0;
      for (let j = 1; j < length; j++) {
        if (this.data[first + j * inner]! > this.data[first + best * inner]!) best = j;
      }
      result[i] = best;
    }
    return new ArrayTensor(
      result,
      this.shape.filter((_, i) => i !== at),
    );
  }

  take(start: number, size: number): Tensor {
    const [rows = 0, ...row] = this.shape;
    if (
      !Number.isInteger(start) ||
      !Number.isInteger(size) ||
      start < 0 ||
      size < 0 ||
      start + size > rows
    ) {
      throw refuse(`take: start and size must lie within ${rows} rows, got ${start} and ${size}`);
    }
    const width = sizeOf(row);
    return new ArrayTensor(this.data.subarray(start * width, (start + size) * width), [
      size,
      ...row,
    ]);
  }

  reshape(shape: Shape): Tensor {
    const known = sizeOf(shape.filter((size) => size !== -1));
    const full = shape.map((size) => (size === -1 ? this.data.length / known : size));
    const unknowns = shape.length - shape.filter((size) => size !== -1).length;
    if (unknowns > 1 || sizeOf(full) !== this.data.length || !full.every(Number.isInteger)) {
      throw refuse(
        `reshape: ${text(shape)} must hold the ${this.data.length} numbers of ${text(this.shape)}`,
      );
    }
    return new ArrayTensor(this.data, full);
  }
}

export const isTensor = (value: unknown): value is Tensor => value instanceof ArrayTensor;

export const isTypedArray = (value: unknown): value is TypedArray =>
  ArrayBuffer.isView(value) && !(value instanceof DataView);

/** The shape of one row of a tensor or of nested arrays; nothing for what has no shape. */
export function rowShapeOf(data: unknown): Shape | undefined {
  if (isTensor(data)) return data.shape.slice(1);
  if (!Array.isArray(data)) return undefined;
  const shape: number[] = [];
  for (let row: unknown = data[0]; Array.isArray(row); row = row[0]) shape.push(row.length);
  return shape;
}

/** Sizes of nested arrays. @throws ERR_SHAPE where they are ragged, ERR_DTYPE where there is no number */
function nestedShape(data: unknown): number[] {
  const shape: number[] = [];
  for (let row = data; Array.isArray(row); row = row[0] as unknown) shape.push(row.length);
  const check = (value: unknown, depth: number, path: string): void => {
    if (Array.isArray(value) && depth < shape.length && value.length === shape[depth]) {
      value.forEach((inner, i) => check(inner, depth + 1, `${path}[${i}]`));
      return;
    }
    if (Array.isArray(value) || depth < shape.length) {
      const got = Array.isArray(value) ? `${value.length} entries` : show(value);
      throw refuse(
        `tensor: rows must all have the shape ${text(shape.slice(1))}, got ${got} at ${path}; fill up or cut the ragged rows`,
      );
    }
    if (typeof value !== "number" && typeof value !== "boolean") {
      throw new GlissadeError(
        "ERR_DTYPE",
        `tensor: entries must be numbers, got ${show(value)} at ${path}; give each text or class a number first`,
      );
    }
  };
  check(data, 0, "data");
  return shape;
}

const INT32_MOST = 2147483647;

/** Typed numbers as one of the three types that tensors have. @throws ERR_DTYPE if an integer does not fit */
function narrow(data: TypedArray): TensorData {
  if (data instanceof Float32Array || data instanceof Int32Array) return data;
  if (data instanceof Uint8Array) return data;
  if (data instanceof Uint8ClampedArray) return new Uint8Array(data);
  if (data instanceof Float64Array) return Float32Array.from(data);
  const numbers = Array.from(data as ArrayLike<number | bigint>, Number);
  const wrong = numbers.findIndex((value) => Math.abs(value) > INT32_MOST);
  if (wrong < 0) return Int32Array.from(numbers);
  throw new GlissadeError(
    "ERR_DTYPE",
    `tensor: whole numbers must fit int32, got ${numbers[wrong]} at ${wrong}; give Float64Array for measurements`,
  );
}

/**
 * A tensor of nested arrays, or of typed numbers under a shape.
 *
 * Plain numbers, Float64Array and Float32Array become float32, whole-number arrays int32, bytes and booleans uint8.
 *
 * @throws ERR_SHAPE if rows are ragged or the shape does not hold the numbers, ERR_DTYPE if entries are no numbers.
 */
export function tensor(data: Data, shape?: Shape): Tensor {
  if (isTensor(data)) return shape ? data.reshape(shape) : data;
  if (isTypedArray(data)) {
    const numbers = narrow(data);
    return shape
      ? new ArrayTensor(numbers, [numbers.length]).reshape(shape)
      : new ArrayTensor(numbers, [numbers.length]);
  }
  if (!Array.isArray(data)) {
    throw new GlissadeError(
      "ERR_DTYPE",
      `tensor: data must be nested arrays or a typed array, got ${show(data)}`,
    );
  }
  const natural = nestedShape(data);
  const flat = (natural.length > 1 ? data.flat(Infinity) : data) as (number | boolean)[];
  const numbers =
    typeof flat[0] === "boolean" ? Uint8Array.from(flat, Number) : Float32Array.from(flat, Number);
  const made = new ArrayTensor(numbers, natural);
  return shape ? made.reshape(shape) : made;
}
