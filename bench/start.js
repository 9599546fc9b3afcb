/**
 * What the library costs before it trains, and beside what it trains on: each figure is of a process that does it, less
 * the same of bare Node, started by turns.
 */
import { spawnSync } from "node:child_process";
import { median } from "./support/statistics.js";

const STARTS = 30;
const FITS = 5;
const BATCH = 32;
const ROWS = 10000;

/** The article's network, trained on so many rows; tells what data and engine take up. */
const program = (rows, epochs) => `
  import { engineInfo, layers, sequential } from "glissade";
  const model = sequential([
    layers.dense({ units: 64, activation: "relu", inputShape: [784] }),
    layers.dense({ units: 64, activation: "relu" }),
    layers.dense({ units: 10 }),
  ]);
  model.compile({ optimizer: "sgd", loss: "meanSquaredError", metrics: ["accuracy"] });
  const x = new Float32Array(${rows} * 784).fill(0.5);
  const y = new Float32Array(${rows} * 10).fill(0.5);
  await model.fit(x, y, { epochs: ${epochs}, batchSize: ${BATCH}, verbose: 0 });
  const own = x.byteLength + y.byteLength + engineInfo().memoryBytes;
`;

/** Bytes: `file` is what of it is Node's own program, as far as it was run; Linux alone tells that. */
const ending = `
  const { readFileSync, existsSync } = await import("node:fs");
  const status = "/proc/self/status";
  const text = existsSync(status) ? readFileSync(status, "utf8") : "";
  const file = 1024 * Number(/RssFile:\\s*(\\d+)/.exec(text)?.[1] ?? 0);
  const peak = 1024 * process.resourceUsage().maxRSS;
  process.stdout.write(JSON.stringify({ own, peak, file }));
`;

const programs = {
  bare: "const own = 0;",
  step: program(BATCH, 1),
  fit: program(ROWS, 5),
};

/** Runs one of the programs, and takes the time from its start to its end. */
function start(name) {
  const began = performance.now();
  const code = programs[name] + ending;
  const { stdout } = spawnSync(process.execPath, ["--input-type=module", "-e", code]);
  return { time: performance.now() - began, ...JSON.parse(stdout) };
}

const runs = { bare: [], step: [], fit: [] };
for (let i = 0; i < STARTS; i++) {
  for (const name of Object.keys(runs)) {
    if (name !== "fit" || i < FITS) runs[name].push(start(name));
  }
}

const best = (values) => Math.min(...values);
const time = (run) => run.time;
const over = (choose, name, of) => choose(runs[name].map(of)) - choose(runs.bare.map(of));

console.log(`import, build and first step over bare Node, ${STARTS} starts by turns:`);
console.log(
  `  best ${over(best, "step", time).toFixed(1)} ms, median ${over(median, "step", time).toFixed(1)} ms; ` +
    `bare Node ${best(runs.bare.map(time)).toFixed(1)} ms`,
);
const megabytes = (bytes) => `${(bytes / 1e6).toFixed(1)} MB`;
const peak = over(median, "fit", (run) => run.peak - run.own);
const file = over(median, "fit", (run) => run.file);
console.log(
  `peak memory of a fit on ${ROWS} rows over bare Node, data and engine's memory taken off:`,
);
console.log(
  `  ${megabytes(peak)}, of which ${megabytes(file)} are more of Node's own program: its compilers, once they run`,
);
