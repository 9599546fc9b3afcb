import { describe, expect, test } from "vitest";
import { graph, layers, optimizers, sequential, tensor, train } from "../src/index.js";
import { differences, expectClose, numbers } from "./support/numbers.js";

const x = tensor(numbers(12 * 3), [12, 3]);
const y = tensor(numbers(12 * 2, { seed: 2 }), [12, 2]);
const build = (optimizer: unknown = "adam") => {
  const model = sequential([
    layers.dense(5, { activation: "tanh", inputShape: [3] }),
    layers.dropout(0.2),
    layers.dense(2),
  ]);
  model.compile({ optimizer: optimizer as string, loss: "mse" });
  return model;
};
const bits = (model: { getWeights(): { data: ArrayLike<number> }[] }) =>
  model.getWeights().map(({ data }) => Array.from(data));

describe("gradients and applyGradients", () => {
  test("together are trainOnBatch, bit for bit, dropout included", () => {
    for (const optimizer of [
      "adam",
      optimizers.sgd({ momentum: 0.9, weightDecay: 0.01, globalClipNorm: 0.1 }),
    ]) {
      const [apart, whole] = [build(optimizer), build(optimizer)];
      for (let step = 0; step < 4; step++) {
        const { loss, gradients } = apart.gradients(x, y);
        apart.applyGradients(gradients);
        expect(whole.trainOnBatch(x, y).loss).toBe(loss);
      }
      expect(bits(apart)).toEqual(bits(whole));
    }
  });

  test("gradients change nothing, and equal differences of the loss", () => {
    const model = sequential([layers.dense(2, { activation: "tanh", inputShape: [3] })]);
    model.compile({ optimizer: "sgd", loss: "mse" });
    const before = bits(model);
    const sampleWeight = numbers(12, { low: 0, high: 2 });
    const { loss, gradients } = model.gradients(x, y, { sampleWeight });
    expect(bits(model)).toEqual(before);
    expect(gradients.map(({ shape }) => shape)).toEqual([[3, 2], [2]]);
    const [kernel, bias] = model.getWeights();
    const lossAt = (weights: ArrayLike<number>) => {
      let sum = 0;
      for (let r = 0; r < 12; r++) {
        for (let j = 0; j < 2; j++) {
          let value = bias!.data[j]!;
          for (let k = 0; k < 3; k++) value += x.data[3 * r + k]! * weights[2 * k + j]!;
          sum += (sampleWeight[r]! * (Math.tanh(value) - y.data[2 * r + j]!) ** 2) / 24;
        }
      }
      return sum;
    };
    expect(loss).toBeCloseTo(lossAt(kernel!.data), 5);
    expectClose(gradients[0]!.data, differences(lossAt, kernel!.data), {
      relative: 1e-3,
      absolute: 1e-5,
    });
  });

  test("only what trains has a gradient; others are refused whole", () => {
    const model = build();
    model.layers[0]!.trainable = false;
    const { gradients } = model.gradients(x, y);
    expect(gradients.map(({ shape }) => shape)).toEqual([[5, 2], [2]]);
    const before = bits(model);
    expect(() => model.applyGradients(gradients.slice(1))).toThrow(
      /^applyGradients: it must get 2 arrays \(dense_1\/kernel \[5, 2\], dense_1\/bias \[2\]\), got 1 array;/,
    );
    const wrong = [gradients[1]!, gradients[0]!];
    expect(() => model.applyGradients(wrong)).toThrow(
      /dense_1\/kernel must have the shape \[5, 2\]/,
    );
    expect(() => model.applyGradients([["x"], [1, 2]] as never)).toThrow(/must be a number/);
    expect(bits(model)).toEqual(before);
    model.applyGradients(gradients.map((gradient) => gradient.toArray() as number[]));
    expect(bits(model)[0]).toEqual(before[0]);
    expect(bits(model)[2]).not.toEqual(before[2]);
  });

  test("accumulated over parts of a batch, they are the whole batch's", () => {
    const model = sequential([layers.dense(2, { inputShape: [3] })]);
    model.compile({ optimizer: "sgd", loss: "mse" });
    const parts = [0, 6].map((start) => model.gradients(x.take(start, 6), y.take(start, 6)));
    const mean = parts[0]!.gradients.map(({ data }, i) =>
      Array.from(data, (value, j) => (value + parts[1]!.gradients[i]!.data[j]!) / 2),
    );
    const whole = model.gradients(x, y).gradients;
    mean.forEach((values, i) => expectClose(values, whole[i]!.data, { absolute: 1e-6 }));
  });

  test("are refused before compile, during a fit, and after dispose", async () => {
    const bare = sequential([layers.dense(1, { inputShape: [3] })]);
    expect(() => bare.gradients(x, [1])).toThrow(/^gradients: the model must be compiled/);
    expect(() => bare.applyGradients([])).toThrow(/^applyGradients: the model must be compiled/);
    const model = build();
    const { gradients } = model.gradients(x, y);
    await model.fit(x, y, {
      callbacks: [
        {
          onBatchEnd() {
            expect(() => model.gradients(x, y)).toThrow(/during fit/);
            expect(() => model.applyGradients(gradients)).toThrow(/during fit/);
          },
        },
      ],
    });
    model.dispose();
    expect(() => model.applyGradients(gradients)).toThrow(/disposed/);
  });
});

describe("the learning rate", () => {
  test("may be read and set between steps, and stays over fits until compile", async () => {
    const model = build(optimizers.sgd({ learningRate: 0.1 }));
    expect(model.learningRate).toBe(0.1);
    model.learningRate = 0.02;
    await model.fit(x, y);
    expect(model.learningRate).toBe(0.02);
    const twin = build(optimizers.sgd({ learningRate: 0.02 }));
    await twin.fit(x, y);
    expect(bits(model)).toEqual(bits(twin));
    model.compile({ optimizer: optimizers.sgd(), loss: "mse" });
    expect(model.learningRate).toBe(0.01);
  });
});

describe("a frozen part", () => {
  test("passes gradients on to what lies before it, as a GAN needs", () => {
    const judge = sequential([layers.dense(1, { activation: "sigmoid", inputShape: [2] })]);
    const maker = sequential([layers.dense(2, { inputShape: [3] })]);
    const start = layers.input({ shape: [3] });
    const both = graph({ inputs: start, outputs: judge.apply(maker.apply(start)) });
    judge.compile({ optimizer: "adam", loss: "binaryCrossentropy" });
    judge.trainable = false;
    both.compile({ optimizer: "adam", loss: "binaryCrossentropy" });
    const [judgeBefore, makerBefore] = [bits(judge), bits(maker)];
    both.trainOnBatch(x, new Array<number>(12).fill(1));
    expect(bits(judge)).toEqual(judgeBefore);
    expect(bits(maker)).not.toEqual(makerBefore);
    judge.trainable = true;
    const makerAfter = bits(maker);
    judge.trainOnBatch(y, new Array<number>(12).fill(0));
    expect(bits(judge)).not.toEqual(judgeBefore);
    expect(bits(maker)).toEqual(makerAfter);
  });
});

test("the train generator yields what fit's history holds", async () => {
  const [loop, whole] = [build(), build()];
  const losses: number[] = [];
  for await (const { loss } of train(loop, x, y, { epochs: 3 })) losses.push(loss!);
  expect(losses).toEqual((await whole.fit(x, y, { epochs: 3 })).loss);
  expect(bits(loop)).toEqual(bits(whole));
});
