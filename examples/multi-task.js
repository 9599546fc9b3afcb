/**
 * Three tasks on one trunk: which digit it is, whether it is even, and how much ink it took.
 * Losses, their weights and metrics are keyed by output.
 */
import { graph, layers } from "glissade";
import { datasets } from "glissade/node";

const { xTrain, yTrain, xTest, yTest } = await datasets.mnist();

const image = layers.input({ shape: [784] });
const trunk = layers.dense(96, { activation: "relu" }).apply(image);
const model = graph({
  inputs: image,
  outputs: {
    digit: layers.dense(10, { activation: "softmax" }).apply(trunk),
    even: layers.dense(1, { activation: "sigmoid" }).apply(trunk),
    ink: layers.dense(1).apply(trunk),
  },
});
model.compile({
  optimizer: "adam",
  loss: {
    digit: "sparseCategoricalCrossentropy",
    even: "binaryCrossentropy",
    ink: "meanSquaredError",
  },
  lossWeights: { digit: 1, even: 0.5, ink: 0.1 },
  metrics: { digit: ["accuracy"], even: ["accuracy"], ink: ["meanAbsoluteError"] },
});

/** The targets of all three. Ink is counted in hundreds of black pixels. */
function targetsOf(images, labels) {
  const inkOf = (row) => images.take(row, 1).data.reduce((sum, pixel) => sum + pixel, 0) / 100;
  return {
    digit: labels,
    even: labels.data.map((label) => 1 - (label % 2)),
    ink: Float32Array.from(labels.data, (_, row) => inkOf(row)),
  };
}
const [x, labels] = [xTrain.take(0, 12000), yTrain.take(0, 12000)];
const history = await model.fit(x, targetsOf(x, labels), {
  epochs: 5,
  validationData: [xTest, targetsOf(xTest, yTest)],
});

// Losses and metrics an epoch, by output: those of training bare, those of validation after val_.
for (const epoch of history.epoch) {
  const digit = history.val_digit_accuracy[epoch].toFixed(3);
  const even = history.val_even_accuracy[epoch].toFixed(3);
  const ink = history.val_ink_meanAbsoluteError[epoch].toFixed(3);
  console.log(`epoch ${epoch + 1}: digit ${digit}, even ${even}, ink within ${ink}`);
}
const { digit, even, ink } = model.predict(xTest.take(0, 1));
console.log(
  `the first test digit is a ${digit.argMax().data[0]}, ` +
    `${even.data[0] > 0.5 ? "even" : "odd"}, of ${Math.round(100 * ink.data[0])} black pixels`,
);
