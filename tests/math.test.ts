import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { beforeAll, describe, expect, test } from "vitest";
import { Arena } from "./support/arena.js";

type Unary = (count: number, x: number, y: number) => void;
type Name = "expOf" | "logOf" | "softplusOf" | "normalQuantileOf";

const memory = new WebAssembly.Memory({ initial: 256, maximum: 65536 });
const functions = {} as Record<Name, Unary>;
const [X, Y] = [1024, 8 * 1024 * 1024];

beforeAll(() => {
  const asc = "node_modules/assemblyscript/bin/asc.js";
  const wasm = "build/functions.wasm";
  execFileSync(process.execPath, [
    asc,
    "tests/assembly/functions.ts",
    "-o",
    wasm,
    "--enable",
    "simd",
  ]);
  const module = new WebAssembly.Module(readFileSync(wasm));
  Object.assign(functions, new WebAssembly.Instance(module, { env: { memory } }).exports);
});

function apply(f: Unary, x: Float32Array): Float32Array {
  new Float32Array(memory.buffer, X, x.length).set(x);
  f(x.length, X, Y);
  return new Float32Array(memory.buffer, Y, x.length).slice();
}

/** Half a million bit patterns over all signs and exponents, denormals and NaN among them. */
function everywhere(): Float32Array {
  const bits = new Uint32Array(2 ** 19);
  for (let i = 0; i < bits.length; i++) bits[i] = Math.imul(i, 8191 * 2 + 1) >>> 0;
  return new Float32Array(bits.buffer);
}

const floats = new Float32Array(1);
const integers = new Uint32Array(floats.buffer);

/** The distance from one float32 to the next at a value. */
function ulp(value: number): number {
  floats[0] = Math.abs(value);
  integers[0]! += 1;
  const next = floats[0]!;
  integers[0]! -= 1;
  return Number.isFinite(next) ? next - floats[0]! : 2 ** 104;
}

function worst(got: Float32Array, x: Float32Array, f: (x: number) => number): number {
  let most = 0;
  x.forEach((value, i) => {
    const expected = f(value);
    const rounded = Math.fround(expected);
    if (Object.is(got[i], rounded) || (Number.isNaN(got[i]) && Number.isNaN(rounded))) return;
    if (!Number.isFinite(rounded) && Math.abs(got[i]!) > 3.4e38) return;
    const error = Math.abs(got[i]! - expected) / ulp(rounded);
    expect(error, `at ${value}: ${got[i]} for ${expected}`).toBeLessThan(10);
    most = Math.max(most, error);
  });
  return most;
}

describe("functions of four lanes, within their bounds everywhere", () => {
  test.each([
    ["logOf", Math.log, 1],
    ["softplusOf", (x: number) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x))), 2.5],
  ] as const)("%s", (name, f, bound) => {
    const x = everywhere();
    expect(worst(apply(functions[name], x), x, f)).toBeLessThan(bound);
  });

  test("expOf, as far as 70", () => {
    const x = everywhere().filter((value) => !(value > 70));
    expect(worst(apply(functions.expOf, x), x, Math.exp)).toBeLessThan(1);
  });

  test.each([
    ["sigmoid", (x: number) => 1 / (1 + Math.exp(-x)), 2.6],
    ["tanh", Math.tanh, 1.5],
  ] as const)("%s", (name, f, bound) => {
    const arena = new Arena();
    const x = everywhere();
    const y = arena.allocate(4 * x.length);
    arena.kernels[name](0, x.length, 1, arena.put(x), y);
    expect(worst(arena.floats(y, x.length), x, f)).toBeLessThan(bound);
  });

  test("special values", () => {
    const powers = Float32Array.of(0, -0, -Infinity, NaN, 1);
    expect([...apply(functions.expOf, powers)]).toEqual([1, 1, 0, NaN, Math.fround(Math.E)]);
    const x = Float32Array.of(0, -0, Infinity, -Infinity, NaN, 1);
    expect([...apply(functions.logOf, x)]).toEqual([-Infinity, -Infinity, Infinity, NaN, NaN, 0]);
    expect([...apply(functions.logOf, Float32Array.of(-1, -1e-45))]).toEqual([NaN, NaN]);
  });

  test("normalQuantile inverts the normal distribution", () => {
    const q = Float32Array.from({ length: 20001 }, (_, i) => (i - 10000) / 20001);
    const got = apply(functions.normalQuantileOf, q);
    q.forEach((value, i) => expect(cumulative(got[i]!) - 0.5).toBeCloseTo(value, 6));
  });
});

/** The share of a normal distribution below z, by Simpson's rule. */
function cumulative(z: number): number {
  const steps = 2000;
  const width = z / steps;
  const density = (x: number) => Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI);
  let sum = density(0) + density(z);
  for (let i = 1; i < steps; i++) sum += density(i * width) * (i % 2 ? 4 : 2);
  return 0.5 + (sum * width) / 3;
}

test("the scalar logarithm agrees with double precision", () => {
  const { scalarLog } = new Arena().kernels;
  for (let x = 1e-300; x < 1e300; x *= 1.37) {
    expect(Math.abs(scalarLog(x) - Math.log(x))).toBeLessThan(3e-16 * (1 + Math.abs(Math.log(x))));
  }
  expect([0, 1, Infinity, NaN].map(scalarLog)).toEqual([-Infinity, 0, Infinity, NaN]);
});

test("the scalar exponential agrees with double precision", () => {
  const { scalarExp } = new Arena().kernels;
  for (let x = -707.9; x < 708; x += 0.37) {
    expect(Math.abs(scalarExp(x) / Math.exp(x) - 1)).toBeLessThan(4e-16);
  }
  expect([0, Infinity, -Infinity, 800, -800, NaN].map(scalarExp)).toEqual([
    1,
    Infinity,
    0,
    Infinity,
    0,
    NaN,
  ]);
});
