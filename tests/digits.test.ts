import { beforeAll, describe, expect, test } from "vitest";
import { layers, losses, oneHot, optimizers, sequential, type Tensor } from "../src/index.js";
import { datasets } from "../src/node/index.js";

let digits: Awaited<ReturnType<typeof datasets.mnist>>;
beforeAll(async () => void (digits = await datasets.mnist({ dtype: "uint8" })));

/** Test accuracy of a small network on bytes, after one epoch over 20,000 digits. */
async function accuracyOf(
  loss: ReturnType<typeof losses.f1>,
  optimizer: ReturnType<typeof optimizers.sgd>,
  y: Tensor,
) {
  const model = sequential([
    layers.input({ shape: [784], dtype: "uint8" }),
    layers.rescaling(1 / 255),
    layers.dense(32, { activation: "relu" }),
    layers.dense(10, { activation: "softmax" }),
  ]);
  model.compile({ optimizer, loss, metrics: ["accuracy"] });
  await model.fit(digits.xTrain.take(0, 20000), y, { batchSize: 32 });
  const target = loss.targets === "labels" ? digits.yTest : oneHot(digits.yTest);
  const { accuracy } = model.evaluate(digits.xTest, target, { batchSize: 500 });
  model.dispose();
  return accuracy!;
}

describe("digits are learnt from bytes", () => {
  test("with every loss that fits", async () => {
    const labels = digits.yTrain.take(0, 20000);
    const hot = oneHot(labels);
    const adam = optimizers.adam({ learningRate: 0.002 });
    expect(await accuracyOf(losses.sparseCategoricalCrossentropy(), adam, labels)).toBeGreaterThan(
      0.9,
    );
    expect(await accuracyOf(losses.categoricalCrossentropy(), adam, hot)).toBeGreaterThan(0.9);
    expect(await accuracyOf(losses.binaryCrossentropy(), adam, hot)).toBeGreaterThan(0.9);
    expect(await accuracyOf(losses.meanSquaredError(), adam, hot)).toBeGreaterThan(0.9);
    expect(await accuracyOf(losses.f1(), adam, hot)).toBeGreaterThan(0.85);
  });

  test("with every optimizer", async () => {
    const labels = digits.yTrain.take(0, 20000);
    const loss = losses.sparseCategoricalCrossentropy();
    for (const optimizer of [
      optimizers.sgd({ learningRate: 0.1 }),
      optimizers.sgd({ learningRate: 0.02, momentum: 0.9, nesterov: true }),
      optimizers.rmsprop({ learningRate: 0.002 }),
      optimizers.rmsprop({ learningRate: 0.001, centered: true, momentum: 0.5 }),
      optimizers.adam({ learningRate: 0.002, amsgrad: true }),
      optimizers.adam({ learningRate: 0.002, weightDecay: 0.01, globalClipNorm: 1 }),
    ]) {
      expect(await accuracyOf(loss, optimizer, labels)).toBeGreaterThan(0.88);
    }
  });
});
