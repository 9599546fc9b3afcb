import {
  callbacks,
  dataset,
  type FitOptions,
  layers,
  oneHot,
  sequential,
  tensor,
} from "../../src/index.js";
import { classifier, hot, promised, regression, type Row, row, twoOfEach, x, y } from "./row.js";

/** A fit with one option wrong. */
const option = (title: string, options: object, rest?: Pick<Row, "make" | "after">) =>
  row("ERR_OPTION", `fit: ${title}`, (model) => model.fit(x, y, options as FitOptions), rest);

const withNaN = [
  [1, 2],
  [NaN, 4],
  [5, 6],
];
const typed = (dtype: "uint8" | "int32") => () => {
  const model = sequential([layers.input({ shape: [1], dtype }), layers.dense(1)]);
  model.compile({ optimizer: "sgd", loss: "mse" });
  return { model, x: dtype === "uint8" ? Uint8Array.of(1, 2) : [[1], [2]], y: [1, 2] };
};
const deep = () => {
  const model = sequential([layers.dense(3, { inputShape: [2, 2] })]);
  model.compile({ optimizer: "sgd", loss: "sparseCategoricalCrossentropy" });
  const square = tensor([1, 2, 3, 4], [1, 2, 2]);
  return { model, x: square, y: [[0, 1]] };
};

/** `fit`: its data, weights, options and callbacks. */
export const fitting: Row[] = [
  row("ERR_SHAPE", "fit: rows of another width", (model) => model.fit([[1, 2, 3]], [0])),
  row("ERR_SHAPE", "fit: ragged rows", (model) => model.fit([[1, 2], [3]], y)),
  row("ERR_SHAPE", "fit: no rows", (model) => model.fit([], [])),
  row("ERR_SHAPE", "fit: one row without its batch", (model) => model.fit([1, 2], [0])),
  row("ERR_SHAPE", "fit: a typed array that does not divide", (model) =>
    model.fit(new Float32Array(3), y),
  ),
  row("ERR_SHAPE", "fit: rows that only need another shape", (model) =>
    model.fit([[[1], [2]]], [0]),
  ),
  row("ERR_SHAPE", "fit: one-hot where class numbers belong", (model) => model.fit(x, oneHot(y))),
  row("ERR_SHAPE", "fit: class numbers where one-hot belongs", (model) => model.fit(x, y), {
    make: () => ({ ...classifier({ loss: "categoricalCrossentropy" }, "softmax"), y: hot }),
  }),
  row("ERR_SHAPE", "fit: class numbers where measurements belong", (model) => model.fit(x, y), {
    make: regression,
  }),
  row(
    "ERR_SHAPE",
    "fit: targets of another width",
    (model) =>
      model.fit(x, [
        [1, 2],
        [3, 4],
        [5, 6],
      ]),
    {
      make: regression,
    },
  ),
  row("ERR_SHAPE", "fit: targets for other rows", (model) => model.fit(x, [0, 1])),
  row("ERR_SHAPE", "fit: no targets", (model) => model.fit(x, [])),
  row(
    "ERR_SHAPE",
    "fit: class numbers that do not divide among rows",
    (model) =>
      model.fit(
        [
          [
            [1, 2],
            [3, 4],
          ],
        ],
        Int32Array.of(0, 1, 1),
      ),
    { make: deep },
  ),
  row("ERR_SHAPE", "fit: weights for other rows", (model) =>
    model.fit(x, y, { sampleWeight: [1, 2] }),
  ),
  row("ERR_SHAPE", "fit: inputs that are not keyed", (model) => model.fit(x, { p: y, q: y }), {
    make: twoOfEach,
  }),
  row("ERR_SHAPE", "fit: an input that is missing", (model) => model.fit({ a: x }, y), {
    make: twoOfEach,
  }),
  row(
    "ERR_SHAPE",
    "fit: a target for an output that is not there",
    (model) => model.fit({ a: x, b: x }, { p: y, r: y }),
    { make: twoOfEach },
  ),
  row(
    "ERR_SHAPE",
    "fit: inputs of other rows than each other",
    (model) => model.fit({ a: x, b: [[1, 2]] }, { p: y, q: [1, 2, 3] }),
    { make: twoOfEach },
  ),
  row("ERR_SHAPE", "fit: the wrong name for the only input", (model) => model.fit({ data: x }, y)),

  row("ERR_DTYPE", "fit: no data at all", (model) => model.fit(undefined as never, y)),
  row("ERR_DTYPE", "fit: a dataset", (model) => model.fit(dataset([{ x, y }]) as never, y)),
  row("ERR_DTYPE", "fit: data that are a promise", (model) => model.fit(promised(x), y)),
  row("ERR_DTYPE", "fit: targets that are a promise", (model) => model.fit(x, promised(y))),
  row("ERR_DTYPE", "fit: texts for numbers", (model) => model.fit([["a", "b"]] as never, [0])),
  row("ERR_DTYPE", "fit: texts for labels", (model) =>
    model.fit(x, ["cat", "dog", "cat"] as never),
  ),
  row("ERR_DTYPE", "fit: nothing for labels", (model) => model.fit(x, null as never)),
  row("ERR_DTYPE", "fit: a row that is missing a number", (model) =>
    model.fit(
      [
        [1, 2],
        [3, null],
        [5, 6],
      ] as never,
      y,
    ),
  ),
  row("ERR_DTYPE", "fit: weights that are texts", (model) =>
    model.fit(x, y, { sampleWeight: ["1", "1", "1"] as never }),
  ),
  row("ERR_DTYPE", "fit: floats for bytes", (model) => model.fit([[0.5]], [1]), {
    make: typed("uint8"),
  }),
  row("ERR_DTYPE", "fit: fractions for whole numbers", (model) => model.fit([[0.5]], [1]), {
    make: typed("int32"),
  }),

  row("ERR_NUMERIC", "fit: labels beyond the classes", (model) => model.fit(x, [0, 1, 3])),
  row("ERR_NUMERIC", "fit: labels below 0", (model) => model.fit(x, [-1, 1, 2])),
  row("ERR_NUMERIC", "fit: a NaN in the inputs, when asked to look", (model) =>
    model.fit(withNaN, y, { checkInputs: true }),
  ),
  row("ERR_NUMERIC", "fit: negative sample weights", (model) =>
    model.fit(x, y, { sampleWeight: [1, -1, 1] }),
  ),
  row("ERR_NUMERIC", "fit: validation labels beyond the classes", (model) =>
    model.fit(x, y, { validationData: [x, [0, 1, 9]] }),
  ),
  row(
    "ERR_NUMERIC",
    "terminateOnNaN: a NaN loss that ends a run",
    (model) =>
      model.fit([[NaN, 1]], [0], { callbacks: [callbacks.terminateOnNaN({ raiseError: true })] }),
    { after: (_, twin) => twin.fit([[NaN, 1]], [0]) },
  ),

  option("an option misspelt", { epoch: 3 }),
  option("options that are a number", 3 as never),
  option("epochs below 1", { epochs: 0 }),
  option("a batch of half a row", { batchSize: 0.5 }),
  option("all rows held out", { validationSplit: 1 }),
  option("a split that leaves nothing", { validationSplit: 0.9 }),
  option("validation data that are one array", { validationData: [x] }),
  option("validation data that are a promise", { validationData: promised([x, y]) }),
  option("class weights below 0", { classWeight: { 0: -1 } }),
  option("class weights by name", { classWeight: { cat: 2 } }),
  option("class weights that are a number", { classWeight: 3 }),
  option("weights that are a number", { sampleWeight: 3 }),
  option("weights that are a promise", { sampleWeight: promised([1, 1, 1]) }),
  row(
    "ERR_OPTION",
    "fit: weights of an output that is not there",
    (model) =>
      model.fit({ a: x, b: x }, { p: y, q: [1, 2, 3] }, { sampleWeight: { r: [1, 1, 1] } }),
    { make: twoOfEach },
  ),
  option("a seed below 0", { seed: -1 }),
  option("a signal that is none", { signal: new AbortController() }),
  option("verbose: true", { verbose: true }),
  option("a callback that was not called", { callbacks: [callbacks.earlyStopping] }),
  option("a callback alone", { callbacks: callbacks.earlyStopping() }),
  option("a hook that is no function", { callbacks: [{ onEpochEnd: 3 }] }),
  option("a hook in Keras's spelling", { callbacks: [{ on_epoch_end: () => 0 }] }),
  option("a hook that nobody calls", { callbacks: [{ onYield: () => 0 }] }),

  option(
    "early stopping on what is not there",
    { callbacks: [callbacks.earlyStopping()] },
    trainedOnce(),
  ),
  option(
    "a checkpoint of what is not there",
    { callbacks: [callbacks.modelCheckpoint("a-{f1:.2f}.safetensors", { save: () => 0 })] },
    trainedOnce(),
  ),
  option("a rate that is none", { callbacks: [callbacks.learningRateScheduler(() => NaN)] }),
  option("a rate that is a promise", {
    callbacks: [callbacks.learningRateScheduler({ at: (async () => 1) as never })],
  }),
  row("ERR_OPTION", "earlyStopping: an option misspelt", () =>
    callbacks.earlyStopping({ patients: 3 } as never),
  ),
  row("ERR_OPTION", "reduceLROnPlateau: a factor of 1", () =>
    callbacks.reduceLROnPlateau({ factor: 1 }),
  ),
  row("ERR_OPTION", "modelCheckpoint: a format that is none", () =>
    callbacks.modelCheckpoint({ filepath: "{epoch:x}.safetensors" }),
  ),
  row("ERR_OPTION", "modelCheckpoint: the best of validation by batches", () =>
    callbacks.modelCheckpoint({ save: () => 0, saveBestOnly: true, saveFreq: 5 }),
  ),
  row("ERR_OPTION", "csvLogger: two separators", () =>
    callbacks.csvLogger("a.csv", { separator: ", ", write: () => 0 }),
  ),
];

/** The run had one epoch: the model is as one that was trained for it. */
function trainedOnce(): Pick<Row, "after"> {
  return { after: (_, twin) => twin.fit(x, y) };
}
