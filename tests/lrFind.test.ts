import { describe, expect, test } from "vitest";
import { layers, losses, optimizers, sequential, tensor } from "../src/index.js";
import { lrFind } from "../src/lrFind.js";
import { memory } from "../src/memory.js";
import type { Model } from "../src/model.js";
import { expectClose, numbers } from "./support/numbers.js";
import { settledBytes } from "./support/memory.js";

const ROWS = 160;
const x = tensor(numbers(ROWS * 4, { seed: 2 }), [ROWS, 4]);
const y = Int32Array.from({ length: ROWS }, (_, row) =>
  Number(x.data[4 * row]! * x.data[4 * row + 1]! > x.data[4 * row + 2]!),
);

function make(optimizer: Parameters<Model["compile"]>[0]["optimizer"] = "sgd"): Model {
  const model = sequential([
    layers.dense(16, { activation: "relu", inputShape: [4] }),
    layers.dropout(0.1),
    layers.dense(2, { activation: "softmax" }),
  ]);
  model.compile({ optimizer, loss: "sparseCategoricalCrossentropy", metrics: ["accuracy"] });
  return model;
}

test("rates rise by one factor from the first to the last, and the loss is smoothed without bias", async () => {
  const options = { minLearningRate: 1e-5, maxLearningRate: 0.1, steps: 41, beta: 0.9 };
  const { learningRates, losses, smoothed } = await lrFind(make(), x, y, options);
  const rates = Array.from({ length: 41 }, (_, i) => 1e-5 * 10 ** (i / 10));
  expectClose(learningRates, rates, { relative: 1e-12, absolute: 0 });
  const twin = losses.map((_, t) => {
    const weights = losses.slice(0, t + 1).map((_, i) => 0.9 ** (t - i));
    const total = weights.reduce((a, b) => a + b);
    return weights.reduce((sum, weight, i) => sum + weight * losses[i]!, 0) / total;
  });
  expectClose(smoothed, twin, { relative: 1e-9 });
});

test("losses are those of a loop of one's own that sets each rate", async () => {
  const model = make("adam");
  const { learningRates, losses } = await lrFind(model, x, y, {
    steps: 12,
    batchSize: ROWS,
    maxLearningRate: 0.1,
  });
  const own = learningRates.map((rate) => {
    model.learningRate = rate;
    return model.trainOnBatch(x, y).loss!;
  });
  // Rows come in another order.
  expectClose(losses, own, { relative: 0.05 });
  expect(losses[0]).not.toBe(losses[1]);
});

test("the suggestion lies where the loss falls fastest, before it is least", async () => {
  const model = make();
  const curve = await lrFind(model, x, y, { steps: 200, maxLearningRate: 1e3, divergence: 2 });
  const { learningRates, losses, smoothed, suggestion } = curve;
  const count = losses.length;
  expect(count).toBeLessThan(200);
  expect(smoothed.at(-1)!).toBeGreaterThan(2 * Math.min(...smoothed));
  const first = Math.floor(count / 10);
  const last = smoothed.indexOf(Math.min(...smoothed.slice(first)));
  const near = Math.round(0.08 * count);
  const slopes = losses.map((_, i) => {
    if (i < first || i > last) return Infinity;
    const part = [...losses.keys()].filter(
      (j) => j >= first && j <= last && Math.abs(i - j) <= near,
    );
    const mean = (values: number[]) => values.reduce((a, b) => a + b) / values.length;
    const [mx, my] = [mean(part), mean(part.map((j) => losses[j]!))];
    const up = part.map((j) => (j - mx) * (losses[j]! - my)).reduce((a, b) => a + b);
    return up / part.map((j) => (j - mx) ** 2).reduce((a, b) => a + b);
  });
  expect(suggestion).toBe(learningRates[slopes.indexOf(Math.min(...slopes))]);
  expect(suggestion).toBeGreaterThan(0.01);
  expect(suggestion).toBeLessThan(10);
  expect(String(curve)).toContain(`falls fastest at ${suggestion!.toExponential(1)}`);
});

test("what falls after it was least, and rose, counts for nothing", async () => {
  const model = make();
  const ways = [
    [10, 0],
    [20, -0.025],
    [10, 0.1],
    [10, -0.05],
  ] as const;
  let loss = 1;
  const losses = ways.flatMap(([steps, slope]) =>
    Array.from({ length: steps }, () => (loss += slope)),
  );
  let step = 0;
  const evaluate = () => ({ loss: losses[step++]!, gradient: new Float32Array(2 * ROWS) });
  model.compile({ optimizer: "sgd", loss: { evaluate } });
  const curve = await lrFind(model, x, y, { steps: 50, beta: 0.5, batchSize: ROWS });
  expectClose(curve.losses, losses, { relative: 1e-6 });
  const at = curve.learningRates.indexOf(curve.suggestion!);
  expect(at).toBeGreaterThan(10);
  expect(at).toBeLessThan(30);
});

test("a loss that never falls suggests nothing", async () => {
  const model = make();
  model.trainable = false;
  const frozen = { evaluate: () => ({ loss: 1, gradient: new Float32Array(2 * ROWS) }) };
  model.compile({ optimizer: "sgd", loss: frozen });
  const curve = await lrFind(model, x, y, { steps: 20, batchSize: ROWS });
  expect(curve.suggestion).toBeUndefined();
  expect(String(curve)).toContain("never falls");
});

test("a schedule gives way to the rates", async () => {
  const scheduled = make(optimizers.sgd({ learningRate: () => 0.5 }));
  const { losses } = await lrFind(scheduled, x, y, { steps: 30 });
  expect(losses).toEqual((await lrFind(make(), x, y, { steps: 30 })).losses);
});

describe("the model stays as it is, to the bit", () => {
  /** Trains a little, lets something happen, and trains on: weights, state and rates show in what follows. */
  async function goOn(happens: (model: Model) => Promise<void>) {
    const model = make(optimizers.adam({ learningRate: 0.02 }));
    for (let i = 0; i < 3; i++) model.trainOnBatch(x, y);
    model.learningRate = 0.01;
    const before = model.getWeights();
    const held = await settledBytes();
    await happens(model);
    expect(memory().bytesInUse).toBe(held);
    expect(model.getWeights()).toEqual(before);
    expect(model.learningRate).toBe(0.01);
    await model.fit(x, y, { epochs: 2, seed: 3 });
    const weights = model.getWeights().map(({ data }) => data);
    model.dispose();
    return weights;
  }
  const plain = goOn(async () => {});

  test("after a whole run", async () => {
    expect(await goOn(async (model) => void (await lrFind(model, x, y)))).toEqual(await plain);
  });

  test("aborted", async () => {
    const weights = await goOn(async (model) => {
      const stop = new AbortController();
      setTimeout(() => stop.abort(new Error("enough")), 20);
      const options = { steps: 1e6, maxLearningRate: 1e-6, signal: stop.signal };
      await expect(lrFind(model, x, y, options)).rejects.toThrow("enough");
      await expect(lrFind(model, x, y, options)).rejects.toThrow("enough");
    });
    expect(weights).toEqual(await plain);
  });

  test("after a loss of one's own threw", async () => {
    const model = make();
    let calls = 0;
    const evaluate = ({ prediction }: { prediction: { data: Float32Array } }) => {
      if (++calls === 5) throw new Error("no more");
      return { loss: 1, gradient: prediction.data.map(() => 1e-3) };
    };
    model.compile({ optimizer: "sgd", loss: { evaluate } });
    const before = model.getWeights();
    const held = await settledBytes();
    await expect(lrFind(model, x, y)).rejects.toThrow("no more");
    expect(model.getWeights()).toEqual(before);
    expect(memory().bytesInUse).toBe(held);
  });
});

test("a model that is not built yet learns its shape", async () => {
  const model = sequential([layers.dense(1)]);
  model.compile({ optimizer: "sgd", loss: losses.meanSquaredError() });
  const { learningRates } = await lrFind(model, [[1], [2]], [1, 2], { steps: 5 });
  expect(learningRates.length).toBeGreaterThan(0);
});

test("weights of rows and classes count", async () => {
  const plain = await lrFind(make(), x, y, { steps: 5 });
  const sampleWeight = new Float32Array(ROWS).fill(2);
  const doubled = await lrFind(make(), x, y, { steps: 5, sampleWeight });
  expect(doubled.losses[0]).toBeCloseTo(2 * plain.losses[0]!, 5);
  const byClass = await lrFind(make(), x, y, { steps: 5, classWeight: { 0: 2, 1: 2 } });
  expect(byClass.losses).toEqual(doubled.losses);
});

describe("refusals", () => {
  const refused = async (run: Promise<unknown>, code: string, message: RegExp) =>
    expect(run).rejects.toMatchObject({
      code,
      message: expect.stringMatching(message) as string,
    });

  test("say what must be", async () => {
    const model = make();
    await refused(
      lrFind(model, x, y, { minLearningRate: 1, maxLearningRate: 0.1 }),
      "ERR_OPTION",
      /^lrFind: maxLearningRate must be above minLearningRate, got 0.1 and 1/,
    );
    await refused(lrFind(model, x, y, { beta: 1 }), "ERR_OPTION", /beta must be in \[0, 1\)/);
    await refused(lrFind({} as never, x, y), "ERR_OPTION", /must get a model/);
    await refused(
      lrFind(sequential([layers.dense(1, { inputShape: [4] })]), x, y),
      "ERR_STATE",
      /compiled first/,
    );
    await refused(lrFind(model, x, [1]), "ERR_SHAPE", /lrFind/);
    model.setWeights(
      model.getWeights().map(({ data, shape }) =>
        tensor(
          data.map(() => NaN),
          shape,
        ),
      ),
    );
    await refused(lrFind(model, x, y), "ERR_NUMERIC", /finite before anything is trained/);
  });
});
