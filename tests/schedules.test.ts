import { describe, expect, test } from "vitest";
import * as core from "../src/core.js";
import {
  callbacks,
  fromBytes,
  layers,
  optimizers,
  schedules,
  sequential,
  toBytes,
} from "../src/index.js";
import { halfCosine } from "../src/schedules/cosine.js";
import golden from "./golden/torch_schedules.json" with { type: "json" };
import { expectClose } from "./support/numbers.js";

const { oneCycle } = schedules;
type OneCycle = Parameters<typeof oneCycle>[0];

const x = Array.from({ length: 24 }, (_, i) => [(i % 5) / 5, (i % 7) / 7]);
const y = x.map(([a, b]) => a! - b!);
const options = { maxLearningRate: 0.05, totalSteps: 12 };

const build = (learningRate: core.LearningRate) => {
  const model = sequential([
    layers.dense(4, { activation: "tanh", inputShape: [2] }),
    layers.dense(1),
  ]);
  model.compile({ optimizer: optimizers.adam({ learningRate }), loss: "mse" });
  return model;
};
const bits = (model: core.AnyModel) => model.getWeights().flatMap(({ data }) => [...data]);

describe("half a wave of the cosine", () => {
  test("is the runtime's own within 1e-15, and symmetric", () => {
    for (let i = 0; i <= 10000; i++) {
      const t = i / 10000;
      expect(Math.abs(1 - 2 * halfCosine(t) - Math.cos(Math.PI * t))).toBeLessThan(1e-15);
    }
    expect([0, 0.25, 0.75, 1].map((t) => halfCosine(t) + halfCosine(1 - t))).toEqual([1, 1, 1, 1]);
    expect([halfCosine(0), halfCosine(1)]).toEqual([0, 1]);
  });

  test("has these bits everywhere", () => {
    expect([0.1, 1 / 3, 0.5, 0.6, 0.9].map(halfCosine)).toMatchInlineSnapshot(`
      [
        0.024471741852423214,
        0.24999999999999994,
        0.4999999999999999,
        0.6545084971874737,
        0.9755282581475768,
      ]
    `);
  });
});

describe("oneCycle", () => {
  test.each(golden.rows)("has PyTorch's rates: $options", ({ options, rates }) => {
    const { at } = oneCycle(options as OneCycle);
    expectClose(
      rates.map((_, step) => at(step)),
      rates,
      { relative: 1e-13, absolute: 1e-17 },
    );
  });

  test("stays at the last rate", () => {
    const { at } = oneCycle({ ...options, initialDivisor: 10, finalDivisor: 5 });
    expect(at(11)).toBeCloseTo(0.05 / 50, 15);
    expect([at(12), at(1e9)]).toEqual([at(11), at(11)]);
  });

  test("reaches the peak also in the first update", () => {
    const { at } = oneCycle({ maxLearningRate: 1, totalSteps: 10, warmupFraction: 0.1 });
    expect(at(0)).toBe(1);
    expect(at(1)).toBeLessThan(1);
  });

  test("trains as rates that a callback sets one by one", async () => {
    const schedule = oneCycle(options);
    const [model, twin] = [build(schedule), build(0.5)];
    let step = 0;
    const setRate = { onBatchBegin: () => void (twin.learningRate = schedule.at(step++)) };
    await model.fit(x, y, { epochs: 4, batchSize: 8 });
    await twin.fit(x, y, { epochs: 4, batchSize: 8, callbacks: [setRate] });
    expect(step).toBe(12);
    expect(bits(model)).toEqual(bits(twin));
    expect(model.learningRate).toBe(schedule.at(12));
  });

  test("rules epochs as well", async () => {
    const schedule = oneCycle({ maxLearningRate: 0.05, totalSteps: 3 });
    const model = build(0.5);
    const epochs = callbacks.learningRateScheduler(schedule);
    const { learningRate } = await model.fit(x, y, { epochs: 3, callbacks: [epochs] });
    expect(learningRate).toEqual([0, 1, 2].map((epoch) => schedule.at(epoch)));
  });

  test("comes back from a file: the twin trains with the same bits", async () => {
    const learningRate = oneCycle({ ...options, warmupFraction: 0.5, anneal: "linear" });
    const model = build(learningRate);
    const twin = fromBytes(toBytes(model));
    for (const each of [model, twin]) await each.fit(x, y, { epochs: 4, batchSize: 8 });
    expect(bits(twin)).toEqual(bits(model));
    expect(twin.learningRate).toBe(learningRate.at(12));
  });
});

test("core has the same schedules", () => {
  expect(core.schedules).toEqual(schedules);
});
