/** brain.js through `train` and `run`. It updates after every row, and all its layers have one activation. */
import { readRows, readWeights } from "../support/data.js";
import { ROWS } from "../support/workloads.js";
import { serve } from "../support/serve.js";
import { rowByRow } from "./batches.js";
import { versionOf } from "./version.js";

/** Keras divides the slopes of squared errors by rows and outputs of a batch: so far does one row of it go. */
const rates = { article: (0.01 * 2) / 10 / 32, larger: 0.001 / 128, tiny: 0.002 };

/** Smallest values where brain.js takes no zero. */
const NONE = 1e-12;

const departures = {
  article: "batch 1 at 1/32 of the rate, in one order; relu on the outputs",
  larger: "batch 1, in one order; squared error; relu on the outputs",
  tiny: "SGD, batch 1, in one order; relu on the outputs",
  row: "relu on the outputs",
  rows: "row by row; relu on the outputs",
};

serve(async (workload) => {
  const { default: brain } = await import("brain.js");
  const { name, data, units } = workload;
  const all = readRows(data);
  const rowOf = (values, width, row) => values.subarray(row * width, (row + 1) * width);
  const [inputs, outputs] = [units[0], units.at(-1)];

  const network = () => {
    const net = new brain.NeuralNetwork({
      inputSize: inputs,
      hiddenLayers: units.slice(1, -1),
      outputSize: outputs,
      activation: "relu",
      learningRate: rates[name] ?? 0.01,
      momentum: NONE,
      ...(name === "larger" && { praxis: "adam", epsilon: 1e-7 }),
    });
    net.initialize();
    readWeights(name).forEach(({ kernel, bias, units, inputs }, i) => {
      net.biases[i + 1].set(bias);
      net.weights[i + 1].forEach((weights, unit) => {
        for (let input = 0; input < inputs; input++) weights[input] = kernel[input * units + unit];
      });
    });
    return net;
  };
  const about = {
    name: "brain.js",
    version: `brain.js ${versionOf("brain.js")}`,
    departs: departures[name],
  };
  const net = network();

  if (workload.kind === "inference") {
    return { ...about, ...rowByRow(workload, (row) => net.run(rowOf(all.x, inputs, row))) };
  }

  const part = (count) =>
    Array.from({ length: count }, (_, row) => ({
      input: Array.from(rowOf(all.x, inputs, row)),
      output: Array.from(rowOf(all.y, outputs, row)),
    }));
  return {
    ...about,
    checkRows: name === "larger" ? 1280 : undefined,
    check(count) {
      const first = network();
      first.train(part(count), { iterations: 1, errorThresh: NONE });
      let sum = 0;
      for (let row = 0; row < count; row++) {
        const target = rowOf(all.y, outputs, row);
        first
          .run(rowOf(all.x, inputs, row))
          .forEach((output, i) => (sum += (output - target[i]) ** 2));
      }
      return sum / count / outputs;
    },
    train(count) {
      const distinct = part(Math.min(count, ROWS[data]));
      const options = { iterations: count / distinct.length, errorThresh: NONE };
      return () => net.train(distinct, options).error;
    },
  };
});
