import { instantiateSync } from "@assemblyscript/loader";
import embedded from "#wasm";
import { GlissadeError } from "./error.js";
import type { instantiate } from "./kernels.js";
import { field, optional, resolve } from "./options.js";

/** Every function that the compiled module exports: numbers in, nothing out. Generated from `assembly/`. */
export type Kernels = Omit<Awaited<ReturnType<typeof instantiate>>, "memory">;

/** One instance of the kernels and the linear memory that they work on. */
export interface Engine {
  readonly kernels: Kernels;
  readonly memory: WebAssembly.Memory;
}

export const readyFields = {
  module: optional(
    field<WebAssembly.Module | undefined>(
      "a WebAssembly.Module",
      (value) => isWebAssemblyThere() && value instanceof WebAssembly.Module,
    ),
  ),
  relaxed: field<false>("false: no relaxed build exists yet", (value) => value === false, false),
  threads: field<1>("1: no build with threads exists yet", (value) => value === 1, 1),
};

const PAGE_BYTES = 65536;
const MAXIMUM_PAGES = 65536;

const isWebAssemblyThere = () => typeof WebAssembly === "object";

/**
 * A new engine from compiled or plain wasm bytes; the library itself uses {@link engine}, tests and benches start more.
 *
 * @throws ERR_RUNTIME if the runtime has no WebAssembly or refuses the module, or if that holds other functions;
 *   ERR_MEMORY if there is no room for it.
 */
export function createEngine(source?: WebAssembly.Module | BufferSource): Engine {
  if (!isWebAssemblyThere()) {
    throw new GlissadeError(
      "ERR_RUNTIME",
      "engine: this runtime must have WebAssembly, got none; use a newer runtime or browser, or one whose settings allow it",
    );
  }
  const memory = firstMemory();
  const kernels = instantiated(source ?? embedded(), memory);
  if (typeof kernels.heapBase === "function" && typeof kernels.gemm === "function") {
    return { kernels, memory };
  }
  throw new GlissadeError(
    "ERR_RUNTIME",
    "engine: the module must hold the functions of this version of glissade, got one without them; " +
      "compile the .wasm file that comes with the package",
  );
}

function firstMemory(): WebAssembly.Memory {
  try {
    return new WebAssembly.Memory({ initial: 16, maximum: MAXIMUM_PAGES });
  } catch (cause) {
    throw new GlissadeError(
      "ERR_MEMORY",
      `engine: there must be 1 MB of memory to begin with, got none (${reasonOf(cause)}); ` +
        "close other pages or programs",
    );
  }
}

function instantiated(
  source: WebAssembly.Module | BufferSource,
  memory: WebAssembly.Memory,
): Kernels {
  try {
    // The loader wraps each export in a closure that costs more than the call: kernels are the raw exports.
    return instantiateSync(source, { env: { memory } }).instance.exports as unknown as Kernels;
  } catch (cause) {
    throw new GlissadeError(
      "ERR_RUNTIME",
      `engine: this runtime must compile WebAssembly with SIMD, got "${reasonOf(cause)}"; ` +
        "where compiling from bytes is forbidden, call ready({ module }) with a compiled WebAssembly.Module first",
    );
  }
}

const reasonOf = (cause: unknown) => (cause instanceof Error ? cause.message : String(cause));

let running: Engine | undefined;
let chosen: WebAssembly.Module | BufferSource | undefined;

/** The realm's engine, started synchronously at first use. */
export function engine(): Engine {
  return (running ??= createEngine(chosen));
}

/** What runs, and why. */
export interface EngineInfo {
  /** The build of the kernels; the same bits on every machine. */
  readonly build: "simd";
  readonly threads: 1;
  readonly reason: string;
  /** Whether a model has started it yet. */
  readonly started: boolean;
  /** Bytes of linear memory. */
  readonly memoryBytes: number;
}

/** Tells which build of the kernels runs and why; starts nothing. */
export function engineInfo(): EngineInfo {
  return {
    build: "simd",
    threads: 1,
    reason: chosen ? "ready() was given a module" : "the plain build comes with the library",
    started: running !== undefined,
    memoryBytes: running?.memory.buffer.byteLength ?? 0,
  };
}

/** How the engine is to be started. */
export interface ReadyOptions {
  /** The compiled kernels, where the runtime refuses to compile bytes. */
  readonly module?: WebAssembly.Module | undefined;
  /** Relaxed SIMD: no such build exists yet. */
  readonly relaxed?: false | undefined;
  /** Threads: no such build exists yet. */
  readonly threads?: 1 | undefined;
}

/**
 * Chooses how the engine starts, before the first model.
 *
 * @throws ERR_OPTION if there is no such build, ERR_STATE once the engine runs otherwise.
 */
export function ready(given: ReadyOptions = {}): EngineInfo {
  const { module } = resolve("ready", readyFields, given);
  if (module && running && module !== chosen) {
    throw new GlissadeError(
      "ERR_STATE",
      "ready: it must come before the first model, but the engine runs already; call it at the program's start",
    );
  }
  chosen = module ?? chosen;
  return engineInfo();
}

/** Makes memory at least `bytes` long, for `what`. @throws ERR_MEMORY if the runtime refuses. */
export function growMemory({ memory }: Engine, bytes: number, what?: string): void {
  const missing = Math.ceil((bytes - memory.buffer.byteLength) / PAGE_BYTES);
  if (missing <= 0) return;
  try {
    memory.grow(missing);
  } catch {
    const megabytes = (count: number) => `${Math.ceil(count / 1e6)} MB`;
    const most = MAXIMUM_PAGES * PAGE_BYTES;
    const got =
      bytes > most
        ? `${megabytes(most)}, the most that WebAssembly has`
        : `${megabytes(memory.buffer.byteLength)} and no more from this runtime`;
    throw new GlissadeError(
      "ERR_MEMORY",
      `engine: memory must hold ${megabytes(bytes)}${what ? ` with ${what}` : ""}, got ${got}; ` +
        "use a smaller batchSize or fewer units, or dispose models that are done",
    );
  }
}
