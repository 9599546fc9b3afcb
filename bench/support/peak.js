import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { best } from "./timing.js";

const root = fileURLToPath(new URL("../..", import.meta.url));
const wasm = `${root}build/peak.wasm`;
const ROUNDS = 20000;
/** Four lanes times 28 operations a round. */
const OPERATIONS = 112;

/** GFLOP/s that 128-bit arithmetic reaches in registers alone: what no kernel of this build can pass. */
export async function measurePeak() {
  if (!existsSync(wasm)) {
    const asc = `${root}node_modules/assemblyscript/bin/asc.js`;
    const args = ["bench/support/peak.ts", "-o", "build/peak.wasm", "-O3", "--runtime", "stub"];
    execFileSync(process.execPath, [asc, ...args, "--enable", "simd"], { cwd: root });
  }
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 65536 });
  const { instance } = await WebAssembly.instantiate(readFileSync(wasm), { env: { memory } });
  return (ROUNDS * OPERATIONS) / best(() => instance.exports.peak(ROUNDS, 0, 1)) / 1e9;
}
