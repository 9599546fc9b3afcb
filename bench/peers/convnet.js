/** convnetjs: rows one by one through its trainer, which updates after each batch; in double precision. */
import { readRows, readWeights } from "../support/data.js";
import { ROWS } from "../support/workloads.js";
import { serve } from "../support/serve.js";
import { rowByRow, shuffledBatches } from "./batches.js";
import { versionOf } from "./version.js";

/** Its squared error is half the sum over the outputs, where Keras's is the mean. */
const methods = {
  article: { method: "sgd", momentum: 0, learning_rate: (0.01 * 2) / 10 },
  larger: { method: "adadelta" },
  tiny: { method: "windowgrad", ro: 0.9, eps: 1e-14, learning_rate: 0.001 },
};
const departures = { larger: "Adadelta, as it has no Adam", rows: "row by row" };

serve(async (workload) => {
  const { default: convnetjs } = await import("convnetjs");
  const { name, data, units, batchSize } = workload;
  const all = readRows(data);
  const [inputs, outputs] = [units[0], units.at(-1)];
  const classes = name === "larger";

  const network = () => {
    const net = new convnetjs.Net();
    net.makeLayers([
      { type: "input", out_sx: 1, out_sy: 1, out_depth: inputs },
      ...units
        .slice(1, -1)
        .map((count) => ({ type: "fc", num_neurons: count, activation: "relu" })),
      classes
        ? { type: "softmax", num_classes: outputs }
        : { type: "regression", num_neurons: outputs },
    ]);
    const layers = net.layers.filter(({ layer_type }) => layer_type === "fc");
    readWeights(name).forEach(({ kernel, bias, units, inputs }, i) => {
      layers[i].biases.w.set(bias);
      layers[i].filters.forEach(({ w }, unit) => {
        for (let input = 0; input < inputs; input++) w[input] = kernel[input * units + unit];
      });
    });
    return net;
  };
  const volumeOf = (row) => {
    const volume = new convnetjs.Vol(1, 1, inputs, 0);
    volume.w.set(all.x.subarray(row * inputs, (row + 1) * inputs));
    return volume;
  };
  const volumes = Array.from({ length: ROWS[data] }, (_, row) => volumeOf(row));
  const targets = Array.from({ length: ROWS[data] }, (_, row) =>
    classes ? all.labels[row] : Array.from(all.y.subarray(row * outputs, (row + 1) * outputs)),
  );
  const about = {
    name: "convnetjs",
    version: `convnetjs ${versionOf("convnetjs")}`,
    departs: departures[name] ?? "",
  };
  const net = network();

  if (workload.kind === "inference") {
    return { ...about, ...rowByRow(workload, (row) => net.forward(volumes[row]).w) };
  }

  const trainerOf = (net) =>
    new convnetjs.Trainer(net, { batch_size: batchSize, ...methods[name] });
  const trainer = trainerOf(net);
  return {
    ...about,
    checkRows: classes ? 1280 : undefined,
    check(count) {
      const first = network();
      const fresh = trainerOf(first);
      for (let row = 0; row < count; row++) fresh.train(volumes[row], targets[row]);
      let sum = 0;
      for (let row = 0; row < count; row++) {
        const { w } = first.forward(volumes[row]);
        if (classes) sum -= Math.log(w[targets[row]]);
        else w.forEach((output, i) => (sum += (output - targets[row][i]) ** 2 / outputs));
      }
      return sum / count;
    },
    train: (count) => () => {
      let loss = 0;
      for (const batch of shuffledBatches(count, ROWS[data], batchSize)) {
        loss = 0;
        for (const row of batch) loss += trainer.train(volumes[row], targets[row]).loss;
      }
      // It tells twice the sum of squares.
      return loss / batchSize / (classes ? 1 : 2 * outputs);
    },
  };
});
