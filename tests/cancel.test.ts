import { afterEach, describe, expect, test, vi } from "vitest";
import { Breather } from "../src/breather.js";
import { dataset, layers, sequential, tensor, train } from "../src/index.js";
import type { Callback } from "../src/core.js";
import { numbers } from "./support/numbers.js";

const rows = 24;
const x = tensor(numbers(rows * 3), [rows, 3]);
const y = Int32Array.from({ length: rows }, (_, i) => i % 2);
const build = (seed = 0) => {
  const model = sequential(
    [
      layers.dense(4, { activation: "tanh", inputShape: [3] }),
      layers.dropout(0.3),
      layers.dense(2),
    ],
    { seed },
  );
  model.compile({ optimizer: "adam", loss: "sparseCategoricalCrossentropy" });
  return model;
};
const bits = (model: { getWeights(): { data: ArrayLike<number> }[] }) =>
  model.getWeights().map(({ data }) => Array.from(data));
const batches = () =>
  Array.from({ length: 3 }, (_, i) => [x.take(8 * i, 8), y.slice(8 * i, 8 * i + 8)] as const);

describe("an abort", () => {
  const steps = Array.from({ length: 9 }, (_, i) => i);

  test.each(steps)("after step %i leaves that step, and the epochs before it", async (last) => {
    const [aborted, stopped] = [build(), build()];
    const control = new AbortController();
    const reason = new Error("enough");
    let step = 0;
    const abort: Callback = { onBatchEnd: () => void (step++ === last && control.abort(reason)) };
    const options = { epochs: 3, batchSize: 8 };
    const fit = aborted.fit(x, y, { ...options, signal: control.signal, callbacks: [abort] });
    await expect(fit).rejects.toBe(reason);
    expect(aborted.history!.epoch).toEqual(steps.slice(0, Math.floor(last / 3)));
    let other = 0;
    const stop: Callback = {
      onBatchEnd: () => void (other++ === last && (stopped.stopTraining = true)),
    };
    await stopped.fit(x, y, { ...options, callbacks: [stop] });
    expect(bits(aborted)).toEqual(bits(stopped));
    await aborted.fit(x, y);
  });

  test.each([
    "onTrainBegin",
    "onEpochBegin",
    "onBatchBegin",
    "onBatchEnd",
    "onEpochEnd",
    "onTrainEnd",
  ] as const)("in %s ends the fit", async (hook) => {
    const model = build();
    const control = new AbortController();
    const callbacks = [{ [hook]: () => control.abort(new Error("enough")) }];
    const { signal } = control;
    await expect(model.fit(x, y, { signal, callbacks })).rejects.toThrow("enough");
    await model.fitDataset(batches());
  });

  test("before the fit changes nothing; one by a timer comes through", async () => {
    const model = build();
    const before = bits(model);
    await expect(model.fit(x, y, { signal: AbortSignal.abort() })).rejects.toMatchObject({
      name: "AbortError",
    });
    expect(bits(model)).toEqual(before);
    const signal = AbortSignal.timeout(20);
    const endless = { epochs: 1e9, yieldEvery: 1, signal };
    await expect(model.fit(x, y, endless)).rejects.toMatchObject({ name: "TimeoutError" });
    expect(model.history!.epoch.length).toBeGreaterThan(0);
    const again = dataset(batches()).repeat();
    await expect(
      model.fitDataset(again, { yieldEvery: 1, signal: AbortSignal.timeout(20) }),
    ).rejects.toMatchObject({ name: "TimeoutError" });
  });

  test("ends the evaluation and the prediction of a stream", async () => {
    const model = build();
    const endless = dataset(batches()).repeat();
    const options = () => ({ signal: AbortSignal.timeout(10) });
    const paced = endless.map(async (batch) => {
      await new Promise((resolve) => setTimeout(resolve, 1));
      return batch;
    });
    for (const run of [
      () => model.evaluateDataset(endless, options()),
      () => model.evaluateDataset(paced, options()),
      () => model.predictDataset(paced, options()),
      () => model.fit(x, y, { validationData: paced, ...options() }),
    ]) {
      await expect(run()).rejects.toMatchObject({ name: "TimeoutError" });
    }
  });

  test("a hook that throws ends the fit with its error; the epoch that it saw is kept", async () => {
    const model = build();
    const broken = new Error("mine");
    const callbacks: Callback[] = [
      {
        onEpochEnd: (epoch) => {
          if (epoch === 1) throw broken;
        },
      },
    ];
    await expect(model.fit(x, y, { epochs: 5, callbacks })).rejects.toBe(broken);
    expect(model.history!.epoch).toEqual([0, 1]);
    await model.fit(x, y);
  });
});

describe("the event loop", () => {
  /** Runs something endless until a timer has come round three times: it ends only if the loop turns. */
  async function untilTurned(run: (signal: AbortSignal) => Promise<unknown>): Promise<void> {
    const control = new AbortController();
    let turns = 0;
    const timer = setInterval(() => {
      if (++turns === 3) control.abort(new Error("turned"));
    }, 1);
    await expect(run(control.signal)).rejects.toThrow("turned");
    clearInterval(timer);
  }

  test("turns during fit, fitDataset and train", async () => {
    const long = { epochs: 1e6, yieldEvery: 2, batchSize: 8 };
    await untilTurned((signal) => build().fit(x, y, { ...long, signal }));
    await untilTurned((signal) => build().fitDataset(batches(), { ...long, signal }));
    await untilTurned(async (signal) => {
      for await (const { loss } of train(build(), x, y, { ...long, signal })) {
        expect(loss).toBeGreaterThan(0);
      }
    });
  });

  afterEach(() => {
    vi.unstubAllGlobals();
    vi.restoreAllMocks();
    vi.resetModules();
  });

  test("turns when the clock is set back", () => {
    const clock = vi.spyOn(Date, "now").mockReturnValue(1e12);
    const breather = new Breather(100);
    expect(breather.due).toBe(false);
    clock.mockReturnValue(1e12 - 1000);
    expect(breather.due).toBe(true);
  });

  test("turns by messages where there is no setImmediate, as on a page", async () => {
    vi.stubGlobal("setImmediate", undefined);
    vi.resetModules();
    const page = await import("../src/index.js");
    const model = page.sequential([page.layers.dense(2, { inputShape: [3] })]);
    model.compile({ optimizer: "adam", loss: "sparseCategoricalCrossentropy" });
    const long = { epochs: 1e6, yieldEvery: 0, batchSize: 8 };
    const data = Array.from({ length: rows }, (_, i) => [i / rows, 1, -i / rows]);
    await untilTurned((signal) => model.fit(data, y, { ...long, signal }));
  });
});

describe("side by side", () => {
  test("fits of different models change each other's bits by nothing", async () => {
    const yieldEvery = 0;
    const alone = [build(1), build(2), build(3)];
    await alone[0]!.fit(x, y, { epochs: 4, batchSize: 8 });
    await alone[1]!.fitDataset(batches(), { epochs: 4 });
    for (let step = 0; step < 4; step++) alone[2]!.trainOnBatch(x, y);
    const together = [build(1), build(2), build(3)];
    await Promise.all([
      together[0]!.fit(x, y, { epochs: 4, batchSize: 8, yieldEvery }),
      together[1]!.fitDataset(() => batches(), { epochs: 4, yieldEvery }),
      (async () => {
        for (let step = 0; step < 4; step++) {
          together[2]!.trainOnBatch(x, y);
          await new Promise((resolve) => setTimeout(resolve, 1));
        }
      })(),
    ]);
    expect(together.map(bits)).toEqual(alone.map(bits));
  });
});
