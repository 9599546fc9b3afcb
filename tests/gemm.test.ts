import { describe, expect, test } from "vitest";
import { Arena } from "./support/arena.js";
import { numbers } from "./support/numbers.js";

type Order = "forward" | "dX" | "dW";

/** The defining property: C's element takes its products one by one, in float32, through k in order. */
function twin(
  order: Order,
  m: number,
  n: number,
  k: number,
  a: Float32Array,
  b: Float32Array,
  c: Float32Array,
) {
  const result = c.slice();
  for (let i = 0; i < m; i++) {
    for (let j = 0; j < n; j++) {
      let sum = c[i * n + j]!;
      for (let p = 0; p < k; p++) {
        const x = order === "dW" ? a[p * m + i]! : a[i * k + p]!;
        const y = order === "dX" ? b[j * k + p]! : b[p * n + j]!;
        sum = Math.fround(sum + Math.fround(x * y));
      }
      result[i * n + j] = sum;
    }
  }
  return result;
}

const strides = {
  forward: (_m: number, n: number, k: number) => ({ a: [k, 1], b: [n, 1] }),
  dX: (_m: number, _n: number, k: number) => ({ a: [k, 1], b: [1, k] }),
  dW: (m: number, n: number) => ({ a: [1, m], b: [n, 1] }),
};

function product(order: Order, m: number, n: number, k: number, ranges: [number, number][]) {
  const arena = new Arena();
  const [a, b, c] = [m * k, k * n, m * n].map((count, seed) => numbers(count, { seed: seed + 1 }));
  const [x, y, z] = [a, b, c].map((values) => arena.put(values!));
  const guard = arena.floats(z! + 4 * m * n, 4).slice();
  const scratch = arena.allocate(arena.kernels.gemmScratch());
  const { a: sa, b: sb } = strides[order](m, n, k);
  for (const [from, to] of ranges) {
    arena.kernels.gemm(from, to, n, k, x!, sa[0]!, sa[1]!, y!, sb[0]!, sb[1]!, z!, scratch);
  }
  return {
    got: arena.floats(z!, m * n).slice(),
    expected: twin(order, m, n, k, a!, b!, c!),
    untouched: arena.floats(z! + 4 * m * n, 4).every((value, i) => value === guard[i]),
  };
}

const SIZES = [
  [1, 1, 1],
  [1, 10, 785],
  [2, 3, 5],
  [3, 7, 13],
  [4, 8, 4],
  [5, 33, 7],
  [7, 5, 13],
  [13, 65, 33],
  [33, 10, 65],
  [33, 65, 785],
  [65, 1, 3],
  [1, 785, 33],
  [785, 10, 33],
  [5, 1, 4],
  [19, 1, 66],
  [1, 9, 6],
  [1, 21, 8],
] as const;

/** Sizes at which B, or A and B, are packed, and blocks of k and n are more than one. */
const PACKED = [
  [17, 520, 600],
  [128, 72, 1030],
  [600, 24, 128],
] as const;

describe.each(["forward", "dX", "dW"] as const)("product, %s", (order) => {
  test.each([...SIZES, ...PACKED])("%i x %i over %i has the bits of the twin", (m, n, k) => {
    const { got, expected, untouched } = product(order, m, n, k, [[0, m]]);
    expect(got).toEqual(expected);
    expect(untouched).toBe(true);
  });

  test("any split of the rows gives the same bits, single rows included", () => {
    const [m, n, k] = [37, 19, 45];
    const whole = product(order, m, n, k, [[0, m]]).got;
    const split = product(order, m, n, k, [
      [0, 1],
      [1, 6],
      [6, 33],
      [33, 34],
      [34, m],
    ]).got;
    expect(split).toEqual(whole);
  });
});

test("NaN and infinity reach the elements that depend on them, and no others", () => {
  const arena = new Arena();
  const { kernels } = arena;
  const a = arena.put([1, 2, Number.NaN, 4, Infinity, 6]);
  const b = arena.put([1, 0, 0, 1]);
  const c = arena.put([0, 0, 0, 0, 0, 0]);
  const scratch = arena.allocate(kernels.gemmScratch());
  kernels.gemm(0, 3, 2, 2, a, 2, 1, b, 2, 1, c, scratch);
  expect([...arena.floats(c, 6)]).toEqual([1, 2, NaN, NaN, Infinity, NaN]);
});
