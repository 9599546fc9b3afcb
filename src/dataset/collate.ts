import { type ErrorCode, GlissadeError, show, toNumber } from "../error.js";
import { type DType, type Shape, sizeOf } from "../stage.js";
import {
  isTensor,
  isTypedArray,
  type Tensor,
  tensor,
  type TensorData,
  type TypedArray,
} from "../tensor.js";

type Scalar = number | bigint | boolean;
type Numbers = Scalar | TypedArray | Tensor;

/** Below the top of a row every array is numbers. */
type Inner<T> = T extends Numbers | readonly unknown[]
  ? Tensor
  : T extends object
    ? { [K in keyof T]: Inner<T[K]> }
    : unknown;

/** What rows of a type become in a batch: tensors where they have numbers. */
export type Stacked<T> = T extends Numbers | readonly Scalar[]
  ? Tensor
  : T extends object
    ? { [K in keyof T]: Inner<T[K]> }
    : unknown;

/** The first row of a batch, which the others must fit. */
interface Form {
  readonly shape: Shape;
  readonly dtype: DType;
  /** How many numbers stand side by side from each axis on; 1 after the last. */
  readonly sizes: readonly number[];
}

const ARRAYS = { float32: Float32Array, int32: Int32Array, uint8: Uint8Array };

const isScalar = (value: unknown): value is Scalar =>
  typeof value === "number" || typeof value === "boolean" || typeof value === "bigint";

/** The keys of an object, or the places of a tuple; nothing for numbers. What is undefined is not there. */
function partsOf(row: unknown, top: boolean): string[] | undefined {
  if (typeof row !== "object" || row === null || isTensor(row) || ArrayBuffer.isView(row)) {
    return undefined;
  }
  if (Array.isArray(row) && (!top || row.every(isScalar))) return undefined;
  const keys = Object.keys(row);
  const parts = Array.isArray(row)
    ? keys
    : keys.filter((key) => (row as Record<string, unknown>)[key] !== undefined);
  return parts.length > 0 ? parts : undefined;
}

/** The type in which numbers are kept; nothing for what is no number. */
function dtypeOf(value: unknown): DType | undefined {
  if (typeof value === "number") return "float32";
  if (typeof value === "boolean") return "uint8";
  if (typeof value === "bigint") return "int32";
  if (Array.isArray(value)) return value.length > 0 ? dtypeOf(value[0]) : "float32";
  if (isTensor(value)) return value.dtype;
  if (value instanceof Float32Array || value instanceof Float64Array) return "float32";
  if (value instanceof Uint8Array || value instanceof Uint8ClampedArray) return "uint8";
  return isTypedArray(value) ? "int32" : undefined;
}

function shapeOf(value: unknown): Shape {
  if (isTensor(value)) return value.shape;
  if (isTypedArray(value)) return [value.length];
  if (!Array.isArray(value)) return [];
  return value.length > 0 ? [value.length, ...shapeOf(value[0])] : [0];
}

const refuse = (code: ErrorCode, message: string) => new GlissadeError(code, message);

/** Who stacks, and where in the rows. */
interface Where {
  readonly owner: string;
  /** The number of the first row. */
  readonly start: number;
  /** The parts that lead here: .x.user, or [0] in a tuple. */
  readonly path: string;
}

/** The place of a value, as refusals name it. */
const placeOf = ({ owner, start, path }: Where, i: number) =>
  `${owner}: ${path ? `${path.replace(/^\./, "")} of ` : ""}row ${start + i}`;

/**
 * Stacks rows: the same structure, with tensors of shape [rows, …row].
 *
 * A row is numbers (one, an array, a typed array, a tensor), an object keyed by name, or a tuple: an array that is not
 * all numbers. Plain numbers and float arrays become float32, whole-number arrays and bigints int32, bytes and
 * booleans uint8.
 *
 * @param start The number of the first row, for refusals.
 * @throws ERR_SHAPE if a row has another form than the first, ERR_DTYPE if it holds no numbers or those of another type.
 */
export function stack<T>(rows: readonly T[], owner = "dataset.batch", start = 0): Stacked<T> {
  return stackParts(rows, { owner, start, path: "" }) as Stacked<T>;
}

function stackParts(rows: readonly unknown[], where: Where): unknown {
  const top = where.path === "";
  const parts = partsOf(rows[0], top);
  if (!parts) return stackNumbers(rows, where);
  rows.forEach((row, i) => {
    const own = partsOf(row, top);
    if (own?.length === parts.length && parts.every((part) => own.includes(part))) return;
    throw refuse(
      "ERR_SHAPE",
      `${placeOf(where, i)} must have the parts ${parts.join(", ")} as row ${where.start}, ` +
        `got ${own ? own.join(", ") : show(row)}; give all rows the same parts in map`,
    );
  });
  const isTuple = Array.isArray(rows[0]);
  const stacked = parts.map((part) => {
    const column = rows.map((row) => (row as Record<string, unknown>)[part]);
    const path = where.path + (isTuple ? `[${part}]` : `.${part}`);
    return [part, stackParts(column, { ...where, path })] as const;
  });
  return isTuple ? stacked.map(([, column]) => column) : Object.fromEntries(stacked);
}

function stackNumbers(rows: readonly unknown[], where: Where): Tensor {
  const shape = shapeOf(rows[0]);
  const dtype = dtypeOf(rows[0]);
  if (!dtype) throw misfit(rows, 0, where);
  const sizes = [...shape.map((_, axis) => sizeOf(shape.slice(axis))), 1];
  const data = new ARRAYS[dtype](rows.length * sizes[0]!);
  const form = { shape, dtype, sizes };
  for (let i = 0; i < rows.length; i++) {
    if (!write(data, i * sizes[0]!, rows[i], form, 0)) throw misfit(rows, i, where);
  }
  return tensor(data, [rows.length, ...shape]);
}

/** Writes what stands from an axis of a row on; false if it does not fit the form. */
function write(data: TensorData, to: number, value: unknown, form: Form, axis: number): boolean {
  const { shape, dtype, sizes } = form;
  if (Array.isArray(value)) {
    if (axis === shape.length || value.length !== shape[axis]) return false;
    const step = sizes[axis + 1]!;
    for (let i = 0; i < value.length; i++) {
      if (!write(data, to + i * step, value[i], form, axis + 1)) return false;
    }
    return true;
  }
  if (dtypeOf(value) !== dtype) return false;
  if (isScalar(value)) return axis === shape.length && copyOne(data, to, value);
  const inner = shapeOf(value);
  const fits =
    inner.length === shape.length - axis && inner.every((size, i) => size === shape[axis + i]);
  return fits && copy(data, to, isTensor(value) ? value.data : (value as TypedArray));
}

/** False for a whole number beyond the type. */
function copyOne(data: TensorData, to: number, value: Scalar): boolean {
  data[to] = Number(value);
  return !(data instanceof Int32Array) || data[to] === Number(value);
}

/** Copies typed numbers; false where one is beyond the type. */
function copy(data: TensorData, to: number, values: TypedArray): boolean {
  const wide =
    values instanceof Uint32Array ||
    values instanceof BigInt64Array ||
    values instanceof BigUint64Array;
  if (wide)
    return values.every((value: number | bigint, i: number) => copyOne(data, to + i, value));
  data.set(values, to);
  return true;
}

/** Why row i does not fit the first. */
function misfit(rows: readonly unknown[], i: number, where: Where): GlissadeError {
  const place = placeOf(where, i);
  const [first, row] = [rows[0], rows[i]];
  const entries = Array.isArray(row) ? (row.flat(Infinity) as unknown[]) : [row];
  const wrong = entries.findIndex((entry) => dtypeOf(entry) === undefined);
  if (wrong >= 0) {
    return refuse(
      "ERR_DTYPE",
      `${place} must be numbers, got ${show(entries[wrong])}; ${toNumber(entries[wrong])} in map`,
    );
  }
  const [wanted, got] = [first, row].map((value) => `[${shapeOf(value).join(", ")}]`);
  if (wanted !== got) {
    return refuse(
      "ERR_SHAPE",
      `${place} must have the shape ${wanted} of row ${where.start}, got ${got}; ` +
        "fill up or cut rows in map, or make batches of one row",
    );
  }
  const [type, own] = [dtypeOf(first), dtypeOf(row)];
  if (type !== own) {
    return refuse(
      "ERR_DTYPE",
      `${place} must be ${type} as row ${where.start}, got ${own}; give all rows one type in map`,
    );
  }
  return type === "int32"
    ? refuse(
        "ERR_DTYPE",
        `${place} must fit int32, got ${show(row)}; numbers and Float64Array become float32`,
      )
    : refuse(
        "ERR_SHAPE",
        `${place} must be ${got} of one type, got ragged or mixed entries; fill up or cut rows in map`,
      );
}
