import { type Engine, engine, growMemory } from "./engine.js";

const ALIGNMENT = 16;
/** Kernels may read this far past what they were given. */
const SPARE_BYTES = 64;
/** Address 0 means "absent", and the first line of memory stays unused so that a stray small address does no harm. */
const FIRST_ADDRESS = 64;

const align = (bytes: number) => Math.ceil(bytes / ALIGNMENT) * ALIGNMENT;

/** Words that `count` words take up: pieces start on 16 bytes and own the bytes up to the next 16. */
export const paddedWords = (count: number) => align(4 * count) / 4;

/** Several pieces side by side: each starts on 16 bytes, and each is followed by its zero padding. */
export interface Run {
  /** 0 where there is no run. */
  readonly address: number;
  readonly words: number;
  /** One address a piece; 0 for an empty piece. */
  readonly pieces: readonly number[];
}

/** A run that holds nothing. */
export const NO_RUN: Run = { address: 0, words: 0, pieces: [] };

/** The addresses of pieces of so many words each, side by side from `address` on. */
function placePieces(address: number, counts: readonly number[]): number[] {
  return counts.map((count) => {
    const piece = address;
    address += 4 * paddedWords(count);
    return piece;
  });
}

/** Pieces of scratch that depend on the number of rows: how many words all take, and where each lies. */
export interface Scratch {
  readonly words: (rows: number) => number;
  /** Worked out anew only when the address or the rows change: steps allocate nothing. */
  readonly at: (address: number, rows: number) => readonly number[];
}

/** @param counts Words of each piece for so many rows. */
export function scratchOf(counts: (rows: number) => readonly number[]): Scratch {
  let known = { address: 0, rows: 0, pieces: [] as readonly number[] };
  return {
    words: (rows) => counts(rows).reduce((sum, count) => sum + paddedWords(count), 0),
    at(address, rows) {
      if (known.address !== address || known.rows !== rows) {
        known = { address, rows, pieces: placePieces(address, counts(rows)) };
      }
      return known.pieces;
    },
  };
}

interface Gap {
  address: number;
  bytes: number;
}

/** A heap over an engine's linear memory: runs of 4-byte words, handed out zeroed and taken back. */
export class Memory {
  readonly kernels;
  /** Packing room that all products share; one step runs at a time. */
  readonly gemmScratch: number;
  private readonly sizes = new Map<number, number>();
  /** Free runs by address; no two touch. */
  private readonly free: Gap[] = [];
  private end: number;

  constructor(private readonly engine: Engine) {
    this.kernels = engine.kernels;
    this.end = align(Math.max(FIRST_ADDRESS, this.kernels.heapBase()));
    this.gemmScratch = this.allocate(this.kernels.gemmScratch() >> 2);
  }

  /** Bytes in use, for `engineInfo` and for tests that look for leaks. */
  get bytesInUse(): number {
    let sum = 0;
    for (const bytes of this.sizes.values()) sum += bytes;
    return sum;
  }

  /** The address of `words` zeroed words. @throws ERR_MEMORY, naming what they are, if the engine cannot hold them. */
  allocate(words: number, what?: string): number {
    const bytes = Math.max(ALIGNMENT, align(4 * words));
    const address = this.takeFree(bytes) ?? this.takeEnd(bytes, what);
    this.sizes.set(address, bytes);
    return address;
  }

  /** One run of pieces of so many words each. @throws ERR_MEMORY if the engine cannot hold them. */
  allocateRun(counts: readonly number[], what?: string): Run {
    const words = counts.reduce((sum, count) => sum + paddedWords(count), 0);
    const address = this.allocate(words, what);
    const pieces = placePieces(address, counts).map((piece, i) => (counts[i]! > 0 ? piece : 0));
    return { address, words, pieces };
  }

  /** Takes a run back; 0 is no run. */
  release(address: number): void {
    const bytes = this.sizes.get(address);
    if (bytes === undefined) return;
    this.sizes.delete(address);
    // All that is free is 0, as new memory is: pages of a run that nobody writes to cost nothing while it lasts.
    this.bytes(address, bytes).fill(0);
    let index = this.free.findIndex((run) => run.address > address);
    if (index < 0) index = this.free.length;
    this.free.splice(index, 0, { address, bytes });
    this.join(index);
    this.join(index - 1);
    const last = this.free.at(-1);
    if (last && last.address + last.bytes === this.end) {
      this.end = last.address;
      this.free.pop();
    }
  }

  /** Views are good until memory grows: ask when needed, keep none. */
  floats(address: number, count: number): Float32Array {
    return new Float32Array(this.engine.memory.buffer, address, count);
  }

  integers(address: number, count: number): Int32Array {
    return new Int32Array(this.engine.memory.buffer, address, count);
  }

  bytes(address: number, count: number): Uint8Array {
    return new Uint8Array(this.engine.memory.buffer, address, count);
  }

  doubles(address: number, count: number): Float64Array {
    return new Float64Array(this.engine.memory.buffer, address, count);
  }

  private takeFree(bytes: number): number | undefined {
    const index = this.free.findIndex((run) => run.bytes >= bytes);
    const run = this.free[index];
    if (!run) return undefined;
    const { address } = run;
    if (run.bytes === bytes) this.free.splice(index, 1);
    else this.free[index] = { address: address + bytes, bytes: run.bytes - bytes };
    return address;
  }

  private takeEnd(bytes: number, what?: string): number {
    growMemory(this.engine, this.end + bytes + SPARE_BYTES, what);
    const address = this.end;
    this.end += bytes;
    return address;
  }

  /** Joins the free run at `index` with its right neighbour if they touch. */
  private join(index: number): void {
    const left = this.free[index];
    const right = this.free[index + 1];
    if (!left || !right || left.address + left.bytes !== right.address) return;
    this.free.splice(index, 2, { address: left.address, bytes: left.bytes + right.bytes });
  }
}

/** Whether the words after this piece are the next one's: one call can then serve both. */
export const adjoin = (address: number, words: number, next: number) =>
  address + 4 * words === next;

/** The runs of one model, so that they go back together. */
export class Holdings {
  private readonly runs = new Set<Run>();

  constructor(readonly memory: Memory) {}

  /** A run in place of another: the old numbers are gone. @throws ERR_MEMORY if it does not fit. */
  replace(old: Run, counts: readonly number[], what?: string): Run {
    this.release(old);
    const run = this.memory.allocateRun(counts, what);
    this.runs.add(run);
    return run;
  }

  /** Takes a run back, once: what else lies at its address by then stays. */
  release(run: Run): void {
    if (this.runs.delete(run)) this.memory.release(run.address);
  }

  releaseAll(): void {
    for (const { address } of this.runs) this.memory.release(address);
    this.runs.clear();
  }
}

let shared: Memory | undefined;

/** The realm's memory; its engine starts at the first call. */
export function memory(): Memory {
  return (shared ??= new Memory(engine()));
}
