/**
 * How the cost of a training step grows with batch, width and depth, up to a network of 60 million parameters: time,
 * share of peak, and the engine's memory. Cross-entropy and Adam, which keeps two slots for each parameter.
 */
import { engineInfo, layers, sequential } from "glissade";
import { measurePeak } from "./support/peak.js";

const INPUTS = 784;
const CLASSES = 10;
const SLOTS = 2;
const WINDOW_MS = 60;
const WINDOWS = 12;

const sum = (numbers) => numbers.reduce((a, b) => a + b, 0);

/** Sizes of a network of so many hidden layers of one width. */
const sizesOf = (width, depth) => [INPUTS, ...Array(depth).fill(width), CLASSES];
/** Numbers in the kernel of each layer. */
const kernelsOf = (sizes) => sizes.slice(1).map((units, i) => sizes[i] * units);
const parametersOf = (sizes) => sum(kernelsOf(sizes)) + sum(sizes.slice(1));
/** Forward, by weights, and by inputs of all layers but the first. */
const operationsOf = (sizes, batch) =>
  2 * batch * (3 * sum(kernelsOf(sizes)) - kernelsOf(sizes)[0]);
/** Inputs; what each layer and each activation makes, and its slope; targets. */
const arenaOf = (sizes, batch) => {
  const hidden = sum(sizes.slice(1, -1));
  return 4 * batch * (INPUTS + 2 * (2 * hidden + 2 * CLASSES) + CLASSES);
};

/** Seconds of a step: the best window of some. */
async function stepSeconds({ width, depth, batch }) {
  const hidden = Array.from({ length: depth }, () => layers.dense(width, { activation: "relu" }));
  const model = sequential([
    layers.input({ shape: [INPUTS] }),
    ...hidden,
    layers.dense(CLASSES, { activation: "softmax" }),
  ]);
  model.compile({ optimizer: "adam", loss: "sparseCategoricalCrossentropy" });
  const x = Float32Array.from({ length: batch * INPUTS }, (_, i) => ((i * 7919) % 1009) / 1009);
  const y = Int32Array.from({ length: batch }, (_, i) => i % CLASSES);
  const first = await seconds(model, x, y, batch, 2);
  const steps = Math.max(1, Math.round(WINDOW_MS / 1000 / first));
  let best = Infinity;
  for (let window = 0; window < (first > 0.5 ? 2 : WINDOWS); window++) {
    best = Math.min(best, await seconds(model, x, y, batch, steps));
  }
  model.dispose();
  return best;
}

async function seconds(model, x, y, batchSize, steps) {
  const began = performance.now();
  await model.fit(x, y, { batchSize, epochs: steps, verbose: 0 });
  return (performance.now() - began) / 1000 / steps;
}

/** Slope, intercept and share explained of the least-squares line through points. */
function line(xs, ys) {
  const [mx, my] = [sum(xs) / xs.length, sum(ys) / ys.length];
  const sxx = sum(xs.map((x) => (x - mx) ** 2));
  const syy = sum(ys.map((y) => (y - my) ** 2));
  const sxy = sum(xs.map((x, i) => (x - mx) * (ys[i] - my)));
  return { slope: sxy / sxx, start: my - (sxy / sxx) * mx, explained: sxy ** 2 / (sxx * syy) };
}

async function measured(network) {
  const sizes = sizesOf(network.width, network.depth);
  const time = await stepSeconds(network);
  const share = operationsOf(sizes, network.batch) / time / 1e9 / peak;
  return { ...network, parameters: parametersOf(sizes), time, share };
}

function tell({ batch, width, depth, parameters, time, share }) {
  const cells = [batch, width, depth, parameters.toLocaleString("en-US")];
  const times = [(1e3 * time).toFixed(3), Math.round(batch / time).toLocaleString("en-US")];
  const all = [...cells, ...times, `${(100 * share).toFixed(0)} %`];
  console.log(all.map((cell, i) => `${cell}`.padStart(i < 3 ? 6 : 12)).join(""));
}

const peak = await measurePeak();

const largest = await measured({ batch: 256, width: 5280, depth: 3 });
const { memoryBytes } = engineInfo();
const wanted =
  4 * largest.parameters * (2 + SLOTS) + arenaOf(sizesOf(largest.width, largest.depth), 256);

console.log(
  ` batch width hidden  parameters     ms/step   samples/s  of ${peak.toFixed(1)} GFLOP/s`,
);
const series = {
  batch: [8, 16, 32, 64, 128, 256, 512].map((batch) => ({ batch, width: 512, depth: 2 })),
  width: [64, 128, 256, 512, 1024, 2048].map((width) => ({ batch: 128, width, depth: 2 })),
  depth: [1, 2, 4, 8, 16, 32].map((depth) => ({ batch: 128, width: 256, depth })),
};
for (const [name, networks] of Object.entries(series)) {
  const rows = [];
  for (const network of networks) rows.push(await measured(network));
  rows.forEach(tell);
  const times = rows.map(({ time }) => 1e3 * time);
  const power = line(
    rows.map((row) => Math.log(row[name])),
    times.map(Math.log),
  );
  // Cost is to grow with the parameters, and so with the square of the width.
  const [unit, of] =
    name === "width"
      ? ["million parameters", ({ parameters }) => parameters / 1e6]
      : [name, (row) => row[name]];
  const { start, slope, explained } = line(rows.map(of), times);
  console.log(
    `  ms = ${start.toFixed(3)} + ${slope.toPrecision(3)} x ${unit} ` +
      `(${(100 * explained).toFixed(1)} % explained); as a power, ${name}^${power.slope.toFixed(2)}`,
  );
}
tell(largest);
console.log(
  `  engine memory ${(memoryBytes / 1e6).toFixed(0)} MB, ${(memoryBytes / wanted).toFixed(3)} of ` +
    `parameters x (2 + ${SLOTS}) + batch arenas`,
);
