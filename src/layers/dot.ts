import type { Kernels } from "../engine.js";
import { layer, type Layer, layerFields } from "../layer.js";
import { field, flag, leading, needed, type Options, resolve } from "../options.js";
import { type Run, type Shape, sizeOf, type Stage } from "../stage.js";
import { splitCommon } from "./fields.js";
import { checkCount, type Passes, placeOf, refusal } from "./merge.js";

type Axes = number | readonly [number, number];

const isAxis = (value: unknown) => Number.isSafeInteger(value) && value !== 0;

export const dotFields = {
  /** The axis of each input that products are summed over: 1 is the first after the batch, −1 the last. */
  axes: needed(
    field<Axes>(
      "a whole number other than 0, which is the batch, or two of them",
      (value) =>
        isAxis(value) || (Array.isArray(value) && value.length === 2 && value.every(isAxis)),
    ),
  ),
  /** Whether vectors are brought to length 1 first: y is then the cosine of their angle. */
  normalize: flag(false),
  ...layerFields,
};

type DotOptions = Options<typeof dotFields>;

/** Shorter vectors than this count as no direction; Keras's. */
const SHORTEST = 1e-7;

/** A matrix an example, one after the other: where the first begins, and the steps between rows and columns. */
interface Matrix {
  readonly at: number;
  readonly rows: number;
  readonly cols: number;
  readonly rowStep: number;
  readonly colStep: number;
}

const matrix = (at: number, rows: number, cols: number): Matrix => ({
  at,
  rows,
  cols,
  rowStep: cols,
  colStep: 1,
});

const transposed = ({ at, rows, cols, rowStep, colStep }: Matrix): Matrix => ({
  at,
  rows: cols,
  cols: rows,
  rowStep: colStep,
  colStep: rowStep,
});

/** An input's vectors, as rows of a matrix that begins at an address. */
interface Vectors {
  /** The axes that the product keeps. */
  readonly kept: Shape;
  readonly count: number;
  /** 0 where the shape lacks the axis. */
  readonly length: number;
  /** From one number of a vector to the next. */
  readonly stride: number;
  from(at: number): Matrix;
}

/**
 * Products of two inputs' vectors, yᵢⱼ = Σₖ aᵢₖ·bⱼₖ; under `normalize` a/max(‖a‖, 1e-7) and b/max(‖b‖, 1e-7) take the
 * place of a and b, and vectors no longer than that get no gradient.
 *
 * Shapes: [rows, n] and [rows, n] → [rows, 1]; [rows, p, n] and [rows, q, n] under `axes: 2` → [rows, p, q]; other axes
 * as if they were moved to the end.
 *
 * @throws ERR_OPTION if an option breaks its rule; ERR_SHAPE, when applied, if there are not two inputs of one or two
 *   axes a row, or if the axes that are summed over differ in size.
 * @see Keras's Dot, which takes more axes, and whose gradient of a vector of zeros is not finite on JAX.
 */
export function dot(first: Axes | DotOptions, rest?: Omit<DotOptions, "axes">): Layer {
  const [options, common] = splitCommon(resolve("dot", dotFields, leading("axes", first, rest)));
  const { axes, normalize } = options;
  const build = (...inputs: Shape[]): Stage => {
    const [left, right] = sides(inputs, axes);
    const kept = [...left.kept, ...right.kept];
    const output = kept.length > 0 ? kept : [1];
    return { output, ...(normalize ? cosines(left, right) : products(left, right)) };
  };
  return layer({ type: "dot", options, build }, common);
}

/** The vectors of both inputs. @throws ERR_SHAPE if they cannot be multiplied */
function sides(inputs: readonly Shape[], axes: Axes): [left: Vectors, right: Vectors] {
  checkCount("dot", inputs, 2);
  if (inputs.some(({ length }) => length < 1 || length > 2)) {
    const rule = "a row of each input must have one or two axes";
    throw refusal("dot", rule, inputs, "bring them to that with layers.reshape");
  }
  const each = typeof axes === "number" ? [axes, axes] : axes;
  const [left, right] = inputs.map((shape, i) => vectors(shape, placeOf(each[i]!, shape)));
  if (left?.length && left.length === right?.length) return [left, right];
  const rule = `the axes ${each.join(" and ")} must be there and of one size`;
  throw refusal("dot", rule, inputs, "choose other axes, or change sizes with layers.dense");
}

function vectors(shape: Shape, place: number): Vectors {
  const length = shape[place] ?? 0;
  const kept = shape.filter((_, axis) => axis !== place);
  const count = sizeOf(kept);
  const isLast = place === shape.length - 1;
  return {
    kept,
    count,
    length,
    stride: isLast ? 1 : count,
    from: (at) => (isLast ? matrix(at, count, length) : transposed(matrix(at, length, count))),
  };
}

function products(left: Vectors, right: Vectors): Passes {
  return {
    forward(k, { inputs, y }, run) {
      const [a, b] = inputs as [number, number];
      const product = matrix(y, left.count, right.count);
      k.fill(0, run.batch * left.count * right.count, y, 0);
      addProduct(k, left.from(a), transposed(right.from(b)), product, run);
    },
    backward(k, { inputs, dInputs, dy }, run) {
      const [a, b] = inputs as [number, number];
      const [da, db] = dInputs as [number, number];
      const slope = matrix(dy, left.count, right.count);
      if (da) addProduct(k, slope, right.from(b), left.from(da), run);
      if (db) addProduct(k, transposed(slope), left.from(a), right.from(db), run);
    },
  };
}

/** The products of unit vectors. The cache holds those of both inputs, then their gradients. */
function cosines(left: Vectors, right: Vectors): Passes {
  const inner = products(left, right);
  const sides = [left, right];
  const [first, second] = sides.map(({ count, length }) => count * length) as [number, number];
  const pairAt = (address: number, batch: number) => [address, address + 4 * batch * first];
  return {
    cache: 2 * (first + second),
    forward(k, at, run) {
      const units = pairAt(at.cache, run.batch);
      sides.forEach(({ count, length, stride }, i) => {
        k.unitVectors(0, run.batch * count, length, stride, at.inputs[i]!, units[i]!, SHORTEST);
      });
      inner.forward(k, { ...at, inputs: units }, run);
    },
    backward(k, at, run) {
      const words = run.batch * (first + second);
      const units = pairAt(at.cache, run.batch);
      const slopes = pairAt(at.cache + 4 * words, run.batch);
      k.fill(0, words, slopes[0]!, 0);
      inner.backward(k, { ...at, inputs: units, dInputs: slopes }, run);
      sides.forEach(({ count, length, stride }, i) => {
        const [x, slope, dx] = [at.inputs[i]!, slopes[i]!, at.dInputs[i]!];
        if (dx) k.unitVectorsGradient(0, run.batch * count, length, stride, x, slope, dx, SHORTEST);
      });
    },
  };
}

/** C += A·B, example by example; where C lies by columns, Cᵀ += Bᵀ·Aᵀ. */
function addProduct(k: Kernels, a: Matrix, b: Matrix, c: Matrix, run: Run): void {
  if (c.colStep !== 1) {
    addProduct(k, transposed(b), transposed(a), transposed(c), run);
    return;
  }
  const { rows, cols: inner } = a;
  const { cols } = b;
  for (let i = 0; i < run.batch; i++) {
    const ai = a.at + 4 * i * rows * inner;
    const bi = b.at + 4 * i * inner * cols;
    const ci = c.at + 4 * i * rows * cols;
    const { rowStep, colStep } = b;
    k.gemm(0, rows, cols, inner, ai, a.rowStep, a.colStep, bi, rowStep, colStep, ci, run.scratch);
  }
}
