/** Exclusive or: the smallest thing that a network without a hidden layer cannot learn. */
import { layers, optimizers, sequential } from "glissade";

const corners = [
  [0, 0],
  [0, 1],
  [1, 0],
  [1, 1],
];
const model = sequential([
  layers.dense(8, { activation: "tanh", inputShape: [2] }),
  layers.dense(1, { activation: "sigmoid" }),
]);
model.compile({
  optimizer: optimizers.adam({ learningRate: 0.05 }),
  loss: "binaryCrossentropy",
  metrics: ["accuracy"],
});
await model.fit(corners, [0, 1, 1, 0], { epochs: 300, batchSize: 4, verbose: 0 });
console.log(model.predict(corners).toArray().flat().map(Math.round));
