import { describe, expect, test, vi } from "vitest";
import {
  callbacks,
  graph,
  type GlissadeError,
  layers,
  losses,
  memoryJournal,
  metrics,
  optimizers,
  pruners,
  search,
  sequential,
  space,
  split,
  standardize,
  Study,
  tensor,
  tune,
} from "../src/index.js";
import { build, type Hyper, outOfOrder, study, timeless, x, y } from "./support/tuning.js";
import { memory } from "../src/memory.js";
import { settledBytes } from "./support/memory.js";

const searches = {
  random: search.random({ trials: 6 }),
  grid: search.grid({ points: 2 }),
  quasiRandom: search.quasiRandom({ trials: 6 }),
  halving: search.halving({ trials: 6, minEpochs: 1, factor: 2 }),
  asha: search.asha({ trials: 6, factor: 2 }),
  tpe: search.tpe({ trials: 8, startupTrials: 3 }),
};

describe.each(Object.entries(searches))("search.%s", (_, given) => {
  test("gives the same trials whoever ran them, and however many at once", async () => {
    const alone = await tune({ ...study, search: given });
    const three = await tune({ ...study, search: given, executor: outOfOrder(3) });
    expect(timeless(three.toJSON())).toEqual(timeless(alone.toJSON()));
    expect(three.table()).toBe(alone.table());
    if (given.pruner) return;
    const pruned = { ...study, search: given, pruner: pruners.median({ startupTrials: 2 }) };
    const other = await tune({ ...pruned, executor: outOfOrder(2) });
    expect(timeless(other.toJSON())).toEqual(timeless((await tune(pruned)).toJSON()));
  });
});

describe("a trial", () => {
  test("is the fit of each fold, by hand", async () => {
    const { trials } = await tune({ ...study, search: search.random({ trials: 2 }), seeds: 2 });
    const { params, value, std, folds, curve, spread } = trials[1]!;
    const splits = [...study.folds.split(y.length, { labels: y, seed: 7 })];
    const curves: number[][] = [];
    for (const seed of [7, 8]) {
      for (const { train, test } of splits) {
        const model = build(params as never, { seed });
        const pick = <T>(from: readonly T[], rows: Int32Array) => Array.from(rows, (i) => from[i]!);
        const history = await model.fit(pick(x, train), pick(y, train), {
          ...study.fit,
          seed,
          validationData: [pick(x, test), pick(y, test)],
        });
        curves.push([...history.val_accuracy!]);
        model.dispose();
      }
    }
    const mean = (values: number[]) => values.reduce((a, b) => a + b) / values.length;
    const deviation = (values: number[]) =>
      Math.sqrt((mean(values.map((v) => (v - mean(values)) ** 2)) * 6) / 5);
    const last = curves.map((one) => one.at(-1)!);
    expect(folds).toEqual(last);
    expect(value).toBeCloseTo(mean(last), 12);
    expect(std).toBeCloseTo(deviation(last), 12);
    [0, 1, 2].forEach((epoch) => {
      const values = curves.map((one) => one[epoch]!);
      expect(curve[epoch]).toBeCloseTo(mean(values), 12);
      expect(spread![epoch]).toBeCloseTo(deviation(values), 12);
    });
  });

  test("fits what prepares rows on the rows of its fold alone", async () => {
    const seen: number[] = [];
    const shifted = tensor(x.map((row) => row.map((value) => 100 * value + 50)));
    const prepare = (rows: ReturnType<typeof tensor>) => {
      seen.push(rows.shape[0]!);
      return standardize(rows);
    };
    const result = await tune({
      ...study,
      x: shifted,
      prepare,
      search: search.random({ trials: 1 }),
    });
    expect(seen).toEqual([40, 40, 40]);
    expect(result.best.value).toBeGreaterThan(0.4);
    const model = await result.refit();
    expect(seen).toEqual([40, 40, 40, 60]);
    model.dispose();
  });

  test("gives back the memory of its models", async () => {
    const before = await settledBytes();
    await tune(study);
    expect(memory().bytesInUse).toBe(before);
  });

  test("counts the weights that callbacks bring back", async () => {
    const { earlyStopping } = callbacks;
    const result = await tune({
      ...study,
      fit: {
        epochs: 40,
        callbacks: () => [earlyStopping({ patience: 40, restoreBestWeights: true })],
      },
      space: { learningRate: 0.3, units: 32, loss: "binaryCrossentropy" },
      folds: split.trainTest(0.5),
      search: search.grid(),
      objective: "val_loss",
    });
    const { curve, value } = result.best;
    expect(value).toBeCloseTo(Math.min(...curve), 6);
    expect(curve.at(-1)! - value!).toBeGreaterThan(1e-3);
  });

  test("weighs rows, and takes options of fit that are functions of hyper-parameters", async () => {
    const sampleWeight = y.map((label) => 1 + label);
    const batches: unknown[] = [];
    const batchSize = (values: { units: number }) => (batches.push(values.units), 16);
    const weighed = await tune({ ...study, fit: { ...study.fit, sampleWeight, batchSize } });
    expect(batches.length).toBe(18);
    expect(weighed.table()).not.toBe((await tune(study)).table());
  });

  test("watches other rows, or the last ones", async () => {
    const held: [number[][], number[]] = [x.slice(30), y.slice(30)];
    const { folds: _, ...rest } = study;
    const [first, last] = [x.slice(0, 30), y.slice(0, 30)];
    const given = await tune({ ...rest, x: first, y: last, validationData: held });
    const cut = await tune({ ...rest, validationSplit: 0.5 });
    expect(timeless(given.toJSON())).toEqual(timeless(cut.toJSON()));
    expect(given.best.std).toBeUndefined();
    expect(given.best.folds.length).toBe(1);
  });

  test("of several inputs and outputs, by name", async () => {
    const result = await tune({
      build: ({ units }, { seed }) => {
        const [a, b] = [
          layers.input({ shape: [3], name: "a" }),
          layers.input({ shape: [3], name: "b" }),
        ];
        const both = layers.concatenate().apply([a, b]);
        const hidden = layers.dense({ units, activation: "relu" }).apply(both);
        const outputs = {
          yes: layers.dense({ units: 1, activation: "sigmoid" }).apply(hidden),
          sum: layers.dense(1).apply(hidden),
        };
        const model = graph({ inputs: { a, b }, outputs, seed });
        model.compile({
          optimizer: "adam",
          loss: { yes: "binaryCrossentropy", sum: "meanSquaredError" },
          metrics: { yes: ["accuracy"] },
        });
        return model;
      },
      space: { units: space.int(2, 8) },
      x: { a: x, b: tensor(x) },
      y: { yes: y, sum: x.map(([a, b]) => a! + b!) },
      folds: split.kFold(3),
      search: search.random({ trials: 2 }),
      objective: "val_yes_accuracy",
    });
    expect(result.objective.mode).toBe("max");
    expect(result.best.folds.length).toBe(3);
  });
});

describe("what is refused before anything is trained", () => {
  test.each([
    ["y of fewer rows", { y: y.slice(1) }, "ERR_SHAPE"],
    ["y of more rows", { y: [...y, 1] }, "ERR_SHAPE"],
    ["weights of fewer rows", { fit: { sampleWeight: new Float32Array(40) } }, "ERR_SHAPE"],
    ["weights as a function", { fit: { sampleWeight: () => y } }, "ERR_OPTION"],
    ["no y", { y: null }, "ERR_DTYPE"],
    ["an own splitter without splits", { folds: { split: () => [] } }, "ERR_OPTION"],
    [
      "an own splitter beyond the rows",
      { folds: { split: () => [{ train: [1], test: [60] }] } },
      "ERR_OPTION",
    ],
  ])("%s", async (_, changes, code) => {
    const onTrialBegin = vi.fn();
    const running = tune({ ...study, ...changes, callbacks: [{ onTrialBegin }] } as never);
    await expect(running).rejects.toMatchObject({ code });
    expect(onTrialBegin).not.toHaveBeenCalled();
  });
});

describe("a study", () => {
  test("ranks, tabulates and refits", async () => {
    const result = await tune(study);
    const values = result.trials.map(({ value }) => value!);
    expect(result.best.value).toBe(Math.max(...values));
    expect(result.trials.map(({ number }) => number)).toEqual([0, 1, 2, 3, 4, 5]);
    expect(result.trials.map(({ rank }) => rank).sort()).toEqual([1, 2, 3, 4, 5, 6]);
    expect(result.table().split("\n")[1]).toMatch(new RegExp(`^ *1 +${result.best.number} `));
    const model = await result.refit();
    const twin = build(result.best.params as never, { seed: 7 });
    await twin.fit(x, y, { ...study.fit, seed: 7 });
    expect(model.predict(x).data).toEqual(twin.predict(x).data);
    for (const each of [model, twin]) each.dispose();
  });

  test("after callbacks that ended it, is trained again for the epochs that were best", async () => {
    const { earlyStopping } = callbacks;
    const result = await tune({
      ...study,
      space: { learningRate: 0.3, units: 32, loss: "binaryCrossentropy" },
      fit: { epochs: 40, callbacks: () => [earlyStopping({ patience: 40 })] },
      folds: split.trainTest(0.5),
      search: search.grid(),
      objective: "val_loss",
    });
    const { curve } = result.best;
    const epochs = 1 + curve.indexOf(Math.min(...curve));
    expect(epochs).toBeLessThan(40);
    const model = await result.refit();
    expect(model.history!.epoch.length).toBe(epochs);
    model.dispose();
  });

  test("says where an executor has room that the search may not use", async () => {
    const warn = vi.spyOn(console, "warn").mockImplementation(() => undefined);
    const tpe = search.tpe({ trials: 3 });
    await tune({ ...study, search: tpe, executor: outOfOrder(5) });
    expect(warn.mock.calls.map(String)).toEqual([
      expect.stringMatching(/at most 4 .* parallel: 5/),
    ]);
    await tune({ ...study, search: tpe, executor: outOfOrder(4) });
    expect(warn).toHaveBeenCalledTimes(1);
    warn.mockRestore();
  });

  test("minimises what is less when it is better", async () => {
    const result = await tune({ ...study, objective: "val_loss" });
    expect(result.objective).toEqual({ name: "val_loss", mode: "min" });
    expect(result.best.value).toBe(Math.min(...result.trials.map(({ value }) => value!)));
    const turned = await tune({ ...study, objective: { name: "val_loss", mode: "max" } });
    expect(turned.best.value).toBe(Math.max(...turned.trials.map(({ value }) => value!)));
  });

  test("goes on where a trial fails, and says why", async () => {
    const broken = (values: Hyper, building: { seed: number }) => {
      if (values.units > 10) throw new Error("too wide");
      return build(values, building);
    };
    const options = { ...study, build: broken, search: search.random({ trials: 12 }) };
    const { trials, best, table } = await tune(options);
    const failed = trials.filter(({ status }) => status === "failed");
    expect(failed.length).toBeGreaterThan(0);
    expect(
      failed.every(
        ({ error, rank, value }) => error === "too wide" && !rank && value === undefined,
      ),
    ).toBe(true);
    expect(best.status).toBe("complete");
    expect(table()).toMatch(/failed/);
  });

  test("ends with what the first trial throws, which is then asked for again", async () => {
    const journal = memoryJournal();
    const broken = () => {
      throw new TypeError("no such layer");
    };
    await expect(tune({ ...study, build: broken, journal })).rejects.toThrow("no such layer");
    const result = await tune({ ...study, journal });
    expect(timeless(result.toJSON())).toEqual(timeless((await tune(study)).toJSON()));
  });

  test("takes a diverged trial for a failed one, and says so when all are", async () => {
    const wild = { ...study, space: { ...study.space, learningRate: 1e30 }, objective: "val_loss" };
    const diverging = {
      ...wild,
      build: (_: unknown, building: { seed: number }) => {
        const model = sequential([layers.dense({ units: 1, inputShape: [3] })], building);
        model.compile({
          optimizer: optimizers.sgd({ learningRate: 1e30 }),
          loss: "meanSquaredError",
        });
        return model;
      },
    };
    await expect(tune(diverging)).rejects.toMatchObject({ code: "ERR_NUMERIC" });
  });

  test("ends when its signal says so, and goes on later", async () => {
    const journal = memoryJournal();
    const controller = new AbortController();
    const stop = {
      onTrialBegin: ({ number }: { number: number }) => number === 3 && controller.abort("enough"),
    };
    const { signal } = controller;
    const before = await settledBytes();
    await expect(tune({ ...study, journal, signal, callbacks: [stop] })).rejects.toBe("enough");
    expect(memory().bytesInUse).toBe(before);
    const began: number[] = [];
    const callback = { onTrialBegin: ({ number }: { number: number }) => began.push(number) };
    const result = await tune({ ...study, journal, callbacks: [callback] });
    expect(began).toEqual([3, 4, 5]);
    expect(timeless(result.toJSON())).toEqual(timeless((await tune(study)).toJSON()));
  });

  test("tells its callbacks what happens, and how long it will take", async () => {
    const told: unknown[] = [];
    let left: (number | undefined)[] = [];
    await tune({
      ...study,
      search: search.random({ trials: 2 }),
      callbacks: [
        {
          onStudyBegin: ({ total }) => told.push(["study", total]),
          onTrialBegin: ({ number }) => told.push(["begin", number]),
          onTrialEpoch: ({ number }, epoch, value) => told.push([number, epoch, typeof value]),
          onTrialEnd: ({ number, status }, { best, secondsLeft }) => {
            told.push(["end", number, status, best?.number !== undefined]);
            left = [...left, secondsLeft];
          },
          onStudyEnd: ({ best }) => told.push(["done", typeof best.value]),
        },
      ],
    });
    const trial = (n: number) => [
      ["begin", n],
      ...[0, 1, 2].map((epoch) => [n, epoch, "number"]),
      ["end", n, "complete", true],
    ];
    expect(told).toEqual([["study", 2], ...trial(0), ...trial(1), ["done", "number"]]);
    expect(left[0]).toBeGreaterThanOrEqual(0);
    expect(left[1]).toBe(0);
  });

  test("says a line a trial where it is asked to", async () => {
    const log = vi.spyOn(console, "log").mockImplementation(() => undefined);
    await tune({ ...study, verbose: 2 });
    const lines = log.mock.calls.map(([line]) => String(line));
    log.mockRestore();
    expect(lines.length).toBe(6);
    expect(lines[0]).toMatch(
      /^\[1\/6\] trial 0 complete: val_accuracy 0\.\d+, best 0\.\d+ in trial 0, \d+ s left$/,
    );
  });
});

describe("asking and telling", () => {
  const plan = {
    space: { a: space.uniform(-1, 1), b: space.choice(["x", "y"]) },
    search: search.tpe({ trials: 20, startupTrials: 5 }),
    objective: { name: "cost", mode: "min" as const },
    seed: 3,
    epochs: 1,
    name: "mine",
  };

  test("minimises what is no model", async () => {
    const mine = await Study.open(plan);
    for (let trial = await mine.ask(); trial; trial = await mine.ask()) {
      const { a, b } = trial.params as { a: number; b: string };
      await mine.tell(trial.number, { status: "complete", value: a * a + Number(b === "x") });
    }
    expect(mine.trials.length).toBe(20);
    expect(Math.min(...mine.trials.map(({ value }) => value!))).toBeLessThan(0.05);
  });

  test("refuses what was not asked for, or told already", async () => {
    const mine = await Study.open(plan);
    await mine.ask();
    await mine.tell(0, { status: "failed" });
    for (const number of [0, 1, NaN]) {
      const told = mine.tell(number, { status: "failed" });
      await expect(told).rejects.toMatchObject({
        code: "ERR_STATE",
      } satisfies Partial<GlissadeError>);
    }
    expect(() => mine.report(0, 1)).toThrow(/asked for/);
  });

  test("keeps several studies in one journal", async () => {
    const journal = memoryJournal();
    const open = (name: string) => Study.open({ ...plan, name, journal });
    const [first, second] = [await open("first"), await open("second")];
    void second;
    await first.ask();
    await first.tell(0, { status: "complete", value: 4 });
    const again = await open("second");
    await again.ask();
    await again.tell(0, { status: "complete", value: 5 });
    expect((await open("first")).trials.map(({ value }) => value)).toEqual([4]);
    expect((await open("second")).trials.map(({ value }) => value)).toEqual([5]);
    await expect(Study.open({ ...plan, name: "first", seed: 4, journal })).rejects.toThrow(/seed/);
  });
});

test("losses and metrics of every kind may be searched", async () => {
  const kinds = { bce: losses.binaryCrossentropy(), f1: losses.f1() };
  const result = await tune({
    ...study,
    build: ({ loss, momentum }, { seed }) => {
      const model = sequential(
        [layers.dense({ units: 1, activation: "sigmoid", inputShape: [3] })],
        { seed },
      );
      model.compile({
        optimizer: optimizers.sgd({ learningRate: 0.1, momentum: momentum ?? 0 }),
        loss: kinds[loss],
        metrics: [metrics.f1()],
      });
      return model;
    },
    space: {
      loss: space.choice(["bce", "f1"]),
      momentum: ({ loss }: { loss?: string }) =>
        loss === "f1" ? space.uniform(0.5, 0.95) : undefined,
    },
    objective: "val_f1",
  });
  expect(result.trials.every(({ params }) => "momentum" in params === (params.loss === "f1"))).toBe(
    true,
  );
});
