import { counted, GlissadeError, show, toNumber } from "./error.js";
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
export interface Tensor<D extends TensorData = TensorData> {
  readonly data: D;
  readonly shape: Shape;
  readonly dtype: DType;
  /** The numbers as nested arrays. */
  toArray(): unknown[];
  /** Index of the first greatest number along an axis, the last by default; int32. @throws ERR_SHAPE */
  argMax(axis?: number): Tensor<Int32Array>;
  /** Entries start … start + size − 1 of the first axis; shares memory. @throws ERR_SHAPE */
  take(start: number, size: number): Tensor<D>;
  /** The same numbers under other axes, one of which may be −1; shares memory. @throws ERR_SHAPE */
  reshape(shape: Shape): Tensor<D>;
}

/** A tensor of float32: what models predict, and what their weights are. */
export type FloatTensor = Tensor<Float32Array>;

const refuse = (message: string) => new GlissadeError("ERR_SHAPE", message);
const text = (shape: Shape) => `[${shape.join(", ")}]`;

class ArrayTensor<D extends TensorData> implements Tensor<D> {
  constructor(
    readonly data: D,
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

  argMax(axis = -1): Tensor<Int32Array> {
    const rank = this.shape.length;
    const isWhole = Number.isInteger(axis);
    const at = isWhole && axis < 0 ? axis + rank : axis;
    const length = isWhole ? this.shape[at] : undefined;
    if (length === 0) {
      throw refuse(`argMax: there must be one number or more along the axis ${axis}, got none`);
    }
    if (length === undefined) {
      throw refuse(
        `argMax: axis must be a whole number from ${-rank} to ${rank - 1} for the shape ${text(this.shape)}, got ${show(axis)}`,
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

  take(start: number, size: number): Tensor<D> {
    const [rows = 0, ...row] = this.shape;
    if (
      !Number.isInteger(start) ||
      !Number.isInteger(size) ||
      start < 0 ||
      size < 0 ||
      start + size > rows
    ) {
      throw refuse(
        `take: start and size must lie within ${counted(rows, "row")}, got ${show(start)} and ${show(size)}`,
      );
    }
    const width = sizeOf(row);
    const part = this.data.subarray(start * width, (start + size) * width) as D;
    return new ArrayTensor(part, [size, ...row]);
  }

  reshape(shape: Shape): Tensor<D> {
    return reshaped("reshape", this, shape);
  }
}

const isSize = (size: unknown) => Number.isSafeInteger(size) && (size as number) >= -1;

/** The same numbers under another shape. @throws ERR_SHAPE in the name of who asks */
function reshaped<D extends TensorData>(
  owner: string,
  { data, shape: former }: Tensor<D>,
  shape: Shape,
): Tensor<D> {
  if (!Array.isArray(shape) || !shape.every(isSize)) {
    throw refuse(
      `${owner}: shape must be an array of whole numbers, one of which may be -1, got ${show(shape)}`,
    );
  }
  const sizes = shape as Shape;
  const known = sizeOf(sizes.filter((size) => size !== -1));
  const full = sizes.map((size) => (size === -1 ? data.length / known : size));
  const unknowns = sizes.filter((size) => size === -1).length;
  if (unknowns > 1 || sizeOf(full) !== data.length || !full.every(Number.isInteger)) {
    throw refuse(
      `${owner}: shape must hold the ${counted(data.length, "number")} of ${text(former)}, got ${text(sizes)}; ` +
        "one size may be -1, which is worked out",
    );
  }
  return new ArrayTensor(data, full);
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
function nestedShape(owner: string, what: string, data: unknown): number[] {
  const shape: number[] = [];
  for (let row = data; Array.isArray(row); row = row[0] as unknown) shape.push(row.length);
  const check = (value: unknown, depth: number, path: string): void => {
    if (Array.isArray(value) && depth < shape.length && value.length === shape[depth]) {
      // By index, so that holes are seen.
      for (let i = 0; i < value.length; i++) check(value[i], depth + 1, `${path}[${i}]`);
      return;
    }
    const isNumber = typeof value === "number" || typeof value === "boolean";
    if (isNumber && depth === shape.length) return;
    if (Array.isArray(value) || depth < shape.length) {
      const inner = shape.slice(depth);
      const rule = inner.length > 0 ? `have the shape ${text(inner)}` : "be a number";
      const got = Array.isArray(value) ? `an array of ${value.length}` : show(value);
      throw refuse(
        `${owner}: ${path} must ${rule} as those before, got ${got}; fill up or cut ragged rows`,
      );
    }
    throw new GlissadeError(
      "ERR_DTYPE",
      `${owner}: ${path} must be a number, got ${show(value)}; ${toNumber(value)} first`,
    );
  };
  check(data, 0, what);
  return shape;
}

const INT32_MOST = 2147483647;

/** Typed numbers as one of the three types that tensors have. @throws ERR_DTYPE if an integer does not fit */
function narrow(owner: string, what: string, data: TypedArray): TensorData {
  if (data instanceof Float32Array || data instanceof Int32Array) return data;
  if (data instanceof Uint8Array) return data;
  if (data instanceof Uint8ClampedArray) return new Uint8Array(data);
  if (data instanceof Float64Array) return Float32Array.from(data);
  const numbers = Array.from(data as ArrayLike<number | bigint>, Number);
  const wrong = numbers.findIndex((value) => Math.abs(value) > INT32_MOST);
  if (wrong < 0) return Int32Array.from(numbers);
  throw new GlissadeError(
    "ERR_DTYPE",
    `${owner}: ${what}[${wrong}] must fit int32, got ${numbers[wrong]}; give Float64Array for measurements`,
  );
}

/**
 * A tensor of nested arrays, or of typed numbers under a shape.
 *
 * Plain numbers, Float64Array and Float32Array become float32, whole-number arrays int32, bytes and booleans uint8.
 *
 * @throws ERR_SHAPE if rows are ragged or the shape does not hold the numbers, ERR_DTYPE if entries are no numbers.
 */
export function tensor<D extends TensorData>(data: D | Tensor<D>, shape?: Shape): Tensor<D>;
export function tensor(data: Data, shape?: Shape): Tensor;
export function tensor(data: Data, shape?: Shape): Tensor {
  const made = asTensor("tensor", "data", data);
  return shape === undefined ? made : reshaped("tensor", made, shape);
}

/** What may be given where a tensor is taken, as one. @throws ERR_SHAPE, ERR_DTYPE in the name of who asks */
export function asTensor(owner: string, what: string, data: Data): Tensor {
  if (isTensor(data)) return data;
  if (isTypedArray(data)) {
    const numbers = narrow(owner, what, data);
    return new ArrayTensor(numbers, [numbers.length]);
  }
  if (!Array.isArray(data)) {
    const isStream = typeof data === "object" && data !== null && Symbol.asyncIterator in data;
    const wayOut = isStream ? "; fitDataset, evaluateDataset and predictDataset read datasets" : "";
    throw new GlissadeError(
      "ERR_DTYPE",
      `${owner}: ${what} must be a tensor, nested arrays or a typed array, got ${show(data)}${wayOut}`,
    );
  }
  const shape = nestedShape(owner, what, data);
  const flat = (shape.length > 1 ? data.flat(Infinity) : data) as (number | boolean)[];
  const numbers =
    typeof flat[0] === "boolean" ? Uint8Array.from(flat, Number) : Float32Array.from(flat, Number);
  return new ArrayTensor(numbers, shape);
}
