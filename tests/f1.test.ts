import { describe, expect, test } from "vitest";
import { losses, tensor } from "../src/index.js";
import { differences, expectClose, numbers } from "./support/numbers.js";

interface Options {
  average?: "macro" | "micro" | "weighted";
  beta?: number;
  zeroDivision?: "skip" | 0 | 1;
  multiLabel?: boolean;
  fromLogits?: boolean;
}

/** The soft F-score by its definition, in double precision. */
function twin(
  p: Float64Array,
  y: Float64Array,
  w: number[],
  cols: number,
  options: Options,
): number {
  const { average = "macro", beta = 1, zeroDivision = "skip" } = options;
  const sums = Array.from({ length: cols }, (_, k) => {
    const of = (f: (i: number) => number) =>
      w.reduce((sum, weight, r) => sum + weight * f(r * cols + k), 0);
    return {
      both: of((i) => p[i]! * y[i]!),
      predicted: of((i) => p[i]!),
      actual: of((i) => y[i]!),
    };
  });
  const score = ({ both, predicted, actual }: (typeof sums)[number]) =>
    ((1 + beta ** 2) * both) / (predicted + beta ** 2 * actual + 1e-7);
  if (average === "micro") {
    const add = (key: "both" | "predicted" | "actual") =>
      sums.reduce((sum, one) => sum + one[key], 0);
    return 1 - score({ both: add("both"), predicted: add("predicted"), actual: add("actual") });
  }
  const scores = sums.map((one) => ({
    part: average === "weighted" ? one.actual : Number(one.actual > 0 || zeroDivision !== "skip"),
    value: one.actual > 0 ? score(one) : Number(zeroDivision === 1),
  }));
  const parts = scores.reduce((sum, { part }) => sum + part, 0);
  return parts === 0
    ? 0
    : 1 - scores.reduce((sum, { part, value }) => sum + part * value, 0) / parts;
}

const sigmoid = (z: number) => 1 / (1 + Math.exp(-z));

function softmaxRows(z: Float64Array, cols: number): Float64Array {
  const powers = z.map(Math.exp);
  return powers.map((power, i) => {
    const row = Math.floor(i / cols) * cols;
    return power / powers.subarray(row, row + cols).reduce((a, b) => a + b, 0);
  });
}

const variants: Options[] = [
  {},
  { average: "micro" },
  { average: "weighted" },
  { beta: 2 },
  { beta: 0.5, average: "micro" },
  { zeroDivision: 0 },
  { zeroDivision: 1 },
  { multiLabel: true, fromLogits: true },
  { fromLogits: true },
  { fromLogits: true, average: "weighted", beta: 2 },
];

describe.each(variants.map((options) => [JSON.stringify(options), options] as const))(
  "soft F1 %s",
  (_, options) => {
    test.each(
      options.average || options.fromLogits
        ? [1, 3, 5, 7, 13, 33, 65]
        : [1, 3, 5, 7, 13, 33, 65, 785],
    )("value and gradient equal the definition's, %i columns", (cols) => {
      const weight = [1, 0.5, 0, 2, 1];
      const rows = weight.length;
      const x = numbers(
        rows * cols,
        options.fromLogits
          ? { low: -2, high: 2, seed: cols }
          : { low: 0.05, high: 0.95, seed: cols },
      );
      // The last class has no targets.
      const y = Float64Array.from(numbers(rows * cols, { low: 0, seed: 4 }), (value, i) =>
        cols > 1 && i % cols === cols - 1 ? 0 : Math.round(value),
      );
      const probabilities = (z: Float64Array) => {
        if (!options.fromLogits) return z;
        return options.multiLabel || cols === 1 ? z.map(sigmoid) : softmaxRows(z, cols);
      };
      const f = (z: Float64Array) => twin(probabilities(z), y, weight, cols, options);
      const shape = [rows, cols];
      const got = losses
        .f1(options)
        .evaluate({ prediction: tensor(x, shape), target: tensor(y, shape), weight });
      expectClose([got.loss], [f(Float64Array.from(x))], { relative: 1e-5 });
      expectClose(got.gradient.data, differences(f, x), { relative: 1e-3, absolute: 1e-6 });
    });
  },
);

test("reference numbers", () => {
  const given = { prediction: [[0.8], [0.3], [0.4], [0.7]], target: [[1], [0], [1], [0]] };
  expect(losses.f1().evaluate(given).loss).toBeCloseTo(0.4285714, 6);
  expect(losses.f1({ beta: 2 }).evaluate(given).loss).toBeCloseTo(0.4117647, 6);
});

test("micro over exclusive classes is the mean probability of the wrong ones", () => {
  const given = {
    prediction: [
      [0.7, 0.2, 0.1],
      [0.3, 0.3, 0.4],
    ],
    target: [0, 2],
  };
  expect(losses.f1({ average: "micro" }).evaluate(given).loss).toBeCloseTo((0.3 + 0.6) / 2, 6);
});

test("class numbers and one-hot targets give the same bits", () => {
  const prediction = tensor(numbers(12, { low: 0, high: 1 }), [4, 3]);
  const hot = losses.f1().evaluate({
    prediction,
    target: [
      [1, 0, 0],
      [0, 0, 1],
      [0, 1, 0],
      [1, 0, 0],
    ],
  });
  const labels = losses.f1().evaluate({ prediction, target: [0, 2, 1, 0] });
  expect(labels.loss).toBe(hot.loss);
  expect(labels.gradient.data).toEqual(hot.gradient.data);
});

test("a batch without any target is no loss and no slope where absent classes are skipped", () => {
  const { loss, gradient } = losses.f1().evaluate({ prediction: [[0.5, 0.2]], target: [[0, 0]] });
  expect(loss).toBe(0);
  expect([...gradient.data]).toEqual([0, 0]);
});
