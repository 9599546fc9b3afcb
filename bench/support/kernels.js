import { readFileSync } from "node:fs";
import { best } from "./timing.js";

/** The kernels as they were built last. */
const built = new URL("../../build/simd.wasm", import.meta.url);

/** A fresh instance of the kernels, with memory that is only ever handed out. */
export function loadKernels(wasm = built) {
  const memory = new WebAssembly.Memory({ initial: 16, maximum: 65536 });
  const module = new WebAssembly.Module(readFileSync(wasm));
  const { exports: kernels } = new WebAssembly.Instance(module, { env: { memory } });
  let next = (kernels.heapBase() + 63) & ~63;
  const allocate = (size) => {
    const address = next;
    next += (size + 127) & ~63;
    const missing = next + 64 - memory.buffer.byteLength;
    if (missing > 0) memory.grow(Math.ceil(missing / 65536));
    return address;
  };
  return { kernels, memory, allocate };
}

/** `multiply(shape, order)` gives a function that makes one product of its own matrices. */
export function multiplication({ kernels, memory, allocate }) {
  const scratch = allocate(kernels.gemmScratch());
  return ([m, k, n], order) => {
    const [x, w, y] = [m * k, k * n, m * n].map((count) => {
      const address = allocate(4 * count);
      new Float32Array(memory.buffer, address, count).fill(0.5);
      return address;
    });
    return {
      forward: () => kernels.gemm(0, m, n, k, x, k, 1, w, n, 1, y, scratch),
      dX: () => kernels.gemm(0, m, k, n, y, n, 1, w, 1, n, x, scratch),
      dW: () => kernels.gemm(0, k, n, m, x, 1, k, y, n, 1, w, scratch),
    }[order];
  };
}

/** Seconds of one call, made so many times in a row that reading the clock costs nothing beside them. */
export function secondsOf(run) {
  const repeat = (calls) => () => {
    for (let call = 0; call < calls; call++) run();
  };
  let calls = 1;
  while (best(repeat(calls), { windows: 3, windowMs: 0.001, warmMs: 1 }) < 5e-5) calls *= 2;
  return best(repeat(calls), { windows: 60, windowMs: 1, warmMs: 20 }) / calls;
}
