/**
 * Writes logs of every kind with the built package, and beside them what they must hold, as TensorBoard never saw it:
 * `node tests/tensorboard/write.js <directory>`, then `python tests/tensorboard/check.py <directory>`.
 */
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import {
  callbacks,
  graph,
  layers,
  losses,
  pruners,
  search,
  sequential,
  space as spaces,
  split,
  tensor,
  tune,
} from "../../dist/index.js";
import { datasets } from "../../dist/node/index.js";

const directory = process.argv[2];
rmSync(directory, { recursive: true, force: true });
mkdirSync(directory, { recursive: true });
const expected = {};
const { xTrain, yTrain, xTest, yTest } = await datasets.mnist();

/** Notes what a fit reports, and weights and predictions after each epoch. */
function notes(model, given = {}) {
  const { x, gradients } = given;
  const book = { epochs: [], batches: [], weights: [], predictions: [], gradients: [] };
  const list = (tensors) => tensors.map(({ data, shape }) => ({ data: [...data], shape }));
  const callback = {
    onBatchEnd: (_, logs) => void book.batches.push({ ...logs }),
    onEpochEnd(epoch, logs) {
      book.epochs.push({ epoch, ...logs });
      book.weights.push(list(model.getWeights()));
      if (!x) return;
      const predicted = model.predict(x);
      book.predictions.push(list("data" in predicted ? [predicted] : Object.values(predicted)));
      if (!gradients) return;
      // A twin is asked, as the model itself trains.
      const twin = model.clone();
      book.gradients.push(list(twin.gradients(x.take(0, 50), gradients).gradients));
      twin.dispose();
    },
  };
  return { book, callback };
}

async function digits() {
  const model = sequential([
    layers.dense({ units: 32, activation: "relu", inputShape: [784], name: "hidden" }),
    layers.dense({ units: 10, name: "a layer, with odd: characters é" }),
  ]);
  model.labels = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "ni|ne"];
  model.compile({
    optimizer: "adam",
    loss: "sparseCategoricalCrossentropy",
    metrics: ["accuracy"],
  });
  const x = xTest.take(0, 500);
  const y = yTest.take(0, 500);
  const { book, callback } = notes(model, { x, gradients: y.take(0, 50) });
  await model.fit(xTrain.take(0, 2000), yTrain.take(0, 2000), {
    epochs: 6,
    batchSize: 50,
    validationData: [xTest.take(500, 500), yTest.take(500, 500)],
    callbacks: [
      callback,
      callbacks.tensorBoard(`${directory}/digits`, {
        histogramFreq: 2,
        writeImages: true,
        writeStepsPerSecond: true,
        updateFreq: 10,
        examples: [x, y],
        imageShape: [28, 28],
        text: { "notes/data": "2,000 of **MNIST**'s digits\n\n| a | b |\n|---|---|\n| 1 | é |" },
      }),
    ],
  });
  expected.digits = {
    ...book,
    paths: ["hidden/kernel", "hidden/bias"].concat(
      ["kernel", "bias"].map((name) => `a layer, with odd: characters é/${name}`),
    ),
    labels: model.labels,
    truth: [...y.data],
    pixels: [...x.data.subarray(0, 40 * 784)],
  };
}

/** A siamese pair of towers, a model within, two outputs. */
async function branches() {
  const rows = 200;
  const numbers = (width, salt) =>
    tensor(
      Float32Array.from({ length: rows * width }, (_, i) => ((i * salt) % 17) / 17),
      [rows, width],
    );
  const user = layers.input({ shape: [6], name: "user" });
  const item = layers.input({ shape: [6], name: "item" });
  const tower = sequential([layers.dense({ units: 8, activation: "tanh", inputShape: [6] })], {
    name: "tower",
  });
  const shared = layers.dense({ units: 4, activation: "relu", name: "shared" });
  const a = shared.apply(tower.apply(user));
  const b = shared.apply(tower.apply(item));
  const both = layers.concatenate().apply([a, b]);
  const click = layers.dense({ units: 1, activation: "sigmoid", name: "click" }).apply(both);
  const rating = layers.dense({ units: 1, name: "rating" }).apply(layers.add().apply([a, b]));
  const model = graph({ inputs: { user, item }, outputs: { click, rating } });
  model.compile({
    optimizer: "adam",
    loss: { click: losses.binaryCrossentropy(), rating: losses.meanSquaredError() },
    metrics: { click: ["accuracy"] },
  });
  const x = { user: numbers(6, 5), item: numbers(6, 7) };
  const y = {
    click: Array.from({ length: rows }, (_, i) => Number((i * 5) % 17 > (i * 7) % 13)),
    rating: numbers(1, 3),
  };
  const { book, callback } = notes(model, { x });
  const board = callbacks.tensorBoard({ logDir: `${directory}/branches`, examples: [x, y] });
  await model.fit(x, y, { epochs: 5, validationSplit: 0.25, callbacks: [callback, board] });
  expected.branches = { ...book, clicks: y.click };
}

/** A run that is broken off in its fifth epoch, and goes on from the fourth. */
async function resumed() {
  const make = () => {
    const model = sequential([layers.dense({ units: 1, inputShape: [1] })]);
    model.compile({ optimizer: "sgd", loss: "mse" });
    return model;
  };
  const x = Array.from({ length: 64 }, (_, i) => [i / 64]);
  const y = x.map(([value]) => 2 * value + 1);
  const seen = [];
  const fit = async (initialEpoch, epochs, last = Infinity) => {
    const model = make();
    const saved = seen[0]?.weights[initialEpoch - 1];
    if (saved)
      model.setWeights(saved.map(({ data, shape }) => tensor(Float32Array.from(data), shape)));
    const { book, callback } = notes(model);
    const end = { onEpochEnd: (epoch) => void (model.stopTraining = epoch === last) };
    const board = callbacks.tensorBoard(`${directory}/resumed`, { updateFreq: "batch" });
    await model.fit(x, y, {
      initialEpoch,
      epochs,
      batchSize: 16,
      validationSplit: 0.25,
      callbacks: [callback, board, end],
    });
    seen.push({ first: initialEpoch, ...book });
  };
  await fit(0, 8, 5);
  await fit(4, 8);
  expected.resumed = seen;
}

async function study() {
  const space = {
    learningRate: spaces.logUniform(1e-4, 1e-1),
    units: spaces.int(4, 64),
    optimizer: spaces.choice(["sgd", "adam", "rmsprop"]),
    nesterov: spaces.boolean(),
    width: spaces.choice([1, 2, 4]),
    mixed: spaces.choice(["none", 2, null]),
    fixed: "as it is",
  };
  const rows = Array.from({ length: 40 }, (_, i) => [((i * 37) % 41) / 20 - 1, (i % 7) / 7]);
  const { trials } = await tune({
    build: ({ learningRate, units, optimizer }, { seed }) => {
      // One of them fails.
      if (units > 55) throw new Error("too many units");
      const model = sequential(
        [
          layers.dense({ units, activation: "tanh", inputShape: [2] }),
          layers.dense({ units: 1, activation: "sigmoid" }),
        ],
        { seed },
      );
      model.compile({ optimizer, loss: "binaryCrossentropy", metrics: ["accuracy"] });
      model.learningRate = learningRate;
      return model;
    },
    space,
    x: rows,
    y: rows.map(([a, b]) => Number(a > b - 0.5)),
    folds: split.kFold(4),
    search: search.random({ trials: 14 }),
    pruner: pruners.median({ startupTrials: 3 }),
    fit: { epochs: 5, batchSize: 8 },
    objective: "val_accuracy",
    callbacks: [callbacks.tensorBoard(`${directory}/study`)],
  });
  for (const status of ["complete", "pruned", "failed"]) {
    if (!trials.some((trial) => trial.status === status)) throw new Error(`no trial is ${status}`);
  }
  expected.study = { space, trials };
}

await digits();
await branches();
await resumed();
await study();
writeFileSync(`${directory}/expected.json`, JSON.stringify(expected));
