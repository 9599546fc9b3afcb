import type { Layer } from "../layer.js";
import { merge, type MergeOptions, type Merging } from "./merge.js";

/** y = Σ factorᵢ·xᵢ; dxᵢ += factorᵢ·dy. */
const weightedSum =
  (factor: (i: number, count: number) => number): Merging =>
  (size, count) => {
    const factors = Array.from({ length: count }, (_, i) => factor(i, count));
    return {
      forward(k, { inputs, y }, { batch }) {
        inputs.forEach((x, i) => {
          if (i === 0) k.rescale(0, batch * size, x, y, factors[0]!, 0);
          else k.addScaled(0, batch * size, x, y, factors[i]!);
        });
      },
      backward(k, { dInputs, dy }, { batch }) {
        dInputs.forEach((dx, i) => {
          if (dx) k.addScaled(0, batch * size, dy, dx, factors[i]!);
        });
      },
    };
  };

const sum = weightedSum(() => 1);
const difference = weightedSum((i) => (i === 0 ? 1 : -1));
const mean = weightedSum((_, count) => 1 / count);

/** y = Π xᵢ; dxᵢ += dy·Π xⱼ over all j ≠ i, which the cache holds meanwhile: nothing is divided by an xᵢ of 0. */
const product: Merging = (size) => ({
  cache: size,
  forward(k, { inputs, y }, { batch }) {
    inputs.forEach((x, i) => {
      if (i === 0) k.rescale(0, batch * size, x, y, 1, 0);
      else k.multiply(0, batch * size, x, y);
    });
  },
  backward(k, { inputs, dInputs, dy, cache }, { batch }) {
    dInputs.forEach((dx, i) => {
      if (!dx) return;
      k.rescale(0, batch * size, dy, cache, 1, 0);
      inputs.forEach((x, j) => {
        if (j !== i) k.multiply(0, batch * size, x, cache);
      });
      k.addScaled(0, batch * size, cache, dx, 1);
    });
  },
});

/** The xᵢ of which sign·xᵢ is greatest; the cache says which it was. */
const extreme =
  (sign: 1 | -1): Merging =>
  (size) => ({
    cache: size,
    forward(k, { inputs, y, cache }, { batch }) {
      k.fill(0, batch * size, cache, 0);
      inputs.forEach((x, i) => {
        if (i === 0) k.rescale(0, batch * size, x, y, 1, 0);
        else k.takeGreater(0, batch * size, x, y, cache, i, sign);
      });
    },
    backward(k, { dInputs, dy, cache }, { batch }) {
      dInputs.forEach((dx, i) => {
        if (dx) k.addWhere(0, batch * size, dy, cache, dx, i);
      });
    },
  });

const greatest = extreme(1);
const least = extreme(-1);

/**
 * y = a + b + …, element by element. Shapes: all inputs one shape, which is y's.
 *
 * @throws ERR_OPTION if an option breaks its rule; ERR_SHAPE, when applied, if shapes differ or are fewer than two.
 * @see Keras, which also repeats axes of size 1.
 */
export function add(given?: MergeOptions): Layer {
  return merge("add", given, sum);
}

/**
 * y = a − b, element by element. Shapes: all inputs one shape, which is y's.
 *
 * @throws ERR_OPTION if an option breaks its rule; ERR_SHAPE, when applied, if shapes differ or are not two.
 * @see Keras, which also repeats axes of size 1.
 */
export function subtract(given?: MergeOptions): Layer {
  return merge("subtract", given, difference, 2);
}

/**
 * y = a·b·…, element by element. Shapes: all inputs one shape, which is y's.
 *
 * @throws ERR_OPTION if an option breaks its rule; ERR_SHAPE, when applied, if shapes differ or are fewer than two.
 * @see Keras, which also repeats axes of size 1.
 */
export function multiply(given?: MergeOptions): Layer {
  return merge("multiply", given, product);
}

/**
 * y = (a + b + …)/inputs, element by element. Shapes: all inputs one shape, which is y's.
 *
 * @throws ERR_OPTION if an option breaks its rule; ERR_SHAPE, when applied, if shapes differ or are fewer than two.
 * @see Keras, which also repeats axes of size 1.
 */
export function average(given?: MergeOptions): Layer {
  return merge("average", given, mean);
}

/**
 * y = max(a, b, …), element by element; among equals the first input gets the whole gradient. Shapes: all inputs one
 * shape, which is y's.
 *
 * @throws ERR_OPTION if an option breaks its rule; ERR_SHAPE, when applied, if shapes differ or are fewer than two.
 * @see Keras, which on TensorFlow breaks ties so, and also repeats axes of size 1; PyTorch and JAX share the gradient
 *   among equals.
 */
export function maximum(given?: MergeOptions): Layer {
  return merge("maximum", given, greatest);
}

/**
 * y = min(a, b, …), element by element; among equals the first input gets the whole gradient. Shapes: all inputs one
 * shape, which is y's.
 *
 * @throws ERR_OPTION if an option breaks its rule; ERR_SHAPE, when applied, if shapes differ or are fewer than two.
 * @see Keras, which on TensorFlow breaks ties so, and also repeats axes of size 1; PyTorch and JAX share the gradient
 *   among equals.
 */
export function minimum(given?: MergeOptions): Layer {
  return merge("minimum", given, least);
}
