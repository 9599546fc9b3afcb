import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import golden from "./golden/keras_callbacks.json" with { type: "json" };
import type { Callback, Trainee } from "../src/callbacks/callback.js";
import { csvLoggerFields } from "../src/callbacks/csvLogger.js";
import { earlyStoppingFields } from "../src/callbacks/earlyStopping.js";
import { learningRateSchedulerFields } from "../src/callbacks/learningRateScheduler.js";
import { modelCheckpointFields } from "../src/callbacks/modelCheckpoint.js";
import { monitorOf } from "../src/callbacks/monitor.js";
import { reduceLROnPlateauFields } from "../src/callbacks/reduceLROnPlateau.js";
import {
  callbacks,
  layers,
  type Logs,
  memoryJournal,
  search,
  sequential,
  space,
  tensor,
  type Trial,
  tune,
} from "../src/index.js";
import type * as node from "../src/node/index.js";
import type { Fields } from "../src/options.js";
import { expectClose } from "./support/numbers.js";

const {
  csvLogger,
  earlyStopping,
  jsonLogger,
  learningRateScheduler,
  modelCheckpoint,
  reduceLROnPlateau,
} = callbacks;

/** A model whose only weight is the number of the epoch that runs. */
const stub = () => {
  let weight = 0;
  const model: Trainee = {
    name: "stub",
    learningRate: golden.rate,
    stopTraining: false,
    getWeights: () => [tensor(Float32Array.of(weight))],
    setWeights: ([first]) => void (weight = (first as ReturnType<typeof tensor>).data[0]!),
  };
  return model;
};

const plan = { epochs: 9, initialEpoch: 0, stepsPerEpoch: 3, batchSize: 1, rows: 3 };

/** Calls the hooks as a fit does, with these logs after each epoch; tells the rate after each. */
async function drive(
  callback: Callback,
  epochs: readonly Logs[],
  { model = stub(), batches = 0 } = {},
) {
  const rates: number[] = [];
  callback.setModel?.(model, plan);
  await callback.onTrainBegin?.({});
  for (const [epoch, logs] of epochs.entries()) {
    if (model.stopTraining) break;
    model.setWeights([tensor([epoch])]);
    await callback.onEpochBegin?.(epoch, {});
    for (let batch = 0; batch < batches; batch++) {
      await callback.onBatchEnd?.(batch, { loss: batch / 5 });
    }
    await callback.onEpochEnd?.(epoch, logs);
    rates.push(model.learningRate);
  }
  await callback.onTrainEnd?.({});
  return { model, rates };
}

const losses = (values: readonly number[]) => values.map((loss) => ({ loss }));
const walk = (index: number) => losses(golden.walks[index]!);

/** What is printed meanwhile. */
function printed() {
  const spy = vi.spyOn(console, "log").mockImplementation(() => {});
  return () => spy.mock.calls.map(([text]) => text as string);
}
afterEach(() => vi.restoreAllMocks());

test("a checkpoint of the best waits for an epoch with validation before it makes a path", async () => {
  const model = sequential([layers.dense(1, { inputShape: [1] })]);
  model.compile({ optimizer: "sgd", loss: "mse" });
  const paths: string[] = [];
  const best = modelCheckpoint("{val_loss:.1f}-{epoch}", {
    saveBestOnly: true,
    save: (_, path) => void paths.push(path),
  });
  const options = { epochs: 4, validationSplit: 0.5, validationFreq: 2, callbacks: [best] };
  await model.fit([[1], [2]], [1, 2], options);
  expect(paths.map((path) => path.replace(/^[\d.]+/, ""))).toEqual(["-2", "-4"]);
});

test("options and defaults are Keras's, but paths need not be given", () => {
  const added = ["save", "write"];
  const paths = ["filepath", "filename"];
  const ours: Record<string, Fields> = {
    CSVLogger: csvLoggerFields,
    EarlyStopping: earlyStoppingFields,
    LearningRateScheduler: learningRateSchedulerFields,
    ModelCheckpoint: modelCheckpointFields,
    ReduceLROnPlateau: reduceLROnPlateauFields,
  };
  for (const { name, needed, defaults } of golden.defaults) {
    const entries = Object.entries(ours[name]!).filter(([key]) => !added.includes(key));
    const isNeeded = ([key, field]: (typeof entries)[number]) =>
      field.needed || paths.includes(key);
    const optional = entries.filter((entry) => !isNeeded(entry));
    expect(
      Object.fromEntries(optional.map(([key, { fallback }]) => [key, fallback ?? null])),
      name,
    ).toEqual(defaults);
    expect(entries.filter(isNeeded).map(([key]) => key)).toEqual(needed);
  }
});

describe("what is watched", () => {
  const rises = (monitor: string) =>
    monitorOf("test", { monitor, mode: "auto" }, 0).worst === -Infinity;

  test("of every metric that Keras has, the better direction is known by its name", () => {
    for (const [name, direction] of Object.entries(golden.directions)) {
      expect(rises(name), name).toBe(direction === "up");
      expect(rises(`val_${name}`), `val_${name}`).toBe(direction === "up");
    }
  });

  test("names of users, and outputs with misleading names", () => {
    for (const name of ["acc", "val_acc", "head_acc_1", "f1Macro", "aucPr", "meanIoU", "iou", "r2"])
      expect(rises(name), name).toBe(true);
    for (const name of [
      "loss",
      "val_loss",
      "accident_loss",
      "auctions_meanSquaredError",
      "f1_loss",
    ])
      expect(rises(name), name).toBe(false);
    for (const name of ["accident_ratio", "previous_cost", "recall_mae"])
      expect(rises(name), name).toBe(false);
  });

  test("better means by more than minDelta, and NaN never is", () => {
    const falls = monitorOf("test", { monitor: "accuracy", mode: "min" }, 0.5);
    expect([1.4, 1.5, 1.6, NaN].map((value) => falls.better(value, 2))).toEqual([
      true,
      false,
      false,
      false,
    ]);
    const climbs = monitorOf("test", { monitor: "loss", mode: "max" }, 0.5);
    expect([2.6, 2.5, 2.4, NaN].map((value) => climbs.better(value, 2))).toEqual([
      true,
      false,
      false,
      false,
    ]);
    expect(falls.better(NaN, falls.worst)).toBe(false);
  });

  test("what is not there is refused, naming what is", async () => {
    const watchers = { earlyStopping, reduceLROnPlateau };
    const best = modelCheckpoint("a", { saveBestOnly: true, save: () => {} });
    const made = Object.entries(watchers).map(([owner, make]) => [owner, make()] as const);
    for (const [owner, callback] of [...made, ["modelCheckpoint", best] as const]) {
      const refused = drive(callback, [{ loss: 1, accuracy: 0.5 }]);
      await expect(refused).rejects.toMatchObject({ code: "ERR_OPTION" });
      await expect(refused).rejects.toThrow(
        new RegExp(
          `^${owner}: monitor must be one of loss, accuracy.*, got val_loss; .*validation`,
        ),
      );
    }
  });
});

describe("earlyStopping", () => {
  test.each(golden.stops)("stops where Keras does: $options, walk $walk", async (row) => {
    const options = row.options as Parameters<typeof earlyStopping>[0];
    const callback = earlyStopping({ monitor: "loss", restoreBestWeights: true, ...options });
    for (let fits = 0; fits < 2; fits++) {
      const { model, rates } = await drive(callback, walk(row.walk));
      expect(rates.length).toBe(row.epochs);
      expect(model.stopTraining).toBe(row.stopped);
      expect(model.getWeights()[0]!.data[0]).toBe(row.restored);
    }
  });
});

describe("reduceLROnPlateau", () => {
  test.each(golden.plateaus)("falls where Keras's does: $options, walk $walk", async (row) => {
    const options = row.options as Parameters<typeof reduceLROnPlateau>[0];
    const callback = reduceLROnPlateau({ monitor: "loss", ...options });
    for (let fits = 0; fits < 2; fits++) {
      const { rates } = await drive(callback, walk(row.walk));
      expectClose(rates, row.rates, { absolute: 0 });
    }
  });

  test("logs hold the rate that the epoch was trained with", async () => {
    const epochs = losses([1, 1, 1]) as Logs[];
    await drive(reduceLROnPlateau({ monitor: "loss", patience: 1, factor: 0.5 }), epochs);
    expect(epochs.map(({ learningRate }) => learningRate)).toEqual([0.1, 0.1, 0.05]);
  });

  test("NaN is no improvement, also as the first value", async () => {
    const callback = reduceLROnPlateau({ monitor: "loss", patience: 2, factor: 0.5 });
    const { rates } = await drive(callback, losses([NaN, NaN, 1, 0.5, NaN, NaN]));
    expect(rates).toEqual([0.1, 0.05, 0.05, 0.05, 0.05, 0.025]);
  });

  test("a rate that cannot be set is refused before the first epoch", () => {
    const model = Object.defineProperty(stub(), "learningRate", { get: () => 0.1 });
    expect(() => reduceLROnPlateau().setModel!(model, plan)).toThrow(/learningRate/);
  });

  test("verbose says to what the rate falls", async () => {
    const lines = printed();
    const options = { monitor: "loss", patience: 1, minLr: 0.05 } as const;
    await drive(reduceLROnPlateau(options), losses([1, 1, 1]));
    expect(lines()).toEqual([]);
    await drive(reduceLROnPlateau({ ...options, verbose: 1 }), losses([1, 1, 1]));
    expect(lines()).toEqual(["reduceLROnPlateau: after epoch 2 the learning rate is 0.05"]);
  });
});

describe("learningRateScheduler", () => {
  const halve = (epoch: number, rate: number) => (epoch === 0 ? rate : rate / 2);

  test("asks before each epoch, with its number from 0 and the rate so far", async () => {
    const schedule = vi.fn(halve);
    for (const callback of [learningRateScheduler(schedule), learningRateScheduler({ schedule })]) {
      schedule.mockClear();
      const epochs = losses([1, 1, 1]) as Logs[];
      const { rates } = await drive(callback, epochs);
      expect(rates).toEqual([0.1, 0.05, 0.025]);
      expect(epochs.map(({ learningRate }) => learningRate)).toEqual(rates);
      expect(schedule.mock.calls).toEqual([
        [0, 0.1],
        [1, 0.1],
        [2, 0.05],
      ]);
    }
  });

  test("takes an object with at(epoch)", async () => {
    const schedule = { at: (epoch: number) => 1 / (1 + epoch) };
    for (const given of [schedule, { schedule }]) {
      const { rates } = await drive(learningRateScheduler(given), losses([1, 1, 1, 1]));
      expect(rates).toEqual([1, 1 / 2, 1 / 3, 1 / 4]);
    }
  });

  test.each([NaN, -0.1, Infinity, "0.1", undefined, Promise.resolve(0.1)])(
    "refuses %s for a rate",
    async (rate) => {
      const refused = drive(
        learningRateScheduler(() => rate as number),
        losses([1]),
      );
      await expect(refused).rejects.toMatchObject({ code: "ERR_OPTION" });
      await expect(refused).rejects.toThrow(
        /^learningRateScheduler: schedule .*, got .+ for epoch 0/,
      );
    },
  );

  test("refuses what is no schedule", () => {
    for (const given of ["cosineDecay", [0.1], 0.1, new Float32Array(2)]) {
      expect(() => learningRateScheduler(given as never)).toThrow(
        /^learningRateScheduler: schedule must be a function/,
      );
    }
  });

  test("verbose says the rate", async () => {
    const lines = printed();
    await drive(learningRateScheduler(halve, { verbose: 1 }), losses([1, 1]));
    expect(lines()).toEqual([
      "learningRateScheduler: epoch 1 has the rate 0.1",
      "learningRateScheduler: epoch 2 has the rate 0.05",
    ]);
  });
});

describe("modelCheckpoint", () => {
  /** A save that notes its paths, and takes its time. */
  const notes = () => {
    const paths: string[] = [];
    const save = async (_: unknown, path: string) => {
      await Promise.resolve();
      paths.push(path);
    };
    return { paths, save };
  };

  test.each(golden.checkpoints)(
    "saves when and where Keras does: $filepath, $options, walk $walk",
    async ({ filepath, options, batches, walk: index, saved }) => {
      const { paths, save } = notes();
      const given = options as Omit<Parameters<typeof modelCheckpoint>[1], "save">;
      const callback = modelCheckpoint(filepath, { monitor: "loss", ...given, save });
      for (let fits = 0; fits < 2; fits++) {
        paths.length = 0;
        await drive(callback, walk(index), { batches });
        expect(paths).toEqual(saved);
      }
    },
  );

  test("save gets the model that is trained, and is told what to write", async () => {
    const save = vi.fn();
    const model = stub();
    await drive(modelCheckpoint({ filepath: "a", save }), losses([1]), { model });
    await drive(modelCheckpoint({ filepath: "b", save, saveWeightsOnly: true }), losses([1]), {
      model,
    });
    expect(save.mock.calls).toEqual([
      [model, "a", { weightsOnly: false }],
      [model, "b", { weightsOnly: true }],
    ]);
    expect(save.mock.calls[0]![0]).toBe(model);
  });

  test("the hook waits until what is saved is saved, and rejects with it", async () => {
    let done = false;
    const save = () => new Promise((resolve) => setTimeout(() => resolve((done = true)), 5));
    const callback = modelCheckpoint("a", { save });
    callback.setModel!(stub(), plan);
    await callback.onEpochEnd!(0, { loss: 1 });
    expect(done).toBe(true);
    const fails = modelCheckpoint("a", { save: () => Promise.reject(new Error("disk full")) });
    await expect(drive(fails, losses([1]))).rejects.toThrow("disk full");
  });

  test("of batches, the best by the running logs, counted across epochs", async () => {
    const { paths, save } = notes();
    const callback = modelCheckpoint("{epoch}-{batch}", {
      monitor: "loss",
      mode: "max",
      saveBestOnly: true,
      saveFreq: 2,
      save,
    });
    // Batches 2, 4 and 6 are seen, with losses 1/5, 0 and 2/5.
    await drive(callback, losses([9, 9]), { batches: 3 });
    expect(paths).toEqual(["1-2", "2-3"]);
  });

  test("only a save by batches asks for logs at every batch", () => {
    const { save } = notes();
    expect(modelCheckpoint("a", { save }).onBatchEnd).toBeUndefined();
    expect(modelCheckpoint("a", { save, saveFreq: 3 }).onBatchEnd).toBeDefined();
    expect(modelCheckpoint("a", { save, saveFreq: 3 }).onEpochEnd).toBeUndefined();
  });

  test("NaN is never the best", async () => {
    const { paths, save } = notes();
    const callback = modelCheckpoint("{epoch}", { monitor: "loss", saveBestOnly: true, save });
    await drive(callback, losses([NaN, 3, NaN, 2]));
    expect(paths).toEqual(["2", "4"]);
  });

  test.each([
    ["{val_loss:.2f}", "epoch, loss, accuracy"],
    ["{batch}", "epoch, loss, accuracy"],
    ["{}", "epoch, loss, accuracy"],
  ])("a place that names nothing is refused: %s", async (filepath, known) => {
    const refused = drive(modelCheckpoint(filepath, { save: notes().save }), [
      { loss: 1, accuracy: 0.5 },
    ]);
    await expect(refused).rejects.toMatchObject({ code: "ERR_OPTION" });
    await expect(refused).rejects.toThrow(`modelCheckpoint: filepath must name none but ${known}`);
  });

  test("val_ series cannot be watched by batches", () => {
    expect(() => modelCheckpoint("a", { saveFreq: 5, saveBestOnly: true, save: () => {} })).toThrow(
      /^modelCheckpoint: monitor must be .*, got val_loss; pass/,
    );
  });

  test("verbose says what is saved, and what is not", async () => {
    const lines = printed();
    const options = { monitor: "loss", save: () => {}, verbose: 1 } as const;
    await drive(modelCheckpoint("{epoch}", options), losses([2]));
    await drive(modelCheckpoint("{epoch}", { ...options, saveBestOnly: true }), losses([2, 3, 1]));
    expect(lines()).toEqual([
      "modelCheckpoint: epoch 1: saved to 1",
      "modelCheckpoint: epoch 1: loss went from Infinity to 2, saved to 1",
      "modelCheckpoint: epoch 2: loss is 3, not better than 2",
      "modelCheckpoint: epoch 3: loss went from 2 to 1, saved to 3",
    ]);
  });
});

describe("csvLogger", () => {
  test.each(golden.tables)("writes Keras's table: $options, $lines", async (row) => {
    let text = "";
    const write = async (part: string) => {
      await Promise.resolve();
      text += part;
    };
    const callback = csvLogger("log.csv", { ...(row.options as object), write });
    for (let fits = 0; fits < 2; fits++) {
      text = "";
      await drive(callback, row.logs as unknown as Logs[]);
      expect(text.split("\n")).toEqual(row.lines);
    }
  });

  test("each epoch is written at its end, to the name that was given", async () => {
    const write = vi.fn();
    await drive(csvLogger({ filename: "a", write }), losses([0.5, NaN]));
    expect(write.mock.calls).toEqual([
      ["epoch,loss,val_loss\n0,0.5,NA\n", "a"],
      ["1,NaN,NA\n", "a"],
    ]);
  });

  test("each fit settles its own columns", async () => {
    const write = vi.fn();
    const callback = csvLogger("a", { write });
    await drive(callback, [{ loss: 1, val_loss: 2 }]);
    await drive(callback, [{ accuracy: 3, val_accuracy: 4 }]);
    expect(write.mock.calls[1]![0]).toBe("epoch,accuracy,val_accuracy\n0,3,4\n");
  });

  test("a separator of one's own rules what is quoted; nothing else changes", async () => {
    const write = vi.fn();
    const callback = csvLogger("a", { separator: ".", write });
    await drive(callback, [{ loss: 0.5, "a,b": 2, val_loss: 1 }]);
    expect(write.mock.calls[0]![0]).toBe('epoch.a,b.loss.val_loss\n0.2."0.5".1\n');
  });

  test("under append a write of one's own gets no header", async () => {
    const write = vi.fn();
    await drive(csvLogger("a", { append: true, write }), losses([0.5]));
    expect(write.mock.calls).toEqual([["0,0.5,NA\n", "a"]]);
  });
});

describe("jsonLogger", () => {
  test("a line an epoch, to the name that was given; what is no finite number is null", async () => {
    const write = vi.fn();
    await drive(jsonLogger({ filename: "a", write }), [
      { loss: 0.5, val_loss: 1e-9 },
      { loss: NaN, val_loss: Infinity },
    ]);
    expect(write.mock.calls).toEqual([
      ['{"epoch":0,"loss":0.5,"val_loss":1e-9}\n', "a"],
      ['{"epoch":1,"loss":null,"val_loss":null}\n', "a"],
    ]);
  });

  test("a fit takes it, and the same fit gives the same text", async () => {
    const texts: string[] = [];
    for (let fits = 0; fits < 2; fits++) {
      const model = sequential([layers.dense(1, { inputShape: [1] })], { seed: 1 });
      model.compile({ optimizer: "sgd", loss: "mse" });
      let text = "";
      const logger = jsonLogger("a", { write: (part) => (text += part) });
      const history = await model.fit([[1], [2]], [1, 2], { epochs: 3, callbacks: [logger] });
      const lines = text.trim().split("\n");
      const logs = lines.map((line) => JSON.parse(line) as { epoch: number; loss: number });
      expect(logs.map(({ epoch }) => epoch)).toEqual([0, 1, 2]);
      expect(logs.map(({ loss }) => loss)).toEqual(history.history.loss);
      texts.push(text);
    }
    expect(texts[0]).toBe(texts[1]);
  });

  test("a study takes it: a line a trial, what failed with its error", async () => {
    let text = "";
    const write = (part: string) => (text += part);
    const build = ({ rate }: { rate: number }) => {
      const model = sequential([layers.dense(1, { inputShape: [1] })], { seed: 1 });
      model.compile({ optimizer: "sgd", loss: "mse" });
      model.learningRate = rate;
      return model;
    };
    const { trials } = await tune({
      build,
      space: { rate: space.choice([0.01, 1e30]) },
      x: [[1], [2]],
      y: [1, 2],
      search: search.grid(),
      fit: { epochs: 9 },
      objective: "loss",
      callbacks: [jsonLogger("a", { write })],
    });
    const lines = text
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as Trial);
    expect(lines).toEqual(JSON.parse(JSON.stringify(trials.map(({ rank: _, ...trial }) => trial))));
    expect(lines.map(({ status }) => status)).toEqual(["complete", "failed"]);
    expect(lines[1]!.error).toMatch(/^tune: loss must be a finite number/);
  });
});

describe("jsonLogger of a study that goes on", () => {
  const study = async (append: boolean) => {
    const journal = memoryJournal();
    const texts: string[] = [];
    const fit = async (trials: number) => {
      let text = "";
      const logger = jsonLogger("a", { append, write: (part) => (text += part) });
      await tune({
        build: () => {
          const model = sequential([layers.dense(1, { inputShape: [1] })], { seed: 1 });
          model.compile({ optimizer: "sgd", loss: "mse" });
          return model;
        },
        space: { rate: space.uniform(0, 1) },
        ...{ x: [[1], [2]], y: [1, 2], fit: { epochs: 2 }, objective: "loss", verbose: 0 },
        ...{ search: search.random({ trials }), journal, callbacks: [logger] },
      });
      texts.push(text);
    };
    await fit(2);
    await fit(3);
    const lines = texts.map((text) => text.trim().split("\n"));
    return {
      lines,
      numbers: lines.map((all) => all.map((line) => (JSON.parse(line) as Trial).number)),
    };
  };

  test("has all trials: those that ended before first, line for line", async () => {
    const { lines, numbers } = await study(false);
    expect(numbers).toEqual([
      [0, 1],
      [0, 1, 2],
    ]);
    expect(lines[1]!.slice(0, 2)).toEqual(lines[0]);
  });

  test("under append has those that are new", async () => {
    expect((await study(true)).numbers).toEqual([[0, 1], [2]]);
  });
});

describe("files", () => {
  const make = {
    modelCheckpoint: () => modelCheckpoint("a.safetensors"),
    csvLogger: () => csvLogger("a.csv"),
    jsonLogger: () => jsonLogger("a.jsonl"),
  };
  let folder: string;
  let load: typeof node.load;

  describe("where the entry point has none", () => {
    test.each([
      ["modelCheckpoint", make.modelCheckpoint, /or give save\(model, path\)/],
      ["csvLogger", make.csvLogger, /or give write\(text\)/],
      ["jsonLogger", make.jsonLogger, /or give write\(text\)/],
    ])("%s is refused when it is made", (owner, call, wayOut) => {
      expect(call).toThrow(expect.objectContaining({ code: "ERR_RUNTIME" }));
      expect(call).toThrow(wayOut);
      expect(call).toThrow(new RegExp(`^${owner}: there must be files to write to.*glissade/node`));
    });
  });

  describe("where it has them", () => {
    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), "glissade-"));
      ({ load } = await import("../src/node/index.js"));
    });
    afterAll(() => rm(folder, { recursive: true }));

    const read = (name: string) => readFile(join(folder, name), "utf8");

    test("a table is overwritten, or goes on; its folder is made", async () => {
      const filename = join(folder, "tables", "log.csv");
      await drive(csvLogger(filename), losses([3, 2]));
      await drive(csvLogger(filename), losses([0.5]));
      expect(await read("tables/log.csv")).toBe("epoch,loss,val_loss\n0,0.5,NA\n");
      const going = csvLogger(filename, { append: true });
      for (let fits = 0; fits < 2; fits++) await drive(going, losses([0.25]));
      expect(await read("tables/log.csv")).toBe(
        "epoch,loss,val_loss\n0,0.5,NA\n0,0.25,NA\n0,0.25,NA\n",
      );
    });

    test("lines of JSON are overwritten, or go on; their folder is made", async () => {
      const filename = join(folder, "lines", "log.jsonl");
      for (let fits = 0; fits < 2; fits++) await drive(jsonLogger(filename), [{ loss: 3 }]);
      expect(await read("lines/log.jsonl")).toBe('{"epoch":0,"loss":3}\n');
      await drive(jsonLogger(filename, { append: true }), [{ loss: 2 }]);
      expect(await read("lines/log.jsonl")).toBe('{"epoch":0,"loss":3}\n{"epoch":0,"loss":2}\n');
    });

    test("what goes on after nothing gets a header", async () => {
      await writeFile(join(folder, "empty.csv"), "");
      for (const name of ["empty.csv", "absent.csv"]) {
        await drive(csvLogger(join(folder, name), { append: true }), losses([1]));
        expect(await read(name)).toBe("epoch,loss,val_loss\n0,1,NA\n");
      }
    });

    test("a fit writes its best model, which predicts what the best epoch did", async () => {
      const model = sequential([layers.dense(1, { inputShape: [1], kernelInitializer: "ones" })]);
      model.compile({ optimizer: "sgd", loss: "mse" });
      const x = [[1], [-2]];
      const series = [3, 2, 4, 1, 5];
      const predicted: number[][] = [];
      const feed: Callback = {
        onEpochEnd(epoch, logs) {
          logs.mark = series[epoch]!;
          predicted.push([...model.predict(x).data]);
        },
      };
      const filepath = join(folder, "best", "{epoch:02d}-{mark:.1f}.safetensors");
      const keep = modelCheckpoint(filepath, { monitor: "mark", saveBestOnly: true });
      await model.fit(x, [3, 4], { epochs: 5, callbacks: [feed, keep] });
      expect((await readdir(join(folder, "best"))).sort()).toEqual([
        "01-3.0.safetensors",
        "02-2.0.safetensors",
        "04-1.0.safetensors",
      ]);
      const best = await load(join(folder, "best", "04-1.0.safetensors"));
      expect([...best.predict(x).data]).toEqual(predicted[3]);
      expect(predicted[3]).not.toEqual(predicted[4]);
    });

    test("weights alone make a smaller file than the whole model", async () => {
      const model = sequential([layers.dense(1, { inputShape: [1] })]);
      model.compile({ optimizer: "sgd", loss: "mse" });
      const sizes: number[] = [];
      for (const saveWeightsOnly of [true, false]) {
        const filepath = join(folder, `${saveWeightsOnly}.safetensors`);
        const keep = modelCheckpoint(filepath, { saveWeightsOnly });
        await model.fit([[1]], [1], { callbacks: [keep] });
        sizes.push((await readFile(filepath)).length);
      }
      expect(sizes[0]).toBeLessThan(sizes[1]!);
    });
  });
});

describe("in a fit", () => {
  const x = [[1], [-2], [3]];
  const compiled = () => {
    const model = sequential([layers.dense(1, { inputShape: [1], kernelInitializer: "ones" })]);
    model.compile({ optimizer: "sgd", loss: "mse" });
    return model;
  };

  test("a schedule's rates are those of the updates, and come into the history", async () => {
    const model = compiled();
    const schedule = (epoch: number) => (epoch === 1 ? 0 : 0.01);
    const weights: number[] = [];
    const { history } = await model.fit(x, [3, 4, 5], {
      epochs: 3,
      callbacks: [
        learningRateScheduler(schedule),
        { onEpochEnd: () => void weights.push(model.getWeights()[0]!.data[0]!) },
      ],
    });
    expect(history.learningRate).toEqual([0.01, 0, 0.01]);
    expect(weights[0]).not.toBe(1);
    expect(weights[1]).toBe(weights[0]);
    expect(weights[2]).not.toBe(weights[1]);
  });

  test("a plateau lowers the rate, and the next fit goes on with it", async () => {
    const model = compiled();
    const fall = reduceLROnPlateau({ monitor: "loss", patience: 1, factor: 0.5, minDelta: 1e9 });
    const { history } = await model.fit(x, [3, 4, 5], { epochs: 4, callbacks: [fall] });
    expect(history.learningRate).toEqual([0.01, 0.01, 0.005, 0.0025]);
    expect(model.learningRate).toBe(0.00125);
  });

  test("a table of a fit, validated every second epoch", async () => {
    let text = "";
    await compiled().fit(x, [3, 4, 5], {
      epochs: 2,
      validationFreq: 2,
      validationData: [x, [3, 4, 5]],
      callbacks: [csvLogger("a", { write: (part) => (text += part) })],
    });
    const [header, first, second] = text
      .trim()
      .split("\n")
      .map((line) => line.split(","));
    expect(header).toEqual(["epoch", "loss", "val_loss"]);
    expect(first![2]).toBe("NA");
    expect(Number(second![2])).toBeGreaterThan(0);
  });
});

test("a path that cannot be written is refused when the callback is made", async () => {
  await import("../src/node/index.js");
  expect(() => modelCheckpoint("best.keras")).toThrow(/^modelCheckpoint: the path must end in/);
});
