/**
 * What `threads(2)` loses against two processes that know nothing of each other and do half of the trials each: the same
 * trials in both, each program timed from its start to its end, by turns. Run it with `node bench/threads.js [rounds]`.
 */
import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { pruners, search, space, split, tune } from "glissade";
import { threads } from "glissade/node";
import { median } from "./support/statistics.js";

const TRIALS = 24;
const trial = new URL("./support/trial.js", import.meta.url);
const random = search.random({ trials: TRIALS });

/** Every second trial of the search. */
const half = (first) => ({
  ...random,
  trials: () => TRIALS / 2,
  suggest: (number, past, quest) => random.suggest(2 * number + first, past, quest),
});

/** Trials side by side tell each epoch and wait for an answer; no trial is ended by this one. */
const watched = pruners.median({ startupTrials: TRIALS });

const run = (role, ways) =>
  tune({
    trial,
    space: { learningRate: space.logUniform(1e-4, 1e-2) },
    folds: split.kFold(3),
    search: role === "threads" ? random : half(Number(role)),
    pruner: ways === "together" ? watched : undefined,
    fit: { epochs: 8 },
    executor: role === "threads" ? threads(2) : undefined,
  });

const execute = promisify(execFile);

/** Seconds until all of some programs have ended, and seconds of all cores. */
async function measure(roles, ways) {
  const began = performance.now();
  const program = fileURLToPath(import.meta.url);
  const ended = await Promise.all(
    roles.map((role) => execute(process.execPath, [program, role, ways])),
  );
  const wall = (performance.now() - began) / 1000;
  return { wall, cores: ended.reduce((sum, { stdout }) => sum + Number(stdout), 0) };
}

async function compare(ways, rounds) {
  const times = { threads: [], processes: [] };
  for (let round = 0; round < rounds; round++) {
    const turns = { threads: ["threads"], processes: ["0", "1"] };
    const order = Object.keys(turns);
    for (const name of round % 2 === 0 ? order : order.reverse()) {
      times[name].push(await measure(turns[name], ways));
    }
  }
  for (const kind of ["wall", "cores"]) {
    const of = (name) => times[name].map((time) => time[kind]);
    const ratios = of("processes").map((time, round) => time / of("threads")[round]);
    const [own, others] = ["threads", "processes"].map((name) => median(of(name)).toFixed(2));
    const each = ratios.map((ratio) => ratio.toFixed(2)).join(" ");
    const speed = median(ratios).toFixed(2);
    console.log(
      `${ways}, ${kind}: threads ${own} s, processes ${others} s: ${speed} times as fast (${each})`,
    );
  }
}

const [, , first, ways] = process.argv;
if (ways) {
  await run(first, ways);
  const { user, system } = process.cpuUsage();
  console.log((user + system) / 1e6);
} else {
  for (const each of ["apart", "together"]) await compare(each, Number(first ?? 9));
}
