/** Tries rates and batch sizes for every combination of the main job: trains on 50,000 rows, judges on the other 10,000. */
import { layers, losses, oneHot, optimizers, sequential } from "glissade";
import { datasets } from "glissade/node";

const TRAINING_ROWS = 50000;
const HELD_ROWS = 10000;
const RATES = {
  sgd: {
    meanSquaredError: [0.1, 0.3, 1],
    categoricalCrossentropy: [0.03, 0.1, 0.3],
    f1: [0.3, 1, 3],
  },
  rmsprop: [0.0005, 0.001, 0.002],
  adam: [0.001, 0.002, 0.004],
};
const BATCH_SIZES = { meanSquaredError: [32], categoricalCrossentropy: [32], f1: [64, 128] };

const { xTrain, yTrain } = await datasets.mnist();
const targets = oneHot(yTrain, 10);
const [x, y] = [xTrain, targets].map((all) => all.take(0, TRAINING_ROWS));
const [xHeld, yHeld] = [xTrain, targets].map((all) => all.take(TRAINING_ROWS, HELD_ROWS));

for (const [lossName, batchSizes] of Object.entries(BATCH_SIZES)) {
  for (const [optimizerName, rates] of Object.entries(RATES)) {
    const tried = [];
    for (const learningRate of Array.isArray(rates) ? rates : rates[lossName]) {
      for (const batchSize of batchSizes) {
        const model = sequential([
          layers.dense({ units: 64, activation: "relu", inputShape: [784] }),
          layers.dense({ units: 64, activation: "relu" }),
          layers.dense({ units: 10 }),
        ]);
        const optimizer = optimizers[optimizerName]({ learningRate });
        model.compile({ optimizer, loss: losses[lossName](), metrics: ["accuracy"] });
        await model.fit(x, y, { epochs: 2, batchSize, verbose: 0 });
        const { accuracy } = model.evaluate(xHeld, yHeld, { batchSize: 1000 });
        tried.push({ learningRate, batchSize, accuracy });
        model.dispose();
      }
    }
    tried.sort((a, b) => b.accuracy - a.accuracy);
    const shown = tried.map(
      ({ learningRate, batchSize, accuracy }) =>
        `${learningRate} (batch ${batchSize}) ${(100 * accuracy).toFixed(2)} %`,
    );
    console.log(`${lossName}, ${optimizerName}: ${shown.join(" · ")}`);
  }
}
