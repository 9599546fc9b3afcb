/** The runners' half of the talk with bench/run.js: a line in, an object a line out. */
import { createInterface } from "node:readline";
import { CHECK_ROWS, ORDERS, ROWS, SHAPES, workloads } from "./workloads.js";

const WINDOW = 0.2;
const PRODUCT_WINDOW = 0.008;

const seconds = async (run) => {
  const began = performance.now();
  await run();
  return (performance.now() - began) / 1000;
};

/** Whole epochs, or whole batches where an epoch takes too long for a window. */
function wholeRows(rows, { batchSize, data }) {
  const unit = rows > (3 / 4) * ROWS[data] ? ROWS[data] : batchSize;
  return unit * Math.max(1, Math.round(rows / unit));
}

/** `train(rows)` prepares a window and gives the function that trains it and resolves to the last loss. */
async function training(workload, { train }) {
  let rows = 0;
  let next = workload.batchSize;
  let run;
  // Each round also warms up what is compiled while it runs.
  for (let round = 0; round < 8 && next !== rows; round++) {
    rows = next;
    run = await train(rows);
    const time = Math.min(await seconds(run), await seconds(run));
    next = wholeRows(Math.min((WINDOW * rows) / time, 8 * rows), workload);
  }
  return async () => {
    let loss;
    const time = await seconds(async () => (loss = await run()));
    return { count: rows, seconds: time, loss };
  };
}

/** `infer(call)` answers one call, of fewer `rows` than asked where these take too long, and reads the answer back. */
async function inference(workload, { infer, rows = workload.rows }) {
  const window = async () => {
    let calls = 0;
    const began = performance.now();
    let now = began;
    while (now - began < 1000 * WINDOW) {
      await infer(calls++);
      now = performance.now();
    }
    return { count: calls * rows, seconds: (now - began) / 1000 };
  };
  await window();
  return window;
}

/** `multiply(shape, order)` gives a function that makes so many products and says how many. */
async function products(_, { multiply }) {
  const cells = [];
  for (const shape of SHAPES) {
    for (const order of ORDERS) cells.push({ shape, order, run: await multiply(shape, order) });
  }
  const window = async () => {
    const count = [];
    const began = performance.now();
    for (const { shape, order, run } of cells) {
      let made = 0;
      const start = performance.now();
      let now = start;
      while (now - start < 1000 * PRODUCT_WINDOW) {
        made += await run();
        now = performance.now();
      }
      const gflops = (2e-6 * made * shape.reduce((a, b) => a * b)) / (now - start);
      count.push({ shape, order, gflops });
    }
    return { count, seconds: (performance.now() - began) / 1000 };
  };
  await window();
  return window;
}

const kinds = { training, inference, products };

/**
 * Runs one workload as asked. `prepare(workload)` gives name, version and `departs`; `check(rows)`, which is judged on
 * fewer rows if there is `checkRows`; and what its kind of workload wants: `train`, `infer` or `multiply`.
 */
export async function serve(prepare) {
  const say = (answer) => process.stdout.write(`${JSON.stringify(answer)}\n`);
  // Standard output belongs to the answers.
  console.log = console.info = console.warn = console.error;
  const name = process.argv[2];
  const workload = { name, ...workloads[name] };
  let contestant;
  try {
    contestant = await prepare(workload);
  } catch (error) {
    const missing = error.code === "ERR_MODULE_NOT_FOUND" || error.code === "MODULE_NOT_FOUND";
    say({ ready: false, why: missing ? "not installed" : String(error.message).split("\n")[0] });
    process.exit(0);
  }
  const { version, departs = "", checkRows } = contestant;
  const checked = checkRows ?? (workload.kind === "inference" ? 1000 : CHECK_ROWS[workload.data]);
  const window = await kinds[workload.kind](workload, contestant);
  say({ ready: true, name: contestant.name, version, departs });
  for await (const line of createInterface({ input: process.stdin })) {
    const [command, rows] = line.split(" ");
    if (command === "check" && contestant.check) {
      const loss = await contestant.check(Number(rows ?? checked));
      say(checkRows ? { loss, rows: checkRows } : { loss });
    } else if (command === "check") {
      say({});
    } else if (command === "window") {
      say(await window());
    } else {
      break;
    }
  }
  process.exit(0);
}
