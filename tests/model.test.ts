import { describe, expect, test, vi } from "vitest";
import {
  callbacks,
  graph,
  layers,
  metrics,
  oneHot,
  optimizers,
  sequential,
  tensor,
  train,
} from "../src/index.js";
import type { Callback } from "../src/core.js";
import { memory } from "../src/memory.js";
import { numbers } from "./support/numbers.js";
import { settledBytes } from "./support/memory.js";

const small = (seed = 0) =>
  sequential(
    [
      layers.dense(8, { activation: "tanh", inputShape: [5] }),
      layers.dropout(0.2),
      layers.dense(3),
    ],
    { seed },
  );

const rows = 50;
const x = tensor(numbers(rows * 5), [rows, 5]);
const y = Int32Array.from({ length: rows }, (_, i) => (i * 7) % 3);
const compile = { optimizer: "adam", loss: "sparseCategoricalCrossentropy", metrics: ["accuracy"] };

const bits = (weights: { data: ArrayLike<number> }[]) =>
  weights.map(({ data }) => Array.from(data));

async function trained(seed = 0, options = {}) {
  const model = small(seed);
  model.compile(compile);
  const history = await model.fit(x, y, { epochs: 3, batchSize: 8, ...options });
  return { model, history };
}

describe("the same bits", () => {
  test("twice, whatever ran before, and other bits for another seed", async () => {
    const first = await trained();
    await trained(5);
    const second = await trained();
    expect(bits(second.model.getWeights())).toEqual(bits(first.model.getWeights()));
    expect(second.history.loss).toEqual(first.history.loss);
    const third = await trained(1);
    expect(bits(third.model.getWeights())).not.toEqual(bits(first.model.getWeights()));
    const fourth = await trained(0, { seed: 9 });
    expect(fourth.history.seed).toBe(9);
    expect(bits(fourth.model.getWeights())).not.toEqual(bits(first.model.getWeights()));
  });

  test("for any batch size of predict, and for a row alone", async () => {
    const { model } = await trained();
    const whole = model.predict(x).data;
    for (const batchSize of [1, 3, 7, 50, 1000])
      expect(model.predict(x, { batchSize }).data).toEqual(whole);
    expect(model.predictOnBatch(x.take(13, 1)).data).toEqual(whole.slice(39, 42));
  });

  test("with two fits side by side", async () => {
    const alone = await trained();
    const [left] = await Promise.all([
      trained(0, { yieldEvery: 0 }),
      trained(3, { yieldEvery: 0 }),
    ]);
    expect(bits(left.model.getWeights())).toEqual(bits(alone.model.getWeights()));
  });

  test("of a known training: changes of them are changes of every model", async () => {
    const { history } = await trained();
    expect(history.loss.map((value) => value.toFixed(6))).toMatchInlineSnapshot(`
      [
        "1.153267",
        "1.115669",
        "1.168982",
      ]
    `);
  });
});

test("XOR is learnt to no error", async () => {
  const model = sequential([
    layers.dense(8, { activation: "tanh", inputShape: [2] }),
    layers.dense(1, { activation: "sigmoid" }),
  ]);
  model.compile({
    optimizer: optimizers.adam({ learningRate: 0.05 }),
    loss: "binaryCrossentropy",
    metrics: ["accuracy"],
  });
  const corners = [
    [0, 0],
    [0, 1],
    [1, 0],
    [1, 1],
  ];
  await model.fit(corners, [0, 1, 1, 0], { epochs: 300, batchSize: 4 });
  expect(model.evaluate(corners, [0, 1, 1, 0]).accuracy).toBe(1);
  expect(Array.from(model.predict(corners).data, Math.round)).toEqual([0, 1, 1, 0]);
});

describe("fit", () => {
  test("gives one number an epoch, also as Keras keeps them", async () => {
    const { model, history } = await trained(0, { validationSplit: 0.2 });
    expect(Object.keys(history)).toEqual([
      "epoch",
      "seed",
      "loss",
      "accuracy",
      "val_loss",
      "val_accuracy",
    ]);
    expect(history.epoch).toEqual([0, 1, 2]);
    expect(history.loss).toHaveLength(3);
    expect(history.history.val_loss).toBe(history.val_loss);
    expect(model.history).toBe(history);
  });

  test("a fit's loss is the mean over rows, short last batches included", async () => {
    const model = small();
    model.compile({ ...compile, optimizer: optimizers.sgd({ learningRate: 0 }) });
    const still = sequential([...model.layers.filter(({ type }) => type !== "dropout")]);
    still.compile({ ...compile, optimizer: optimizers.sgd({ learningRate: 0 }) });
    const { loss, accuracy } = await still.fit(x, y, { batchSize: 7 });
    const seen = still.evaluate(x, y);
    expect(loss[0]).toBeCloseTo(seen.loss!, 6);
    expect(accuracy![0]).toBeCloseTo(seen.accuracy!, 10);
  });

  test("validation data, its frequency, the first epoch and the steps of one", async () => {
    const { history } = await trained(0, {
      validationData: [x, y],
      validationFreq: 2,
      epochs: 5,
      initialEpoch: 1,
      stepsPerEpoch: 2,
    });
    expect(history.epoch).toEqual([1, 2, 3, 4]);
    expect(history.val_loss).toHaveLength(2);
  });

  test("class weights count in training alone, those of the rows that it keeps", async () => {
    const run = async (options: object, data = x, targets: Int32Array = y) => {
      const model = small();
      model.compile(compile);
      const history = await model.fit(data, targets, { epochs: 2, shuffle: false, ...options });
      return [history.history, bits(model.getWeights())];
    };
    for (const classWeight of [{ 0: 10, 1: 1, 2: 0.1 }, "balanced"]) {
      const split = await run({ validationSplit: 0.4, classWeight });
      const validationData = [x.take(30, 20), y.slice(30)];
      const given = await run({ validationData, classWeight }, x.take(0, 30), y.slice(0, 30));
      expect(split).toEqual(given);
    }
  });

  test("epochs of so many steps go on where the last one ended, as a dataset's do", async () => {
    const run = async (options: object) => {
      const model = small();
      model.compile(compile);
      const history = await model.fit(x, y, { batchSize: 10, ...options });
      return [bits(model.getWeights()), history.epoch.length];
    };
    for (const shuffle of [false, true]) {
      const [whole] = await run({ epochs: 3, shuffle });
      expect(await run({ epochs: 5, stepsPerEpoch: 3, shuffle })).toEqual([whole, 5]);
      expect(await run({ epochs: 1, stepsPerEpoch: 15, shuffle })).toEqual([whole, 1]);
    }
    const stream = small();
    stream.compile(compile);
    const batches = [0, 10, 20, 30, 40].map(
      (start) => [x.take(start, 10), y.slice(start, start + 10)] as const,
    );
    await stream.fitDataset(batches, { epochs: 4, stepsPerEpoch: 3 });
    expect(await run({ epochs: 4, stepsPerEpoch: 3, shuffle: false })).toEqual([
      bits(stream.getWeights()),
      4,
    ]);
  });

  test("validation heeds validationSteps, of arrays too", async () => {
    const { model, history } = await trained(0, {
      epochs: 1,
      validationData: [x, y],
      validationBatchSize: 5,
      validationSteps: 2,
    });
    const seen = model.evaluate(x.take(0, 10), y.slice(0, 10));
    expect(history.val_loss![0]).toBeCloseTo(seen.loss!, 6);
  });

  test("a fit without an epoch has an empty history", async () => {
    const { history } = await trained(0, { epochs: 1, initialEpoch: 1 });
    expect(history.loss).toEqual([]);
  });

  test("warns where a validation split finds classes that training lacks", async () => {
    const warn = vi.spyOn(console, "warn").mockImplementation(() => {});
    const model = small();
    model.compile(compile);
    await model.fit(x, Int32Array.from(y).sort(), { validationSplit: 0.4 });
    expect(warn.mock.calls.flat().join()).toMatch(/validationSplit.*class 2.*sorted/);
    warn.mockClear();
    await model.fit(x, y, { validationSplit: 0.3 });
    expect(warn).not.toHaveBeenCalled();
    warn.mockRestore();
  });

  test("a sample weight of 0 is a row that is not there; class weights multiply", async () => {
    const run = async (options: object, data = x, labels: Int32Array = y) => {
      const model = sequential([layers.dense(3, { inputShape: [5] })]);
      model.compile({ ...compile, optimizer: optimizers.sgd({ learningRate: 0.1 }) });
      await model.fit(data, labels, { batchSize: 100, ...options });
      return bits(model.getWeights());
    };
    const half = Float32Array.from({ length: rows }, (_, i) => (i < 25 ? 2 : 0));
    const first = (await run({}, x.take(0, 25), y.slice(0, 25))).flat();
    const muted = (await run({ sampleWeight: half })).flat();
    muted.forEach((value, i) => expect(value).toBeCloseTo(first[i]!, 5));
    const byClass = await run({ classWeight: { 0: 2, 1: 0.5, 2: 1 } });
    const byRow = await run({ sampleWeight: Array.from(y, (label) => [2, 0.5, 1][label]!) });
    expect(byClass).toEqual(byRow);
    expect(await run({ classWeight: "balanced" })).not.toEqual(await run({}));
  });

  test("one-hot targets and class numbers train alike", async () => {
    const dense = small();
    dense.compile({ ...compile, loss: "categoricalCrossentropy" });
    await dense.fit(x, oneHot(y, 3), { epochs: 3, batchSize: 8 });
    expect(bits(dense.getWeights())).toEqual(bits((await trained()).model.getWeights()));
  });

  test("softmax under cross-entropy trains as a linear layer does", async () => {
    const build = (activation: "softmax" | "linear") => {
      const model = sequential([layers.dense(3, { activation, inputShape: [5] })]);
      model.compile({ ...compile, loss: "categoricalCrossentropy" });
      return model;
    };
    const [absorbed, plain] = [build("softmax"), build("linear")];
    for (const model of [absorbed, plain]) await model.fit(x, oneHot(y, 3), { epochs: 2 });
    expect(bits(absorbed.getWeights())).toEqual(bits(plain.getWeights()));
    const sums = absorbed.predict(x).toArray() as number[][];
    expect(sums[0]!.reduce((a, b) => a + b)).toBeCloseTo(1, 6);
  });

  test("F1 trains from class numbers and from one-hot rows", async () => {
    for (const target of [y, oneHot(y, 3)]) {
      const model = sequential([layers.dense(3, { inputShape: [5] })]);
      model.compile({
        optimizer: optimizers.adam({ learningRate: 0.05 }),
        loss: "f1",
        metrics: ["f1", "accuracy"],
      });
      const { loss } = await model.fit(x, target, { epochs: 30, batchSize: 50 });
      expect(loss.at(-1)).toBeLessThan(loss[0]! - 0.1);
    }
  });

  test("evaluating targets of the other kind in the middle of a fit changes nothing", async () => {
    const run = async (look: boolean) => {
      const model = sequential([layers.dense(3, { inputShape: [5] })]);
      model.compile({ optimizer: "adam", loss: "f1", metrics: ["accuracy"] });
      const peek: Callback = { onBatchEnd: () => void (look && model.evaluate(x, oneHot(y, 3))) };
      const { loss } = await model.fit(x, y, { epochs: 2, batchSize: 10, callbacks: [peek] });
      return [loss, bits(model.getWeights())];
    };
    expect(await run(true)).toEqual(await run(false));
  });

  test("lets the event loop turn", async () => {
    let turns = 0;
    const timer = setInterval(() => turns++, 0);
    await trained(0, { epochs: 600, yieldEvery: 1 });
    clearInterval(timer);
    expect(turns).toBeGreaterThan(2);
  });

  test("an abort rejects with the reason, and keeps the history and the last step", async () => {
    const model = small();
    model.compile(compile);
    const control = new AbortController();
    const stop: Callback = {
      onEpochEnd: (epoch) => void (epoch === 1 && control.abort(new Error("enough"))),
    };
    const fit = model.fit(x, y, { epochs: 9, signal: control.signal, callbacks: [stop] });
    await expect(fit).rejects.toThrow("enough");
    expect(model.history!.epoch).toEqual([0, 1]);
    await model.fit(x, y);
  });
});

describe("train", () => {
  test("is fit's loop: leaving it ends the training, and the model is free again", async () => {
    const model = small();
    model.compile(compile);
    const seen: number[] = [];
    for await (const epoch of train(model, x, y, { epochs: 10 })) {
      expect(epoch.loss).toBeGreaterThan(0);
      seen.push(epoch.epoch);
      if (epoch.epoch === 2) break;
    }
    expect(seen).toEqual([0, 1, 2]);
    await model.fit(x, y);
  });
});

describe("a train loop that is not finished", () => {
  test("keeps no memory once its model is disposed, and says how to go on", async () => {
    const before = await settledBytes();
    const model = small();
    model.compile(compile);
    const loop = train(model, x, y, { epochs: 5 });
    await loop.next();
    await expect(model.fit(x, y)).rejects.toThrow(/during fit.*await it first, or leave its loop/);
    model.dispose();
    expect(memory().bytesInUse).toBe(before);
  });

  test("of a fit that closes its source, the history stays its own", async () => {
    const model = small();
    model.compile(compile);
    let later: Promise<unknown> = Promise.resolve();
    async function* source() {
      try {
        for (;;) yield [x, y] as const;
      } finally {
        later = model.fit(x, y, { epochs: 3 }).catch((error: Error) => error.message);
        await Promise.resolve();
      }
    }
    const history = await model.fitDataset(source, { stepsPerEpoch: 1 });
    expect(history.epoch).toEqual([0]);
    expect(await later).toMatch(/during fitDataset/);
    await model.fit(x, y);
  });
});

describe("callbacks", () => {
  test("put numbers into the history, under any name but three", async () => {
    const run = (logged: Record<string, unknown>) =>
      trained(0, {
        callbacks: [{ onEpochEnd: (_: number, logs: object) => void Object.assign(logs, logged) }],
      });
    const { history } = await run({ constructor: 1, mine: 2 });
    expect(history.history.constructor).toEqual([1, 1, 1]);
    expect(history.mine).toEqual([2, 2, 2]);
    for (const wrong of [{ epoch: 9 }, { seed: 1 }, { history: 1 }, { note: "x" }])
      await expect(run(wrong)).rejects.toThrow(
        /^fit: what a callback puts into logs must be a number/,
      );
  });

  test("that know their model serve one fit at a time", async () => {
    const [a, b] = [small(), small()];
    for (const model of [a, b]) model.compile(compile);
    const stop = callbacks.earlyStopping({ monitor: "loss", patience: 5 });
    const options = { epochs: 3, callbacks: [stop], yieldEvery: 0 };
    const [first, second] = await Promise.allSettled([a.fit(x, y, options), b.fit(x, y, options)]);
    expect(first.status).toBe("fulfilled");
    expect(second).toMatchObject({ reason: { code: "ERR_STATE" } });
    await b.fit(x, y, options);
  });

  test("hooks are called in order, awaited, and may predict, evaluate and change weights", async () => {
    const model = small();
    model.compile(compile);
    const calls: string[] = [];
    const log = (name: string) => async () => {
      await Promise.resolve();
      calls.push(name);
    };
    const hooks: Callback = {
      onTrainBegin: log("train begin"),
      onTrainEnd: log("train end"),
      onEpochBegin: log("epoch begin"),
      onEpochEnd: log("epoch end"),
      onBatchBegin: log("batch begin"),
      onBatchEnd(batch, { loss }) {
        calls.push(`batch ${batch}`);
        expect(loss).toBeGreaterThan(0);
        expect(model.predict(x).shape).toEqual([50, 3]);
        expect(model.evaluate(x, y, { batchSize: 50 }).loss).toBeGreaterThan(0);
        model.setWeights(model.getWeights());
      },
    };
    await model.fit(x, y, { batchSize: 25, callbacks: [hooks] });
    expect(calls).toEqual([
      "train begin",
      "epoch begin",
      "batch begin",
      "batch 0",
      "batch begin",
      "batch 1",
      "epoch end",
      "train end",
    ]);
  });

  test("what hooks look at changes no bits", async () => {
    const look: Callback = { onBatchEnd: () => undefined };
    const model = small();
    model.compile(compile);
    const peek: Callback = {
      ...look,
      onEpochEnd: () => void model.evaluate(x, y, { batchSize: 50 }),
    };
    const { loss } = await model.fit(x, y, { epochs: 3, batchSize: 8, callbacks: [peek] });
    expect(loss).toEqual((await trained()).history.loss);
  });

  test("early stopping ends the fit and brings the best weights back", async () => {
    const model = sequential([layers.dense(1, { inputShape: [1], kernelInitializer: "zeros" })]);
    model.compile({ optimizer: optimizers.sgd({ learningRate: 0.9 }), loss: "mse" });
    // The rate is too great: every epoch is worse than the first.
    const stop = callbacks.earlyStopping({
      monitor: "val_loss",
      patience: 2,
      restoreBestWeights: true,
    });
    let best: number[][] = [];
    const keep: Callback = {
      onEpochEnd: (epoch) => void (epoch === 0 && (best = bits(model.getWeights()))),
    };
    const data = [[2], [-2]];
    const { loss } = await model.fit(data, [1, -1], {
      epochs: 50,
      callbacks: [keep, stop],
      validationData: [data, [1, -1]],
    });
    expect(loss).toHaveLength(3);
    expect(bits(model.getWeights())).toEqual(best);
  });

  test("early stopping: direction, patience, least change, baseline, start", async () => {
    const epochs = async (values: number[], options: object, name = "m") => {
      const model = small();
      model.compile(compile);
      const feed: Callback = { onEpochEnd: (epoch, logs) => void (logs[name] = values[epoch]!) };
      const stop = callbacks.earlyStopping({ monitor: name, ...options });
      return (await model.fit(x, y, { epochs: values.length, callbacks: [feed, stop] })).epoch
        .length;
    };
    expect(await epochs([5, 4, 3, 3, 3, 3], { patience: 2 })).toBe(5);
    expect(await epochs([1, 2, 3, 2, 2, 9], { patience: 2 }, "accuracy")).toBe(5);
    expect(await epochs([1, 2, 3, 4, 5, 6], { patience: 1, mode: "max" })).toBe(6);
    expect(await epochs([5, 4.9, 4.8, 4.7], { patience: 1, minDelta: 0.5 })).toBe(2);
    expect(await epochs([5, 4, 3, 3, 3, 3], { patience: 2, baseline: 0.5 })).toBe(4);
    expect(await epochs([1, 2, 3, 4, 5, 6], { patience: 1, startFromEpoch: 3 })).toBe(5);
  });

  test("terminateOnNaN ends the fit at once", async () => {
    const warn = vi.spyOn(console, "warn").mockImplementation(() => {});
    const model = sequential([layers.dense(1, { inputShape: [1] })]);
    model.compile({ optimizer: optimizers.sgd({ learningRate: 1e30 }), loss: "mse" });
    const { loss } = await model.fit([[3], [4]], [1, 2], {
      epochs: 20,
      batchSize: 1,
      callbacks: [callbacks.terminateOnNaN()],
    });
    expect(loss.length).toBeLessThan(5);
    expect(warn).toHaveBeenCalled();
    warn.mockRestore();
  });
});

describe("a model", () => {
  test("tells its layers, parameters and shapes", () => {
    const model = small();
    expect(model.layers.map(({ name }) => name)).toEqual(["dense", "dropout", "dense_1"]);
    expect(model.countParams()).toBe(5 * 8 + 8 + 8 * 3 + 3);
    expect(model.getLayer("dense_1")).toBe(model.getLayer(2));
    expect(model.getWeights().map(({ shape }) => shape)).toEqual([[5, 8], [8], [8, 3], [3]]);
    const lines: string[] = [];
    const text = model.summary({ print: (line) => lines.push(line) });
    expect(lines.join("\n")).toBe(text);
    expect(text).toMatch(/dense_1 \(dense\) +\[batch, 3\] +27/);
    expect(text).toMatch(/Total parameters: 75/);
  });

  test("takes weights as it gives them, and a clone shares nothing", async () => {
    const { model } = await trained();
    const twin = model.clone();
    expect(twin.predict(x).data).toEqual(model.predict(x).data);
    await twin.fit(x, y);
    expect(bits(twin.getWeights())).not.toEqual(bits(model.getWeights()));
    model.setWeights(twin.getWeights());
    expect(model.predict(x).data).toEqual(twin.predict(x).data);
    model.dispose();
    expect(twin.predict(x).shape).toEqual([50, 3]);
  });

  test("frozen layers stay; shared layers are trained by both models and outlive one", async () => {
    const shared = layers.dense(4, { inputShape: [5], name: "shared" });
    const [first, second] = [1, 2].map(() => {
      const model = sequential([shared, layers.dense(3)]);
      model.compile(compile);
      return model;
    });
    const before = bits(shared.getWeights());
    await first!.fit(x, y);
    const moved = bits(second!.getLayer("shared").getWeights());
    expect(moved).not.toEqual(before);
    first!.dispose();
    expect(bits(shared.getWeights())).toEqual(moved);
    shared.trainable = false;
    await second!.fit(x, y);
    expect(bits(shared.getWeights())).toEqual(moved);
    second!.dispose();
    expect(() => shared.getWeights()).toThrow(/ERR_STATE|while a model holds/);
  });

  test("grows by add, and learns its input shape from data", async () => {
    const model = sequential();
    model.add(layers.dense(4, { activation: "relu" })).add(layers.dense(3));
    model.compile(compile);
    await model.fit(x, y);
    expect(model.inputs[0]!.node.shape).toEqual([5]);
  });

  test("is a graph with branches and several outputs, keyed by name", async () => {
    const start = layers.input({ shape: [5] });
    const trunk = layers.dense(6, { activation: "relu" }).apply(start);
    const outputs = {
      kind: layers.dense(3).apply(trunk),
      size: layers.dense(1).apply(trunk),
    };
    const model = graph({ inputs: start, outputs });
    model.compile({
      optimizer: "adam",
      loss: { kind: "sparseCategoricalCrossentropy", size: "mse" },
      lossWeights: { kind: 1, size: 0.5 },
      metrics: { kind: ["accuracy"], size: [] },
    });
    const sizes = Float32Array.from(y, (label) => label / 2);
    const history = await model.fit(x, { kind: y, size: sizes }, { epochs: 20 });
    expect(Object.keys(history.history)).toEqual([
      "loss",
      "kind_loss",
      "kind_accuracy",
      "size_loss",
    ]);
    expect(history.loss.at(-1)).toBeLessThan(history.loss[0]!);
    expect(history.loss[0]).toBeCloseTo(history.kind_loss![0]! + 0.5 * history.size_loss![0]!, 6);
  });

  test("metrics by themselves and in a model keep apart", async () => {
    const own = metrics.accuracy();
    own.update({ prediction: [[0.9, 0.1]], target: [0] });
    const model = small();
    model.compile({ ...compile, metrics: [own] });
    await model.fit(x, y);
    expect(own.result()).toBe(1);
  });
});
