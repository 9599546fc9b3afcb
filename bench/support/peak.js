import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, statSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { best } from "./timing.js";

const root = fileURLToPath(new URL("../..", import.meta.url));
const source = `${root}bench/support/peak.ts`;
const wasm = `${root}build/peak.wasm`;
/** Seven pairs of sums a turn of the loop. */
const ROUNDS = 7 * 40000;
/** Two sums of four lanes, each a multiplication and an addition. */
const OPERATIONS = 16;

const isFresh = () => existsSync(wasm) && statSync(wasm).mtimeMs > statSync(source).mtimeMs;

/** GFLOP/s that 128-bit arithmetic reaches in registers alone: what no kernel of this build can pass. */
export async function measurePeak() {
  if (!isFresh()) {
    const asc = `${root}node_modules/assemblyscript/bin/asc.js`;
    const args = [source, "-o", wasm, "-O3", "--runtime", "stub", "--enable", "simd"];
    execFileSync(process.execPath, [asc, ...args], { cwd: root });
  }
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 65536 });
  const { instance } = await WebAssembly.instantiate(readFileSync(wasm), { env: { memory } });
  const run = () => instance.exports.peak(ROUNDS, 0);
  return (ROUNDS * OPERATIONS) / best(run, { windows: 1000, windowMs: 0.5 }) / 1e9;
}
