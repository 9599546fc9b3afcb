/** The files that every contestant reads: raw little-endian numbers, in the folder GLISSADE_BENCH_DATA. */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ROWS, workloads } from "./workloads.js";

const INPUTS = 13;

/** Uniform numbers in [0, 1), the same in every run (mulberry32). */
function* uniform(seed) {
  for (let state = seed; ;) {
    state = (state + 0x6d2b79f5) | 0;
    let bits = Math.imul(state ^ (state >>> 15), 1 | state);
    bits = (bits + Math.imul(bits ^ (bits >>> 7), 61 | bits)) ^ bits;
    yield ((bits ^ (bits >>> 14)) >>> 0) / 2 ** 32;
  }
}

/** A smooth function of five of thirteen inputs, with noise, so that no error falls to zero. */
function table() {
  const numbers = uniform(1);
  const next = () => 2 * numbers.next().value - 1;
  const x = Float32Array.from({ length: ROWS.table * INPUTS }, next);
  const y = Float32Array.from({ length: ROWS.table }, (_, row) => {
    const [a, b, c, d, e] = x.subarray(INPUTS * row, INPUTS * (row + 1));
    return a * b + Math.sin(3 * c) + d * d - e / 2 + (next() + next() + next()) / 10;
  });
  return { x, y };
}

/** Glorot's uniform weights and zero biases, layer after layer: kernel [inputs, units], bias. */
function weights(units) {
  const numbers = uniform(2);
  return Float32Array.from(
    units.slice(1).flatMap((count, i) => {
      const limit = Math.sqrt(6 / (units[i] + count));
      const draw = () => limit * (2 * numbers.next().value - 1);
      return [...Array.from({ length: units[i] * count }, draw), ...Array(count).fill(0)];
    }),
  );
}

export function writeData(folder, { xTrain, yTrain }) {
  mkdirSync(folder, { recursive: true });
  const write = (name, { buffer, byteOffset, byteLength }) =>
    writeFileSync(join(folder, name), new Uint8Array(buffer, byteOffset, byteLength));
  const labels = yTrain.subarray(0, ROWS.digits);
  const onehot = new Float32Array(10 * ROWS.digits);
  labels.forEach((label, row) => (onehot[10 * row + label] = 1));
  write("digits.x.f32", xTrain.subarray(0, 784 * ROWS.digits));
  write("digits.labels.i32", labels);
  write("digits.onehot.f32", onehot);
  const { x, y } = table();
  write("table.x.f32", x);
  write("table.y.f32", y);
  for (const [name, { units }] of Object.entries(workloads)) {
    if (units) write(`${name}.weights.f32`, weights(units));
  }
}

function read(name) {
  const { buffer, byteOffset, byteLength } = readFileSync(
    join(process.env.GLISSADE_BENCH_DATA, name),
  );
  return buffer.slice(byteOffset, byteOffset + byteLength);
}

/** Inputs and targets of a workload; labels only where its rows have a class. */
export const readRows = (data) => ({
  x: new Float32Array(read(`${data}.x.f32`)),
  y: new Float32Array(read(data === "digits" ? "digits.onehot.f32" : "table.y.f32")),
  labels: data === "digits" ? new Int32Array(read("digits.labels.i32")) : undefined,
});

/** First weights: of each layer a kernel [inputs, units] by rows, and a bias. */
export function readWeights(name) {
  const { units } = workloads[name];
  const all = new Float32Array(read(`${name}.weights.f32`));
  let next = 0;
  const take = (count) => all.slice(next, (next += count));
  return units.slice(1).map((count, i) => ({
    inputs: units[i],
    units: count,
    kernel: take(units[i] * count),
    bias: take(count),
  }));
}
