import { describe, expect, test } from "vitest";
import { createEngine } from "../src/engine.js";
import { engineInfo, layers, sequential } from "../src/index.js";
import { Holdings, memory, Memory, NO_RUN } from "../src/memory.js";
import { generator } from "./support/numbers.js";

declare const gc: () => void;

const model = () => {
  const made = sequential([
    layers.dense(8, { activation: "relu", inputShape: [4] }),
    layers.dense(2),
  ]);
  made.compile({ optimizer: "adam", loss: "mse", metrics: ["accuracy"] });
  return made;
};

describe("the heap", () => {
  test("runs never overlap, start on 16 bytes, come back zeroed, and leave nothing behind", () => {
    const heap = new Memory(createEngine());
    const before = heap.bytesInUse;
    const first = heap.allocate(1);
    heap.release(first);
    const next = generator(3);
    const held: { address: number; words: number }[] = [];
    for (let round = 0; round < 4000; round++) {
      if (next() < 0.55 || held.length === 0) {
        const words = 1 + Math.floor(next() * 500);
        const address = heap.allocate(words);
        expect(address % 16).toBe(0);
        expect(heap.floats(address, words).every((value) => value === 0)).toBe(true);
        heap.floats(address, words).fill(round + 1);
        held.push({ address, words });
      } else {
        const [run] = held.splice(Math.floor(next() * held.length), 1);
        const values = heap.floats(run!.address, run!.words);
        expect(values.every((value) => value === values[0])).toBe(true);
        heap.release(run!.address);
      }
    }
    for (const { address } of held) heap.release(address);
    expect(heap.bytesInUse).toBe(before);
    // Neighbours were joined: the largest run fits where the first one lay.
    expect(heap.allocate(100_000)).toBe(first);
  });

  test("releasing twice, or what was never given, does nothing", () => {
    const heap = new Memory(createEngine());
    const address = heap.allocate(4);
    heap.release(address);
    heap.release(address);
    heap.release(12345);
    expect(heap.allocate(4)).toBe(address);
  });
});

test("memory grows by what is asked, and new numbers are 0 without being written", () => {
  const engine = createEngine();
  const heap = new Memory(engine);
  const { rss } = process.memoryUsage();
  const address = heap.allocate(100e6);
  heap.allocate(1e5);
  expect(engine.memory.buffer.byteLength).toBeLessThan(1.02 * 400e6);
  expect(process.memoryUsage().rss - rss).toBeLessThan(100e6);
  expect(heap.floats(address + 200e6, 1)[0]).toBe(0);
});

test("a hundred thousand models, made and disposed, leave memory where it was", () => {
  model().dispose();
  const { memoryBytes } = engineInfo();
  const before = memory().bytesInUse;
  for (let round = 0; round < 100_000; round++) {
    const made = model();
    if (round % 100 === 0) {
      made.trainOnBatch([[1, 2, 3, 4]], [[0, 1]]);
      made.predict([[1, 2, 3, 4]]);
    }
    made.dispose();
  }
  expect(memory().bytesInUse).toBe(before);
  expect(engineInfo().memoryBytes).toBe(memoryBytes);
});

/** In a function of its own: what lies on the stack is not forgotten. */
function forget(models: number): void {
  for (let round = 0; round < models; round++) {
    const made = model();
    if (round % 10 === 0) made.trainOnBatch([[1, 2, 3, 4]], [[0, 1]]);
  }
}

test("ten thousand forgotten models are reclaimed", async () => {
  const before = memory().bytesInUse;
  forget(10_000);
  expect(memory().bytesInUse).toBeGreaterThan(before);
  for (let turn = 0; turn < 50 && memory().bytesInUse > before; turn++) {
    gc();
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  expect(memory().bytesInUse).toBe(before);
});

test("a failed model keeps nothing, and a disposed one gives back even what a second compile made", () => {
  const before = memory().bytesInUse;
  const made = model();
  const compiled = memory().bytesInUse;
  expect(() => made.compile({ optimizer: "adam", loss: "nosuch" })).toThrow(/loss/);
  expect(memory().bytesInUse).toBe(compiled);
  made.trainOnBatch([[1, 2, 3, 4]], [[0, 1]]);
  made.compile({ optimizer: "sgd", loss: "mae" });
  made.trainOnBatch([[1, 2, 3, 4]], [[0, 1]]);
  made.predict(
    Array.from({ length: 70 }, () => [1, 2, 3, 4]),
    { batchSize: 70 },
  );
  made.dispose();
  made.dispose();
  expect(memory().bytesInUse).toBe(before);
});

test("a run that was released stays so, whoever has its place by then", () => {
  const holdings = new Holdings(new Memory(createEngine()));
  const stale = holdings.replace(NO_RUN, [4]);
  expect(() => holdings.replace(stale, [2 ** 30])).toThrow(/memory must hold/);
  const other = holdings.replace(NO_RUN, [4]);
  expect(other.address).toBe(stale.address);
  const next = holdings.replace(stale, [4]);
  expect(next.address).not.toBe(other.address);
});
