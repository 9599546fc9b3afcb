import { describe, expect, test } from "vitest";
import { losses, tensor } from "../src/index.js";
import golden from "./golden/keras_numbers.json" with { type: "json" };
import { type LossRow, lossRows } from "./rows/losses.js";
import { Arena } from "./support/arena.js";
import { differences, expectClose, numbers } from "./support/numbers.js";

const SIZES = [1, 3, 5, 7, 13, 33, 65, 785];
const ROWS = 3;
const WEIGHT = [1, 0, 2.5];

function predictionsFor({ takes }: LossRow, cols: number): Float32Array {
  const count = ROWS * cols;
  if (takes === "values") return numbers(count, { seed: cols });
  if (takes === "logits") return numbers(count, { low: -4, high: 4, seed: cols });
  return numbers(count, { low: 0.1, high: 0.9, seed: cols });
}

/** Targets as the loss takes them, and as rows of columns for the formula. */
function targetsFor({ targets }: LossRow, cols: number) {
  const labels = Array.from({ length: ROWS }, (_, r) => (r * 5 + 1) % cols);
  const dense = numbers(ROWS * cols, { low: targets === "values" ? -1 : 0, seed: cols + 9 });
  if (targets === "bits") dense.forEach((value, i) => (dense[i] = Math.round(value)));
  if (targets === "labels")
    dense.forEach((_, i) => (dense[i] = Number(labels[Math.floor(i / cols)] === i % cols)));
  if (targets === "shares") {
    for (let r = 0; r < ROWS; r++) {
      const row = dense.subarray(r * cols, (r + 1) * cols);
      const total = row.reduce((a, b) => a + b, 0);
      row.forEach((value, i) => (row[i] = value / total));
    }
  }
  return {
    dense,
    given: targets === "labels" ? Int32Array.from(labels) : tensor(dense, [ROWS, cols]),
  };
}

const rowOf = (x: Float32Array, r: number, cols: number) =>
  Float64Array.from(x.subarray(r * cols, (r + 1) * cols));

const title = ({ loss, takes }: LossRow) =>
  `${loss.type}, ${takes}, ${JSON.stringify(loss.options)}`;

describe.each(lossRows.map((row) => [title(row), row] as const))("%s", (_, row) => {
  const sizes = row.loss.type.endsWith("ategoricalCrossentropy") ? SIZES.slice(1) : SIZES;

  test.each(sizes)("value and gradient equal the formula's, %i columns", (cols) => {
    const prediction = predictionsFor(row, cols);
    const { dense, given } = targetsFor(row, cols);
    const { loss, gradient } = row.loss.evaluate({
      prediction: tensor(prediction, [ROWS, cols]),
      target: given,
      weight: WEIGHT,
    });
    const values = WEIGHT.map((_, r) =>
      row.formula(rowOf(prediction, r, cols), rowOf(dense, r, cols)),
    );
    const expected = values.reduce((sum, value, r) => sum + (value * WEIGHT[r]!) / ROWS, 0);
    expectClose([loss], [expected], { relative: 2e-5 });
    const slopes = WEIGHT.flatMap((weight, r) => {
      const f = (p: Float64Array) => (row.formula(p, rowOf(dense, r, cols)) * weight) / ROWS;
      return [...differences(f, rowOf(prediction, r, cols), 1e-5)];
    });
    expectClose(gradient.data, slopes, { relative: 2e-4, absolute: 2e-6 });
    const muted = gradient.data.subarray(cols, 2 * cols);
    expect(muted.every((value) => value === 0)).toBe(true);
  });

  test("a NaN reaches its row's loss and slope", () => {
    const prediction = predictionsFor(row, 3);
    prediction[4] = Number.NaN;
    const { gradient } = row.loss.evaluate({
      prediction: tensor(prediction, [ROWS, 3]),
      target: targetsFor(row, 3).given,
    });
    expect(gradient.data[4]).toBeNaN();
    expect(gradient.data.slice(0, 3).some(Number.isNaN)).toBe(false);
  });
});

describe.each([
  ["binaryCrossentropy", "values"],
  ["categoricalCrossentropy", "values"],
  ["sparseCategoricalCrossentropy", "labels"],
] as const)("%s of logits of ten thousand", (name, targets) => {
  test("is finite, and right", () => {
    const loss = losses[name]({ fromLogits: true });
    const target =
      targets === "labels"
        ? [0, 1]
        : [
            [1, 0],
            [0, 1],
          ];
    const { loss: value, gradient } = loss.evaluate({
      prediction: [
        [1e4, -1e4],
        [1e4, -1e4],
      ],
      target,
    });
    expect(value).toBeCloseTo(1e4 * (name === "binaryCrossentropy" ? 0.5 : 1), 2);
    expect(gradient.data.every(Number.isFinite)).toBe(true);
    expect([...gradient.data.subarray(0, 2)]).toEqual([0, 0]);
  });
});

describe("golden numbers of Keras", () => {
  test.each(
    golden.losses.map(
      (row) => [`${row.name} ${JSON.stringify(row.options)} ${String(row.weight)}`, row] as const,
    ),
  )("%s", (_, { name, options, prediction, target, weight, loss, gradient }) => {
    const made = losses[name as "meanSquaredError"](options);
    const given = { prediction, target: target as number[], ...(weight && { weight }) };
    const got = made.evaluate(given);
    expectClose([got.loss], [loss], { relative: 2e-5 });
    expectClose(got.gradient.data, gradient.flat(), { relative: 2e-5, absolute: 2e-7 });
  });

  test("reductions: the sum, and the mean by weights", () => {
    const given = { prediction: [[1], [2], [4]], target: [[0], [0], [0]], weight: [1, 0, 3] };
    const value = (reduction: "sum" | "meanWithSampleWeight" | "sumOverBatchSize") =>
      losses.meanSquaredError({ reduction }).evaluate(given).loss;
    expect(value("sum")).toBeCloseTo(49, 5);
    expect(value("sumOverBatchSize")).toBeCloseTo(49 / 3, 5);
    expect(value("meanWithSampleWeight")).toBeCloseTo(49 / 4, 5);
    const none = losses.meanSquaredError({ reduction: "meanWithSampleWeight" });
    expect(none.evaluate({ ...given, weight: [0, 0, 0] }).loss).toBe(0);
  });
});

test("any split of the rows gives the same bits, and gradients add up", () => {
  const run = (ranges: [number, number][], times = 1) => {
    const arena = new Arena();
    const [x, t] = [arena.put(numbers(35)), arena.put(numbers(35, { low: 0, seed: 2 }))];
    const [loss, gradient] = [arena.allocate(20), arena.allocate(140)];
    for (let time = 0; time < times; time++) {
      for (const [from, to] of ranges) {
        arena.kernels.categoricalCrossentropyLogits(from, to, 7, x, t, 0, loss, gradient, 0.1);
        arena.kernels.binaryCrossentropyLogits(from, to, 7, x, t, 0, loss, gradient, 0.1);
      }
    }
    return [...arena.floats(loss, 5), ...arena.floats(gradient, 35)];
  };
  const once = run([[0, 5]]);
  expect(
    run([
      [0, 1],
      [1, 4],
      [4, 5],
    ]),
  ).toEqual(once);
  expectClose(
    run([[0, 5]], 2).slice(5),
    once.slice(5).map((value) => 2 * value),
    { relative: 1e-5, absolute: 1e-6 },
  );
});

test("denormal probabilities have a gradient with its signs", () => {
  const arena = new Arena();
  const [p, t] = [arena.put([1e-40, 1e-40, 1e-40]), arena.put([1, 0, 0])];
  const [loss, gradient] = [arena.allocate(4), arena.allocate(12)];
  arena.kernels.categoricalCrossentropy(0, 1, 3, p, t, 0, loss, gradient, 0, 1e-7);
  expect([...arena.floats(gradient, 3)].map(Math.sign)).toEqual([-1, 1, 1]);
});
