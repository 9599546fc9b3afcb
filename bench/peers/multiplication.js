/** Bare products by glissade's kernels, which are taken from the package as workerd gets them: a file of wasm. */
import { readdirSync, readFileSync } from "node:fs";

const folder = new URL("node_modules/glissade/dist/workerd/", import.meta.url);

/** `multiply(shape, order)` gives a function that makes one product of its own matrices. */
export function multiplication() {
  const file = readdirSync(folder).find((name) => name.endsWith(".wasm"));
  const module = new WebAssembly.Module(readFileSync(new URL(file, folder)));
  const memory = new WebAssembly.Memory({ initial: 512, maximum: 65536 });
  const { exports: kernels } = new WebAssembly.Instance(module, { env: { memory } });
  let next = kernels.heapBase();
  const allocate = (bytes) => {
    const address = (next + 63) & ~63;
    next = address + bytes + 64;
    return address;
  };
  const scratch = allocate(kernels.gemmScratch());
  return ([m, k, n], order) => {
    const [x, w, y] = [m * k, k * n, m * n].map((count) => allocate(4 * count));
    new Float32Array(memory.buffer, x, (next - x) / 4).fill(0.5);
    return {
      forward: () => kernels.gemm(0, m, n, k, x, k, 1, w, n, 1, y, scratch),
      dX: () => kernels.gemm(0, m, k, n, y, n, 1, w, 1, n, x, scratch),
      dW: () => kernels.gemm(0, k, n, m, x, 1, k, y, n, 1, w, scratch),
    }[order];
  };
}
