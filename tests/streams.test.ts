import { describe, expect, test } from "vitest";
import { dataset, graph, layers, sequential, tensor } from "../src/index.js";
import type { CompileOptions } from "../src/core.js";
import { memory } from "../src/memory.js";
import { expectClose, numbers } from "./support/numbers.js";
import { settledBytes } from "./support/memory.js";

const rows = 40;
const x = tensor(numbers(rows * 3), [rows, 3]);
const y = Int32Array.from({ length: rows }, (_, i) => (i * 7) % 2);
const options: CompileOptions = {
  optimizer: "adam",
  loss: "sparseCategoricalCrossentropy",
  metrics: ["accuracy"],
};

const build = (compile = options) => {
  const model = sequential([
    layers.dense(4, { activation: "tanh", inputShape: [3] }),
    layers.dense(2),
  ]);
  model.compile(compile);
  return model;
};
const bits = (model: { getWeights(): { data: ArrayLike<number> }[] }) =>
  model.getWeights().map(({ data }) => Array.from(data));

const size = 8;
const starts = Array.from({ length: rows / size }, (_, i) => i * size);
const pairs = () =>
  starts.map((start) => [x.take(start, size), y.slice(start, start + size)] as const);
const rowPairs = () =>
  Array.from({ length: rows }, (_, i) => [x.data.slice(3 * i, 3 * i + 3), y[i]!] as const);

async function* later<T>(items: Iterable<T>) {
  for (const item of items) {
    await Promise.resolve();
    yield item;
  }
}

/** What a fit on the arrays gives, in the same order. */
async function known(epochs = 3) {
  const model = build();
  const fit = { epochs, batchSize: size, shuffle: false, validationData: [x, y] as const };
  return { history: await model.fit(x, y, fit), model };
}

describe("fitDataset", () => {
  test.each<[string, () => unknown]>([
    ["an array of batches", pairs],
    ["a function that makes a generator", () => () => later(pairs())],
    ["a dataset", () => dataset(pairs())],
    ["objects of x and y", () => pairs().map(([a, b]) => ({ x: a, y: b }))],
    ["objects of xs and ys", () => pairs().map(([a, b]) => ({ xs: a, ys: b }))],
    ["nested arrays", () => pairs().map(([a, b]) => [a.toArray(), [...b]])],
    ["rows", rowPairs],
    ["rows of a dataset", () => dataset(rowPairs()).map(([a, b]) => ({ x: a, y: b }))],
    ["rows put together by a dataset", () => dataset(rowPairs()).batch(size).prefetch(2)],
  ])("gives the bits of a fit on arrays: %s", async (_, stream) => {
    const { history, model } = await known();
    const own = build();
    const seen = await own.fitDataset(stream() as never, {
      epochs: 3,
      batchSize: size,
      validationData: [x, y],
    });
    expect(bits(own)).toEqual(bits(model));
    expect(seen.history).toEqual(history.history);
  });

  test("weights of rows come with the batches, those of classes with the fit", async () => {
    const weight = numbers(rows, { low: 0, high: 2 });
    const [own, arrays] = [build(), build()];
    const classWeight = { 0: 0.5, 1: 2 };
    await arrays.fit(x, y, { batchSize: size, shuffle: false, sampleWeight: weight, classWeight });
    const weighted = starts.map((start) => ({
      x: x.take(start, size),
      y: y.slice(start, start + size),
      sampleWeight: weight.slice(start, start + size),
    }));
    await own.fitDataset(weighted, { classWeight });
    expect(bits(own)).toEqual(bits(arrays));
    await expect(own.fitDataset(weighted, { classWeight: "balanced" })).rejects.toThrow(
      /needs all labels at once/,
    );
  });

  test("several inputs and outputs go by name, as batches and as rows", async () => {
    const make = () => {
      const [a, b] = [layers.input({ shape: [3] }), layers.input({ shape: [1] })];
      const both = layers.concatenate().apply([a, b]);
      const outputs = { kind: layers.dense(2).apply(both), size: layers.dense(1).apply(both) };
      const model = graph({ inputs: { a, b }, outputs });
      const loss = { kind: "sparseCategoricalCrossentropy", size: "mse" };
      model.compile({ optimizer: "adam", loss });
      return model;
    };
    const b = numbers(rows, { seed: 4 });
    const arrays = make();
    await arrays.fit({ a: x, b }, { kind: y, size: b }, { batchSize: size, shuffle: false });
    const single = dataset(rowPairs()).map(([row, label], i) => ({
      x: { a: row, b: b[i]! },
      y: { kind: label, size: b[i]! },
    }));
    for (const stream of [single, single.batch(size)]) {
      const model = make();
      await model.fitDataset(stream, { batchSize: size });
      expect(bits(model)).toEqual(bits(arrays));
    }
  });

  test("stepsPerEpoch goes on where the last epoch ended, and begins anew at the end", async () => {
    const seen: number[] = [];
    const counted = dataset(pairs()).map((pair, i) => {
      seen.push(i);
      return pair;
    });
    const { epoch } = await build().fitDataset(counted, { epochs: 4, stepsPerEpoch: 2 });
    expect(epoch).toEqual([0, 1, 2, 3]);
    expect(seen).toEqual([0, 1, 2, 3, 4, 0, 1, 2]);
    const endless = dataset(pairs()).repeat();
    const { loss } = await build().fitDataset(endless, { epochs: 2, stepsPerEpoch: 7 });
    expect(loss).toHaveLength(2);
  });

  test("validation on a dataset, or on so many of its batches", async () => {
    const { history } = await known(2);
    const own = await build().fitDataset(pairs(), { epochs: 2, validationData: dataset(pairs()) });
    expectClose(own.val_loss!, history.val_loss!, { relative: 1e-6 });
    expectClose(own.val_accuracy!, history.val_accuracy!, { relative: 1e-6 });
    const model = build();
    const endless = dataset(pairs()).repeat();
    const part = await model.fit(x, y, { validationData: endless, validationSteps: 2 });
    const seen = model.evaluate(x.take(0, 2 * size), y.slice(0, 2 * size));
    expect(part.val_loss![0]).toBeCloseTo(seen.loss!, 6);
  });

  test("batches of any size, the greatest not first", async () => {
    const sizes = [1, 5, 2, 30, 2];
    let start = 0;
    const uneven = sizes.map((count) => {
      const at = start;
      start += count;
      return [x.take(at, count), y.slice(at, at + count)] as const;
    });
    const [own, arrays] = [build(), build()];
    const { loss } = await own.fitDataset(uneven);
    const sum = uneven.reduce(
      (total, [a, b]) => total + arrays.trainOnBatch(a, b).loss! * b.length,
      0,
    );
    expect(bits(own)).toEqual(bits(arrays));
    expect(loss[0]).toBeCloseTo(sum / rows, 6);
  });
});

describe("what goes wrong", () => {
  test("an error of the source comes out as it is; the last step and the history stay", async () => {
    const model = build();
    const broken = new Error("the disk is gone");
    let passes = 0;
    let closed = 0;
    async function* source() {
      try {
        passes++;
        for (const [i, pair] of pairs().entries()) {
          if (passes === 2 && i === 2) throw broken;
          yield pair;
        }
      } finally {
        closed++;
      }
    }
    await expect(model.fitDataset(source, { epochs: 3 })).rejects.toBe(broken);
    expect(model.history!.epoch).toEqual([0]);
    expect(closed).toBe(2);
    const twin = build();
    await twin.fitDataset(pairs());
    for (const [a, b] of pairs().slice(0, 2)) twin.trainOnBatch(a, b);
    expect(bits(model)).toEqual(bits(twin));
    await model.fit(x, y);
  });

  test("an abort ends the fit, also while a source keeps it waiting, and closes the source", async () => {
    const model = build();
    const control = new AbortController();
    let closed = false;
    const never: AsyncIterable<never> = {
      [Symbol.asyncIterator]: () => ({
        next: () => new Promise<never>(() => {}),
        return: () => {
          closed = true;
          return Promise.resolve({ done: true as const, value: undefined });
        },
      }),
    };
    const fit = model.fitDataset(never, { signal: control.signal });
    setTimeout(() => control.abort(new Error("enough")), 5);
    await expect(fit).rejects.toThrow("enough");
    expect(closed).toBe(true);
    await model.fit(x, y);
  });

  test("an abort is not kept waiting by an async generator, which cannot be closed meanwhile", async () => {
    const model = build();
    async function* stuck() {
      yield pairs()[0]!;
      await new Promise(() => {});
    }
    const signal = () => ({ signal: AbortSignal.timeout(5) });
    const waits = dataset(pairs()).map(() => new Promise<never>(() => {}));
    for (const run of [
      () => model.fitDataset(stuck, signal()),
      () => model.evaluateDataset(stuck, signal()),
      () => model.predictDataset(stuck, signal()),
      () => model.fitDataset(waits, signal()),
    ]) {
      await expect(run()).rejects.toMatchObject({ name: "TimeoutError" });
    }
    await model.fit(x, y);
  });

  test("a batch that does not fit is refused by name, and ends the pass", async () => {
    const model = build();
    const wrong = [...pairs().slice(0, 1), [tensor([[1, 2]]), [0]] as const];
    await expect(model.fitDataset(wrong)).rejects.toThrow(
      /^fitDataset: x must have rows of shape \[3\]/,
    );
    await expect(model.fitDataset([[x, [9]]])).rejects.toThrow(/fitDataset: y/);
    await expect(model.fitDataset([3 as never])).rejects.toThrow(
      /item of the dataset must be \[x, y\]/,
    );
    await expect(model.fitDataset(3 as never)).rejects.toThrow(/^fitDataset: the source must be/);
    await expect(model.fitDataset([])).rejects.toThrow(
      /at least one batch|batches for every epoch/,
    );
    await expect(model.evaluateDataset([])).rejects.toThrow(/at least one batch, got none/);
    await expect(model.predictDataset([])).rejects.toThrow(/at least one batch, got none/);
    const once = later(pairs());
    await expect(model.fitDataset(once, { epochs: 2 })).rejects.toThrow(
      /already read; pass the function/,
    );
    expect(model.history!.epoch).toEqual([0]);
  });

  test("dispose while the source is waited for ends the fit", async () => {
    const model = build();
    async function* source() {
      yield pairs()[0]!;
      model.dispose();
      yield pairs()[1]!;
    }
    await expect(model.fitDataset(source)).rejects.toThrow(
      /^fitDataset: the model must .*disposed/,
    );
  });

  test("during a fit on a dataset, what is allowed is allowed", async () => {
    const model = build();
    const calls: unknown[] = [];
    await model.fitDataset(pairs(), {
      callbacks: [
        {
          async onBatchEnd() {
            calls.push(model.predict(x).shape, (await model.evaluateDataset(pairs())).loss);
            expect(() => model.trainOnBatch(x, y)).toThrow(/during fitDataset/);
            await expect(model.fitDataset(pairs())).rejects.toThrow(/during fitDataset/);
          },
        },
      ],
    });
    expect(calls).toHaveLength(10);
  });
});

describe("evaluateDataset and predictDataset", () => {
  test("say what evaluate and predict say", async () => {
    const { model } = await known();
    const seen = model.evaluate(x, y, { batchSize: size });
    for (const stream of [pairs(), rowPairs(), () => later(pairs())]) {
      const found = await model.evaluateDataset(stream as never, { batchSize: size });
      expectClose(Object.values(found), Object.values(seen), { relative: 1e-6 });
    }
    const inputs = pairs().map(([a]) => a);
    const whole = model.predict(x);
    for (const stream of [inputs, pairs(), rowPairs(), inputs.map((a) => a.toArray())]) {
      const found = await model.predictDataset(stream);
      expect(found.data).toEqual(whole.data);
      expect(found.shape).toEqual([rows, 2]);
    }
    expect((await model.predictDataset(dataset(inputs).repeat(), { steps: 3 })).shape).toEqual([
      3 * size,
      2,
    ]);
  });

  test("predictions of pairs are those of their first, arrays of nothing but rows are inputs", async () => {
    const { model } = await known();
    const [one, two] = [x.take(0, 1).toArray()[0], x.take(1, 1).toArray()[0]] as number[][];
    const both = model.predict([one!, two!]).data;
    const first = both.slice(0, 2);
    for (const [item, expected] of [
      [[one, two], both],
      [[one, 1], first],
      [[one, [0, 1]], first],
      [[Float32Array.from(one!), Float32Array.from(two!)], first],
      [
        [
          [one, two],
          [0, 1],
        ],
        both,
      ],
      [[tensor([one!]), tensor([two!])], first],
      [{ x: one, y: 1 }, first],
      [one, first],
    ] as const) {
      expect((await model.predictDataset([item])).data).toEqual(expected);
    }
  });

  test("side by side and beside evaluate they do not mix", async () => {
    const { model } = await known();
    const seen = model.evaluate(x, y, { batchSize: size });
    const half = model.evaluate(x.take(0, 16), y.slice(0, 16), { batchSize: size });
    const [first, second, direct] = await Promise.all([
      model.evaluateDataset(() => later(pairs())),
      model.evaluateDataset(() => later(pairs().slice(0, 2))),
      (async () => {
        await Promise.resolve();
        return model.evaluate(x, y, { batchSize: size });
      })(),
    ]);
    expect(first).toEqual(seen);
    expect(second).toEqual(half);
    expect(direct).toEqual(seen);
  });
});

test("a model compiled anew ends an evaluation that is under way", async () => {
  const model = build();
  const seen = model.evaluateDataset(() => later(pairs()));
  model.compile(options);
  await expect(seen).rejects.toThrow(/must stay compiled as it is/);
  model.evaluate(x, y);
});

test("a long stream leaves memory where it was", async () => {
  const model = build();
  await model.fitDataset(pairs());
  const before = await settledBytes();
  await model.fitDataset(dataset(pairs()).repeat().take(3000));
  expect(memory().bytesInUse).toBe(before);
});

test("a model that its own stream disposes takes no further step: free memory stays 0", async () => {
  for (let depth = 0; depth < 40; depth++) {
    const model = sequential([layers.dense(3, { inputShape: [2] })]);
    model.compile({ optimizer: "adam", loss: "mse" });
    const [kernel] = model.layers[0]!.addresses;
    const x = numbers(4);
    const batch = [tensor(x, [2, 2]), tensor([...x, 1, 2], [2, 3])] as const;
    const items = async function* () {
      for (let step = 0; step < 6; step++) {
        if (step === 3) {
          let later = Promise.resolve();
          for (let i = 0; i < depth; i++) later = later.then(() => {});
          void later.then(() => model.dispose());
        }
        yield batch;
        await Promise.resolve();
      }
    };
    await model.fitDataset(items()).catch(() => {});
    model.dispose();
    expect([...memory().floats(kernel!, 6)]).toEqual([0, 0, 0, 0, 0, 0]);
  }
});
