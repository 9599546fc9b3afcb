import { describe, expect, test } from "vitest";
import { layers, metrics, oneHot, sequential, tensor } from "../src/index.js";
import golden from "./golden/sklearn_numbers.json" with { type: "json" };
import { expectClose, numbers } from "./support/numbers.js";

const { actual, predicted, weights, f1 } = golden;
const hot = oneHot(predicted, 5);

/** A metric's value over batches of seven rows. */
function over(
  metric: ReturnType<typeof metrics.accuracy>,
  prediction: number[][],
  target: number[] | number[][],
  weight?: number[],
) {
  metric.reset();
  for (let from = 0; from < prediction.length; from += 7) {
    const part = <T>(list: T[]) => list.slice(from, from + 7);
    metric.update({
      prediction: part(prediction),
      target: part(target as number[]),
      ...(weight && { weight: part(weight) }),
    });
  }
  return metric.result();
}

const predictedRows = hot.toArray() as number[][];
const actualRows = oneHot(actual, 5).toArray() as number[][];

describe.each(["macro", "micro", "weighted"] as const)("f1, %s", (average) => {
  test("equals scikit-learn's, from class numbers and one-hot rows, with and without weights", () => {
    const [plain, weighted] = f1[average];
    const metric = metrics.f1({ average });
    expect(over(metric, predictedRows, actual)).toBeCloseTo(plain!, 6);
    expect(over(metric, predictedRows, actualRows)).toBeCloseTo(plain!, 6);
    expect(over(metric, predictedRows, actual, weights)).toBeCloseTo(weighted!, 6);
    expect(over(metrics.f1({ average, multiLabel: true }), predictedRows, actualRows)).toBeCloseTo(
      plain!,
      6,
    );
  });
});

test("accuracy: of the kind that fits, weighted, over batches", () => {
  const right = actual.filter((label, i) => label === predicted[i]).length / actual.length;
  const total = weights.reduce((a, b) => a + b);
  const heavy = weights.reduce(
    (sum, weight, i) => sum + (actual[i] === predicted[i] ? weight : 0),
    0,
  );
  for (const metric of [metrics.accuracy(), metrics.sparseCategoricalAccuracy()]) {
    expect(over(metric, predictedRows, actual)).toBeCloseTo(right, 6);
    expect(over(metric, predictedRows, actual, weights)).toBeCloseTo(heavy / total, 6);
  }
  expect(over(metrics.categoricalAccuracy(), predictedRows, actualRows)).toBeCloseTo(right, 6);
  expect(over(metrics.accuracy(), [[0.4], [0.6], [0.5], [0.9]], [[0], [1], [0], [0]])).toBe(0.75);
});

test("precision and recall are pooled over all columns, and 0 where nothing counts", () => {
  const prediction = [
    [0.9, 0.6],
    [0.2, 0.7],
    [0.8, 0.1],
  ];
  const target = [
    [1, 0],
    [1, 1],
    [0, 0],
  ];
  expect(over(metrics.precision(), prediction, target)).toBeCloseTo(2 / 4, 6);
  expect(over(metrics.recall(), prediction, target)).toBeCloseTo(2 / 3, 6);
  expect(over(metrics.precision({ threshold: 0.75 }), prediction, target)).toBeCloseTo(1 / 2, 6);
  expect(over(metrics.precision(), [[0.1]], [[1]])).toBe(0);
  expect(over(metrics.recall(), [[0.9]], [[0]])).toBe(0);
});

test.each([1, 3, 5, 7, 13, 33, 65, 785])(
  "squared and absolute errors, matches and greatest columns of %i columns",
  (cols) => {
    const rows = 5;
    const [p, t] = [numbers(rows * cols), numbers(rows * cols, { seed: 3 })];
    const mean = (f: (i: number) => number) => p.reduce((sum, _, i) => sum + f(i), 0) / p.length;
    const given = { prediction: tensor(p, [rows, cols]), target: tensor(t, [rows, cols]) };
    const value = (metric: ReturnType<typeof metrics.accuracy>) => {
      metric.update(given);
      return metric.result();
    };
    expectClose([value(metrics.meanSquaredError())], [mean((i) => (p[i]! - t[i]!) ** 2)]);
    expectClose([value(metrics.meanAbsoluteError())], [mean((i) => Math.abs(p[i]! - t[i]!))]);
    const bits = tensor(
      t.map((one) => Number(one > 0)),
      [rows, cols],
    );
    const binary = metrics.binaryAccuracy({ threshold: 0.1 });
    binary.update({ prediction: given.prediction, target: bits });
    expectClose([binary.result()], [mean((i) => Number(p[i]! > Math.fround(0.1) === t[i]! > 0))]);
    const greatest = given.prediction.argMax().data;
    const same = given.target.argMax().data.filter((label, i) => label === greatest[i]).length;
    if (cols > 1) expectClose([value(metrics.accuracy())], [same / rows]);
  },
);

test("under logits thresholds lie on the logits' scale, and a model's metrics are exact over the epoch", () => {
  const model = sequential([layers.dense(1, { inputShape: [1], kernelInitializer: "ones" })]);
  const watched = [metrics.precision({ threshold: 0.8 }), "recall", "f1", "accuracy"];
  model.compile({ optimizer: "sgd", loss: "binaryCrossentropy", metrics: watched });
  // Logits 1 and 2 are probabilities 0.73 and 0.88.
  const { precision, recall, f1, accuracy } = model.evaluate([[1], [2], [-1], [-2]], [0, 1, 1, 0], {
    batchSize: 3,
  });
  expect([precision, recall, f1, accuracy]).toEqual([1, 0.5, 0.5, 0.5]);
  model.dispose();
});

test("metrics heed sample weights only where asked", () => {
  const model = sequential([layers.dense(1, { inputShape: [1], kernelInitializer: "ones" })]);
  const named = metrics.meanAbsoluteError({ name: "weighted" });
  model.compile({ optimizer: "sgd", loss: "mse", metrics: ["mae"], weightedMetrics: [named] });
  const seen = model.evaluate([[1], [3]], [0, 0], { sampleWeight: [1, 3] });
  expect(seen).toEqual({ loss: 14, meanAbsoluteError: 2, weighted: 2.5 });
  model.dispose();
});
