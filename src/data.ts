import { checkBytes, labelsOf } from "./columns.js";
import { counted, GlissadeError, show } from "./error.js";
import { sizeOf } from "./stage.js";
import { asTensor, type Data, type FloatTensor, isTensor, type Tensor, tensor } from "./tensor.js";

/** A float32 array of 4 GB. */
const MOST_NUMBERS = 1073741824;

/**
 * Class numbers as rows with a 1 at the class. Shapes: [rows] → [rows, classes], float32.
 *
 * @param classes One more than the greatest label, unless given.
 * @throws ERR_NUMERIC if a label is negative, not whole, or not below `classes`; ERR_OPTION if `classes` is no count;
 *   ERR_MEMORY if that were more than 4 GB.
 */
export function oneHot(labels: Data, classes?: number): FloatTensor {
  const numbers = labelsOf("oneHot", "labels", labels);
  const most = numbers.reduce((a, b) => Math.max(a, b), 0);
  if (classes !== undefined && !(Number.isSafeInteger(classes) && classes > 0)) {
    throw new GlissadeError(
      "ERR_OPTION",
      `oneHot: classes must be a whole number above 0, got ${show(classes)}`,
    );
  }
  const cols = classes ?? most + 1;
  if (numbers.length * cols > MOST_NUMBERS) {
    throw new GlissadeError(
      "ERR_MEMORY",
      `oneHot: rows × classes must be ${MOST_NUMBERS} numbers at most, got ${numbers.length} × ${cols}; ` +
        "keep class numbers, as sparseCategoricalCrossentropy takes them",
    );
  }
  if (most >= cols) {
    throw new GlissadeError(
      "ERR_NUMERIC",
      `oneHot: labels must be below ${cols}, the number of classes, got ${most}; give more classes, or number labels from 0`,
    );
  }
  const data = new Float32Array(numbers.length * cols);
  numbers.forEach((label, row) => (data[row * cols + label] = 1));
  return tensor(data, [numbers.length, cols]);
}

/** Keras's name of {@link oneHot}. */
export const toCategorical = oneHot;

/**
 * The class of each row: the number itself, or the greatest column of one-hot rows. Rows of one score count as class 1
 * above the threshold; without one, whole numbers are classes, and others scores that are cut at ½.
 */
export function classesOf(owner: string, what: string, data: Data, threshold?: number): Int32Array {
  const nested = Array.isArray(data) && Array.isArray(data[0]);
  if (!isTensor(data) && !nested && threshold === undefined) return labelsOf(owner, what, data);
  const found = asTensor(owner, what, data);
  const cols = sizeOf(found.shape.slice(1));
  if (found.shape.length < 2 || cols === 1) {
    const scores =
      found.dtype === "float32" && found.data.some((value) => !Number.isInteger(value));
    return scores || threshold !== undefined
      ? Int32Array.from(found.data, (value) => Number(value > (threshold ?? 0.5)))
      : labelsOf(owner, what, found.data);
  }
  return found.argMax().data as Int32Array;
}

/**
 * Weights that let every class count alike: rows / (classes · rows of the class), as scikit-learn's "balanced".
 *
 * @throws ERR_NUMERIC if a label is negative or not whole.
 */
export function classWeights(labels: Data): Record<number, number> {
  const numbers = classesOf("classWeights", "labels", labels);
  const counts = new Map<number, number>();
  for (const label of numbers) counts.set(label, (counts.get(label) ?? 0) + 1);
  const classes = [...counts.keys()].sort((a, b) => a - b);
  return Object.fromEntries(
    classes.map((label) => [label, numbers.length / (classes.length * counts.get(label)!)]),
  );
}

/** Columns brought to mean 0 and deviation 1, and how. */
export interface Standardized {
  readonly x: FloatTensor;
  readonly mean: readonly number[];
  readonly std: readonly number[];
  /** Does the same to other rows, test data above all. @throws ERR_SHAPE if the columns differ in number */
  readonly apply: (x: Data) => FloatTensor;
}

/**
 * (x − mean)/std for each column. Shape: [rows, cols]. The deviation is that of the rows themselves (divided by their
 * number); a column that is constant has 1.
 *
 * @throws ERR_SHAPE if x has not two axes or no rows.
 */
export function standardize(x: Data): Standardized {
  const measured = asTensor("standardize", "x", x);
  const { data, shape } = measured;
  const [rows = 0, cols = 0] = shape;
  if (shape.length !== 2 || rows === 0 || cols === 0) {
    throw new GlissadeError(
      "ERR_SHAPE",
      `standardize: x must have the shape [rows, cols], got [${shape.join(", ")}]; ` +
        "use tensor(x).reshape([rows, -1])",
    );
  }
  // About the first row, so that the mean of a constant column is its value exactly.
  const mean = Array.from(data.subarray(0, cols));
  const squares = new Array<number>(cols).fill(0);
  data.forEach((value, i) => (mean[i % cols]! += (value - data[i % cols]!) / rows));
  data.forEach((value, i) => {
    const distance = value - mean[i % cols]!;
    squares[i % cols]! += distance * distance;
  });
  const std = squares.map((sum) => Math.sqrt(sum / rows) || 1);
  const apply = (other: Data): FloatTensor => {
    const given = asTensor("standardize", "rows", other);
    if (given.shape.length !== 2 || given.shape[1] !== cols) {
      throw new GlissadeError(
        "ERR_SHAPE",
        `standardize: rows must have ${counted(cols, "column")} as those that were measured, got [${given.shape.join(", ")}]; give the same columns`,
      );
    }
    const scaled = Float32Array.from(
      given.data,
      (value, i) => (value - mean[i % cols]!) / std[i % cols]!,
    );
    return tensor(scaled, given.shape);
  };
  return { x: apply(measured), mean, std, apply };
}

/** Readers of the element types of IDX files, by their code; numbers are big-endian. */
const IDX_TYPES: Record<
  number,
  { bytes: number; read: (view: DataView, at: number) => number; make: "u8" | "i32" | "f32" }
> = {
  0x08: { bytes: 1, read: (view, at) => view.getUint8(at), make: "u8" },
  0x09: { bytes: 1, read: (view, at) => view.getInt8(at), make: "i32" },
  0x0b: { bytes: 2, read: (view, at) => view.getInt16(at), make: "i32" },
  0x0c: { bytes: 4, read: (view, at) => view.getInt32(at), make: "i32" },
  0x0d: { bytes: 4, read: (view, at) => view.getFloat32(at), make: "f32" },
  0x0e: { bytes: 8, read: (view, at) => view.getFloat64(at), make: "f32" },
};

/**
 * Reads an IDX file, the form in which MNIST comes: two zero bytes, a type, the number of axes, their sizes, the data.
 *
 * @throws ERR_FORMAT if the bytes are no such file, are cut short, or are still compressed; ERR_DTYPE if they are no
 *   Uint8Array.
 * @see LeCun, Cortes & Burges, the MNIST database.
 */
export function parseIdx(bytes: Uint8Array): Tensor {
  checkBytes("parseIdx", bytes);
  const refuse = (why: string) => new GlissadeError("ERR_FORMAT", `parseIdx: ${why}`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes[0] === 0x1f && bytes[1] === 0x8b) {
    throw refuse("the bytes must be an IDX file, got a gzip archive; decompress it first");
  }
  const type = IDX_TYPES[bytes[2] ?? 0];
  if (bytes.length < 4 || bytes[0] !== 0 || bytes[1] !== 0 || !type) {
    throw refuse(
      `the first bytes must be 0, 0, a type and the axes, got ${[...bytes.subarray(0, 4)].join(", ") || "none"}; ` +
        "the file is of another kind",
    );
  }
  const axes = bytes[3]!;
  const header = 4 + 4 * axes;
  if (bytes.length < header) {
    throw refuse(
      `the header must have ${header} bytes, got ${bytes.length}; the file is cut short`,
    );
  }
  const shape = Array.from({ length: axes }, (_, i) => view.getUint32(4 + 4 * i));
  const count = sizeOf(shape);
  if (bytes.length !== header + count * type.bytes) {
    throw refuse(
      `[${shape.join(", ")}] must have ${count * type.bytes} bytes of data, got ${bytes.length - header}; the file is damaged`,
    );
  }
  if (type.make === "u8") return tensor(bytes.slice(header), shape);
  const values = Array.from({ length: count }, (_, i) => type.read(view, header + i * type.bytes));
  return tensor(type.make === "i32" ? Int32Array.from(values) : Float32Array.from(values), shape);
}
