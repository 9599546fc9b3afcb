import { describe, expect, test } from "vitest";
import { activations, type ActivationRow } from "./rows/activations.js";
import { Arena } from "./support/arena.js";
import { differences, expectClose, numbers } from "./support/numbers.js";

const SIZES = [1, 3, 5, 7, 13, 33, 65, 785];
const GUARD = 7.25;

const rowsOf = (x: ArrayLike<number>, rows: number, cols: number) =>
  Array.from({ length: rows }, (_, r) =>
    Float64Array.from(Array.from(x).slice(r * cols, (r + 1) * cols)),
  );

function run(
  { name }: ActivationRow,
  rows: number,
  cols: number,
  x: Float32Array,
  ranges: [number, number][],
) {
  const arena = new Arena();
  const count = rows * cols;
  const from = arena.put(x);
  const y = arena.put(new Float32Array(count + 4).fill(GUARD));
  for (const [start, end] of ranges) arena.kernels[name](start, end, cols, from, y);
  expect([...arena.floats(y + 4 * count, 4)]).toEqual([GUARD, GUARD, GUARD, GUARD]);
  const slopes = (dy: Float32Array, before: Float32Array) => {
    const dx = arena.put(before);
    const gradient = `${name}Gradient` as const;
    for (const [start, end] of ranges)
      arena.kernels[gradient](start, end, cols, from, y, arena.put(dy), dx);
    return arena.floats(dx, count).slice();
  };
  return { y: arena.floats(y, count).slice(), slopes };
}

describe.each(activations)("$name", (activation) => {
  test.each(SIZES)("value and slopes equal the formula's, %i columns", (cols) => {
    const rows = 3;
    const x = numbers(rows * cols, { low: -4, high: 4, seed: cols });
    const dy = numbers(rows * cols, { seed: cols + 1 });
    const before = numbers(rows * cols, { seed: cols + 2 });
    const { y, slopes } = run(activation, rows, cols, x, [[0, rows]]);
    const textbook = rowsOf(x, rows, cols);
    expectClose(
      y,
      textbook.flatMap((row) => [...activation.row(row)]),
      { relative: 1e-6 },
    );
    const expected = textbook.flatMap((row, r) => {
      const scalar = (at: Float64Array) =>
        activation.row(at).reduce((sum, value, i) => sum + value * dy[r * cols + i]!, 0);
      return [...differences(scalar, row)];
    });
    const got = slopes(dy, before).map((value, i) => value - before[i]!);
    expectClose(got, expected, { relative: 1e-4, absolute: 3e-6 });
  });

  test("any split of the rows, and any batch, gives the same bits", () => {
    const [rows, cols] = [9, 7];
    const x = numbers(rows * cols, { low: -3, high: 3 });
    const dy = numbers(rows * cols, { seed: 2 });
    const zero = new Float32Array(rows * cols);
    const whole = run(activation, rows, cols, x, [[0, rows]]);
    const parts = run(activation, rows, cols, x, [
      [0, 1],
      [1, 2],
      [2, 7],
      [7, rows],
    ]);
    expect(parts.y).toEqual(whole.y);
    expect(parts.slopes(dy, zero)).toEqual(whole.slopes(dy, zero));
    const alone = run(activation, 1, cols, x.slice(4 * cols, 5 * cols), [[0, 1]]);
    expect(alone.y).toEqual(whole.y.slice(4 * cols, 5 * cols));
  });

  test("extremes stay finite, and a NaN stays in its row", () => {
    const x = Float32Array.of(1e4, -1e4, 0, 0, 0, 0, NaN, 1, 2, -1e4, -1e4, -1e4);
    const { y } = run(activation, 4, 3, x, [[0, 4]]);
    const isNaNs = Array.from(y, Number.isNaN);
    expect(isNaNs.slice(0, 6)).toEqual(new Array(6).fill(false));
    expect(isNaNs[6]).toBe(true);
    expect(isNaNs.slice(9)).toEqual([false, false, false]);
  });
});

test.each([
  [[NaN, 1, 2]],
  [[1, 2, 3, 4, NaN, 5, 6]],
  [[1, 2, 3, 4, 5, 6, 7, 8, NaN]],
  [[NaN, Infinity]],
])("softmax of %j is NaN throughout", (row) => {
  const softmax = activations.find(({ name }) => name === "softmax")!;
  const { y } = run(softmax, 1, row.length, Float32Array.from(row), [[0, 1]]);
  expect([...y]).toEqual(row.map(() => NaN));
});

test("softmax of logits far apart is exact", () => {
  const softmax = activations.find(({ name }) => name === "softmax")!;
  const logits = Float32Array.of(1e4, -1e4, 0, 1e4, -1e4, -1e4, -1e4, -1e4);
  const { y } = run(softmax, 2, 4, logits, [[0, 2]]);
  expect([...y]).toEqual([0.5, 0, 0, 0.5, 0.25, 0.25, 0.25, 0.25]);
});
