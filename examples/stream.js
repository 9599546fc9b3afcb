/**
 * Training on a stream without end: digits moved by a pixel or two, each made when it is read. In
 * memory are no more of them than the shuffling buffer and the batches read ahead. Whenever the
 * validation loss no longer falls, the learning rate does.
 */
import { callbacks, dataset, layers, optimizers, sequential } from "glissade";
import { datasets } from "glissade/node";

const { xTrain, yTrain, xTest, yTest } = await datasets.mnist({ dtype: "uint8" });

/** Whole numbers below `count`, the same ones every run. */
let state = 2;
const below = (count) => {
  state = (1664525 * state + 1013904223) % 4294967296;
  return Math.floor((count * state) / 4294967296);
};

/** Row numbers, as a slow source would hand them over: one by one, without end. */
async function* rows() {
  for (;;) yield below(5000);
}

/** An image moved by up to two pixels each way; what leaves on one side is gone. */
function moved(image) {
  const [right, down] = [below(5) - 2, below(5) - 2];
  return image.map((_, i) => {
    const [x, y] = [(i % 28) - right, Math.floor(i / 28) - down];
    return x >= 0 && x < 28 && y >= 0 && y < 28 ? image[28 * y + x] : 0;
  });
}

const stream = dataset(rows)
  .map((row) => ({ x: moved(xTrain.take(row, 1).data), y: yTrain.data[row] }))
  .shuffle(256)
  .batch(64)
  .prefetch(2);

const model = sequential([
  layers.input({ shape: [784], dtype: "uint8" }),
  layers.rescaling(1 / 255),
  layers.dense(128, { activation: "relu" }),
  layers.dense(10, { activation: "softmax" }),
]);
model.compile({
  optimizer: optimizers.adam({ learningRate: 0.01 }),
  loss: "sparseCategoricalCrossentropy",
  metrics: ["accuracy"],
});
const history = await model.fitDataset(stream, {
  epochs: 12, // of a stream that goes on: an epoch is so many steps of it
  stepsPerEpoch: 120,
  validationData: [xTest, yTest],
  callbacks: [callbacks.reduceLROnPlateau({ patience: 1, factor: 0.3 })],
});
for (const epoch of history.epoch) {
  const [rate, accuracy] = [history.learningRate[epoch], history.val_accuracy[epoch]];
  console.log(`epoch ${epoch + 1}: rate ${rate.toFixed(4)}, accuracy ${accuracy.toFixed(3)}`);
}
