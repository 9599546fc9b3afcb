import { GlissadeError, layers, sequential } from "../../../dist/index.js";
import { build as buildModel, data } from "./ring.js";

export { data };

const faults = {
  loop() {
    for (;;);
  },
  error() {
    throw new RangeError("no such model");
  },
  refusal() {
    throw new GlissadeError("ERR_SHAPE", "build: the layers must fit");
  },
  divergence() {
    const model = sequential([layers.dense({ units: 1, inputShape: [2] })]);
    model.compile({ optimizer: "sgd", loss: "meanSquaredError", metrics: ["accuracy"] });
    model.learningRate = 1e30;
    return model;
  },
  text() {
    throw "a text";
  },
};

/** Models are as they should be, but for units above 3. */
export const build = ({ fault, units }, building) =>
  (units > 3 && faults[fault]()) || buildModel({ units }, building);
