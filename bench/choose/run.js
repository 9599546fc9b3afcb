/**
 * The side of glissade: `tune` inside each outer fold chooses loss, optimizer, learning rate and width by random search;
 * the best is trained again on all training rows and tested on those outside.
 *
 *   node bench/choose/run.js [names of sets]
 *
 * Writes build/choose/glissade-<set>.json.
 */
import { readFileSync, writeFileSync } from "node:fs";
import {
  layers,
  losses,
  metrics,
  oneHot,
  optimizers,
  search,
  sequential,
  space,
  tune,
} from "glissade";
import { innerFolds, plan, read, readResult, target } from "./support.js";

const { learningRate, momentum, loss, optimizer, units, trials } = plan.glissade;

const searched = {
  loss: space.choice(loss),
  optimizer: space.choice(optimizer),
  learningRate: (hp) => space.logUniform(...learningRate[hp.optimizer]),
  units: space.choice(units),
};

const optimizerOf = (hp) =>
  hp.optimizer === "sgd"
    ? optimizers.sgd({ learningRate: hp.learningRate, momentum, nesterov: true })
    : optimizers[hp.optimizer]({ learningRate: hp.learningRate });

/** A classifier with one hidden layer, as scikit-learn's default is; squared errors are those of probabilities. */
function build(hp, seed, classes) {
  const activation = hp.loss === "meanSquaredError" ? "softmax" : "linear";
  const hidden = layers.dense(hp.units, { activation: "relu" });
  const model = sequential([hidden, layers.dense(classes, { activation })], { seed });
  model.compile({ optimizer: optimizerOf(hp), loss: losses[hp.loss](), metrics: ["accuracy"] });
  return model;
}

/** What is asked of a model: how many are right, and the mean of the F1 scores of the classes. */
function scoresOf(prediction, labels) {
  const scores = { accuracy: metrics.accuracy(), macroF1: metrics.f1() };
  for (const metric of Object.values(scores)) metric.update({ prediction, target: labels });
  return Object.fromEntries(
    Object.entries(scores).map(([name, metric]) => [name, metric.result()]),
  );
}

/** Chooses, trains and tests in one outer fold. */
async function runFold(fold, { epochs, batchSize }, data) {
  const { labels, classes, rowsAt, prepare } = data;
  const labelsAt = (rows) => Int32Array.from(rows, (row) => labels[row]);
  const x = rowsAt(fold.train);
  const began = process.cpuUsage();
  const result = await tune({
    build: (hp, { seed }) => build(hp, seed, classes.length),
    space: searched,
    x,
    y: oneHot(labelsAt(fold.train), classes.length),
    prepare,
    folds: innerFolds(fold.seed),
    search: search.random({ trials }),
    fit: { epochs, batchSize },
    objective: "val_accuracy",
    seed: fold.seed,
    verbose: 0,
  });
  const model = await result.refit();
  const { user, system } = process.cpuUsage(began);
  const seconds = (user + system) / 1e6;
  const test = prepare(x).apply(rowsAt(fold.test));
  const scores = scoresOf(model.predict(test), labelsAt(fold.test));
  model.dispose();
  const size = test.data.reduce((sum, value) => sum + Math.abs(value), 0);
  const { value: inner, params: chosen } = result.best;
  return { ...scores, inner, chosen, features: [size, test.shape[1]], seconds };
}

const { version } = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url)));
const allFolds = readResult("folds");
const given = process.argv.slice(2);
for (const name of given.length ? given : Object.keys(plan.sets)) {
  const data = read(name);
  const folds = [];
  for (const fold of allFolds[name]) {
    folds.push(await runFold(fold, plan.sets[name], data));
    console.log(name, JSON.stringify(folds.at(-1)));
  }
  writeFileSync(
    `${target}/glissade-${name}.json`,
    JSON.stringify({ version: `glissade ${version}`, folds }),
  );
}
