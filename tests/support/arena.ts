import { createEngine, type Engine, type Kernels } from "../../src/engine.js";

type Values = Iterable<number>;
type Reader<T> = new (buffer: ArrayBufferLike, address: number, count: number) => T;

/**
 * A scratch memory of its own for tests of kernels: `put` copies numbers in and says where, `floats` and its
 * siblings read them back. Nothing is freed; every run gets guard words so that a stray write shows.
 */
export class Arena {
  readonly engine: Engine = createEngine();
  readonly kernels: Kernels = this.engine.kernels;
  private next = Math.max(64, (this.kernels.heapBase() + 15) & ~15);

  /** `bytes` zeroed bytes on a 16-byte boundary, with 64 unused bytes behind them. */
  allocate(bytes: number): number {
    const address = this.next;
    this.next += ((bytes + 15) & ~15) + 64;
    const { memory } = this.engine;
    const missing = this.next + 64 - memory.buffer.byteLength;
    if (missing > 0) memory.grow(Math.ceil(missing / 65536));
    return address;
  }

  put(values: Values): number {
    const data = Float32Array.from(values);
    const address = this.allocate(data.byteLength);
    this.floats(address, data.length).set(data);
    return address;
  }

  putIntegers(values: Values): number {
    const data = Int32Array.from(values);
    const address = this.allocate(data.byteLength);
    this.integers(address, data.length).set(data);
    return address;
  }

  putBytes(values: Values): number {
    const data = Uint8Array.from(values);
    const address = this.allocate(data.byteLength);
    this.bytes(address, data.length).set(data);
    return address;
  }

  floats(address: number, count: number): Float32Array {
    return this.view(Float32Array, address, count);
  }

  integers(address: number, count: number): Int32Array {
    return this.view(Int32Array, address, count);
  }

  bytes(address: number, count: number): Uint8Array {
    return this.view(Uint8Array, address, count);
  }

  doubles(address: number, count: number): Float64Array {
    return this.view(Float64Array, address, count);
  }

  private view<T>(type: Reader<T>, address: number, count: number): T {
    return new type(this.engine.memory.buffer, address, count);
  }
}
