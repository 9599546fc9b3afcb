import { layers, sequential, standardize } from "../../../dist/index.js";
import { rows } from "./rows.js";

export const data = rows;

export const prepare = (x) => standardize(x);

export function build({ units, optimizer = "adam", learningRate }, { seed }) {
  const model = sequential(
    [
      layers.dense({ units, activation: "tanh", inputShape: [2] }),
      layers.dropout(0.1),
      layers.dense({ units: 1, activation: "sigmoid" }),
    ],
    { seed },
  );
  model.compile({ optimizer, loss: "binaryCrossentropy", metrics: ["accuracy"] });
  if (learningRate) model.learningRate = learningRate;
  return model;
}

const slow = (milliseconds) => ({
  onEpochEnd: () => new Promise((resolve) => setTimeout(resolve, milliseconds)),
});

/** The more units the smaller are the batches, and the sooner the trial ends where `wait` says so. */
export const fit = {
  batchSize: ({ units }) => 14 - units,
  callbacks: ({ units, wait }) => (wait ? [slow((9 - units) * wait)] : []),
};
