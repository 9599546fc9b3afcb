/** The source article's program: real digits, mean squared error, SGD. Run it with `node examples/article.js`. */
import { layers, losses, oneHot, optimizers, sequential } from "glissade";
import { datasets } from "glissade/node";

const { xTrain, yTrain, xTest, yTest } = await datasets.mnist();

const model = sequential([
  layers.dense({ units: 64, activation: "relu", inputShape: [784] }),
  layers.dense({ units: 64, activation: "relu" }),
  layers.dense({ units: 10 }),
]);
model.compile({
  optimizer: optimizers.sgd({ learningRate: 0.01 }),
  loss: losses.meanSquaredError(),
  metrics: ["accuracy"],
});
await model.fit(xTrain, oneHot(yTrain), { epochs: 10, batchSize: 32 });

const { loss, accuracy } = model.evaluate(xTest, oneHot(yTest));
console.log({ loss, accuracy });
model.dispose();
