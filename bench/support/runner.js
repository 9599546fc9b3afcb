/** The other half of serve.js: a contestant in a process of its own, asked line by line. */
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** Nobody may use a second thread, whatever library counts them. */
const ONE_THREAD = {
  OMP_NUM_THREADS: "1",
  OPENBLAS_NUM_THREADS: "1",
  MKL_NUM_THREADS: "1",
  NUMEXPR_NUM_THREADS: "1",
  TF_NUM_INTRAOP_THREADS: "1",
  TF_NUM_INTEROP_THREADS: "1",
  TF_CPP_MIN_LOG_LEVEL: "3",
};

const START_SECONDS = 240;
const ANSWER_SECONDS = 120;

/** Where the system can, all are held on one core, so that helper threads count too. */
export const pinned = spawnSync("taskset", ["-V"]).status === 0;
const core = process.env.GLISSADE_BENCH_CPU ?? lastCore();
const pin = pinned ? ["taskset", "-c", core] : [];

/** The last core that this process may run on. */
function lastCore() {
  const status = existsSync("/proc/self/status") ? readFileSync("/proc/self/status", "utf8") : "";
  return /^Cpus_allowed_list:.*?(\d+)$/m.exec(status)?.[1] ?? String(availableParallelism() - 1);
}

export class Runner {
  constructor({ command }, workload, data) {
    const [program, ...rest] = [...pin, ...command, workload];
    const env = { ...process.env, ...ONE_THREAD, GLISSADE_BENCH_DATA: data };
    this.child = spawn(program, rest, { cwd: root, env, stdio: ["pipe", "pipe", "pipe"] });
    this.child.on("error", () => {});
    this.child.stdin.on("error", () => {});
    this.complaint = "";
    this.child.stderr.on("data", (text) => (this.complaint = (this.complaint + text).slice(-2000)));
    this.lines = createInterface({ input: this.child.stdout })[Symbol.asyncIterator]();
  }

  /** What it says first: that it is ready, or why it is not. */
  async ready() {
    return this.next(START_SECONDS, "did not start");
  }

  async ask(line) {
    this.child.stdin.write(`${line}\n`);
    return this.next(ANSWER_SECONDS, "stopped");
  }

  /** @throws if it stops, says no object, or takes too long */
  async next(limit, otherwise) {
    let timer;
    const late = new Promise((_, reject) => {
      timer = setTimeout(() => reject(new Error(`no answer in ${limit} s`)), 1000 * limit);
    });
    try {
      const { done, value } = await Promise.race([this.lines.next(), late]);
      if (done) throw new Error(otherwise, { cause: this.complaint });
      return JSON.parse(value);
    } finally {
      clearTimeout(timer);
    }
  }

  async end() {
    const { pid, exitCode, signalCode } = this.child;
    if (pid === undefined || exitCode !== null || signalCode !== null) return;
    const exited = once(this.child, "exit");
    this.child.stdin.end("end\n");
    const timer = setTimeout(() => this.child.kill("SIGKILL"), 5000);
    await exited;
    clearTimeout(timer);
  }
}
