/**
 * What a fit on ten million rows of a stream costs: rows a second, and what memory grows by after its first tenth.
 * Run it with `node --expose-gc bench/stream.js [rows]`.
 */
import { dataset, engineInfo, layers, sequential } from "glissade";

const ROWS = Number(process.argv[2] ?? 10_000_000);
const WIDTH = 8;
const BATCH = 256;

/** Noisy sums, from a linear congruential generator (Knuth's MMIX constants would need 64 bits; these are Borland's). */
function* rows() {
  let state = 1;
  const next = () => (state = (Math.imul(state, 22695477) + 1) >>> 0) / 4294967296;
  for (let row = 0; row < ROWS; row++) {
    const x = new Float32Array(WIDTH);
    let sum = 0;
    for (let i = 0; i < WIDTH; i++) sum += x[i] = next();
    yield { x, y: sum + next() / 10 };
  }
}

const model = sequential([
  layers.dense(16, { activation: "relu", inputShape: [WIDTH] }),
  layers.dense(1),
]);
model.compile({ optimizer: "adam", loss: "mse" });

const megabytes = (bytes) => `${(bytes / 1e6).toFixed(1)} MB`;
function measure() {
  globalThis.gc?.();
  const { heapUsed, rss } = process.memoryUsage();
  return { heapUsed, rss, engine: engineInfo().memoryBytes };
}

const steps = Math.ceil(ROWS / BATCH);
const marks = [];
const watch = {
  onBatchEnd(step) {
    if ((step + 1) % Math.ceil(steps / 10) === 0) marks.push(measure());
  },
};
const began = performance.now();
const { loss } = await model.fitDataset(dataset(rows).shuffle(1000).batch(BATCH).prefetch(2), {
  callbacks: [watch],
});
const seconds = (performance.now() - began) / 1000;

console.log(
  `${ROWS.toLocaleString("en-US")} rows in ${seconds.toFixed(1)} s, loss ${loss[0].toFixed(4)}`,
);
console.log(`${Math.round(ROWS / seconds).toLocaleString("en-US")} rows/s`);
const [first, last] = [marks[0], measure()];
for (const kind of ["heapUsed", "rss", "engine"]) {
  const most = Math.max(...marks.map((mark) => mark[kind]));
  console.log(
    `${kind}: ${megabytes(first[kind])} after a tenth, ${megabytes(last[kind])} at the end, ${megabytes(most)} at most`,
  );
}
