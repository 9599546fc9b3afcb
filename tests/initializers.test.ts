import { describe, expect, test } from "vitest";
import { initializers, layers, sequential } from "../src/index.js";
import type { Initializer } from "../src/core.js";

const [INPUTS, UNITS] = [300, 100];

function kernelOf(kernelInitializer: Initializer | string, seed = 0): Float32Array {
  const model = sequential([layers.dense(UNITS, { inputShape: [INPUTS], kernelInitializer })], {
    seed,
  });
  const kernel = model.getWeights()[0]!.data as Float32Array;
  model.dispose();
  return kernel;
}

const mean = (values: Float32Array, f: (x: number) => number) =>
  values.reduce((sum, value) => sum + f(value), 0) / values.length;
const most = (values: Float32Array) => values.reduce((a, b) => Math.max(a, Math.abs(b)), 0);

/** Variance is scale over fan: Keras's VarianceScaling. */
const scaled = [
  ["glorot", 2 / (INPUTS + UNITS)],
  ["he", 2 / INPUTS],
  ["lecun", 1 / INPUTS],
] as const;

describe.each(scaled)("%s", (family, variance) => {
  test("uniform has the limit and the variance of its fans", () => {
    const kernel = kernelOf(`${family}Uniform`);
    const limit = Math.sqrt(3 * variance);
    expect(most(kernel)).toBeLessThanOrEqual(Math.fround(limit));
    expect(most(kernel)).toBeGreaterThan(0.99 * limit);
    expect(mean(kernel, (x) => x * x) / variance).toBeCloseTo(1, 1);
    expect(Math.abs(mean(kernel, (x) => x))).toBeLessThan(0.01 * limit);
  });

  test("normal is cut at two deviations, and has the variance all the same", () => {
    const kernel = kernelOf(`${family}Normal`);
    const cut = (2 * Math.sqrt(variance)) / 0.8796256610342398;
    expect(most(kernel)).toBeLessThanOrEqual(cut * 1.000001);
    expect(most(kernel)).toBeGreaterThan(0.99 * cut);
    expect(mean(kernel, (x) => x * x) / variance).toBeCloseTo(1, 1);
  });
});

test("zeros, ones, constant, and plain distributions", () => {
  expect(new Set(kernelOf("zeros"))).toEqual(new Set([0]));
  expect(new Set(kernelOf("ones"))).toEqual(new Set([1]));
  expect(new Set(kernelOf(initializers.constant({ value: 0.25 })))).toEqual(new Set([0.25]));
  const uniform = kernelOf(initializers.randomUniform({ minval: 1, maxval: 3 }));
  expect(mean(uniform, (x) => x)).toBeCloseTo(2, 1);
  const normal = kernelOf(initializers.randomNormal({ mean: 5, stddev: 2 }));
  expect(mean(normal, (x) => (x - 5) ** 2)).toBeCloseTo(4, 0);
  const cut = kernelOf(initializers.truncatedNormal({ stddev: 2 }));
  expect(most(cut)).toBeLessThanOrEqual(4.000001);
});

test("seeds: the model's rules, an initializer's own comes first, and two layers differ", () => {
  expect(kernelOf("glorotUniform", 1)).not.toEqual(kernelOf("glorotUniform", 2));
  const own = initializers.heNormal({ seed: 4 });
  expect(kernelOf(own, 1)).toEqual(kernelOf(own, 2));
  const model = sequential([layers.dense(4, { inputShape: [4] }), layers.dense(4)]);
  const [first, , second] = model.getWeights();
  expect(first!.data).not.toEqual(second!.data);
});
