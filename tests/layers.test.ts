import { describe, expect, test } from "vitest";
import { layers, optimizers, sequential, tensor } from "../src/index.js";
import { layerRows } from "./rows/layers.js";
import { differences, expectClose, numbers } from "./support/numbers.js";

const size = (shape: readonly number[]) => shape.reduce((a, b) => a * b, 1);

describe.each(layerRows.map((row) => [row.title, row] as const))(
  "%s",
  (_, { make, shape, random, formula }) => {
    const width = size(shape);
    const rows = 3;
    const x = numbers(rows * width, { low: -1, high: 1, seed: width });
    const rowOf = (data: ArrayLike<number>, r: number, cols: number) =>
      Float64Array.from(Array.from(data).slice(r * cols, (r + 1) * cols));

    test("predicts what the formula says", () => {
      const model = sequential([layers.input({ shape }), make()]);
      const weights = model.getWeights().map(({ data }) => Float64Array.from(data));
      const got = model.predict(tensor(x, [rows, ...shape]));
      const expected = Array.from({ length: rows }, (_, r) => [
        ...formula(rowOf(x, r, width), weights),
      ]).flat();
      expectClose(got.data, expected, { relative: 1e-5, absolute: 2e-6 });
      model.dispose();
    });

    /** The layer between two others, so that both its weights and its input have gradients; the rate 1 shows them. */
    const checked = random ? [] : [width];
    test.each(checked)("gradients of weights and inputs equal differences of the formula", () => {
      const before = layers.dense(width, { inputShape: [4], kernelInitializer: "heNormal" });
      const model = sequential([before, layers.reshape(shape), make()]);
      model.compile({ optimizer: optimizers.sgd({ learningRate: 1 }), loss: "mse" });
      const input = numbers(rows * 4, { seed: 5 });
      const start = model.getWeights().map(({ data }) => Float64Array.from(data));
      const outShape = model.predict(tensor(input, [rows, 4])).shape;
      const cols = size(outShape.slice(1));
      const target = numbers(rows * cols, { seed: 6 });
      const twinLoss = (weights: readonly Float64Array[]) => {
        let sum = 0;
        for (let r = 0; r < rows; r++) {
          const hidden = Float64Array.from({ length: width }, (_, j) => {
            let value = weights[1]![j]!;
            for (let k = 0; k < 4; k++) value += input[r * 4 + k]! * weights[0]![k * width + j]!;
            return value;
          });
          formula(hidden, weights.slice(2)).forEach(
            (value, i) => (sum += (value - target[r * cols + i]!) ** 2),
          );
        }
        return sum / (rows * cols);
      };
      const { loss } = model.trainOnBatch(tensor(input, [rows, 4]), tensor(target, outShape));
      expectClose([loss!], [twinLoss(start)], { relative: 1e-5 });
      model.getWeights().forEach(({ data }, w) => {
        const moved = Float64Array.from(start[w]!, (value, i) => value - data[i]!);
        const slopes = differences(
          (at) => twinLoss(start.map((own, i) => (i === w ? at : own))),
          start[w]!,
        );
        expectClose(moved, slopes, { relative: 1e-3, absolute: 2e-6 });
      });
      model.dispose();
    });
  },
);

describe("rescaling of bytes", () => {
  test("bytes and whole numbers stay what they are until the layer reads them", () => {
    const bytes = Uint8Array.from({ length: 10 }, (_, i) => i * 25);
    for (const [dtype, data] of [
      ["uint8", bytes],
      ["int32", Int32Array.from(bytes)],
      ["float32", Float32Array.from(bytes)],
    ] as const) {
      const model = sequential([layers.input({ shape: [5], dtype }), layers.rescaling(1 / 255)]);
      expectClose(
        model.predict(tensor(data, [2, 5])).data,
        Array.from(bytes, (byte) => byte / 255),
      );
      model.dispose();
    }
  });

  test("a dense layer reads bytes through a cast, and trains on them", () => {
    const model = sequential([layers.input({ shape: [2], dtype: "uint8" }), layers.dense(1)]);
    model.compile({ optimizer: optimizers.sgd({ learningRate: 1e-5 }), loss: "mse" });
    const x = tensor(Uint8Array.of(1, 200, 30, 4), [2, 2]);
    const before = model.evaluate(x, [1, 2]).loss!;
    model.trainOnBatch(x, [1, 2]);
    expect(model.evaluate(x, [1, 2]).loss).toBeLessThan(before);
    model.dispose();
  });
});

describe("dropout in training", () => {
  const build = (seed = 0) => {
    const model = sequential(
      [layers.dropout(0.5, { inputShape: [64] }), layers.dense(1, { kernelInitializer: "ones" })],
      { seed },
    );
    model.compile({ optimizer: optimizers.sgd({ learningRate: 0 }), loss: "mae" });
    return model;
  };
  const x = tensor(new Float32Array(64).fill(1), [1, 64]);

  test("masks differ from step to step and from seed to seed, and keep the mean", () => {
    const model = build();
    const losses = Array.from({ length: 200 }, () => model.trainOnBatch(x, [0]).loss!);
    expect(new Set(losses).size).toBeGreaterThan(8);
    expect(losses.reduce((a, b) => a + b) / losses.length).toBeCloseTo(64, -1);
    const other = build(1);
    expect(Array.from({ length: 200 }, () => other.trainOnBatch(x, [0]).loss!)).not.toEqual(losses);
    expect(model.evaluate(x, [0]).loss).toBe(64);
    model.dispose();
    other.dispose();
  });

  test("the gradient passes where the value passed", () => {
    const model = sequential([
      layers.dense(32, { inputShape: [1], kernelInitializer: "ones" }),
      layers.dropout(0.5),
      layers.dense(1, { kernelInitializer: "ones", trainable: false }),
    ]);
    model.compile({ optimizer: optimizers.sgd({ learningRate: 1 }), loss: "mae" });
    model.trainOnBatch([[1]], [0]);
    const moved = Array.from(model.getWeights()[0]!.data, (value) => 1 - value);
    expect(new Set(moved)).toEqual(new Set([0, 2]));
    model.dispose();
  });
});
