import { readFileSync } from "node:fs";

const bytes = readFileSync(new URL("../../build/simd.wasm", import.meta.url));

/** A fresh instance of the kernels, with memory that is only ever handed out. */
export function loadKernels() {
  const memory = new WebAssembly.Memory({ initial: 512, maximum: 65536 });
  const module = new WebAssembly.Module(bytes);
  const { exports: kernels } = new WebAssembly.Instance(module, { env: { memory } });
  let next = (kernels.heapBase() + 63) & ~63;
  const allocate = (size) => {
    const address = next;
    next += (size + 127) & ~63;
    return address;
  };
  return { kernels, memory, allocate };
}
