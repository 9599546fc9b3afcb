/** A study over the journal that it is given; says when it begins, and what it came to. Made to be killed. */
import { layers, search, sequential, space, split, tune } from "glissade";
import "glissade/node";

const rows = 120;
const x = Array.from({ length: rows }, (_, i) => [
  ((i * 37) % 61) / 30 - 1,
  ((i * 53) % 59) / 30 - 1,
]);
const y = x.map(([a, b]) => Number(a * b > 0));

const { trials } = await tune({
  build: ({ units, learningRate }, { seed }) => {
    const model = sequential(
      [
        layers.dense({ units, activation: "tanh", inputShape: [2] }),
        layers.dense({ units: 1, activation: "sigmoid" }),
      ],
      { seed },
    );
    model.compile({ optimizer: "adam", loss: "binaryCrossentropy" });
    model.learningRate = learningRate;
    return model;
  },
  space: { units: space.logInt(2, 32), learningRate: space.logUniform(1e-3, 1e-1) },
  x,
  y,
  folds: split.kFold(3),
  search: search.tpe({ trials: 300, startupTrials: 20 }),
  fit: { epochs: 3, batchSize: 8 },
  seed: 5,
  journal: process.argv[2],
  callbacks: [{ onStudyBegin: () => process.stdout.write("begins\n") }],
});
const told = trials.map((trial) => ({ ...trial, seconds: 0 }));
process.stdout.write(`${JSON.stringify(told)}\n`);
