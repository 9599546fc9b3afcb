import { readFileSync } from "node:fs";
import { afterEach, expect, test, vi } from "vitest";
import embedded from "../build/wasm-bytes.js";
import { createEngine } from "../src/engine.js";
import { engineInfo, layers, randomSeed, ready, sequential } from "../src/index.js";

test("the engine starts at first use, with the module that ready was given", () => {
  expect(engineInfo()).toMatchObject({ build: "simd", threads: 1, started: false, memoryBytes: 0 });
  const module = new WebAssembly.Module(readFileSync("build/simd.wasm"));
  expect(ready({ module })).toMatchObject({ started: false, reason: "ready() was given a module" });
  const model = sequential([layers.dense(1, { inputShape: [1], kernelInitializer: "ones" })]);
  expect(model.predict([[2]]).toArray()).toEqual([[2]]);
  expect(engineInfo().started).toBe(true);
  expect(engineInfo().memoryBytes).toBeGreaterThan(0);
  // The same choice again is no contradiction.
  expect(ready({ module }).started).toBe(true);
  model.dispose();
});

afterEach(() => void vi.unstubAllGlobals());

test.each(["there is a Buffer", "there is none"])(
  "the kernels are embedded whole, where %s",
  (which) => {
    const built = new Uint8Array(readFileSync("build/simd.wasm"));
    if (which === "there is none") vi.stubGlobal("Buffer", undefined);
    const source = embedded() as Uint8Array | ArrayBuffer;
    expect(
      Uint8Array.from(source instanceof ArrayBuffer ? new Uint8Array(source) : source),
    ).toEqual(built);
    expect(createEngine(source as BufferSource).kernels.gemmScratch()).toBeGreaterThan(0);
  },
);

test("a drawn seed is a whole number of 53 bits, and another each time", () => {
  const seeds = Array.from({ length: 20 }, randomSeed);
  expect(seeds.every((seed) => Number.isSafeInteger(seed) && seed >= 0)).toBe(true);
  expect(new Set(seeds).size).toBe(20);
});
