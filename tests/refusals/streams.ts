import { expect } from "vitest";
import { dataset } from "../../src/index.js";
import { promised, type Row, row, twoOfEach, x, y } from "./row.js";

/** Items one after another; it must be closed once one of them is refused. */
const source = (...items: unknown[]) => {
  const state = { closed: false };
  const rows = (function* () {
    try {
      yield* items;
    } finally {
      state.closed = true;
    }
  })();
  return { rows: rows as Generator<never>, state };
};

/** A stream with one wrong item: its source is closed, the steps before it stay. */
const item = (
  code: Row["code"],
  title: string,
  items: readonly unknown[],
  rest: Pick<Row, "make" | "after"> = {},
): Row =>
  row(
    code,
    title,
    async (model) => {
      const { rows, state } = source(...items);
      const [method] = title.split(":") as ["fitDataset" | "evaluateDataset" | "predictDataset"];
      await (model[method](rows) as Promise<unknown>).finally(() =>
        expect(state.closed).toBe(true),
      );
    },
    rest,
  );

/** A dataset of rows that cannot be stacked. */
const stacked = (code: Row["code"], title: string, ...rows: unknown[]) =>
  row(code, `dataset.batch: ${title}`, async () => {
    const { rows: items, state } = source(...rows);
    await dataset(items)
      .batch(2)
      .toArray()
      .finally(() => expect(state.closed).toBe(true));
  });

const numbers = dataset([1, 2, 3]);
const good = { x: [1, 2], y: 0 };

/** Datasets, and models that read them. */
export const streams: Row[] = [
  row("ERR_DTYPE", "dataset: a number", () => dataset(3 as never)),
  row("ERR_DTYPE", "dataset: a promise", () => dataset(promised([1]) as never)),
  row("ERR_DTYPE", "dataset: a function that gives no rows", () =>
    dataset((() => "rows.csv") as never).toArray(),
  ),
  row("ERR_OPTION", "dataset.map: no function", () => numbers.map("x" as never)),
  row("ERR_OPTION", "dataset.filter: nothing", () => numbers.filter(undefined as never)),
  row("ERR_OPTION", "dataset.shuffle: a buffer of no rows", () => numbers.shuffle(0)),
  row("ERR_OPTION", "dataset.shuffle: a seed that is a fraction", () => numbers.shuffle(2, 0.5)),
  row("ERR_OPTION", "dataset.batch: no size", () => numbers.batch(undefined as never)),
  row("ERR_OPTION", "dataset.batch: an option misspelt", () =>
    numbers.batch(2, { dropReminder: true } as never),
  ),
  row("ERR_OPTION", "dataset.take: rows below 0", () => numbers.take(-1)),
  row("ERR_OPTION", "dataset.skip: half a row", () => numbers.skip(0.5)),
  row("ERR_OPTION", "dataset.repeat: never", () => numbers.repeat(0)),
  row("ERR_OPTION", "dataset.prefetch: all rows", () => numbers.prefetch(Infinity)),
  row("ERR_STATE", "dataset: a generator that was read before", async () => {
    const rows = dataset(source(1).rows);
    await rows.toArray();
    await rows.toArray();
  }),
  stacked("ERR_SHAPE", "rows of other lengths", [1, 2], [3]),
  stacked("ERR_SHAPE", "other parts", { x: 1, y: 2 }, { x: 1 }),
  stacked("ERR_SHAPE", "ragged rows", { x: [[1, 2], [3]] }),
  stacked("ERR_DTYPE", "texts", "cat", "dog"),
  stacked("ERR_DTYPE", "a missing number", 1, undefined),
  stacked("ERR_DTYPE", "two types", 1, true),
  stacked("ERR_DTYPE", "a whole number beyond int32", 1n, 1n << 40n),

  row("ERR_DTYPE", "fitDataset: an object", (model) => model.fitDataset({} as never)),
  row("ERR_DTYPE", "fitDataset: a promise", (model) => model.fitDataset(promised([]) as never)),
  row(
    "ERR_STATE",
    "fitDataset: a generator for two epochs",
    (model) => model.fitDataset([{ x, y }].values(), { epochs: 2 }),
    { after: (_, twin) => twin.fitDataset([{ x, y }]) },
  ),
  row(
    "ERR_SHAPE",
    "fitDataset: nothing in the second epoch",
    (model) => {
      const once = [{ x, y }];
      return model.fitDataset(() => once.splice(0), { epochs: 2 });
    },
    { after: (_, twin) => twin.fitDataset([{ x, y }]) },
  ),
  row("ERR_OPTION", "fitDataset: balanced classes", (model) =>
    model.fitDataset([[x, y]], { classWeight: "balanced" }),
  ),
  row("ERR_OPTION", "fitDataset: an option of fit", (model) =>
    model.fitDataset([[x, y]], { shuffle: true } as never),
  ),
  row("ERR_OPTION", "evaluateDataset: no steps", (model) =>
    model.evaluateDataset([[x, y]], { steps: 0 }),
  ),
  item("ERR_SHAPE", "fitDataset: a number for an item", [3]),
  item("ERR_SHAPE", "fitDataset: a tuple of four", [[x, y, y, y]]),
  item("ERR_SHAPE", "fitDataset: rows of another width", [{ x: [[1, 2, 3]], y: [0] }]),
  item("ERR_SHAPE", "fitDataset: a row among batches", [{ x, y: [0] }]),
  item("ERR_DTYPE", "fitDataset: data that are a promise", [{ x: promised(x), y }]),
  item("ERR_DTYPE", "fitDataset: no targets", [{ x }]),
  item("ERR_DTYPE", "fitDataset: texts for numbers", [good, { x: ["a", "b"], y: 1 }]),
  item("ERR_SHAPE", "fitDataset: a second row of another width", [good, { x: [1, 2, 3], y: 1 }]),
  item(
    "ERR_NUMERIC",
    "fitDataset: labels beyond the classes",
    [
      { x, y },
      { x, y: [0, 1, 3] },
    ],
    {
      after: (_, twin) => twin.trainOnBatch(x, y),
    },
  ),
  item("ERR_SHAPE", "fitDataset: one input of two", [{ x: { a: x }, y: { p: y, q: y } }], {
    make: twoOfEach,
  }),
  item("ERR_NUMERIC", "evaluateDataset: weights below 0", [[x, y, [1, 1, -1]]]),
  item("ERR_DTYPE", "evaluateDataset: a Map for data", [{ x: new Map(), y }]),
  item("ERR_SHAPE", "predictDataset: rows of another width", [[[1, 2, 3]]]),
  row("ERR_SHAPE", "predictDataset: nothing in it", (model) => model.predictDataset([])),
  row(
    "ERR_SHAPE",
    "fit: validation data that give nothing",
    (model) => model.fit(x, y, { validationData: dataset([]) }),
    { after: (_, twin) => twin.fit(x, y) },
  ),
];
