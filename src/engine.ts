import { instantiateSync } from "@assemblyscript/loader";
import embedded from "#wasm";
import { GlissadeError } from "./error.js";
import type { instantiate } from "./kernels.js";

/** Every function that the compiled module exports: numbers in, nothing out. Generated from `assembly/`. */
export type Kernels = Omit<Awaited<ReturnType<typeof instantiate>>, "memory">;

/** One instance of the kernels and the linear memory that they work on. */
export interface Engine {
  readonly kernels: Kernels;
  readonly memory: WebAssembly.Memory;
}

const PAGE_BYTES = 65536;
const MAXIMUM_PAGES = 65536;

/** A new engine from compiled or plain wasm bytes; the library itself uses {@link engine}, tests and benches start more. */
export function createEngine(source: WebAssembly.Module | BufferSource = embedded()): Engine {
  const memory = new WebAssembly.Memory({ initial: 16, maximum: MAXIMUM_PAGES });
  try {
    // The loader wraps each export in a closure that costs more than the call: kernels are the raw exports.
    const { instance } = instantiateSync(source, { env: { memory } });
    return { kernels: instance.exports as unknown as Kernels, memory };
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new GlissadeError(
      "ERR_RUNTIME",
      `engine: this runtime must run WebAssembly with SIMD, but it refused the module (${reason}); ` +
        "where compiling from bytes is forbidden, call ready({ module }) with a compiled WebAssembly.Module first",
    );
  }
}

let running: Engine | undefined;
let chosen: WebAssembly.Module | BufferSource | undefined;

/** The realm's engine, started synchronously at first use. */
export function engine(): Engine {
  return (running ??= createEngine(chosen));
}

/** Makes memory at least `bytes` long. @throws ERR_MEMORY if the runtime refuses. */
export function growMemory({ memory }: Engine, bytes: number): void {
  const missing = Math.ceil((bytes - memory.buffer.byteLength) / PAGE_BYTES);
  if (missing <= 0) return;
  const pages = memory.buffer.byteLength / PAGE_BYTES;
  // A quarter more than asked, where it fits, so that many small models do not grow it one by one.
  const generous = Math.min(Math.max(missing, pages >> 2), MAXIMUM_PAGES - pages);
  for (const step of generous > missing ? [generous, missing] : [missing]) {
    try {
      memory.grow(step);
      return;
    } catch {
      continue;
    }
  }
  const megabytes = (count: number) => `${Math.ceil(count / 1e6)} MB`;
  throw new GlissadeError(
    "ERR_MEMORY",
    `engine: memory must hold ${megabytes(bytes)}, but this runtime gives ` +
      `${megabytes(Math.min(memory.buffer.byteLength, MAXIMUM_PAGES * PAGE_BYTES))} and no more; ` +
      "use a smaller batchSize or fewer units, or dispose models that are done",
  );
}
