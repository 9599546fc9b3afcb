/**
 * The main job: the source article's program; which loss, optimizer and rate suit it best; the best one trained, saved, and
 * told of in a report.
 */
import { rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { compare, confusionMatrix, layers, losses, oneHot, optimizers, sequential } from "glissade";
import { datasets, load, progressBar, save } from "glissade/node";
import { report } from "glissade/report";

/** The article's network: 784-64-64-10. */
const network = ({ seed } = {}) =>
  sequential(
    [
      layers.dense({ units: 64, activation: "relu", inputShape: [784] }),
      layers.dense({ units: 64, activation: "relu" }),
      layers.dense({ units: 10 }),
    ],
    { seed },
  );

const percent = (share) => `${(100 * share).toFixed(2)} %`;
const indented = (text) => String(text).replace(/^/gm, "   ");

const { xTrain, yTrain, xTest, yTest } = await datasets.mnist();
const targets = oneHot(yTrain, 10);
const testTargets = oneHot(yTest, 10);

console.log("1. The article's program: 784-64-64-10, mean squared error, SGD, 10 epochs\n");
const article = network();
article.compile({
  optimizer: optimizers.sgd({ learningRate: 0.01 }),
  loss: losses.meanSquaredError(),
  metrics: ["accuracy"],
});
const history = await article.fit(xTrain, targets, {
  epochs: 10,
  batchSize: 32,
  verbose: 0,
  callbacks: [progressBar({ stream: process.stdout })],
});
const { accuracy } = article.evaluate(xTest, testTargets, { batchSize: 1000 });
console.log(`\n   Test accuracy: ${percent(accuracy)} (chance: one in ten)\n`);
article.dispose();

console.log(
  "2. Which loss, which optimizer? Each pair at five rates from three seeds, on 8,000 digits,",
);
console.log("   2 epochs each; its best rate by 2,000 others\n");
const rows = (data, from, to) => data.take(from, to - from);
const comparison = await compare({
  build: (_, { seed }) => network({ seed }),
  losses: ["meanSquaredError", "categoricalCrossentropy", "f1"],
  optimizers: ["sgd", "rmsprop", "adam"],
  x: rows(xTrain, 0, 8000),
  y: rows(targets, 0, 8000),
  validationData: [rows(xTrain, 50000, 52000), rows(targets, 50000, 52000)],
  fit: { epochs: 2, batchSize: 32 },
});
console.log(indented(comparison.table()));
const [best] = comparison.rows;
console.log(`\n   Best: ${best.loss} with ${best.optimizer} at ${best.learningRate}.\n`);

console.log("3. The best pair on all digits, 5 epochs: what it mistakes, and its file\n");
const model = network();
model.compile({ optimizer: best.optimizer, loss: best.loss, metrics: ["accuracy"] });
model.learningRate = best.learningRate;
const bestHistory = await model.fit(xTrain, targets, {
  epochs: 5,
  batchSize: 32,
  validationData: [xTest, testTargets],
  verbose: 0,
});
const scores = model.predict(xTest, { batchSize: 1000 });
console.log(
  `   Test accuracy: ${percent(bestHistory.val_accuracy.at(-1))}; rows: the digit, columns: what it was taken for\n`,
);
console.log(indented(confusionMatrix(yTest, scores.argMax())));
const path = join(tmpdir(), `glissade-best-${process.pid}.safetensors`);
await save(model, path);
const loaded = await load(path);
await rm(path);
const again = loaded.predict(xTest, { batchSize: 1000 });
const same = Buffer.from(again.data.buffer).equals(Buffer.from(scores.data.buffer));
if (!same) throw new Error("the loaded model predicts other bits than the saved one");
console.log(
  `\n   Saved to one file, loaded back: all ${scores.data.length} scores have the same bits.\n`,
);

const page = "build/report.html";
const subjects = [
  { title: "The article's program", subject: history },
  { title: "Which loss, which optimizer?", subject: comparison },
  { title: "The best pair on all digits", subject: bestHistory },
  { title: "Its test digits", subject: { y: yTest, scores } },
];
await writeFile(page, report(subjects, { title: "Handwritten digits" }));
console.log(`4. A report of all that, for any browser: ${page}`);
