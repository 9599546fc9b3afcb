/** Times whole trainings through `fit`, as users run them, and compares them with the peak of this core. */
import { layers, oneHot, sequential } from "glissade";
import { datasets } from "glissade/node";
import { measurePeak } from "./support/peak.js";

const EPOCHS = 8;

const trainings = [
  {
    name: "784-64-64-10, mean squared error, SGD, batch 32",
    units: [64, 64, 10],
    compile: { loss: "mse", optimizer: "sgd" },
    batchSize: 32,
    rows: 60000,
  },
  {
    name: "784-512-512-10, cross-entropy, Adam, batch 128",
    units: [512, 512, 10],
    compile: { loss: "categoricalCrossentropy", optimizer: "adam" },
    batchSize: 128,
    rows: 12800,
  },
];

/** Multiplications and additions of one row: forward, by weights, and by inputs of all layers but the first. */
const operations = (units) =>
  units.reduce((sum, unit, i) => sum + (i ? 6 : 4) * unit * (i ? units[i - 1] : 784), 0);

const { xTrain, yTrain } = await datasets.mnist();
const peaks = [await measurePeak()];
for (const { name, units, compile, batchSize, rows } of trainings) {
  const model = sequential([
    layers.input({ shape: [784] }),
    ...units.map((unit, i) =>
      layers.dense(unit, i < units.length - 1 ? { activation: "relu" } : {}),
    ),
  ]);
  model.compile(compile);
  const seconds = [];
  let began;
  const clock = {
    onEpochBegin: () => (began = performance.now()),
    onEpochEnd: () => seconds.push((performance.now() - began) / 1000),
  };
  const x = xTrain.take(0, rows);
  const y = oneHot(yTrain.take(0, rows), 10);
  await model.fit(x, y, { epochs: EPOCHS, batchSize, callbacks: [clock], verbose: 0 });
  model.dispose();
  peaks.push(await measurePeak());
  const peak = Math.max(...peaks.slice(-2));
  const sorted = seconds.slice(1).sort((a, b) => a - b);
  const tell = (label, time) => {
    const gigaflops = (operations(units) * rows) / time / 1e9;
    const share = ((100 * gigaflops) / peak).toFixed(0);
    console.log(
      `  ${label}: ${Math.round(rows / time).toLocaleString("en-US")} samples/s, ` +
        `${gigaflops.toFixed(1)} GFLOP/s, ${share} % of the peak of ${peak.toFixed(1)}`,
    );
  };
  console.log(`${name}: ${rows.toLocaleString("en-US")} rows`);
  tell("best epoch  ", sorted[0]);
  tell("median epoch", sorted[sorted.length >> 1]);
}
