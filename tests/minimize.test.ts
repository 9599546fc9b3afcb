import { describe, expect, test } from "vitest";
import { minimize, optimizers, sequential, layers } from "../src/index.js";
import { memory } from "../src/memory.js";
import { settledBytes } from "./support/memory.js";

/** Σ cᵢ·(θᵢ − i)², whose least is at θᵢ = i. */
const bowl = (theta: ArrayLike<number>) => {
  const errors = Array.from(theta, (value, i) => value - i);
  return {
    value: errors.reduce((sum, e, i) => sum + (i + 1) * e * e, 0),
    gradient: errors.map((e, i) => 2 * (i + 1) * e),
  };
};

describe("minimize", () => {
  test.each([
    ["sgd", optimizers.sgd({ learningRate: 0.05 })],
    ["momentum", optimizers.sgd({ learningRate: 0.02, momentum: 0.9 })],
    ["rmsprop", optimizers.rmsprop({ learningRate: 0.01 })],
    ["adam", optimizers.adam({ learningRate: 0.05 })],
    ["a schedule", optimizers.adam({ learningRate: (step: number) => 10 / (step + 50) })],
    ["clipping", optimizers.sgd({ learningRate: 0.05, globalClipNorm: 1 })],
  ])("finds the bottom of a bowl: %s", (_, optimizer) => {
    const start = [5, -3, 0, 9, 1];
    const { theta, value, steps, history } = minimize(bowl, start, { optimizer, steps: 2000 });
    Array.from(theta).forEach((found, i) => expect(found).toBeCloseTo(i, 1));
    expect(value).toBe(bowl(theta).value);
    expect(steps).toBe(history.length);
    expect(history[0]).toBe(bowl(start).value);
    expect(start).toEqual([5, -3, 0, 9, 1]);
  });

  test("takes value and gradient as a pair too", () => {
    const pair = (theta: ArrayLike<number>) => [bowl(theta).value, bowl(theta).gradient] as const;
    const options = { optimizer: "adam", steps: 20 };
    expect(minimize(pair, [3, 3], options)).toEqual(minimize(bowl, [3, 3], options));
  });

  test("moves as a network does under the same optimizer", () => {
    const model = sequential([layers.dense(1, { useBias: false, inputShape: [3] })]);
    model.compile({ optimizer: "adam", loss: "mse" });
    const [kernel] = model.getWeights();
    const { theta } = minimize(
      (weights) => {
        model.setWeights([weights]);
        const { loss, gradients } = model.gradients([[1, 2, 3]], [1]);
        return { value: loss, gradient: gradients[0]!.data };
      },
      kernel!.data,
      { optimizer: "adam", steps: 5 },
    );
    model.setWeights([kernel!]);
    for (let step = 0; step < 5; step++) model.trainOnBatch([[1, 2, 3]], [1]);
    expect([...theta]).toEqual([...model.getWeights()[0]!.data]);
  });

  test("ends at the tolerance, or where onStep says so", () => {
    const optimizer = optimizers.sgd({ learningRate: 0.1 });
    const near = minimize(bowl, [3, 3], { optimizer, steps: 5000, tolerance: 1e-3 });
    expect(near.steps).toBeLessThan(200);
    expect(Math.max(...bowl(near.theta).gradient.map(Math.abs))).toBeLessThanOrEqual(1e-3);
    const seen: number[] = [];
    const cut = minimize(bowl, [3, 3], {
      optimizer,
      onStep: ({ step, value }) => {
        seen.push(value);
        return step < 3;
      },
    });
    expect(cut.steps).toBe(3);
    expect(seen.slice(0, 3)).toEqual(cut.history);
  });

  test("refuses what it cannot use, and leaves no memory behind", async () => {
    const before = await settledBytes();
    const run =
      (f: unknown, theta: unknown = [1, 2], rest: object = {}) =>
      () =>
        minimize(f as never, theta as never, { optimizer: "sgd", steps: 2, ...rest });
    expect(run(3)).toThrow(/must get a function that returns \{ value, gradient \}, got 3/);
    expect(run(bowl, [])).toThrow(/one or more finite numbers/);
    expect(run(bowl, [1, Number.NaN])).toThrow(/finite numbers/);
    expect(run(() => 3)).toThrow(/must return \{ value, gradient \}, got 3/);
    expect(run(() => ({ value: 1, gradient: [1] }))).toThrow(/the 2 numbers of theta, got 1/);
    expect(run(() => ({ value: Number.NaN, gradient: [1, 1] }))).toThrow(/NaN at step 0/);
    expect(run(bowl, [1, 2], { optimizer: "adan" })).toThrow(/did you mean "adam"/);
    const broken = new Error("mine");
    expect(
      run(() => {
        throw broken;
      }),
    ).toThrow(broken);
    expect(memory().bytesInUse).toBe(before);
  });

  test("other models may be made and grow memory in between", () => {
    const optimizer = optimizers.sgd({ learningRate: 0.05 });
    const grown: { dispose(): void }[] = [];
    const { theta } = minimize(
      (weights) => {
        const model = sequential([layers.dense(200, { inputShape: [500] })]);
        model.predict(new Float32Array(500));
        grown.push(model);
        return bowl(weights);
      },
      [4, 4],
      { optimizer, steps: 60 },
    );
    for (const model of grown) model.dispose();
    const twin = minimize(bowl, [4, 4], { optimizer, steps: 60 });
    expect(theta).toEqual(twin.theta);
  });
});
