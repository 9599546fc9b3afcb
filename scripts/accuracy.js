/** Test accuracy of two trainings on MNIST for the seeds 1, 2 and 3. */
import { layers, oneHot, sequential } from "glissade";
import { datasets } from "glissade/node";

const { xTrain, yTrain, xTest, yTest } = await datasets.mnist();
const trainings = [
  { hidden: 64, compile: { loss: "mse", optimizer: "sgd" }, fit: { epochs: 10, batchSize: 32 } },
  {
    hidden: 512,
    compile: { loss: "categoricalCrossentropy", optimizer: "adam" },
    fit: { epochs: 3, batchSize: 128 },
  },
];
for (const { hidden, compile, fit } of trainings) {
  for (const seed of [1, 2, 3]) {
    const model = sequential(
      [
        layers.dense(hidden, { activation: "relu", inputShape: [784] }),
        layers.dense(hidden, { activation: "relu" }),
        layers.dense(10),
      ],
      { seed },
    );
    model.compile({ ...compile, metrics: ["accuracy"] });
    await model.fit(xTrain, oneHot(yTrain), { ...fit, verbose: 0 });
    const { accuracy } = model.evaluate(xTest, oneHot(yTest), { batchSize: 1000 });
    console.log(`784-${hidden}-${hidden}-10, ${compile.optimizer}, seed ${seed}: ${accuracy}`);
    model.dispose();
  }
}
