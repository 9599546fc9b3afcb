import { losses } from "../../src/index.js";
import type { Loss } from "../../src/core.js";

type Formula = (prediction: Float64Array, target: Float64Array) => number;

/**
 * One row a form of a loss: its textbook formula for one row of predictions, in double precision, and what it takes. To
 * add a loss, write its row: the properties in `losses.test.ts` then hold it to the formula.
 */
export interface LossRow {
  readonly loss: Loss;
  readonly formula: Formula;
  /** What predictions look like: measurements, logits, probabilities each, or probabilities that exclude each other. */
  readonly takes: "values" | "logits" | "probabilities" | "shares";
  /** What targets look like. */
  readonly targets: "values" | "bits" | "shares" | "labels";
}

const sum = (cols: ArrayLike<number>, f: (i: number) => number) =>
  Array.from(cols).reduce((total: number, _, i) => total + f(i), 0);

const clip = (p: number) => Math.min(Math.max(p, 1e-7), 1 - 1e-7);
const smoothBit = (t: number, s: number) => t * (1 - s) + s / 2;

const binary =
  (s: number): Formula =>
  (p, t) =>
    sum(p, (i) => {
      const [q, y] = [clip(p[i]!), smoothBit(t[i]!, s)];
      return -(y * Math.log(q) + (1 - y) * Math.log(1 - q)) / p.length;
    });

const binaryLogits =
  (s: number): Formula =>
  (z, t) =>
    sum(z, (i) => {
      const softplus = Math.max(z[i]!, 0) + Math.log1p(Math.exp(-Math.abs(z[i]!)));
      return (softplus - smoothBit(t[i]!, s) * z[i]!) / z.length;
    });

const categorical =
  (s: number): Formula =>
  (p, t) => {
    const total = sum(p, (i) => p[i]!);
    return sum(p, (i) => -(t[i]! * (1 - s) + s / p.length) * Math.log(clip(p[i]! / total)));
  };

const categoricalLogits =
  (s: number): Formula =>
  (z, t) => {
    const most = z.reduce((a, b) => Math.max(a, b));
    const height = most + Math.log(sum(z, (i) => Math.exp(z[i]! - most)));
    return sum(z, (i) => (t[i]! * (1 - s) + s / z.length) * (height - z[i]!));
  };

const { binaryCrossentropy, categoricalCrossentropy, sparseCategoricalCrossentropy } = losses;

export const lossRows: readonly LossRow[] = [
  {
    loss: losses.meanSquaredError(),
    formula: (p, t) => sum(p, (i) => (p[i]! - t[i]!) ** 2) / p.length,
    takes: "values",
    targets: "values",
  },
  {
    loss: losses.meanAbsoluteError(),
    formula: (p, t) => sum(p, (i) => Math.abs(p[i]! - t[i]!)) / p.length,
    takes: "values",
    targets: "values",
  },
  { loss: binaryCrossentropy(), formula: binary(0), takes: "probabilities", targets: "bits" },
  {
    loss: binaryCrossentropy({ labelSmoothing: 0.1 }),
    formula: binary(0.1),
    takes: "probabilities",
    targets: "bits",
  },
  {
    loss: binaryCrossentropy({ fromLogits: true, labelSmoothing: 0.2 }),
    formula: binaryLogits(0.2),
    takes: "logits",
    targets: "bits",
  },
  { loss: categoricalCrossentropy(), formula: categorical(0), takes: "shares", targets: "shares" },
  {
    loss: categoricalCrossentropy({ labelSmoothing: 0.1 }),
    formula: categorical(0.1),
    takes: "shares",
    targets: "shares",
  },
  {
    loss: categoricalCrossentropy({ fromLogits: true, labelSmoothing: 0.1 }),
    formula: categoricalLogits(0.1),
    takes: "logits",
    targets: "shares",
  },
  {
    loss: categoricalCrossentropy({ fromLogits: true }),
    formula: categoricalLogits(0),
    takes: "logits",
    // Rows that do not add up to 1: the slope then has their sum.
    targets: "bits",
  },
  {
    loss: sparseCategoricalCrossentropy(),
    formula: categorical(0),
    takes: "shares",
    targets: "labels",
  },
  {
    loss: sparseCategoricalCrossentropy({ fromLogits: true, labelSmoothing: 0.1 }),
    formula: categoricalLogits(0.1),
    takes: "logits",
    targets: "labels",
  },
];
