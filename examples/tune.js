/**
 * Which units, rate, dropout and loss read handwritten digits best? Twelve tries, each on three folds; bad ones end early.
 * Kill it and start it again: it goes on from digits-study.log, which Optuna opens as well.
 */
import { layers, optimizers, pruners, search, sequential, space, split, tune } from "glissade";
import { datasets } from "glissade/node";

const { xTrain, yTrain, xTest, yTest } = await datasets.mnist();

const result = await tune({
  build: ({ units, learningRate, dropout, loss }, { seed }) => {
    const activation = loss === "f1" ? "linear" : "softmax";
    const model = sequential(
      [
        layers.dense({ units, activation: "relu", inputShape: [784] }),
        layers.dropout(dropout),
        layers.dense({ units: 10, activation }),
      ],
      { seed },
    );
    model.compile({ optimizer: optimizers.adam({ learningRate }), loss, metrics: ["accuracy"] });
    return model;
  },
  space: {
    units: space.logInt(16, 128),
    learningRate: space.logUniform(1e-4, 1e-2),
    dropout: space.uniform(0, 0.4),
    loss: space.choice(["sparseCategoricalCrossentropy", "f1"]),
  },
  x: xTrain.take(0, 3000),
  y: yTrain.take(0, 3000),
  folds: split.kFold(3, { stratified: true }),
  search: search.tpe({ trials: 12, startupTrials: 6 }),
  pruner: pruners.median({ startupTrials: 4 }),
  fit: { epochs: 4 },
  objective: "val_accuracy",
  journal: "digits-study.log",
});

console.log(result.table());
const model = await result.refit();
const { accuracy } = model.evaluate(xTest, yTest);
console.log(
  `\nthe best, trained on all 3000 digits, reads ${(100 * accuracy).toFixed(1)} % of the test digits`,
);
