/**
 * What a training step and a prediction cost beside their kernels, which are recorded and called again in a bare loop;
 * and the garbage that a step leaves.
 */
import v8 from "node:v8";
import { recorded } from "./support/replay.js";
import { layers, oneHot, sequential, tensor } from "glissade";
import { datasets } from "glissade/node";

const WINDOWS = 40;
const WARM_WINDOWS = 13;
const STEPS = 50;
const GARBAGE_STEPS = 20000;

function modelOf(inputs, units, compilation) {
  const model = sequential([
    layers.input({ shape: [inputs] }),
    ...units.slice(0, -1).map((count) => layers.dense(count, { activation: "relu" })),
    layers.dense(units.at(-1)),
  ]);
  if (compilation) model.compile(compilation);
  return model;
}

/** Best microseconds of one call of each of some functions, in windows by turns; the first ones warm up. */
async function byTurns(runs, calls) {
  const best = runs.map(() => Infinity);
  for (let window = -WARM_WINDOWS; window < WINDOWS; window++) {
    for (const [i, run] of runs.entries()) {
      const began = performance.now();
      await run();
      const time = (1000 * (performance.now() - began)) / calls;
      if (window >= 0) best[i] = Math.min(best[i], time);
    }
  }
  return best;
}

const repeated = (run, times) => () => {
  for (let i = 0; i < times; i++) run();
};

const tell = (what, time, bare) =>
  console.log(
    `${what}: ${time.toFixed(2)} us, its kernels alone ${bare.toFixed(2)}, beside them ${(time - bare).toFixed(2)}`,
  );

/** A step within `fit`, against the kernels of one. */
async function step(name, model, x, y, batchSize) {
  const replay = recorded(() => model.trainOnBatch(x.take(0, batchSize), y.take(0, batchSize)));
  const options = { batchSize, stepsPerEpoch: STEPS, epochs: 1e9, verbose: 0 };
  const fit = model.train(x, y, options);
  const runs = [() => fit.next(), repeated(replay, STEPS)];
  const [time, bare] = await byTurns(runs, STEPS);
  await fit.return();
  tell(`${name}, a step of fit`, time, bare);
  console.log(`  ${Math.round((1e6 * batchSize) / time).toLocaleString("en-US")} samples/s`);
}

/** Bytes of JavaScript memory that a step takes up: what is in use at the end, and what was collected on the way. */
async function garbage(model, x, y, batchSize) {
  const steps = { batchSize, stepsPerEpoch: 1000, verbose: 0 };
  await model.fit(x, y, steps);
  const used = () => v8.getHeapStatistics().used_heap_size;
  const before = used();
  const profiler = new v8.GCProfiler();
  profiler.start();
  await model.fit(x, y, { ...steps, epochs: GARBAGE_STEPS / 1000 });
  const after = used();
  const sizeOf = ({ heapStatistics }) => heapStatistics.usedHeapSize;
  const collected = profiler
    .stop()
    .statistics.reduce((sum, { beforeGC, afterGC }) => sum + sizeOf(beforeGC) - sizeOf(afterGC), 0);
  const bytes = Math.round((after - before + collected) / GARBAGE_STEPS);
  console.log(
    `  garbage: ${bytes.toLocaleString("en-US")} bytes a step, of ${GARBAGE_STEPS} steps`,
  );
}

const { xTrain, yTrain } = await datasets.mnist();
const digits = oneHot(yTrain, 10);
const article = modelOf(784, [64, 64, 10], { loss: "mse", optimizer: "sgd" });
await step("784-64-64-10, batch 32, 60,000 digits", article, xTrain, digits, 32);
const some = xTrain.take(0, 3200);
await step("the same, 3,200 digits", article, some, digits.take(0, 3200), 32);
await garbage(article, xTrain, digits, 32);

const tiny = modelOf(13, [32, 1], { loss: "mse", optimizer: "rmsprop" });
const houses = tensor(
  Float32Array.from({ length: 13 * 16000 }, (_, i) => (i % 101) / 101),
  [-1, 13],
);
const prices = tensor(
  Float32Array.from({ length: 16000 }, (_, i) => (i % 7) / 7),
  [-1, 1],
);
await step("13-32-1, batch 16, RMSprop", tiny, houses, prices, 16);

const large = modelOf(784, [512, 512, 10]);
const row = xTrain.take(0, 1);
const predict = () => large.predict(row);
predict();
const runs = [predict, recorded(predict)].map((run) => repeated(run, STEPS));
tell("784-512-512-10, predict of one row", ...(await byTurns(runs, STEPS)));
