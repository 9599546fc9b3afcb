/** Stops when validation no longer improves, keeps the best weights, and writes the model to one file. */
import { callbacks, layers, sequential } from "glissade";
import { datasets, load, save } from "glissade/node";

const { xTrain, yTrain, xTest, yTest } = await datasets.mnist({ dtype: "uint8" });

const model = sequential([
  layers.input({ shape: [784], dtype: "uint8" }), // pixels stay bytes until the next layer
  layers.rescaling(1 / 255),
  layers.dense(128, { activation: "relu" }),
  layers.dropout(0.2),
  layers.dense(10, { activation: "softmax" }),
]);
model.compile({ optimizer: "adam", loss: "sparseCategoricalCrossentropy", metrics: ["accuracy"] });
const history = await model.fit(xTrain, yTrain, {
  epochs: 30,
  batchSize: 128,
  validationSplit: 0.1,
  callbacks: [callbacks.earlyStopping({ patience: 2, restoreBestWeights: true })],
});
console.log(`${history.epoch.length} epochs, best val_loss ${Math.min(...history.val_loss)}`);

await save(model, "digits.safetensors");
const digits = await load("digits.safetensors");
console.log(
  "a test digit:",
  digits.predict(xTest.take(0, 1)).argMax().data[0],
  "is",
  yTest.data[0],
);
