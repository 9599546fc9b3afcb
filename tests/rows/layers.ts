import type { Layer } from "../../src/core.js";
import { activations, layers } from "../../src/index.js";

/**
 * One row a layer: how to make it, the shape of a row it takes, and the textbook formula from one row and its weights.
 * To add a layer, write its row: the properties in `layers.test.ts` then hold it to the formula.
 */
export interface LayerRow {
  readonly title: string;
  readonly make: () => Layer;
  readonly shape: readonly number[];
  /** What training draws at random is no formula: gradients are tested elsewhere. */
  readonly random?: boolean;
  readonly formula: (x: Float64Array, weights: readonly Float64Array[]) => Float64Array;
}

/** x·W + b over the last axis. */
const affine = (x: Float64Array, inputs: number, w: Float64Array, b?: Float64Array) => {
  const units = w.length / inputs;
  return Float64Array.from({ length: (x.length / inputs) * units }, (_, i) => {
    const [row, unit] = [Math.floor(i / units), i % units];
    let sum = b?.[unit] ?? 0;
    for (let k = 0; k < inputs; k++) sum += x[row * inputs + k]! * w[k * units + unit]!;
    return sum;
  });
};

const dense = (inputs: number, units: number): LayerRow => ({
  title: `dense ${inputs} to ${units}`,
  make: () => layers.dense(units, { biasInitializer: "randomNormal" }),
  shape: [inputs],
  formula: (x, [w, b]) => affine(x, inputs, w!, b),
});

export const layerRows: readonly LayerRow[] = [
  ...[1, 3, 5, 7, 13, 33, 65].map((size, i, all) => dense(size, all[all.length - 1 - i]!)),
  dense(785, 3),
  {
    title: "dense under tanh, without bias",
    make: () => layers.dense({ units: 5, activation: "tanh", useBias: false }),
    shape: [7],
    formula: (x, [w]) => affine(x, 7, w!).map(Math.tanh),
  },
  {
    title: "dense over the last axis of three",
    make: () => layers.dense(3, { activation: activations.sigmoid() }),
    shape: [2, 3, 5],
    formula: (x, [w, b]) => affine(x, 5, w!, b).map((value) => 1 / (1 + Math.exp(-value))),
  },
  {
    title: "activation",
    make: () => layers.activation("relu"),
    shape: [13],
    formula: (x) => x.map((value) => Math.max(value, 0)),
  },
  {
    title: "linear activation",
    make: () => layers.activation("linear"),
    shape: [3],
    formula: (x) => x,
  },
  {
    title: "rescaling",
    make: () => layers.rescaling(0.5, { offset: -1 }),
    shape: [3, 5],
    formula: (x) => x.map((value) => value / 2 - 1),
  },
  { title: "flatten", make: () => layers.flatten(), shape: [3, 5], formula: (x) => x },
  { title: "reshape", make: () => layers.reshape([5, -1]), shape: [3, 5], formula: (x) => x },
  {
    title: "dropout outside training",
    make: () => layers.dropout(0.5),
    shape: [7],
    random: true,
    formula: (x) => x,
  },
  { title: "dropout of nothing", make: () => layers.dropout(0), shape: [7], formula: (x) => x },
];
