/**
 * Measures glissade and its peers. Every contestant does one workload in a process of its own, on one thread; their
 * short windows take turns, so what else the machine does hits all alike. `--quick` takes three windows instead of
 * twenty; `--only article,jax` keeps the workloads and the contestants whose names hold a word.
 */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { cpus, loadavg } from "node:os";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { datasets } from "glissade/node";
import { format } from "prettier";
import { toSvg } from "./support/chart.js";
import { contestants } from "./support/contestants.js";
import { writeData } from "./support/data.js";
import { compilePlain, installPeers } from "./support/install.js";
import { measurePeak } from "./support/peak.js";
import { toMarkdown } from "./support/report.js";
import { pinned, Runner } from "./support/runner.js";
import { summarize } from "./support/statistics.js";
import { workloads } from "./support/workloads.js";

const root = fileURLToPath(new URL("..", import.meta.url));
const scratch = `${root}build/bench`;
const WINDOWS = 20;
const QUICK_WINDOWS = 3;

const { quick, only, report } = parseArgs({
  options: { quick: { type: "boolean" }, only: { type: "string" }, report: { type: "boolean" } },
}).values;
const windows = quick ? QUICK_WINDOWS : WINDOWS;

/** Workloads and contestants that the words of `--only` name; all where none does. */
function chosen() {
  const words = only?.split(",") ?? [];
  const works = Object.keys(workloads).filter((name) => words.includes(name));
  const isNamed = ({ name }) => words.some((word) => name.includes(word));
  // All are compared with glissade.
  const isWanted = (each) => isNamed(each) || each.name.startsWith("glissade");
  return {
    works: works.length ? works : Object.keys(workloads),
    running: contestants.some(isNamed) ? contestants.filter(isWanted) : contestants,
  };
}

/** Starts one contestant; what it cannot do is said, and stops nobody else. */
async function start(contestant, workload) {
  const runner = new Runner(contestant, workload, scratch);
  try {
    const { ready, why, ...about } = await runner.ready();
    if (!ready) throw new Error(why);
    const checked = await runner.ask("check");
    // What is no number comes as null.
    if (checked.loss === null) throw new Error("its loss became infinite");
    return { ...contestant, runner, ...about, name: contestant.name, checked, windows: [] };
  } catch (error) {
    await runner.end();
    if (error.cause) console.error(error.cause);
    return { ...contestant, missing: error.message };
  }
}

/** Losses are compared over as many rows as the slowest could train. */
async function compareChecks(running) {
  const glissade = running.find(({ name }) => name === "glissade");
  for (const { checked } of running) {
    if (checked.loss === undefined || !glissade) continue;
    const own = checked.rows
      ? await glissade.runner.ask(`check ${checked.rows}`)
      : glissade.checked;
    checked.glissade = own.loss;
  }
}

/** A round is one window of each; the first only warms up. */
async function takeTurns(running) {
  for (let round = 0; round <= windows; round++) {
    for (const each of running.filter(({ missing }) => !missing)) {
      try {
        const window = await each.runner.ask("window");
        if (window.loss === null) throw new Error("its loss became infinite");
        if (round) each.windows.push(window);
      } catch (error) {
        each.missing = error.message;
        // It would go on in the windows of all others.
        await each.runner.end();
      }
    }
  }
}

/** GFLOP/s of each product; others are rows a second. */
function rates({ kind }, windows) {
  if (kind !== "products") return summarize(windows.map(({ count, seconds }) => count / seconds));
  return {
    products: windows[0].count.map(({ shape, order }, i) => ({
      shape,
      order,
      ...summarize(windows.map(({ count }) => count[i].gflops)),
    })),
  };
}

async function measure(name, invited) {
  const workload = workloads[name];
  console.log(`\n${name}: ${workload.title}`);
  const all = [];
  for (const contestant of invited.filter((each) => each.workloads.includes(name))) {
    const started = await start(contestant, name);
    console.log(
      `  ${contestant.label}: ${started.missing ? `not here: ${started.missing}` : (started.version ?? "ready")}`,
    );
    all.push(started);
  }
  const running = all.filter(({ missing }) => !missing);
  await compareChecks(running);
  await takeTurns(running);
  for (const { runner } of running) await runner.end();
  return all.map(({ name, label, family, version, departs, checked, windows, missing }) => {
    if (missing) return { name, label, family, missing };
    const lastLoss = windows.at(-1).loss;
    return {
      name,
      label,
      family,
      version,
      departs,
      checked,
      lastLoss,
      ...rates(workload, windows),
    };
  });
}

async function run() {
  const [load] = loadavg();
  installPeers();
  compilePlain();
  const { xTrain, yTrain } = await datasets.mnist();
  writeData(scratch, { xTrain: xTrain.data, yTrain: yTrain.data });
  const peaks = [await measurePeak()];
  const measured = {};
  const { works, running } = chosen();
  for (const name of works) {
    measured[name] = await measure(name, running);
    peaks.push(await measurePeak());
  }
  return {
    date: new Date().toISOString().slice(0, 10),
    machine: `${cpus()[0].model.trim()}, ${process.platform} ${process.arch}`,
    node: process.version,
    windows,
    pinned,
    load,
    peak: Math.max(...peaks),
    workloads: measured,
  };
}

mkdirSync(scratch, { recursive: true });
// A part of the figures never replaces all of them.
const folder = quick || only ? scratch : `${root}bench`;
const file = `${folder}/results.json`;
if (!report) {
  const measured = JSON.stringify(await run());
  writeFileSync(file, await format(measured, { parser: "json", printWidth: 100 }));
}
const results = JSON.parse(readFileSync(file, "utf8"));
const tables = toMarkdown(results);
writeFileSync(`${folder}/results.md`, tables);
writeFileSync(`${folder}/chart.svg`, toSvg(results));
console.log(`\n${tables}`);
