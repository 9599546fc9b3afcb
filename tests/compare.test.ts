import { describe, expect, test } from "vitest";
import { compare, layers, losses, optimizers, sequential, split, tune } from "../src/index.js";
import { build, study, x, y } from "./support/tuning.js";

const network = (_: unknown, { seed }: { seed: number }) =>
  sequential(
    [
      layers.dense({ units: 8, activation: "tanh", inputShape: [3] }),
      layers.dense({ units: 1, activation: "sigmoid" }),
    ],
    { seed },
  );

const options = {
  build: network,
  losses: ["binaryCrossentropy", "meanSquaredError"],
  optimizers: ["sgd", "adam"],
  learningRates: [1e-3, 1e-1],
  x,
  y,
  folds: split.kFold(3),
  fit: { epochs: 3, batchSize: 8 },
  seeds: 2,
} as const;

describe("compare", () => {
  test("tries every pair at every rate, and keeps each pair's best", async () => {
    const { rows, trials, objective, table } = await compare(options);
    expect(objective).toEqual({ name: "val_accuracy", mode: "max" });
    expect(trials.length).toBe(8);
    expect(trials.every(({ folds }) => folds.length === 6)).toBe(true);
    expect(new Set(rows.map(({ loss, optimizer }) => `${loss} ${optimizer}`)).size).toBe(4);
    for (const row of rows) {
      const same = trials.filter(
        ({ params }) => params.loss === row.loss && params.optimizer === row.optimizer,
      );
      expect(row.mean).toBe(Math.max(...same.map(({ value }) => value!)));
      expect([row.curve.length, row.spread!.length]).toEqual([3, 3]);
    }
    expect(rows.map(({ mean }) => mean)).toEqual(
      rows.map(({ mean }) => mean!).sort((a, b) => b - a),
    );
    expect(table().split("\n").length).toBe(5);
  });

  test("is what tune comes to by hand", async () => {
    const { rows } = await compare({
      ...options,
      losses: ["binaryCrossentropy"],
      optimizers: ["adam"],
    });
    const { best } = await tune({
      ...study,
      build: ({ learningRate }, building) =>
        build({ learningRate, units: 8, loss: "binaryCrossentropy" }, building),
      space: { learningRate: rows[0]!.learningRate },
      folds: options.folds,
      seeds: 2,
      seed: 0,
    });
    expect(rows[0]!.mean).toBe(best.value);
  });

  test("takes losses and optimizers that are no names", async () => {
    const rates: number[] = [];
    const { rows } = await compare({
      ...options,
      losses: { soft: losses.f1(), usual: losses.binaryCrossentropy() },
      optimizers: {
        heavy: (learningRate) => {
          rates.push(learningRate);
          return optimizers.sgd({ learningRate, momentum: 0.9 });
        },
      },
    });
    expect(rows.map(({ loss }) => loss).sort()).toEqual(["soft", "usual"]);
    expect([...new Set(rates)]).toEqual([1e-3, 1e-1]);
  });

  test("names the pair that failed at every rate, last", async () => {
    const { rows, table } = await compare({
      ...options,
      losses: ["meanSquaredError"],
      optimizers: {
        wild: (learningRate) => optimizers.sgd({ learningRate: 1e30 * learningRate }),
        tame: (learningRate) => optimizers.sgd({ learningRate }),
      },
      build: (_, { seed }) => sequential([layers.dense({ units: 1, inputShape: [3] })], { seed }),
      metrics: ["meanSquaredError"],
      objective: "val_meanSquaredError",
    });
    expect(rows.map(({ optimizer, mean }) => [optimizer, typeof mean])).toEqual([
      ["tame", "number"],
      ["wild", "undefined"],
    ]);
    expect(rows[1]!.error).toMatch(/must be a finite number/);
    expect(table()).toMatch(/wild .*failed/);
  });

  test("refuses a name that nothing has, before anything is trained", async () => {
    const mistyped = compare({ ...options, losses: ["meanSquaredErorr", "binaryCrossentropy"] });
    await expect(mistyped).rejects.toThrow(/did you mean "meanSquaredError"/);
  });

  test("refuses to compare losses by themselves", async () => {
    await expect(compare({ ...options, objective: "val_loss" })).rejects.toThrow(/means the same/);
    await compare({
      ...options,
      losses: ["binaryCrossentropy"],
      objective: "val_loss",
      metrics: [],
    });
  });
});
