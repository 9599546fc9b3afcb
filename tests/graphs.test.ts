import { describe, expect, test } from "vitest";
import { fromBytes, graph, layers, sequential, tensor, toBytes } from "../src/index.js";
import { memory } from "../src/memory.js";
import { expectClose, numbers } from "./support/numbers.js";
import { settledBytes } from "./support/memory.js";

const bits = (weights: { data: ArrayLike<number> }[]) =>
  weights.map(({ data }) => Array.from(data));

const rows = 24;
const user = tensor(numbers(rows * 3, { seed: 1 }), [rows, 3]);
const item = tensor(numbers(rows * 4, { seed: 2 }), [rows, 4]);
const rating = numbers(rows, { low: 0, seed: 3 });
const click = Int32Array.from({ length: rows }, (_, i) => (i * 5) % 2);

/** Two towers, two outputs. */
function recommender(seed = 0) {
  const inputs = { user: layers.input({ shape: [3] }), item: layers.input({ shape: [4] }) };
  const towers = [inputs.user, inputs.item].map((node) =>
    layers.dense(5, { activation: "tanh" }).apply(node),
  );
  const meeting = layers.concatenate().apply(towers);
  const outputs = {
    rating: layers.dense(1, { name: "stars" }).apply(meeting),
    click: layers.dense(1, { name: "clicks", activation: "sigmoid" }).apply(meeting),
  };
  return graph({ inputs, outputs, seed });
}

const compile = {
  optimizer: "adam",
  loss: { rating: "mse", click: "binaryCrossentropy" },
  metrics: { click: ["accuracy"] },
};

describe("several inputs and outputs", () => {
  test("are keyed by name in fit, evaluate, predict and histories", async () => {
    const model = recommender();
    model.compile(compile);
    const history = await model.fit({ user, item }, { rating, click }, { epochs: 3, batchSize: 8 });
    expect(Object.keys(history.history)).toEqual([
      "loss",
      "rating_loss",
      "click_loss",
      "click_accuracy",
    ]);
    expect(history.click_accuracy).toHaveLength(3);
    const seen = model.evaluate({ user, item }, { rating, click });
    expect(seen.loss).toBeCloseTo(seen.rating_loss! + seen.click_loss!, 6);
    const predicted = model.predict({ user, item });
    expect(predicted.rating!.shape).toEqual([rows, 1]);
    expect(predicted.click!.shape).toEqual([rows, 1]);
    model.dispose();
  });

  test("an output without a loss is predicted, and its layer alone stays as it was", async () => {
    const model = recommender();
    model.compile({ optimizer: "adam", loss: { click: "binaryCrossentropy" } });
    const before = bits(model.getLayer("stars").getWeights());
    const history = await model.fit({ user, item }, { click }, { epochs: 2 });
    expect(Object.keys(history.history)).toEqual(["loss", "click_loss"]);
    expect(bits(model.getLayer("stars").getWeights())).toEqual(before);
    expect(model.predict({ user, item }).rating!.shape).toEqual([rows, 1]);
    model.dispose();
  });

  test("weights of rows and classes are an output's own", async () => {
    const run = async (options: object) => {
      const model = recommender();
      model.compile(compile);
      await model.fit({ user, item }, { rating, click }, { epochs: 2, ...options });
      const weights = bits(model.getWeights());
      model.dispose();
      return weights;
    };
    const half = Float32Array.from(click, (label) => (label === 1 ? 0.5 : 2));
    const byRow = await run({ sampleWeight: { click: half } });
    expect(await run({ classWeight: { click: { 0: 2, 1: 0.5 } } })).toEqual(byRow);
    expect(await run({ sampleWeight: { click: half, rating: half } })).toEqual(
      await run({ sampleWeight: half }),
    );
    expect(byRow).not.toEqual(await run({}));
    await expect(run({ sampleWeight: { clicks: half } })).rejects.toThrow(/outputs rating, click/);
    await expect(run({ classWeight: { 0: 1 } })).rejects.toThrow(/outputs rating, click/);
  });

  test("a loss's weight multiplies its gradient, with weights of rows and without", () => {
    const stars = (lossWeights: Record<string, number>, sampleWeight?: Float32Array) => {
      const model = recommender();
      model.compile({ ...compile, metrics: {}, lossWeights });
      const given = sampleWeight && { sampleWeight: { rating: sampleWeight } };
      const { loss, gradients } = model.gradients({ user, item }, { rating, click }, given);
      const index = model.network.program.weights.findIndex(({ path }) => path === "stars/kernel");
      model.dispose();
      return { loss, gradient: gradients[index]!.data };
    };
    for (const weights of [undefined, numbers(rows, { low: 0, high: 2 })]) {
      const [once, thrice] = [stars({}, weights), stars({ rating: 3 }, weights)];
      expectClose(
        thrice.gradient,
        once.gradient.map((value) => 3 * value),
      );
      expect(thrice.loss).toBeGreaterThan(once.loss);
    }
  });

  test("save and load, compiled as they were", async () => {
    const model = recommender();
    model.compile(compile);
    const twin = fromBytes(toBytes(model)) as unknown as typeof model;
    for (const one of [model, twin]) await one.fit({ user, item }, { rating, click });
    expect(bits(twin.getWeights())).toEqual(bits(model.getWeights()));
  });
});

describe("layers in several places", () => {
  test("are counted once in the summary, which says what each node reads", () => {
    const tower = sequential([layers.dense(2, { name: "tower", inputShape: [4] })]);
    const [left, right] = [layers.input({ shape: [4] }), layers.input({ shape: [4] })];
    const match = layers.dot(1).apply([tower.apply(left), tower.apply(right)]);
    const model = graph({ inputs: { left, right }, outputs: match, name: "twins" });
    expect(model.summary({ print() {} })).toMatchInlineSnapshot(`
      "twins
      ─────────────────────────────────────────────────────
      Layer (type)   Output shape  Reads         Parameters
      ─────────────────────────────────────────────────────
      left (input)   [batch, 4]                           0
      right (input)  [batch, 4]                           0
      tower (dense)  [batch, 2]    left                  10
      tower (dense)  [batch, 2]    right             shared
      dot (dot)      [batch, 1]    tower, tower           0
      ─────────────────────────────────────────────────────
      Total parameters: 10 (40 bytes)
      Trainable: 10, frozen: 0"
    `);
  });

  test("a shared layer's gradient is the sum of both uses", () => {
    const shared = layers.dense(2, { name: "shared", useBias: false });
    const [a, b] = [layers.input({ shape: [3] }), layers.input({ shape: [3] })];
    const merged = layers.add().apply([shared.apply(a), shared.apply(b)]);
    const model = graph({ inputs: { a, b }, outputs: merged });
    model.compile({ optimizer: "sgd", loss: "mse" });
    const [x, z] = [numbers(3, { seed: 5 }), numbers(3, { seed: 6 })];
    const y = tensor(numbers(2, { seed: 7 }), [1, 2]);
    const { gradients } = model.gradients({ a: tensor(x, [1, 3]), b: tensor(z, [1, 3]) }, y);
    const sum = Float32Array.from(x, (value, i) => value + z[i]!);
    const single = sequential([
      layers.dense(2, { name: "alone", useBias: false, inputShape: [3] }),
    ]);
    single.compile({ optimizer: "sgd", loss: "mse" });
    single.setWeights(model.getWeights());
    const twin = single.gradients(tensor(sum, [1, 3]), y);
    expectClose(gradients[0]!.data, twin.gradients[0]!.data, { relative: 1e-5 });
  });

  test("residuals: a node read twice gets both gradients", () => {
    const start = layers.input({ shape: [4] });
    const first = layers.dense(4, { name: "first", useBias: false }).apply(start);
    const second = layers.dense(4, { name: "second", kernelInitializer: "zeros" }).apply(first);
    const model = graph({ inputs: start, outputs: layers.add().apply([first, second]) });
    model.compile({ optimizer: "sgd", loss: "mse" });
    const plain = sequential([layers.dense(4, { useBias: false, inputShape: [4] })]);
    plain.compile({ optimizer: "sgd", loss: "mse" });
    plain.setWeights([model.getWeights()[0]!]);
    const y = tensor(numbers(rows * 4, { seed: 8 }), [rows, 4]);
    // A branch of zeros passes nothing back: the gradient is that of the straight way.
    const [straight] = plain.gradients(item, y).gradients;
    expectClose(model.gradients(item, y).gradients[0]!.data, straight!.data, { relative: 1e-5 });
  });

  test("any rank: dense, losses, metrics and weights work on the last axis", async () => {
    const model = sequential([layers.dense(3, { activation: "softmax", inputShape: [2, 4] })]);
    model.compile({
      optimizer: "sgd",
      loss: "sparseCategoricalCrossentropy",
      metrics: ["accuracy"],
      weightedMetrics: ["accuracy"],
    });
    const x = tensor(numbers(12 * 8), [12, 2, 4]);
    const y = tensor(
      Int32Array.from({ length: 24 }, (_, i) => i % 3),
      [12, 2],
    );
    const weight = tensor(numbers(24, { low: 0 }), [12, 2]);
    await model.fit(x, y, { sampleWeight: weight });
    const seen = model.evaluate(x, y, { sampleWeight: weight.toArray() as number[][] });
    const flat = sequential([layers.dense(3, { activation: "softmax", inputShape: [4] })]);
    flat.compile({
      optimizer: "sgd",
      loss: "sparseCategoricalCrossentropy",
      metrics: ["accuracy"],
      weightedMetrics: ["accuracy"],
    });
    flat.setWeights(model.getWeights());
    const twin = flat.evaluate(x.reshape([24, 4]), y.reshape([24]), {
      sampleWeight: weight.reshape([24]),
    });
    expectClose(Object.values(seen), Object.values(twin), { relative: 1e-5 });
    expect(seen.weighted_accuracy).toBeGreaterThan(0);
    expect(seen.accuracy).not.toBe(seen.weighted_accuracy);
  });
});

describe("models as layers", () => {
  const coder = () => {
    const start = layers.input({ shape: [4] });
    const code = layers.dense(2, { activation: "tanh", name: "code" }).apply(start);
    const encoder = graph({ inputs: start, outputs: code, name: "encoder" });
    const decoder = sequential([layers.dense(4, { name: "restored" })], { name: "decoder" });
    const whole = graph({ inputs: start, outputs: decoder.apply(code) });
    return { encoder, decoder, whole };
  };

  test("share their weights: training one moves the others, disposing one harms none", async () => {
    const { encoder, decoder, whole } = coder();
    whole.compile({ optimizer: "adam", loss: "mse" });
    const before = encoder.predict(item).data;
    await whole.fit(item, item, { epochs: 3 });
    const codes = encoder.predict(item);
    expect(codes.data).not.toEqual(before);
    const restored = whole.predict(item).data;
    expect(decoder.predict(codes).data).toEqual(restored);
    whole.dispose();
    expect(decoder.predict(encoder.predict(item)).data).toEqual(restored);
  });

  test("stand in a sequential, whole or after one another", () => {
    const { encoder, decoder, whole } = coder();
    const chained = sequential([encoder, decoder]);
    expect(chained.predict(item).data).toEqual(whole.predict(item).data);
    expect(chained.layers.map(({ name }) => name)).toEqual(["code", "restored"]);
    const head = sequential([encoder, layers.dense(1)]);
    expect(head.predict(item).shape).toEqual([rows, 1]);
    expect(head.layers[0]).toBe(encoder.layers[0]);
  });

  test("a model applied twice is one tower over two inputs", async () => {
    const tower = sequential([layers.dense(3, { name: "hidden" }), layers.dense(2)]);
    const [a, b] = [layers.input({ shape: [4] }), layers.input({ shape: [4] })];
    const apart = layers.subtract().apply([tower.apply(a), tower.apply(b)]);
    const model = graph({ inputs: { a, b }, outputs: apart });
    expect(model.countParams()).toBe(4 * 3 + 3 + 3 * 2 + 2);
    expect(model.predict({ a: item, b: item }).data.every((value) => value === 0)).toBe(true);
  });

  test("several outputs and inputs go by name, or inputs in order", () => {
    const inner = recommender();
    const [a, b] = [layers.input({ shape: [3] }), layers.input({ shape: [4] })];
    const { rating: stars, click: clicks } = inner.apply({ user: a, item: b });
    const outer = graph({ inputs: { a, b }, outputs: { stars: stars!, clicks: clicks! } });
    const seen = outer.predict({ a: user, b: item });
    expect(seen.stars!.data).toEqual(inner.predict({ user, item }).rating!.data);
    expect(Object.keys(inner.apply([a, b]))).toEqual(["rating", "click"]);
  });

  test("parts of the same name get their models' names before theirs", () => {
    const tower = (name: string) =>
      sequential([layers.dense(2, { name: "hidden", inputShape: [4] })], { name });
    const start = layers.input({ shape: [4] });
    const nodes = [tower("left"), tower("right")].map((model) => model.apply(start));
    const model = graph({ inputs: start, outputs: layers.add().apply(nodes) });
    expect(model.layers.map((layer) => model.network.topology.names.get(layer))).toEqual([
      "hidden",
      "right_hidden",
      "add",
    ]);
    for (const twin of [fromBytes(toBytes(model)), model.clone(), model.clone().clone()]) {
      expect(twin.predict(item).data).toEqual(model.predict(item).data);
    }
  });

  test("can be frozen as a whole", async () => {
    const { encoder, whole } = coder();
    encoder.trainable = false;
    expect(encoder.trainable).toBe(false);
    whole.compile({ optimizer: "adam", loss: "mse" });
    const before = bits(encoder.getWeights());
    await whole.fit(item, item);
    expect(bits(encoder.getWeights())).toEqual(before);
  });

  test("other nodes than the model takes are refused", () => {
    const { encoder, whole } = coder();
    expect(() => encoder.apply(layers.input({ shape: [5] }))).toThrow(/encoder.*\[4\].*got \[5\]/);
    expect(() => encoder.apply("x" as never)).toThrow(/one node for each of its inputs/);
    expect(() => recommender().apply(layers.input({ shape: [3] }))).toThrow(/\(user, item\)/);
    expect(() =>
      sequential([recommender() as never, layers.dense(1)]).summary({ print() {} }),
    ).toThrow(/one node for each of its inputs/);
    whole.dispose();
  });

  test("names stay in clones, of models that were loaded too", () => {
    const names = (model: { layers: readonly { name: string }[] }) =>
      model.layers.map(({ name }) => name);
    const model = sequential([
      layers.dense(3, { name: "hidden", inputShape: [4] }),
      layers.dense(2),
      layers.dense(1, { name: "out" }),
    ]);
    const loaded = fromBytes(toBytes(model));
    for (const one of [model.clone(), loaded, loaded.clone(), loaded.clone().clone()]) {
      expect(names(one)).toEqual(["hidden", "dense", "out"]);
      fromBytes(toBytes(model), { into: one });
      expect(one.predict(item).data).toEqual(model.predict(item).data);
    }
    const [first, second] = [layers.dense(4), layers.dense(4)];
    sequential([first, second], { name: "trunk" }).predict(item);
    const turned = sequential([layers.input({ shape: [4] }), second, first]);
    expect(names(turned)).toEqual(["dense_1", "dense"]);
    expect(names(turned.clone())).toEqual(names(turned));
  });

  test("build nothing by being parts: the outer seed rules what is not built yet", () => {
    const inner = () => {
      const start = layers.input({ shape: [4] });
      return graph({ inputs: start, outputs: layers.dense(2).apply(start) });
    };
    const kernel = (seed: number) => {
      const part = inner();
      const whole = sequential([part, layers.dense(1)], { seed });
      expect(part.isBuilt).toBe(false);
      expect(whole.layers).toHaveLength(2);
      return Array.from(whole.getWeights()[0]!.data);
    };
    expect(kernel(1)).not.toEqual(kernel(2));
    expect(kernel(1)).toEqual(kernel(1));
    const [dense, relu] = [layers.dense(4), layers.activation("relu")];
    const twice = sequential([dense, relu, dense]);
    expect(twice.layers).toEqual([dense, relu]);
    twice.predict(item);
    expect(twice.layers).toEqual([dense, relu]);
  });

  test("rows of another shape may come after some that did not fit", () => {
    const model = sequential([layers.dense(4), layers.flatten(), layers.reshape([4, 2])]);
    expect(() => model.predict(tensor(numbers(30), [2, 3, 5]))).toThrow(/reshape/);
    expect(model.predict(tensor(numbers(24), [2, 2, 6])).shape).toEqual([2, 4, 2]);
  });

  test("inputs and outputs that make no sense are refused", () => {
    const start = layers.input({ shape: [2] });
    const hidden = layers.dense(2, { name: "hidden" }).apply(start);
    const out = layers.dense(1).apply(hidden);
    expect(() => graph({ inputs: { start, hidden }, outputs: out })).toThrow(
      /inputs must be made by layers.input.*what the layer hidden makes as "hidden"/,
    );
    expect(() => graph({ inputs: hidden, outputs: out })).toThrow(/what the layer hidden makes/);
    expect(() => graph({ inputs: { a: start, b: start }, outputs: out })).toThrow(
      /every input must be listed once.*"b"/,
    );
    const bytes = layers.input({ shape: [2], dtype: "uint8" });
    expect(() => graph({ inputs: bytes, outputs: bytes })).toThrow(/input of dtype "uint8"/);
    expect(
      graph({ inputs: start, outputs: start })
        .predict([[1, 2]])
        .toArray(),
    ).toEqual([[1, 2]]);
  });

  test("leave no memory behind", async () => {
    const before = await settledBytes();
    const { encoder, decoder, whole } = coder();
    whole.predict(item);
    for (const model of [decoder, whole, encoder]) model.dispose();
    expect(memory().bytesInUse).toBe(before);
  });
});
