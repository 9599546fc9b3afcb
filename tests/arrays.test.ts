import { describe, expect, test } from "vitest";
import { Arena } from "./support/arena.js";
import { expectClose, numbers } from "./support/numbers.js";

const SIZES = [1, 3, 5, 7, 13, 33, 65, 785];
const GUARD = 7.25;

/** A run of `count` numbers, followed by guards that no kernel may touch. */
function guarded(arena: Arena, values: Float32Array): number {
  return arena.put([...values, GUARD, GUARD, GUARD, GUARD]);
}

function read(arena: Arena, address: number, count: number): Float32Array {
  expect([...arena.floats(address + 4 * count, 4)]).toEqual([GUARD, GUARD, GUARD, GUARD]);
  return arena.floats(address, count).slice();
}

test("an empty range writes nothing", () => {
  const arena = new Arena();
  const y = guarded(arena, numbers(3));
  const before = read(arena, y, 3);
  const { kernels } = arena;
  const scratch = arena.allocate(kernels.gemmScratch());
  kernels.fill(1, 1, y, 9);
  kernels.fillRows(0, 0, 3, y, y);
  kernels.relu(2, 2, 1, y, y);
  kernels.softmax(0, 0, 3, y, y);
  kernels.gemm(0, 0, 3, 3, y, 3, 1, y, 3, 1, y, scratch);
  kernels.meanSquaredError(0, 0, 3, y, y, 0, y, y);
  kernels.adam(0, 0, y, y, y, y, y, 1, 1, 1, 1, 1);
  kernels.fill(1, 1, y, 0);
  expect(read(arena, y, 3)).toEqual(before);
});

describe.each(SIZES)("%i numbers", (count) => {
  const x = numbers(count);
  const before = numbers(count, { seed: 2 });

  test.each([2.5, 0, -0])("fill writes %d into its range and nothing else", (number) => {
    const arena = new Arena();
    const y = guarded(arena, before);
    arena.kernels.fill(1, count, y, number);
    expect(read(arena, y, count)).toEqual(before.map((value, i) => (i < 1 ? value : number)));
  });

  test("addScaled", () => {
    const arena = new Arena();
    const y = guarded(arena, before);
    arena.kernels.addScaled(0, count, arena.put(x), y, -0.3);
    expectClose(
      read(arena, y, count),
      before.map((value, i) => value - 0.3 * x[i]!),
      { relative: 1e-6 },
    );
  });

  test("rescale from float32, int32 and uint8", () => {
    const arena = new Arena();
    const { kernels } = arena;
    const whole = Array.from({ length: count }, (_, i) => (i * 37) % 256);
    const sources = [
      ["rescale", arena.put(whole)],
      ["rescaleIntegers", arena.putIntegers(whole)],
      ["rescaleBytes", arena.putBytes(whole)],
    ] as const;
    const results = sources.map(([name, from]) => {
      const y = guarded(arena, before);
      kernels[name](0, count, from, y, 1 / 255, -0.5);
      return read(arena, y, count);
    });
    for (const result of results) {
      expectClose(
        result,
        whole.map((value) => value / 255 - 0.5),
        { relative: 1e-6, absolute: 1e-7 },
      );
      expect(result).toEqual(results[0]);
    }
  });

  test("fillRows and sumColumns", () => {
    const arena = new Arena();
    const rows = 4;
    const y = guarded(arena, new Float32Array(rows * count));
    arena.kernels.fillRows(1, rows, count, arena.put(x), y);
    const filled = read(arena, y, rows * count);
    expect(filled).toEqual(
      Float32Array.from({ length: rows * count }, (_, i) => (i < count ? 0 : x[i % count]!)),
    );
    const sums = guarded(arena, before);
    arena.kernels.sumColumns(0, count, rows, count, y, sums);
    expectClose(
      read(arena, sums, count),
      before.map((value, i) => value + 3 * x[i]!),
      { relative: 1e-5, absolute: 1e-6 },
    );
  });

  test("oneHot", () => {
    const arena = new Arena();
    const y = guarded(arena, new Float32Array(2 * count).fill(9));
    arena.kernels.oneHot(0, 2, count, arena.putIntegers([0, count - 1]), y);
    const hot = read(arena, y, 2 * count);
    expect(hot.indexOf(1)).toBe(0);
    expect(hot.lastIndexOf(1)).toBe(2 * count - 1);
    expect(hot.reduce((a, b) => a + b)).toBe(2);
  });
});

describe("any split of the range gives the same bits", () => {
  const [rows, cols] = [5, 23];
  const x = numbers(rows * cols);
  const whole = Array.from({ length: rows * cols }, (_, i) => (i * 37) % 256);
  type Write = (arena: Arena, from: number, to: number, y: number) => void;
  test.each<[string, number, Write]>([
    ["fill", rows * cols, ({ kernels }, a, b, y) => kernels.fill(a, b, y, 3)],
    ["fillRows", rows, (arena, a, b, y) => arena.kernels.fillRows(a, b, cols, arena.put(x), y)],
    [
      "addScaled",
      rows * cols,
      (arena, a, b, y) => arena.kernels.addScaled(a, b, arena.put(x), y, 3),
    ],
    [
      "rescale",
      rows * cols,
      (arena, a, b, y) => arena.kernels.rescale(a, b, arena.put(x), y, 0.3, 1),
    ],
    [
      "rescaleIntegers",
      rows * cols,
      (arena, a, b, y) => arena.kernels.rescaleIntegers(a, b, arena.putIntegers(whole), y, 0.3, 1),
    ],
    [
      "rescaleBytes",
      rows * cols,
      (arena, a, b, y) => arena.kernels.rescaleBytes(a, b, arena.putBytes(whole), y, 0.3, 1),
    ],
    [
      "sumColumns",
      cols,
      (arena, a, b, y) => arena.kernels.sumColumns(a, b, rows, cols, arena.put(x), y),
    ],
    [
      "oneHot",
      rows,
      (arena, a, b, y) =>
        arena.kernels.oneHot(a, b, cols, arena.putIntegers([22, 0, -1, 23, 7]), y),
    ],
  ])("%s", (_, outputs, write) => {
    const arena = new Arena();
    const before = numbers(rows * cols, { seed: 9 });
    const [once, parts] = [guarded(arena, before), guarded(arena, before)];
    write(arena, 0, outputs, once);
    for (const [from, to] of [
      [0, 1],
      [1, 3],
      [3, 3],
      [3, outputs],
    ] as const) {
      write(arena, from, to, parts);
    }
    expect(read(arena, parts, rows * cols)).toEqual(read(arena, once, rows * cols));
  });
});
