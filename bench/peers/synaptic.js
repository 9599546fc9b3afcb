/** synaptic through its `Trainer`. It updates after every row; its code is written for the network, so large ones fail. */
import { readRows, readWeights } from "../support/data.js";
import { ROWS } from "../support/workloads.js";
import { serve } from "../support/serve.js";
import { versionOf } from "./version.js";

/** Keras divides the slopes of squared errors by rows and outputs of a batch: so far does one row of it go. */
const rates = { article: (0.01 * 2) / 10 / 32, tiny: 0.002 };
const departures = {
  article: "batch 1 at 1/32 of the rate",
  tiny: "SGD, batch 1",
};
/** Where an epoch takes minutes, a check sees fewer rows. */
const CHECK_ROWS = { article: 320 };
const NONE = 1e-12;

serve(async (workload) => {
  const { default: synaptic } = await import("synaptic");
  const { name, data, units } = workload;
  if (!departures[name]) throw new Error("trains no network of this size");
  const { Architect, Neuron, Trainer } = synaptic;
  const all = readRows(data);
  const [inputs, outputs] = [units[0], units.at(-1)];
  const rate = rates[name];

  const network = () => {
    const net = new Architect.Perceptron(...units);
    const { input, hidden, output } = net.layers;
    output.set({ squash: Neuron.squash.IDENTITY });
    for (const layer of hidden) layer.set({ squash: Neuron.squash.RELU });
    const layers = [input, ...hidden, output];
    readWeights(name).forEach(({ kernel, bias, units }, i) => {
      const place = new Map(layers[i].list.map(({ ID }, index) => [ID, index]));
      layers[i + 1].list.forEach((neuron, unit) => {
        neuron.bias = bias[unit];
        for (const connection of Object.values(neuron.connections.inputs)) {
          connection.weight = kernel[place.get(connection.from.ID) * units + unit];
        }
      });
    });
    return net;
  };
  const part = (count) =>
    Array.from({ length: count }, (_, row) => ({
      input: Array.from(all.x.subarray(row * inputs, (row + 1) * inputs)),
      output: Array.from(all.y.subarray(row * outputs, (row + 1) * outputs)),
    }));
  const trainer = new Trainer(network());
  return {
    name: "synaptic",
    version: `synaptic ${versionOf("synaptic")}`,
    departs: departures[name],
    checkRows: CHECK_ROWS[name],
    check(count) {
      const first = new Trainer(network());
      first.train(part(count), { rate, iterations: 1, error: NONE });
      return first.test(part(count)).error;
    },
    train(count) {
      const distinct = part(Math.min(count, ROWS[data]));
      const options = { rate, iterations: count / distinct.length, error: NONE, shuffle: true };
      return () => trainer.train(distinct, options).error;
    },
  };
});
