import { Buffer } from "node:buffer";
import { execFileSync } from "node:child_process";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import process from "node:process";
import { inflateSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import golden from "./golden/tensorboard_bytes.json" with { type: "json" };
import keras from "./golden/tensorboard_keras.json" with { type: "json" };
import { tensorBoardFields } from "../src/callbacks/tensorBoard.js";
import {
  callbacks,
  graph,
  layers,
  losses,
  metrics,
  search,
  sequential,
  space as spaces,
  tensor,
  tune,
} from "../src/index.js";
import { crc32, crc32c, masked } from "../src/tensorboard/checksum.js";
import { confusionPicture, sheet, weightPicture } from "../src/tensorboard/draw.js";
import { event, fileVersion, graphDef, record, summary } from "../src/tensorboard/events.js";
import { EventWriter } from "../src/tensorboard/eventWriter.js";
import { histogramOf } from "../src/tensorboard/histogram.js";
import { hparamsExperiment, sessionEnd, sessionStart } from "../src/tensorboard/hparams.js";
import { pngOf, type Picture } from "../src/tensorboard/png.js";
import { bytes, entry, integer, message } from "../src/tensorboard/protobuf.js";
import * as summaries from "../src/tensorboard/summaries.js";
import { summaryWriter } from "../src/tensorboard/summaryWriter.js";
import { thresholdCountsOf } from "../src/tensorboard/thresholdCounts.js";
import { type Journal, memoryJournal } from "../src/tune/journal.js";
import type { Space, Value } from "../src/tune/space.js";
import type { Trial } from "../src/tune/trial.js";
import type { Progress, TuneCallback } from "../src/tune/watch.js";
import { refusedBy } from "./rows/refused.js";
import {
  all,
  eventsOf,
  fieldsOf,
  inner,
  nodesOf,
  type SeenValue,
  textOf,
} from "./support/events.js";
import { numbers } from "./support/numbers.js";

const { tensorBoard } = callbacks;
const hex = (data: Uint8Array) => Buffer.from(data).toString("hex");
const unhex = (text: string) => new Uint8Array(Buffer.from(text, "hex"));
const text = new TextDecoder();

/** Takes bytes as files do. */
function place() {
  const files = new Map<string, Uint8Array>();
  const writes: string[] = [];
  const write = (path: string, next: Uint8Array) => {
    writes.push(path);
    files.set(path, new Uint8Array(Buffer.concat([files.get(path) ?? new Uint8Array(), next])));
  };
  /** What each directory holds, file after file as TensorBoard reads them. */
  const runs = () => {
    const found: Record<string, SeenValue[]> = {};
    for (const path of [...files.keys()].sort()) {
      const run = path.slice(0, path.lastIndexOf("/"));
      const values = eventsOf(files.get(path)!).summaries.flatMap((one) => one.values);
      (found[run] ??= []).push(...values);
    }
    return found;
  };
  return { files, writes, write, runs };
}

/** Steps and numbers of one tag. */
const seriesOf = (values: readonly SeenValue[] | undefined, tag: string) =>
  (values ?? []).filter((one) => one.tag === tag).map(({ step, numbers }) => [step, numbers[0]]);

describe("bytes as TensorBoard's own writers make them", () => {
  test("sums", () => {
    expect(crc32c(new TextEncoder().encode("123456789"))).toBe(0xe3069283);
    for (const { data, crc, masked: mask } of golden.crcs) {
      expect(crc32c(unhex(data))).toBe(crc);
      expect(masked(crc32c(unhex(data)))).toBe(mask);
    }
    expect(crc32(new TextEncoder().encode("123456789"))).toBe(0xcbf43926);
  });

  test("records", () => {
    for (const { data, record: framed } of golden.records) {
      expect(hex(record(unhex(data)))).toBe(framed);
    }
  });

  const { odd, histograms, curve } = golden;
  const of = (value: summaries.Value) => summary([value]);
  const shape = message(bytes(2, integer(1, -1)), bytes(2, integer(1, 300)));
  const shapes = entry(5, "_output_shapes", bytes(1, bytes(7, shape)));
  const space: Space = {
    rate: { kind: "float", low: 0, high: 0.5 },
    units: { kind: "int", low: 4, high: 64 },
    optimizer: { kind: "choice", choices: ["adam", "sgd"] },
    nesterov: { kind: "choice", choices: [false, true] },
    width: { kind: "choice", choices: [1, 2] },
  };
  const isTrue = (row: number) => curve.truth[row] === 1;
  const events: Record<keyof typeof golden.events, [step: number, what: Uint8Array]> = {
    version: [0, fileVersion()],
    empty: [Number.MAX_SAFE_INTEGER, summary([])],
    graph: [0, graphDef(bytes(1, message(bytes(1, "x"), bytes(2, "Placeholder"), shapes)))],
    scalar: [300, of(summaries.scalar(odd, 0.1))],
    zero: [1, of(summaries.scalar("zero", 0))],
    text: [2, of(summaries.text("note", "a **b** é"))],
    histogram: [3, of(summaries.histogram("h", histogramOf(histograms[0]!.numbers)))],
    image: [4, of(summaries.pictured(odd, 2, 1, Uint8Array.of(1, 2, 3)))],
    curve: [5, of(summaries.precisionRecall("c", thresholdCountsOf(curve.scores, isTrue)))],
    experiment: [0, of(hparamsExperiment(space, ["val_accuracy", "seconds"], 12.5))],
    startText: [0, of(sessionStart({ optimizer: "adam" }, "trial_3", 12.5, space))],
    startNumber: [0, of(sessionStart({ rate: 0.25 }, "trial_3", 12.5, space))],
    startFalse: [0, of(sessionStart({ nesterov: false }, "trial_3", 12.5))],
    endSuccess: [5, of(sessionEnd("success", 13.5))],
    endUnknown: [5, of(sessionEnd("unknown", 13.5))],
  };
  test.each(Object.keys(events) as (keyof typeof events)[])("an event: %s", (name) => {
    const [step, what] = events[name];
    expect(hex(record(event(1700000000.25, step, what)))).toBe(golden.events[name]);
  });

  test("a negative number takes ten bytes", () => {
    expect(hex(integer(1, -1))).toBe("08ffffffffffffffffff01");
    expect(fieldsOf(integer(2, 2 ** 53 - 1)).get(2)).toEqual([2n ** 53n - 1n]);
  });

  test("buckets of histograms", () => {
    for (const { numbers: given, buckets } of histograms) {
      expect(histogramOf(given)).toEqual(buckets);
    }
    const { numbers: given, buckets } = histograms[0]!;
    expect(histogramOf([NaN, ...given, Infinity, -Infinity])).toEqual(buckets);
  });

  test("precision and recall", () => {
    const found = thresholdCountsOf(curve.scores, isTrue).map((row) => [...Float32Array.from(row)]);
    expect(found).toEqual(curve.values);
    expect(thresholdCountsOf([-3, 7, NaN], () => true)[0]!.slice(0, 2)).toEqual([3, 1]);
  });
});

/** The pixels of a PNG, by its chunks. */
function decoded(png: Uint8Array): Picture & { depth: number } {
  expect(hex(png.subarray(0, 8))).toBe("89504e470d0a1a0a");
  const chunks = new Map<string, Uint8Array>();
  const view = new DataView(png.buffer, png.byteOffset);
  for (let at = 8; at < png.length;) {
    const size = view.getUint32(at);
    const data = png.subarray(at + 8, at + 8 + size);
    expect(view.getUint32(at + 8 + size)).toBe(crc32(png.subarray(at + 4, at + 8 + size)));
    chunks.set(text.decode(png.subarray(at + 4, at + 8)), data);
    at += size + 12;
  }
  expect([...chunks.keys()]).toEqual(["IHDR", "IDAT", "IEND"]);
  const header = chunks.get("IHDR")!;
  const [width, height] = [0, 4].map((at) =>
    new DataView(header.buffer, header.byteOffset).getUint32(at),
  ) as [number, number];
  const channels = header[9] === 0 ? 1 : 3;
  const lines = inflateSync(chunks.get("IDAT")!);
  const row = width * channels + 1;
  expect(lines.length).toBe(height * row);
  const pixels = lines.filter((_, i) => i % row !== 0);
  expect(lines.filter((_, i) => i % row === 0).every((filter) => filter === 0)).toBe(true);
  return { width, height, channels, pixels: new Uint8Array(pixels), depth: header[8]! };
}

describe("pictures", () => {
  test.each([
    [7, 5, 1],
    [3, 4, 3],
    [200, 150, 3],
    [1, 1, 1],
  ] as const)("%i × %i of %i channels come back from PNG", (width, height, channels) => {
    const pixels = Uint8Array.from(numbers(width * height * channels, { low: 0, high: 256 }));
    expect(decoded(pngOf({ width, height, channels, pixels }))).toEqual({
      ...{ width, height, channels, pixels, depth: 8 },
    });
  });

  test("a weight from its least number in black to its greatest in white", () => {
    const flat = { width: 3, height: 2, channels: 1 };
    const kernel = [-1, 1, 0, 0.5, -0.5, 1];
    const pixels = [0, 255, 128, 191, 64, 255];
    expect(weightPicture(kernel, [2, 3])).toEqual({ ...flat, pixels: Uint8Array.from(pixels) });
    const turned = Uint8Array.from([0, 128, 64, 255, 191, 255]);
    expect(weightPicture(kernel, [3, 2])).toEqual({ ...flat, pixels: turned });
    expect(weightPicture(kernel, [6])).toMatchObject({ width: 6, height: 1 });
    expect(weightPicture(kernel, [1, 6, 1])).toMatchObject({ width: 6, height: 1 });
    expect(weightPicture([2, NaN, 2], [3])!.pixels).toEqual(new Uint8Array(3));
    expect(weightPicture([2], [1])).toBeUndefined();
    expect(weightPicture(kernel, [2, 3, 2])).toBeUndefined();
  });

  test("a confusion matrix is darker where more is", () => {
    const { width, pixels } = confusionPicture([
      [3, 1],
      [0, 8],
    ]);
    const [wide, high] = [width / 3, 9];
    const corner = (row: number, col: number) => {
      const at = 3 * ((row + 1) * high * width + (col + 1) * wide);
      return [...pixels.subarray(at, at + 3)];
    };
    expect(corner(1, 1)).toEqual([20, 70, 150]);
    expect(corner(1, 0)).toEqual([255, 255, 255]);
    expect(corner(0, 0)).toEqual([79, 116, 176]);
    expect(corner(0, 1)).toEqual([244, 201, 201]);
  });

  test("a sheet of examples frames what is right, wrong and unknown", () => {
    const rows = Array.from({ length: 9 }, (_, i) => [0, i]);
    const { width, height, pixels } = sheet(rows, [1, 2, 1], [true, false, undefined]);
    expect([width, height]).toEqual([8 * 6, 2 * 5]);
    const at = (x: number, y: number) => [...pixels.subarray(3 * (y * width + x)).subarray(0, 3)];
    expect([at(1, 1), at(7, 1), at(13, 1)]).toEqual([
      [40, 160, 70],
      [210, 40, 40],
      [128, 128, 128],
    ]);
    expect([at(0, 0), at(2, 7), at(3, 7)]).toEqual([
      [255, 255, 255],
      [0, 0, 0],
      [255, 255, 255],
    ]);
  });
});

/** The model of the golden file: 2 → 3 → 1 on 20 rows. */
function small() {
  const model = sequential([
    layers.dense(3, { inputShape: [2], name: "first" }),
    layers.dense(1, { name: "last" }),
  ]);
  model.compile({ optimizer: "sgd", loss: "mse", metrics: ["meanAbsoluteError"] });
  const x = tensor(
    Float32Array.from({ length: 40 }, (_, i) => i / 40),
    [20, 2],
  );
  const y = Array.from({ length: 20 }, (_, row) => x.data[2 * row]! + x.data[2 * row + 1]!);
  return { model, x, y };
}

describe("the callback", () => {
  beforeEach(() => vi.useFakeTimers({ toFake: ["Date", "performance"], now: 1700000000123 }));
  afterEach(() => vi.useRealTimers());

  test("options and defaults are Keras's, with some more", () => {
    const own = ["write", "examples", "examplesFreq", "imageShape", "text"];
    const entries = Object.entries(tensorBoardFields).filter(([name]) => !own.includes(name));
    const defaults = entries.map(([name, { fallback }]) => [name, fallback ?? null]);
    expect(Object.fromEntries(defaults)).toEqual(keras.defaults);
  });

  test.each(keras.rows)(
    "runs, tags and steps are Keras's: $options, $fit",
    async ({ options, fit, runs }) => {
      const { model, x, y } = small();
      const { write, runs: found } = place();
      const tick = { onBatchEnd: () => vi.advanceTimersByTime(10) };
      const board = tensorBoard({ ...options, logDir: "logs", write } as never);
      await model.fit(x, y, { ...fit, batchSize: 5, callbacks: [tick, board] });
      const seen = Object.entries(found()).map(([run, values]) => {
        const tags: Record<string, { plugin: string; steps: number[] }> = {};
        for (const { tag, plugin, step } of values) {
          (tags[tag] ??= { plugin, steps: [] }).steps.push(step);
        }
        return [run.replace("logs/", ""), tags] as const;
      });
      expect(Object.fromEntries(seen)).toEqual(runs);
    },
  );

  test("values are those of the history, in float32", async () => {
    const { model, x, y } = small();
    const { write, runs } = place();
    const clock = { onBatchEnd: () => vi.advanceTimersByTime(20) };
    const board = tensorBoard("logs", { write, writeStepsPerSecond: true, updateFreq: 2 });
    const rate = { onEpochEnd: () => void (model.learningRate /= 2) };
    const history = await model.fit(x, y, {
      ...{ epochs: 3, batchSize: 5, validationSplit: 0.25, callbacks: [clock, board, rate] },
    });
    const { "logs/train": train, "logs/validation": validation } = runs();
    const rounded = (values: readonly number[]) => values.map((one, i) => [i, Math.fround(one)]);
    for (const name of ["loss", "meanAbsoluteError"]) {
      expect(seriesOf(train, `epoch_${name}`)).toEqual(rounded(history[name]!));
      const held = rounded(history[`val_${name}`]!);
      expect(seriesOf(validation, `epoch_${name}`)).toEqual(held);
      const counted = held.map(([step, value]) => [3 * (step! + 1), value]);
      expect(seriesOf(validation, `evaluation_${name}_vs_iterations`)).toEqual(counted);
    }
    const rates = [0.01, 0.005, 0.0025];
    expect(seriesOf(train, "epoch_learning_rate")).toEqual(rounded(rates));
    expect(seriesOf(train, "epoch_steps_per_second")).toEqual(rounded([50, 50, 50]));
    const pace = [2, 4, 6, 8].map((step) => [step, 50]);
    expect(seriesOf(train, "batch_steps_per_second")).toEqual(pace);
  });

  test("a rate that other callbacks put into the logs is the epoch's, under Keras's name", async () => {
    const { model, x, y } = small();
    const { write, runs } = place();
    const halve = {
      onEpochEnd(_: number, logs: Record<string, number>) {
        logs.learningRate = model.learningRate;
        model.learningRate /= 2;
      },
    };
    model.learningRate = 0.5;
    await model.fit(x, y, { epochs: 2, callbacks: [halve, tensorBoard({ write })] });
    expect(seriesOf(runs()["logs/train"], "epoch_learning_rate")).toEqual([
      [0, 0.5],
      [1, 0.25],
    ]);
    expect(seriesOf(runs()["logs/train"], "epoch_learningRate")).toEqual([]);
  });

  test("one write a run and epoch, and one for the graph; more where too much waits", async () => {
    const { model, x, y } = small();
    const { write, writes, files } = place();
    await model.fit(x, y, { epochs: 3, validationSplit: 0.5, callbacks: [tensorBoard({ write })] });
    const [train, validation] = [...files.keys()];
    expect(writes).toEqual([train, ...[1, 2, 3].flatMap(() => [train, validation])]);
    expect(train).toMatch(/^logs\/train\/events\.out\.tfevents\.1700000000\.glissade\.123\.\d{6}$/);
    expect(validation).toMatch(/^logs\/validation\/events\.out\.tfevents\.\d{10}\./);

    const log = place();
    const writer = new EventWriter("logs", log.write);
    await writer.flush();
    await writer.add(0, []);
    expect(log.writes).toEqual([]);
    const note = summaries.text("note", "x".repeat(400000));
    for (let step = 0; step < 4; step++) await writer.add(step, [note]);
    expect(log.writes.length).toBe(1);
    await writer.flush();
    expect(log.runs().logs!.map(({ step }) => step)).toEqual([0, 1, 2, 3]);
  });

  test("batches of a long epoch are written as they come, and are there when the fit throws", async () => {
    const { model, x, y } = small();
    const { write, writes, runs } = place();
    const crash = {
      onBatchEnd(batch: number) {
        vi.advanceTimersByTime(900);
        if (batch === 9) throw new Error("out of patience");
      },
    };
    const board = tensorBoard({ write, writeGraph: false, updateFreq: "batch" });
    const fit = model.fit(x, y, { batchSize: 2, callbacks: [board, crash] });
    await expect(fit).rejects.toThrow("out of patience");
    expect(writes.length).toBe(2);
    expect(seriesOf(runs()["logs/train"], "batch_loss").map(([step]) => step)).toEqual(
      Array.from({ length: 8 }, (_, i) => i + 1),
    );
  });

  test("where the clock stands still, steps count with those that follow", async () => {
    const { model, x, y } = small();
    const { write, runs } = place();
    const clock = { onBatchEnd: (batch: number) => batch % 2 && vi.advanceTimersByTime(100) };
    const board = tensorBoard({ write, writeStepsPerSecond: true, updateFreq: "batch" });
    await model.fit(x, y, { batchSize: 5, callbacks: [clock, board] });
    expect(seriesOf(runs()["logs/train"], "batch_steps_per_second")).toEqual([
      [2, 20],
      [4, 20],
    ]);
  });

  describe("batches are counted", () => {
    const batchesOf = async (count: number, fits: readonly object[], updateFreq: number) => {
      const { model, x, y } = small();
      const { write, runs } = place();
      const seen: unknown[] = [];
      async function* batches() {
        await Promise.resolve();
        for (let i = 0; i < count; i++) yield { x: x.take(2 * i, 2), y: y.slice(2 * i, 2 * i + 2) };
      }
      for (const fit of fits) {
        const board = tensorBoard({ write, updateFreq });
        const before = runs();
        const length = (run: string) => before[run]?.length ?? 0;
        const validationData = [x, y] as never;
        await model.fitDataset(batches, { ...fit, validationData, callbacks: [board] });
        const [train, held] = ["logs/train", "logs/validation"].map((run) =>
          runs()[run]!.slice(length(run)),
        );
        const steps = (values: readonly SeenValue[] | undefined, tag: string) =>
          seriesOf(values, tag).map(([step]) => step);
        seen.push([steps(train, "batch_loss"), steps(held, "evaluation_loss_vs_iterations")]);
      }
      return seen;
    };
    const range = (from: number, to: number) =>
      Array.from({ length: to - from + 1 }, (_, i) => from + i);

    test("from 1 in a fit that begins, whatever the model has trained before", async () => {
      const fits = [{ epochs: 2 }, { epochs: 1 }];
      expect(await batchesOf(4, fits, 1)).toEqual([
        [range(1, 8), [4, 8]],
        [range(1, 4), [4]],
      ]);
    });

    test("on from initialEpoch where the dataset alone knows its end, once it has told", async () => {
      const fits = [{ epochs: 5, initialEpoch: 3 }];
      expect(await batchesOf(4, fits, 1)).toEqual([[range(13, 20), [16, 20]]]);
      expect(await batchesOf(4, fits, 2)).toEqual([
        [
          [14, 16, 18, 20],
          [16, 20],
        ],
      ]);
    });

    test("on from initialEpoch where the length is known", async () => {
      const fits = [{ epochs: 3, initialEpoch: 2, stepsPerEpoch: 3 }];
      expect(await batchesOf(4, fits, 1)).toEqual([[range(7, 9), [9]]]);
    });
  });

  test("batches have no hook unless they are asked for", () => {
    const { write } = place();
    expect(tensorBoard({ write, histogramFreq: 1 })).not.toHaveProperty("onBatchEnd");
    expect(tensorBoard({ write, updateFreq: 3 })).toHaveProperty("onBatchEnd");
  });

  test("a fit has the same bits with all of it as without", async () => {
    const run = async (given: readonly object[]) => {
      const model = sequential([
        layers.dense(8, { inputShape: [4], activation: "relu" }),
        layers.dropout(0.5),
        layers.dense(1, { activation: "sigmoid" }),
      ]);
      const optimizer = "adam";
      model.compile({ optimizer, loss: "binaryCrossentropy", metrics: ["accuracy", "f1"] });
      const x = tensor(numbers(200), [50, 4]);
      const y = Array.from({ length: 50 }, (_, row) => Number(x.data[4 * row]! > 0));
      const board = given.map((options) => tensorBoard({ ...options, examples: [x, y] } as never));
      const history = await model.fit(x, y, {
        ...{ epochs: 4, batchSize: 16, validationSplit: 0.2, callbacks: board },
      });
      return {
        history: { ...history.history },
        weights: model.getWeights().map(({ data }) => data),
      };
    };
    const { write } = place();
    const all = { write, histogramFreq: 1, writeImages: true, updateFreq: "batch" };
    expect(await run([all])).toEqual(await run([]));
  });

  test("histograms are of the weights and of the gradient of the first batch of examples", async () => {
    const { model, x, y } = small();
    const { write, runs } = place();
    const asked: { weights: Float32Array[]; gradients: Float32Array[] }[] = [];
    const twin = {
      onEpochEnd() {
        const copy = model.clone();
        const { gradients } = copy.gradients(x.take(0, 5), y.slice(0, 5));
        const data = ({ data }: { data: Float32Array }) => data;
        asked.push({ weights: model.getWeights().map(data), gradients: gradients.map(data) });
        copy.dispose();
      },
    };
    model.layers[1]!.trainable = false;
    const board = tensorBoard({ write, histogramFreq: 1, examples: [x, y] });
    await model.fit(x, y, { epochs: 2, batchSize: 5, callbacks: [board, twin] });
    const train = runs()["logs/train"]!;
    const paths = ["first/kernel", "first/bias", "last/kernel", "last/bias"];
    const numbersOf = (tag: string) =>
      train.filter((one) => one.tag === tag).map(({ numbers }) => numbers);
    for (const [i, path] of paths.entries()) {
      const spread = (key: "weights" | "gradients") =>
        asked.map((one) => histogramOf(one[key][i]!).flat());
      expect(numbersOf(`${path}/histogram`)).toEqual(spread("weights"));
      expect(numbersOf(`${path}/gradient`)).toEqual(i < 2 ? spread("gradients") : []);
    }
  });

  test("notes are text at the first step, and may be called anything", async () => {
    const { model, x, y } = small();
    const { write, runs } = place();
    const notes = { [golden.odd]: "a **b** é", "": "no name" };
    const options = {
      epochs: 4,
      initialEpoch: 3,
      callbacks: [tensorBoard({ write, text: notes })],
    };
    await model.fit(x, y, options);
    const found = runs()["logs/train"]!.filter(({ plugin }) => plugin === "text");
    expect(found.map(({ step, tag, texts }) => [step, tag, text.decode(texts[0])])).toEqual(
      Object.entries(notes).map(([tag, note]) => [3, tag, note]),
    );
  });

  test("a fit goes on with its curves, as both of TensorBoard's readers drop what comes again", async () => {
    const { write, files } = place();
    const fit = async (initialEpoch: number, last: number) => {
      const { model, x, y } = small();
      const end = { onEpochEnd: (epoch: number) => void (model.stopTraining = epoch === last) };
      const board = tensorBoard({ write, updateFreq: "batch", histogramFreq: 2 });
      const options = { initialEpoch, epochs: 9, batchSize: 5, validationSplit: 0.25 };
      const history = await model.fit(x, y, { ...options, callbacks: [board, end] });
      vi.advanceTimersByTime(1);
      return history;
    };
    await fit(0, 5);
    await fit(5, 5);
    const last = await fit(4, 7);
    const [oneByOne, byOrder] = [new Map<string, number[]>(), new Map<string, number[]>()];
    const drop = (kept: Map<string, number[]>, tag: string, step: number) => {
      kept.set(tag, kept.get(tag)?.filter((other) => other < step) ?? []);
    };
    const train = [...files].filter(([path]) => path.includes("/train/"));
    expect(train.length).toBe(3);
    expect(train.map(([path]) => path)).toEqual(train.map(([path]) => path).sort());
    let before = 0;
    for (const [, file] of train) {
      const { version, summaries: found } = eventsOf(file);
      expect(version).toBe("brain.Event:1");
      for (const { step, values } of found) {
        for (const { tag } of values) {
          drop(oneByOne, tag, step);
          if (step < before) drop(byOrder, tag, step);
          for (const kept of [oneByOne, byOrder]) kept.set(tag, [...(kept.get(tag) ?? []), step]);
        }
        before = step;
      }
    }
    for (const kept of [oneByOne, byOrder]) {
      expect(kept.get("epoch_loss")).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
      expect(kept.get("batch_loss")).toEqual(Array.from({ length: 24 }, (_, i) => i + 1));
      expect(kept.get("first/kernel/histogram")).toEqual([0, 2, 4, 6]);
    }
    const values = train.at(-1)!;
    const written = eventsOf(values[1]).summaries.flatMap((one) => one.values);
    expect(seriesOf(written, "epoch_loss").map(([, value]) => value)).toEqual(
      last.loss.map(Math.fround),
    );
  });
});

/** Rows of two classes that a line parts. */
const rows = tensor(numbers(120), [60, 2]);
const sides = Array.from({ length: 60 }, (_, row) => Number(rows.data[2 * row]! > 0));

describe("examples", () => {
  const fit = async (model: ReturnType<typeof sequential>, y: number[] | number[][], more = {}) => {
    const { write, runs } = place();
    const board = tensorBoard({ write, examples: [rows, y], ...more });
    await model.fit(rows, y, { epochs: 1, callbacks: [board] });
    return runs()["logs/validation"] ?? [];
  };
  const only = (values: readonly SeenValue[], tag: string) => {
    const found = values.filter((one) => one.tag === tag);
    expect(found.length, tag).toBe(1);
    return found[0]!;
  };
  const make = (units: number, loss: string, activation = "linear") => {
    const model = sequential([layers.dense({ units, activation, inputShape: [2] })]);
    model.compile({ optimizer: "sgd", loss });
    return model;
  };
  const curves = (scores: ArrayLike<number>, isTrue: (row: number) => boolean) => [
    ...Float32Array.from(thresholdCountsOf(scores, isTrue).flat()),
  ];
  const tags = (values: readonly SeenValue[]) => values.map(({ tag }) => tag);
  const sigmoid = (logit: number) => 1 / (1 + Math.exp(-logit));

  test("of logits of one column: probabilities of class 1", async () => {
    const model = make(1, "binaryCrossentropy");
    model.labels = ["left", "right|er"];
    const values = await fit(model, sides);
    const scores = Float32Array.from(model.predict(rows).data, sigmoid);
    const { shape, numbers: found } = only(values, "class/right|er/pr_curves");
    expect(shape).toEqual([6, 201]);
    expect(found).toEqual(curves(scores, (row) => sides[row] === 1));
    const count = (truth: number, predicted: boolean) =>
      sides.filter((side, row) => side === truth && scores[row]! > 0.5 === predicted).length;
    expect(text.decode(only(values, "confusion_matrix/table").texts[0])).toBe(
      [
        "|  | left | right\\|er |",
        "| --- | --- | --- |",
        `| left | ${count(0, false)} | ${count(0, true)} |`,
        `| right\\|er | ${count(1, false)} | ${count(1, true)} |`,
        "",
      ].join("\n"),
    );
    const lines = text.decode(only(values, "examples/table").texts[0]).split("\n");
    expect(lines.length).toBe(2 + 40 + 1);
    expect(lines[2]).toBe(
      `| 0 | ${model.labels[sides[0]!]!.replace("|", "\\|")} | ` +
        `${model.labels[Number(scores[0]! > 0.5)]!.replace("|", "\\|")} | ${scores[0]!.toFixed(3)} |`,
    );
  });

  test.each(["sparseCategoricalCrossentropy", "categoricalCrossentropy"])(
    "of several columns by %s: each class against the others",
    async (loss) => {
      const model = make(3, loss);
      const classes = sides.map((side, row) => side + Number(rows.data[2 * row + 1]! > 0));
      const isSparse = loss.startsWith("sparse");
      const oneHot = classes.map((one) => [0, 1, 2].map((col) => Number(col === one)));
      const values = await fit(model, isSparse ? classes : oneHot);
      const logits = model.predict(rows).toArray() as number[][];
      for (const col of [0, 1, 2]) {
        const scores = logits.map((row) => {
          const powers = row.map(Math.exp);
          return Math.fround(powers[col]! / (powers[0]! + powers[1]! + powers[2]!));
        });
        const { numbers: found } = only(values, `class/${col}/pr_curves`);
        expect(found).toEqual(curves(scores, (row) => classes[row] === col));
      }
      const { width, height, pixels } = decoded(only(values, "confusion_matrix/image").texts[2]!);
      expect([width, height]).toEqual([4 * 11, 4 * 9]);
      const predicted = [...model.predict(rows).argMax().data];
      const matrix = [0, 1, 2].map((truth) =>
        [0, 1, 2].map(
          (guess) => classes.filter((one, row) => one === truth && predicted[row] === guess).length,
        ),
      );
      expect(pixels).toEqual(confusionPicture(matrix).pixels);
    },
  );

  test("labels that are alike are told apart by numbers", async () => {
    const model = make(3, "sparseCategoricalCrossentropy");
    model.labels = ["cat", "dog", "cat"];
    const values = await fit(model, sides);
    expect(tags(values).slice(0, 3)).toEqual(
      ["cat", "dog", "cat_1"].map((name) => `class/${name}/pr_curves`),
    );
  });

  test("of several classes at a time: curves alone", async () => {
    const both = sides.map((side, row) => [side, Number(rows.data[2 * row + 1]! > 0)]);
    const values = await fit(make(2, "binaryCrossentropy", "sigmoid"), both);
    expect(tags(values)).toEqual(["class/0/pr_curves", "class/1/pr_curves"]);
  });

  test("of no classes: nothing", async () => {
    const sums = sides.map((side, row) => side + rows.data[2 * row]!);
    expect(await fit(make(1, "mse"), sums)).toEqual([]);
  });

  test("of several rows an example: nothing", async () => {
    const model = sequential([
      layers.dense({ units: 1, activation: "sigmoid", inputShape: [2, 1] }),
    ]);
    model.compile({ optimizer: "sgd", loss: "binaryCrossentropy" });
    const { write, runs } = place();
    const x = rows.reshape([60, 2, 1]);
    const y = sides.map((side) => [[side], [1 - side]]);
    await model.fit(x, y, { callbacks: [tensorBoard({ write, examples: [x, y] })] });
    expect(tags(runs()["logs/validation"]!)).toEqual(["examples/input"]);
  });

  test("every examplesFreq epochs, counted from 0", async () => {
    const { write, runs } = place();
    const model = make(1, "binaryCrossentropy");
    const board = tensorBoard({ write, examples: [rows, sides], examplesFreq: 3 });
    await model.fit(rows, sides, { epochs: 5, callbacks: [board] });
    const found = runs()["logs/validation"]!.filter(({ plugin }) => plugin === "pr_curves");
    expect(found.map(({ step }) => step)).toEqual([0, 3]);
  });

  test("pictures, by their shape or by imageShape", async () => {
    const pixels = Uint8Array.from(numbers(5 * 12, { low: 0, high: 256 }));
    const y = [0, 1, 0, 1, 1];
    const seen = async (shape: number[], more: object) => {
      const x = tensor(pixels, [5, ...shape]);
      const input = layers.input({ shape, name: "photo" });
      const model = graph({
        inputs: { photo: input },
        outputs: layers.dense(1).apply(layers.flatten().apply(input)),
      });
      model.compile({ optimizer: "sgd", loss: "binaryCrossentropy" });
      const { write, runs } = place();
      const board = tensorBoard({ write, examples: [x, y], ...more });
      await model.fit(x, y, { epochs: 1, callbacks: [board] });
      const right = [...model.predict(x).data].map((one, row) => Number(one > 0) === y[row]);
      const found = runs()["logs/validation"]!.filter(({ tag }) => tag === "examples/photo");
      return { right, picture: found[0] && decoded(found[0].texts[2]!).pixels };
    };
    const rowOf = (_: unknown, row: number) => [...pixels.subarray(12 * row, 12 * row + 12)];
    for (const [shape, imageShape] of [
      [[4, 3], undefined],
      [[2, 2, 3], undefined],
      [[12], [2, 6]],
      [[12], [2, 2, 3]],
    ] as const) {
      const { right, picture } = await seen([...shape], { imageShape });
      expect(picture).toEqual(sheet(y.map(rowOf), imageShape ?? shape, right).pixels);
    }
    expect((await seen([12], {})).picture).toBeUndefined();
  });

  test("several outputs are kept apart by their names", async () => {
    const input = layers.input({ shape: [2], name: "point" });
    const side = layers.dense(1, { activation: "sigmoid" }).apply(input);
    const sum = layers.dense(1).apply(input);
    const model = graph({ inputs: { point: input }, outputs: { sum, side } });
    const loss = { side: losses.binaryCrossentropy() };
    model.compile({ optimizer: "sgd", loss, metrics: { side: [metrics.accuracy()] } });
    const { write, runs } = place();
    const board = tensorBoard({ write, examples: [{ point: rows }, { side: sides }] });
    await model.fit({ point: rows }, { side: sides }, { epochs: 1, callbacks: [board] });
    const scores = model.predict({ point: rows }).side.data;
    const { numbers: found } = only(runs()["logs/validation"]!, "side/class/1/pr_curves");
    expect(found).toEqual(curves(scores, (row) => sides[row] === 1));
    expect(tags(runs()["logs/validation"]!)).toEqual([
      "side/class/1/pr_curves",
      "side/confusion_matrix/image",
      "side/confusion_matrix/table",
      "examples/table",
    ]);
  });

  test.each([
    ["x", { examples: [[[1, 2, 3]], [1]] }, "ERR_SHAPE", /tensorBoard: examples: x must have rows/],
    ["y", { examples: [[[1, 2]], [1, 0]] }, "ERR_SHAPE", /tensorBoard: examples: /],
    [
      "imageShape",
      { imageShape: [3, 3] },
      "ERR_SHAPE",
      /imageShape must hold as many.* got \[3, 3\]/,
    ],
  ])(
    "what the model cannot take is refused before anything is written: %s",
    async (_, given, code, message) => {
      const { write, writes } = place();
      const board = tensorBoard({ write, examples: [rows, sides], ...given } as never);
      const model = make(1, "binaryCrossentropy");
      const before = model.getWeights()[0]!.data;
      await expect(model.fit(rows, sides, { callbacks: [board] })).rejects.toMatchObject({
        ...{ code, message: expect.stringMatching(message) as unknown },
      });
      expect(writes).toEqual([]);
      expect(model.getWeights()[0]!.data).toEqual(before);
    },
  );
});

describe("the graph", () => {
  const drawn = async (model: ReturnType<typeof sequential>, x: never, y: never) => {
    const { write, files } = place();
    await model.fit(x, y, { callbacks: [tensorBoard({ write })] });
    const { graphs } = eventsOf([...files.values()][0]!);
    expect(graphs.length).toBe(1);
    return nodesOf(graphs[0]!);
  };

  test("of a chain: a box a layer, with its weights", async () => {
    const model = sequential([
      layers.dense({ units: 3, activation: "relu", inputShape: [2], name: "a b, é" }),
      layers.dropout(0.5),
      layers.dense(1),
    ]);
    model.compile({ optimizer: "sgd", loss: "mse" });
    expect(await drawn(model, [[1, 2]] as never, [1] as never)).toEqual({
      input: { op: "Placeholder", reads: [], shape: [-1, 2] },
      "a b, é/kernel": { op: "VariableV2", reads: [], shape: [2, 3] },
      "a b, é/bias": { op: "VariableV2", reads: [], shape: [3] },
      "a b, é/dense": {
        ...{ op: "dense", reads: ["input", "a b, é/kernel", "a b, é/bias"], shape: [-1, 3] },
      },
      "a b, é/relu": { op: "relu", reads: ["a b, é/dense"], shape: [-1, 3] },
      "dropout/dropout": { op: "dropout", reads: ["a b, é/relu"], shape: [-1, 3] },
      "dense/kernel": { op: "VariableV2", reads: [], shape: [3, 1] },
      "dense/bias": { op: "VariableV2", reads: [], shape: [1] },
      "dense/dense": {
        ...{
          op: "dense",
          reads: ["dropout/dropout", "dense/kernel", "dense/bias"],
          shape: [-1, 1],
        },
      },
    });
  });

  test("of shared layers, models within, several inputs and outputs", async () => {
    const left = layers.input({ shape: [2], name: "left" });
    const right = layers.input({ shape: [2], name: "right" });
    const tower = sequential([layers.dense(3, { inputShape: [2] })], { name: "tower" });
    const [a, b] = [tower.apply(left), tower.apply(right)];
    const outputs = { sum: layers.add().apply([a, b]), both: layers.concatenate().apply([a, b]) };
    const model = graph({ inputs: { left, right }, outputs });
    model.compile({ optimizer: "sgd", loss: { sum: "mse", both: "mse" } });
    const x = { left: [[1, 2]], right: [[3, 4]] };
    const y = { sum: [[1, 2, 3]], both: [[1, 2, 3, 4, 5, 6]] };
    const nodes = await drawn(model as never, x as never, y as never);
    const weights = ["tower/dense/kernel", "tower/dense/bias"];
    expect(nodes["tower/dense/dense"]!.reads).toEqual(["left", ...weights]);
    expect(nodes["tower/dense/dense_1"]!.reads).toEqual(["right", ...weights]);
    expect(nodes["add/add"]!.reads).toEqual(["tower/dense/dense", "tower/dense/dense_1"]);
    expect(nodes["outputs/both"]).toEqual({
      ...{ op: "Identity", reads: ["concatenate/concatenate"], shape: [-1, 6] },
    });
    const reads = Object.values(nodes).flatMap((one) => one.reads);
    expect(reads.filter((name) => !(name in nodes))).toEqual([]);
  });
});

describe("a study", () => {
  const space: Space = {
    rate: { kind: "float", low: 0, high: 1 },
    units: { kind: "int", low: 1, high: 8 },
  };
  const study = { space, objective: { name: "val_loss" }, trials: [] } as unknown as Progress;
  const trial: Trial = {
    number: 7,
    params: { rate: 0.5, units: 3 },
    status: "running",
    folds: [],
    curve: [],
    epochs: 2,
    seconds: 0,
  };

  test("has a run a trial: what it is given, its curve, what it came to", async () => {
    const { write, files, runs, writes } = place();
    const logger = tensorBoard("logs/study", { write }) as Required<TuneCallback>;
    await logger.onStudyBegin(study);
    await logger.onTrialBegin(trial, study);
    await logger.onTrialEpoch(trial, 0, 0.9);
    await logger.onTrialEpoch(trial, 1, 0.7);
    const ended: Trial = {
      ...trial,
      status: "complete",
      value: 0.7,
      seconds: 2.5,
      curve: [0.9, 0.7],
    };
    await logger.onTrialEnd(ended, study);
    expect(files.size).toBe(2);
    expect(writes.length).toBe(5);
    const { "logs/study": root, "logs/study/trial_0007": run } = runs();
    expect(root!.map(({ tag, plugin }) => [tag, plugin])).toEqual([
      ["_hparams_/experiment", "hparams"],
    ]);
    expect(run!.map(({ tag, step, numbers: [value] }) => [tag, step, value])).toEqual([
      ["_hparams_/session_start_info", 0, undefined],
      ["epoch_val_loss", 0, Math.fround(0.9)],
      ["epoch_val_loss", 1, Math.fround(0.7)],
      ["val_loss", 2, Math.fround(0.7)],
      ["seconds", 2, 2.5],
      ["epochs", 2, 2],
      ["_hparams_/session_end_info", 2, undefined],
    ]);
  });

  test("has the second run of a trial in place of the first, which was lost", async () => {
    const { write, runs } = place();
    const logger = tensorBoard("logs", { write }) as Required<TuneCallback>;
    await logger.onStudyBegin(study);
    for (const value of [0.9, 0.8]) {
      await logger.onTrialBegin(trial, study);
      await logger.onTrialEpoch(trial, 0, value);
    }
    const { tag, step } = runs()["logs/trial_0007"]!.at(-1)!;
    expect([tag, step]).toEqual(["epoch_val_loss", 0]);
  });

  test("that goes on writes the trials that ended before into a directory that lacks them", async () => {
    const fits = (logDir: string, trials: number, journal: Journal) => {
      const { write, runs } = place();
      const build = ({ rate }: { rate: number }) => {
        const { model } = small();
        model.learningRate = rate;
        return model;
      };
      const { x, y } = small();
      const found = tune({
        build,
        space: { rate: spaces.choice([0.1, 0.2, 1e30]) },
        ...{ x, y, objective: "loss", fit: { epochs: 3 }, search: search.random({ trials }) },
        ...{ journal, callbacks: [tensorBoard({ logDir, write })], verbose: 0 },
      });
      return found.then((result) => ({ result, runs: runs() }));
    };
    const journal = memoryJournal();
    const first = await fits("a", 4, journal);
    const second = await fits("b", 6, journal);
    expect(new Set(first.result.trials.map(({ status }) => status)).size).toBe(2);
    expect(Object.keys(second.runs)).toEqual([
      "b",
      ...[0, 1, 2, 3, 4, 5].map((n) => `b/trial_000${n}`),
    ]);
    for (const { number } of first.result.trials) {
      const numbersOf = (values: readonly SeenValue[] | undefined) =>
        values!.map(({ tag, step, numbers: [value] }) => [tag, step, value]);
      expect(numbersOf(second.runs[`b/trial_000${number}`])).toEqual(
        numbersOf(first.runs[`a/trial_000${number}`]),
      );
    }
  });

  test("of a conditional space names what hangs on other values", () => {
    const conditional: Space = { ...space, momentum: () => 0.9 };
    const seen = hparamsExperiment(conditional, ["val_loss"], 1).bytes;
    const metadata = inner(inner(fieldsOf(seen), 9), 1);
    const infos = all(inner(inner(metadata, 2), 2), 4).map(fieldsOf);
    expect(infos.map((info) => [textOf(info, 1), info.get(4), info.size])).toEqual([
      ["rate", [3n], 3],
      ["units", [3n], 3],
      ["momentum", undefined, 1],
    ]);
  });

  test("values have their parameter's one type: texts where a list mixes types", () => {
    const mixed: Space = { it: { kind: "choice", choices: ["none", 2, null] } };
    const written = (value: Value) => text.decode(sessionStart({ it: value }, "", 1, mixed).bytes);
    expect(written(2)).toContain("\x1a\x012");
    expect(written(null)).toContain("\x1a\x04null");
    expect(written("none")).toContain("\x1a\x04none");
  });
});

test("series of one's own", async () => {
  const { write, runs } = place();
  const writer = summaryWriter("logs/mine", { write });
  await writer.scalar("gain", 0.5, 3);
  await writer.histogram(
    "spread",
    [
      [1, 2],
      [3, 4],
    ],
    3,
  );
  await writer.text("note", "**b**", 4);
  await writer.image("bytes", tensor(Uint8Array.of(0, 128, 255, 7, 8, 9), [1, 2, 3]), 4);
  await writer.image("shares", [[-1, 0.2, 2]], 4);
  expect(runs()).toEqual({});
  await writer.flush();
  const [gain, spread, note, colour, grey] = runs()["logs/mine"]!;
  expect([gain!.tag, gain!.step, gain!.numbers]).toEqual(["gain", 3, [0.5]]);
  expect(spread!.numbers).toEqual(histogramOf([1, 2, 3, 4]).flat());
  expect(text.decode(note!.texts[0])).toBe("**b**");
  expect(decoded(colour!.texts[2]!)).toMatchObject({ width: 2, height: 1, channels: 3 });
  expect([...decoded(colour!.texts[2]!).pixels]).toEqual([0, 128, 255, 7, 8, 9]);
  expect([...decoded(grey!.texts[2]!).pixels]).toEqual([0, 51, 255]);

  const refused = (given: Promise<void>, code: string) =>
    expect(given).rejects.toMatchObject({
      code,
      message: expect.stringMatching(/, got/) as unknown,
    });
  await refused(writer.scalar("gain", 1, -1), "ERR_OPTION");
  await refused(writer.scalar("gain", 1, undefined as never), "ERR_OPTION");
  await refused(writer.scalar("gain", "high" as never, 1), "ERR_OPTION");
  await refused(writer.scalar("gain", undefined as never, 1), "ERR_OPTION");
  await refused(writer.text("note", 3 as never, 1), "ERR_OPTION");
  await refused(writer.text(3 as never, "note", 1), "ERR_OPTION");
  await refused(writer.image("picture", [1, 2], 1), "ERR_SHAPE");
  await refused(writer.image("picture", tensor(new Uint8Array(4), [1, 2, 2]), 1), "ERR_SHAPE");
});

describe("refusals", () => {
  const { write } = place();
  const rows = Object.entries(tensorBoardFields).flatMap(([name, { rule }]) =>
    refusedBy(rule).map((value) => ({ name, value, rule })),
  );
  test.each(rows)("$name must not be $value", ({ name, value, rule }) => {
    const call = () => tensorBoard({ write, [name]: value } as never);
    expect(call).toThrow(expect.objectContaining({ code: "ERR_OPTION" }) as Error);
    expect(call).toThrow(`tensorBoard: ${name} must be ${rule}, got `);
  });

  test("an imageShape has examples", () => {
    expect(() => tensorBoard({ write, imageShape: [2, 3] })).toThrow(
      expect.objectContaining({
        code: "ERR_OPTION",
        message: expect.stringMatching(
          /imageShape must come with examples, got \[2, 3\]/,
        ) as unknown,
      }) as Error,
    );
  });

  test("the universal entry has no files", () => {
    expect(() => tensorBoard("logs")).toThrow(
      expect.objectContaining({
        code: "ERR_RUNTIME",
        message: expect.stringMatching(
          /import "glissade\/node", or give write\(path, bytes\)/,
        ) as unknown,
      }) as Error,
    );
  });
});

test("glissade/node writes files, in folders that it makes", async () => {
  vi.resetModules();
  const folder = await mkdtemp(join(tmpdir(), "glissade-"));
  try {
    await import("../src/node/index.js");
    const own = await import("../src/index.js");
    const model = own.sequential([own.layers.dense(1, { inputShape: [1] })]);
    model.compile({ optimizer: "sgd", loss: "mse" });
    const board = own.callbacks.tensorBoard(join(folder, "a/b"));
    await model.fit([[1], [2]], [1, 2], { epochs: 3, validationSplit: 0.5, callbacks: [board] });
    for (const run of ["train", "validation"]) {
      const [name, ...others] = await readdir(join(folder, "a/b", run));
      expect(others).toEqual([]);
      const { summaries: found } = eventsOf(await readFile(join(folder, "a/b", run, name!)));
      const values = found.flatMap((one) => one.values);
      expect(seriesOf(values, "epoch_loss").map(([step]) => step)).toEqual([0, 1, 2]);
    }
  } finally {
    await rm(folder, { recursive: true });
  }
});

test("what is compared with the real TensorBoard is written, by the built package", async () => {
  const folder = await mkdtemp(join(tmpdir(), "glissade-"));
  try {
    execFileSync(process.execPath, ["tests/tensorboard/write.js", join(folder, "logs")]);
    const paths = await readdir(join(folder, "logs"), { recursive: true });
    const files = paths.filter((path) => path.includes("tfevents")).map(dirname);
    const twice = ["resumed/train", "resumed/validation"];
    const fits = ["digits", "branches", "resumed"].flatMap((name) =>
      ["train", "validation"].map((run) => `${name}/${run}`),
    );
    const trials = Array.from(
      { length: 14 },
      (_, i) => `study/trial_00${String(i).padStart(2, "0")}`,
    );
    expect(files.sort()).toEqual([...fits, ...twice, "study", ...trials].sort());
    const expected = JSON.parse(
      await readFile(join(folder, "logs/expected.json"), "utf8"),
    ) as object;
    expect(Object.keys(expected)).toEqual(["digits", "branches", "resumed", "study"]);
  } finally {
    await rm(folder, { recursive: true });
  }
});
