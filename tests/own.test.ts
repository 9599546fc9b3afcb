import { describe, expect, test } from "vitest";
import {
  fromBytes,
  graph,
  layer,
  layers,
  losses,
  optimizers,
  sequential,
  tensor,
  toBytes,
} from "../src/index.js";
import type {
  AnyLoss,
  AnyMetric,
  CompileOptions,
  Initializer,
  Judged,
  LossFunction,
  MetricRule,
  Optimizer,
  OptimizerRule,
} from "../src/core.js";
import { expectClose, numbers } from "./support/numbers.js";

const rows = 10;
const x = tensor(numbers(rows * 3), [rows, 3]);
const y = tensor(numbers(rows * 2, { seed: 2 }), [rows, 2]);
const weight = numbers(rows, { low: 0, high: 2, seed: 3 });

async function trained(options: Partial<CompileOptions>, fit = {}, shape = [3]) {
  const model = sequential([layers.dense(2, { inputShape: shape })]);
  model.compile({ optimizer: optimizers.sgd({ learningRate: 0.1 }), loss: "mse", ...options });
  const history = await model.fit(
    x.reshape([-1, ...shape]),
    y.reshape([-1, ...shape.slice(0, -1), 2]),
    {
      epochs: 3,
      batchSize: 4,
      ...fit,
    },
  );
  return { model, history, weights: model.getWeights().flatMap(({ data }) => [...data]) };
}

const differences = ({ prediction, target }: Judged) =>
  prediction.data.map((value, i) => value - target.data[i]!);

/** Mean squared error of each row. */
const rowSquares: LossFunction = (given) => {
  const errors = differences(given);
  const cols = given.prediction.shape.at(-1)!;
  const loss = new Float32Array(errors.length / cols);
  errors.forEach((e, i) => (loss[Math.floor(i / cols)]! += (e * e) / cols));
  return { loss, gradient: errors.map((e) => (2 * e) / cols) };
};

/** The same of a whole batch, weights and mean included. */
const batchSquares: LossFunction = (given) => {
  const errors = differences(given);
  const [rowCount, cols] = [given.weight.data.length, given.prediction.shape.at(-1)!];
  const share = (i: number) => given.weight.data[Math.floor(i / cols)]! / (cols * rowCount);
  return {
    loss: errors.reduce((sum, e, i) => sum + share(i) * e * e, 0),
    gradient: errors.map((e, i) => 2 * e * share(i)),
  };
};

describe("a loss", () => {
  test.each([
    ["one number a row", rowSquares],
    ["one number a batch", batchSquares],
    ["an object", { type: "squares", evaluate: rowSquares }],
  ])("trains as the built-in one: %s", async (_, loss: AnyLoss) => {
    for (const sampleWeight of [undefined, weight]) {
      const [own, known] = [
        await trained({ loss }, { sampleWeight }),
        await trained({}, { sampleWeight }),
      ];
      expectClose(own.weights, known.weights, { relative: 1e-5, absolute: 1e-6 });
      expectClose(own.history.loss, known.history.loss, { relative: 1e-5 });
    }
  });

  test("works on any rank, and counts by its weight beside others", async () => {
    const flat = await trained({ loss: rowSquares });
    const deep = await trained({ loss: rowSquares }, { batchSize: 2 }, [2, 3]);
    expect(deep.history.loss[0]).toBeGreaterThan(0);
    expect(flat.weights.length).toBe(deep.weights.length);
    const start = layers.input({ shape: [3] });
    const dense = layers.dense(2);
    const outputs = { a: dense.apply(start), b: dense.apply(start) };
    const model = graph({ inputs: start, outputs });
    const twin = model.clone();
    model.compile({ optimizer: "sgd", loss: { a: "mse", b: rowSquares }, lossWeights: { b: 3 } });
    twin.compile({ optimizer: "sgd", loss: "mse", lossWeights: { b: 3 } });
    const [own, known] = [model, twin].map((one) => one.gradients(x, { a: y, b: y }));
    expect(own!.loss).toBeCloseTo(known!.loss, 5);
    expectClose(own!.gradients[0]!.data, known!.gradients[0]!.data, { relative: 1e-5 });
  });

  test("gets class numbers as they are, and shapes with the batch", async () => {
    const seen: Judged[] = [];
    const watch: LossFunction = (given) => {
      seen.push(given);
      return { loss: 0, gradient: new Float32Array(given.prediction.data.length) };
    };
    const model = sequential([layers.dense(3, { inputShape: [2, 3] })]);
    model.compile({ optimizer: "sgd", loss: watch });
    model.trainOnBatch(tensor(numbers(24), [4, 2, 3]), tensor(new Int32Array(8), [4, 2]));
    expect(seen[0]!.prediction.shape).toEqual([4, 2, 3]);
    expect(seen[0]!.target).toMatchObject({ shape: [4, 2], dtype: "int32" });
    expect([...seen[0]!.weight.data]).toEqual(new Array(8).fill(1));
  });

  test.each([
    ["nothing", () => undefined, /losses\.spoilt: it must return \{ loss, gradient \}/],
    ["a number", () => 0.5, /got 0\.5/],
    ["no gradient", () => ({ loss: 1 }), /slope of the loss/],
    ["too short a gradient", () => ({ loss: 1, gradient: [1] }), /gradient must have the 20/],
    [
      "too few losses",
      () => ({ loss: [1], gradient: new Float32Array(20) }),
      /each row, got 1 number for 10 rows/,
    ],
  ])("that returns %s is refused, and no weight moves", async (_, wrong, message) => {
    const spoilt = wrong as unknown as LossFunction;
    Object.defineProperty(spoilt, "name", { value: "spoilt" });
    const model = sequential([layers.dense(2, { inputShape: [3] })]);
    model.compile({ optimizer: "sgd", loss: spoilt });
    const before = model.getWeights().map(({ data }) => [...data]);
    await expect(model.fit(x, y)).rejects.toThrow(message);
    expect(model.getWeights().map(({ data }) => [...data])).toEqual(before);
    model.compile({ optimizer: "sgd", loss: "mse" });
    await model.fit(x, y);
  });
});

/** Mean absolute error with its own state. */
const absolute = (): MetricRule => {
  let [sum, count] = [0, 0];
  return {
    name: "absolute",
    reset: () => void ([sum, count] = [0, 0]),
    update(given) {
      const cols = given.prediction.shape.at(-1)!;
      differences(given).forEach((e, i) => {
        const share = given.weight.data[Math.floor(i / cols)]!;
        sum += share * Math.abs(e);
        count += share;
      });
    },
    result: () => sum / count,
  };
};
const rowAbsolute = (given: Judged) => {
  const cols = given.prediction.shape.at(-1)!;
  const values = new Float32Array(given.weight.data.length);
  differences(given).forEach((e, i) => (values[Math.floor(i / cols)]! += Math.abs(e) / cols));
  return values;
};

describe("a member that calls the model that it works for", () => {
  const build = (options: Partial<CompileOptions>) => {
    const model = sequential([layers.dense(2, { inputShape: [3] })]);
    model.compile({ optimizer: "sgd", loss: "mse", ...options });
    return model;
  };

  test.each<[string, (model: () => ReturnType<typeof build>) => unknown]>([
    ["predict", (model) => model().predict(x)],
    ["evaluate", (model) => model().evaluate(x, y)],
    ["trainOnBatch", (model) => model().trainOnBatch(x, y)],
    ["compile", (model) => model().compile({ optimizer: "sgd", loss: "mse" })],
    ["dispose", (model) => model().dispose()],
  ])("%s is refused, and the model stays as it was", (_, call) => {
    const nosy: LossFunction = (given) => {
      call(() => model);
      return rowSquares(given);
    };
    const model = build({ loss: nosy });
    const before = model.getWeights();
    expect(() => model.trainOnBatch(x, y)).toThrow(/must not call the model that it works for/);
    expect(() => model.evaluate(x, y)).toThrow(/must not call the model that it works for/);
    expect(model.getWeights()).toEqual(before);
    expect(model.predict(x).shape).toEqual([rows, 2]);
    model.dispose();
  });

  test("another model may be asked, a teacher as it were", () => {
    const teacher = build({});
    const [own, known] = [
      build({ loss: (given) => rowSquares({ ...given, target: teacher.predict(x) }) }),
      build({}),
    ];
    own.trainOnBatch(x, y);
    known.trainOnBatch(x, teacher.predict(x));
    expectClose(own.getWeights()[0]!.data, known.getWeights()[0]!.data, { relative: 1e-5 });
  });
});

describe("a metric", () => {
  test.each([
    ["an object", absolute, "absolute"],
    ["a function, one number a row", () => rowAbsolute, "rowAbsolute"],
  ])("says what the built-in one says: %s", async (_, make: () => AnyMetric, name) => {
    const options = { metrics: [make(), "mae"], weightedMetrics: [] as AnyMetric[] };
    const { history, model } = await trained(options, { validationData: [x, y] });
    expectClose(history[name]!, history.meanAbsoluteError!, { relative: 1e-5 });
    expectClose(history[`val_${name}`]!, history.val_meanAbsoluteError!, { relative: 1e-5 });
    const seen = model.evaluate(x, y, { batchSize: 3 });
    expect(seen[name]).toBeCloseTo(seen.meanAbsoluteError!, 5);
    const weighted = { metrics: [], weightedMetrics: [make(), "mae"] };
    const other = await trained(weighted, { sampleWeight: weight });
    const [own, known] = [name, "meanAbsoluteError"].map((one) => other.history[one]!);
    expectClose(own!, known!, { relative: 1e-5 });
  });

  test("a number of the batch counts by its rows", async () => {
    const rowCount = ({ prediction }: Judged) => prediction.shape[0]!;
    const { history } = await trained({ metrics: [rowCount] }, { epochs: 1 });
    expect(history.rowCount![0]).toBeCloseTo((4 * 4 + 4 * 4 + 2 * 2) / 10, 6);
  });
});

/** x·factor, by the contract of the built-in layers. */
const times = ({ factor = 2 } = {}) =>
  layer({
    type: "times",
    options: { factor },
    build(shape) {
      const size = shape.reduce((a, b) => a * b, 1);
      return {
        output: shape,
        forward: (_, { x: from, y: to }, { batch, floats }) =>
          floats(to, batch * size).set(floats(from, batch * size).map((value) => factor * value)),
        backward(_, { dx, dy }, { batch, floats }) {
          if (!dx) return;
          const slope = floats(dx, batch * size);
          floats(dy, batch * size).forEach((value, i) => (slope[i]! += factor * value));
        },
      };
    },
  });

/** x·gain, a factor that trains. */
const gained = () =>
  layer({
    type: "gained",
    build(shape) {
      const size = shape.reduce((a, b) => a * b, 1);
      return {
        output: shape,
        weights: { gain: { shape: [1], initializer: () => [2] } },
        forward(_, { x: from, y: to, gain }, { batch, floats }) {
          const [factor] = floats(gain!, 1) as unknown as [number];
          floats(to, batch * size).set(floats(from, batch * size).map((value) => factor * value));
        },
        backward(_, { x: from, dx, dy, gain, dGain }, { batch, floats }) {
          const [values, slopes] = [floats(from, batch * size), floats(dy, batch * size)];
          const [factor] = floats(gain!, 1) as unknown as [number];
          if (dGain) {
            const sum = floats(dGain, 1);
            slopes.forEach((slope, i) => (sum[0]! += slope * values[i]!));
          }
          if (!dx) return;
          const back = floats(dx, batch * size);
          slopes.forEach((slope, i) => (back[i]! += factor * slope));
        },
      };
    },
  });

describe("a layer", () => {
  test("has weights that train as a dense layer's do", () => {
    const own = sequential([layers.input({ shape: [3] }), gained(), layers.dense(2)]);
    own.compile({ optimizer: "sgd", loss: "mse" });
    const [gain, kernel, bias] = own.getWeights();
    expect([...gain!.data]).toEqual([2]);
    const { gradients } = own.gradients(x, y);
    const known = sequential([layers.dense(2, { inputShape: [3] })]);
    known.compile({ optimizer: "sgd", loss: "mse" });
    known.setWeights([kernel!.data.map((value) => 2 * value), bias!]);
    const [slope] = known.gradients(x, y).gradients;
    // The product of gain and kernel has this slope; each factor's is that times the other.
    const byGain = kernel!.data.reduce((sum, value, i) => sum + value * slope!.data[i]!, 0);
    expect(gradients[0]!.data[0]).toBeCloseTo(byGain, 5);
    expectClose(
      gradients[1]!.data,
      slope!.data.map((value) => 2 * value),
      { relative: 1e-5 },
    );
    own.layers[0]!.trainable = false;
    expect(own.gradients(x, y).gradients).toHaveLength(2);
  });

  test("predicts and passes gradients as the built-in one", async () => {
    const build = (middle: ReturnType<typeof times>) =>
      sequential([layers.dense(4, { inputShape: [3] }), middle, layers.dense(2)]);
    const [own, known] = [build(times({ factor: 3 })), build(layers.rescaling(3))];
    for (const model of [own, known]) {
      model.compile({ optimizer: "adam", loss: "mse" });
      await model.fit(x, y, { epochs: 3 });
    }
    expectClose(own.predict(x).data, known.predict(x).data, { relative: 1e-5 });
  });

  test("is cloned, saved and loaded back by name, with name, options and settings", () => {
    const model = sequential([layers.input({ shape: [3] }), times({ factor: 5 })]);
    model.layers[0]!.trainable = false;
    expect(model.clone().predict(x).data).toEqual(model.predict(x).data);
    const bytes = toBytes(model);
    const twin = fromBytes(bytes, { layers: { times } });
    expect(twin.predict(x).data).toEqual(model.predict(x).data);
    expect(twin.layers[0]).toMatchObject({ name: "times", trainable: false });
    expect(() => fromBytes(bytes)).toThrow(/layer "times"; hand it in: \{ layers: \{ times \} \}/);
    expect(() => fromBytes(bytes, { layers: { times: () => 3 } })).toThrow(/must make a layer/);
  });
});

describe("an optimizer's rule", () => {
  const descent = (rest: Partial<OptimizerRule> = {}): OptimizerRule => ({
    ...rest,
    slots: ["momentum"],
    update(_, { count, parameter, gradient, slots, keep, rate, floats }) {
      const [theta, g, v] = [parameter, gradient, slots[0]!].map((at) => floats(at, count));
      for (let i = 0; i < count; i++) {
        v![i] = 0.9 * v![i]! - rate * g![i]!;
        theta![i] = keep * theta![i]! + v![i]!;
      }
    },
  });

  test.each([
    {},
    { weightDecay: 0.1 },
    { clipNorm: 0.05 },
    { weightDecay: 0.1, excludeFromWeightDecay: ["bias"] },
    { globalClipNorm: 0.05, learningRate: 0.05 },
  ])("descends as the built-in one, with %o", async (common) => {
    const own = await trained({ optimizer: descent(common) });
    const known = optimizers.sgd({ momentum: 0.9, ...common });
    expectClose(own.weights, (await trained({ optimizer: known })).weights, { relative: 1e-5 });
  });

  test("a common option that breaks its rule is refused", () => {
    const model = sequential([layers.dense(2, { inputShape: [3] })]);
    const compile = (rule: object) => () =>
      model.compile({ optimizer: descent(rule), loss: "mse" });
    expect(compile({ weightDecay: -1 })).toThrow(/^optimizer: weightDecay must be/);
    expect(compile({ type: "mine", learningRate: "x" })).toThrow(/^mine: learningRate must be/);
    expect(compile({ clipNorm: 1, clipValue: 1 })).toThrow(/at most one/);
  });
});

describe("a schedule", () => {
  const half = (step: number) => 0.1 / (step + 1);

  test.each([
    ["a function", half],
    ["an object", { type: "half", options: {}, at: half }],
  ])("rules each step, counted from 0: %s", async (_, learningRate) => {
    const { model, weights } = await trained(
      { optimizer: optimizers.sgd({ learningRate }) },
      { epochs: 1 },
    );
    expect(model.learningRate).toBe(half(3));
    const twin = sequential([layers.dense(2, { inputShape: [3] })]);
    twin.compile({ optimizer: optimizers.sgd(), loss: "mse" });
    let step = 0;
    const setRate = { onBatchBegin: () => void (twin.learningRate = half(step++)) };
    await twin.fit(x, y, { batchSize: 4, callbacks: [setRate] });
    expect(weights).toEqual(twin.getWeights().flatMap(({ data }) => [...data]));
  });

  test("that gives no rate ends the step before anything changes; it cannot be overruled", async () => {
    const bad = (step: number) => (step < 2 ? 0.1 : Number.NaN);
    const model = sequential([layers.dense(2, { inputShape: [3] })]);
    model.compile({ optimizer: optimizers.sgd({ learningRate: bad }), loss: "mse" });
    await expect(model.fit(x, y, { batchSize: 2 })).rejects.toThrow(
      /^sgd: a schedule must give a finite number, 0 or more, got NaN at step 2/,
    );
    expect(model.getWeights()[0]!.data.every(Number.isFinite)).toBe(true);
    expect(() => (model.learningRate = 1)).toThrow(/under a schedule, but sgd follows one/);
    model.compile({ optimizer: "sgd", loss: "mse" });
    expect(() => (model.learningRate = -1)).toThrow(/finite number, 0 or more/);
    model.learningRate = 0.5;
    expect(model.learningRate).toBe(0.5);
  });
});

describe("an initializer", () => {
  test("gives a weight's first values, knowing shape, fans and seed", () => {
    const seen: object[] = [];
    const counting = (given: { shape: readonly number[] }) => {
      seen.push(given);
      return Float32Array.from({ length: 6 }, (_, i) => i);
    };
    const build = () => layers.dense(2, { inputShape: [3], kernelInitializer: counting });
    const model = sequential([build()], { seed: 9 });
    expect([...model.getWeights()[0]!.data]).toEqual([0, 1, 2, 3, 4, 5]);
    expect(seen[0]).toEqual({ shape: [3, 2], fanIn: 3, fanOut: 2, seed: 9, stream: 0 });
    const twin = fromBytes(toBytes(model), { initializers: { counting } });
    expect(twin.predict(x).data).toEqual(model.predict(x).data);
    const wrong = layers.dense(2, { inputShape: [3], kernelInitializer: () => [1, 2] });
    expect(() => sequential([wrong]).getWeights()).toThrow(/the 6 numbers of the weight/);
  });

  test("may be an object as the built-in ones are", () => {
    const sevens = {
      type: "sevens",
      options: {},
      fill: (_: unknown, at: Parameters<Initializer["fill"]>[1]) =>
        void at.floats(at.address, at.count).fill(7),
    };
    const model = sequential([layers.dense(2, { inputShape: [3], kernelInitializer: sevens })]);
    expect(model.getWeights()[0]!.data.every((value) => value === 7)).toBe(true);
  });
});

describe("saved and loaded back by name", () => {
  const bits = (model: { getWeights(): { data: ArrayLike<number> }[] }) =>
    model.getWeights().map(({ data }) => Array.from(data));
  const rule: OptimizerRule = {
    type: "rule",
    update(_, { count, parameter, gradient, rate, floats }) {
      const [theta, g] = [floats(parameter, count), floats(gradient, count)];
      g.forEach((slope, i) => (theta[i]! -= rate * slope));
    },
  };
  const gentle = (step: number) => 0.1 / (step + 1);
  const scaled = (options: { factor: number }) => ({
    type: "scaled",
    options,
    evaluate: (given: Judged) => {
      const { loss, gradient } = rowSquares(given);
      const { factor } = options;
      const times = (values: unknown) => (values as Float32Array).map((value) => factor * value);
      return { loss: times(loss), gradient: times(gradient) };
    },
  });

  test.each<[string, CompileOptions, object]>([
    ["a function", { optimizer: "sgd", loss: rowSquares }, { losses: { rowSquares } }],
    ["a factory", { optimizer: "sgd", loss: scaled({ factor: 3 }) }, { losses: { scaled } }],
    [
      "the object itself",
      { optimizer: "sgd", loss: scaled({ factor: 3 }) },
      { losses: { scaled: scaled({ factor: 3 }) } },
    ],
    ["an optimizer", { optimizer: rule, loss: "mse" }, { optimizers: { rule } }],
    [
      "a schedule",
      { optimizer: optimizers.sgd({ learningRate: gentle }), loss: losses.meanSquaredError() },
      { schedules: { gentle } },
    ],
    [
      "metrics",
      { optimizer: "sgd", loss: "mse", metrics: [rowAbsolute, absolute(), "mae"] },
      { metrics: { rowAbsolute, absolute } },
    ],
    ["nothing of one's own", { optimizer: optimizers.adam({ beta1: 0.5 }), loss: "mse" }, {}],
  ])("%s: it trains on with the same bits", async (_, options, members) => {
    const model = sequential([layers.dense(2, { inputShape: [3] })]);
    model.compile(options);
    const bytes = toBytes(model);
    const twin = fromBytes(bytes, members);
    const histories = [await model.fit(x, y), await twin.fit(x, y)];
    expect(bits(twin)).toEqual(bits(model));
    expect(histories[1]!.history).toEqual(histories[0]!.history);
    if (Object.keys(members).length > 0) {
      expect(() => fromBytes(bytes)).toThrow(/must be known, got the .*hand it in/);
    }
    const silent = fromBytes(bytes, { compile: false });
    expect(silent.predict(x).shape).toEqual([rows, 2]);
    expect(() => silent.evaluate(x, y)).toThrow(/compiled first/);
  });

  test("members keyed by output", () => {
    const start = layers.input({ shape: [3] });
    const outputs = { a: layers.dense(2).apply(start), b: layers.dense(2).apply(start) };
    const model = graph({ inputs: start, outputs });
    const optimizer: Optimizer = optimizers.sgd();
    model.compile({
      optimizer,
      loss: { a: rowSquares, b: losses.meanAbsoluteError() },
      lossWeights: { a: 2 },
      metrics: { b: [rowAbsolute] },
    });
    const twin = fromBytes(toBytes(model), {
      losses: { rowSquares },
      metrics: { rowAbsolute },
    }) as unknown as typeof model;
    expect(twin.evaluate(x, { a: y, b: y })).toEqual(model.evaluate(x, { a: y, b: y }));
  });

  test("options that would come back as others are refused", () => {
    const odd = (options: Record<string, unknown>) => () =>
      toBytes(
        sequential([
          layers.input({ shape: [3] }),
          layer({ ...times().definition, type: "odd", options }),
        ]),
      );
    expect(odd({ limit: Infinity })).toThrow(/option limit of odd must be plain.*got Infinity/);
    expect(odd({ scale: new Float32Array(2) })).toThrow(/option scale of odd must be plain/);
    expect(odd({ when: new Date() })).toThrow(/option when of odd/);
    expect(odd({ deep: { list: [1, "a", null, true] }, none: undefined })).not.toThrow();
  });

  test("an output may be called type", () => {
    const start = layers.input({ shape: [3] });
    const outputs = { type: layers.dense(2).apply(start), price: layers.dense(2).apply(start) };
    const model = graph({ inputs: start, outputs });
    model.compile({ optimizer: "sgd", loss: { type: "mse", price: losses.meanAbsoluteError() } });
    const twin = fromBytes(toBytes(model)) as unknown as typeof model;
    const targets = { type: y, price: y };
    expect(twin.evaluate(x, targets)).toEqual(model.evaluate(x, targets));
  });

  test("the rate that was set, also in a clone", () => {
    const model = sequential([layers.dense(2, { inputShape: [3] })]);
    model.compile({ optimizer: "adam", loss: "mse" });
    model.learningRate = 0.5;
    expect(model.clone().learningRate).toBe(0.5);
    expect(fromBytes(toBytes(model)).learningRate).toBe(0.5);
    model.compile({ optimizer: optimizers.sgd({ learningRate: gentle }), loss: "mse" });
    expect(model.clone().learningRate).toBe(0.1);
    expect(fromBytes(toBytes(model), { schedules: { gentle } }).learningRate).toBe(0.1);
  });

  test("weights alone fill a model that is there", () => {
    const model = sequential([layers.dense(2, { inputShape: [3] })]);
    const weightsOnly = toBytes(model, { weightsOnly: true });
    expect(weightsOnly.length).toBeLessThan(toBytes(model).length);
    expect(() => fromBytes(weightsOnly)).toThrow(/weights only.*into: model/);
    const twin = sequential([layers.dense(2, { inputShape: [3] })], { seed: 5 });
    expect(fromBytes(weightsOnly, { into: twin })).toBe(twin);
    expect(bits(twin)).toEqual(bits(model));
    const other = sequential([layers.dense(3, { inputShape: [3] })]);
    const before = bits(other);
    expect(() => fromBytes(weightsOnly, { into: other })).toThrow(/kernel must have the shape/);
    expect(bits(other)).toEqual(before);
  });
});
