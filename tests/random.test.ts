import { describe, expect, test } from "vitest";
import { Arena } from "./support/arena.js";

type Words = [number, number, number, number];

/** Philox4x32-10 as the paper writes it: Salmon et al. 2011, §3.3. */
function philox(counter: Words, key: [number, number]): Words {
  let [c0, c1, c2, c3] = counter;
  let [k0, k1] = key;
  for (let round = 0; round < 10; round++) {
    const p0 = BigInt(c0) * 0xd2511f53n;
    const p1 = BigInt(c2) * 0xcd9e8d57n;
    [c0, c1, c2, c3] = [
      (Number(p1 >> 32n) ^ c1 ^ k0) >>> 0,
      Number(p1 & 0xffffffffn),
      (Number(p0 >> 32n) ^ c3 ^ k1) >>> 0,
      Number(p0 & 0xffffffffn),
    ];
    k0 = (k0 + 0x9e3779b9) >>> 0;
    k1 = (k1 + 0xbb67ae85) >>> 0;
  }
  return [c0, c1, c2, c3];
}

test("the twin gives the known answers of Random123", () => {
  expect(philox([0, 0, 0, 0], [0, 0])).toEqual([0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8]);
  const ones = 0xffffffff;
  expect(philox([ones, ones, ones, ones], [ones, ones])).toEqual([
    0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd,
  ]);
  expect(
    philox([0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344], [0xa4093822, 0x299f31d0]),
  ).toEqual([0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1]);
});

const SEED = [0x12345678, 0x9abcd] as [number, number];
const [STEP, STREAM] = [7, 3];

/** The 24 random bits of an element. */
const bitsOf = (element: number, purpose: number, step = STEP) =>
  philox([element >> 2, step, STREAM, purpose], SEED)[element & 3]! >>> 8;

describe.each([1, 3, 5, 7, 13, 33, 65, 785])("%i numbers", (count) => {
  test("uniform numbers have the twin's bits", () => {
    const arena = new Arena();
    const y = arena.allocate(4 * count);
    arena.kernels.randomUniform(0, count, y, -2, 2, ...SEED, STEP, STREAM, 0);
    const unit = Math.fround(4 * Math.fround(2 ** -24));
    const expected = Array.from({ length: count }, (_, i) =>
      Math.fround(Math.fround(bitsOf(i, 0) * unit) - 2),
    );
    expect([...arena.floats(y, count)]).toEqual(expected);
    expect([...arena.floats(y + 4 * count, 3)]).toEqual([0, 0, 0]);
  });

  test("dropout keeps where the twin keeps, and its gradient knows where that was", () => {
    const arena = new Arena();
    const x = arena.put(new Float32Array(count).fill(3));
    const [y, dx] = [arena.allocate(4 * count), arena.put(new Float32Array(count).fill(1))];
    const threshold = Math.round(0.25 * 2 ** 24);
    arena.kernels.dropout(0, count, x, y, threshold, 4 / 3, ...SEED, STEP, STREAM);
    arena.kernels.dropoutGradient(0, count, x, dx, threshold, 4 / 3, ...SEED, STEP, STREAM);
    const kept = Array.from({ length: count }, (_, i) => bitsOf(i, 2) >= threshold);
    expect([...arena.floats(y, count)]).toEqual(kept.map((stays) => (stays ? 4 : 0)));
    expect([...arena.floats(dx, count)]).toEqual(kept.map((stays) => (stays ? 5 : 1)));
  });

  test("a shuffle has every index once, in the twin's order", () => {
    const arena = new Arena();
    const at = arena.allocate(4 * count);
    arena.kernels.shuffle(count, at, ...SEED, STEP, 1);
    const expected = Array.from({ length: count }, (_, i) => i);
    for (let i = count - 1; i > 0; i--) {
      const word = philox([i, STEP, 0, 1], SEED)[0];
      const j = Number((BigInt(word) * BigInt(i + 1)) >> 32n);
      [expected[i], expected[j]] = [expected[j]!, expected[i]!];
    }
    expect([...arena.integers(at, count)]).toEqual(expected);
  });
});

test("a value whose bits are the threshold stays", () => {
  const arena = new Arena();
  const [x, y] = [arena.put([1]), arena.allocate(4)];
  for (const [above, kept] of [
    [0, 1],
    [1, 0],
  ] as const) {
    arena.kernels.dropout(0, 1, x, y, bitsOf(0, 2) + above, 1, ...SEED, STEP, STREAM);
    expect(arena.floats(y, 1)[0]).toBe(kept);
  }
});

const MANY = 200_000;

function drawn(name: "randomNormal" | "randomTruncatedNormal" | "randomUniform", step = 0) {
  const arena = new Arena();
  const y = arena.allocate(4 * MANY);
  arena.kernels[name](0, MANY, y, 0, 1, 1, 0, step, 0, 0);
  return arena.floats(y, MANY).slice();
}

const mean = (values: Float32Array, f: (x: number) => number) =>
  values.reduce((sum, value) => sum + f(value), 0) / values.length;

test.each([
  ["randomUniform", 1 / 2, 1 / 3],
  ["randomNormal", 0, 1],
  ["randomTruncatedNormal", 0, 0.8796256610342398 ** 2],
] as const)("%s has the moments of its distribution", (name, first, second) => {
  const values = drawn(name);
  expect(Math.abs(mean(values, (x) => x) - first)).toBeLessThan(0.01);
  expect(Math.abs(mean(values, (x) => x * x) - second)).toBeLessThan(0.01);
});

test("a cut normal stays within two deviations, and both tails are reached", () => {
  const values = drawn("randomTruncatedNormal");
  const [least, most] = [
    values.reduce((a, b) => Math.min(a, b)),
    values.reduce((a, b) => Math.max(a, b)),
  ];
  expect(least).toBeGreaterThanOrEqual(-2.000001);
  expect(least).toBeLessThan(-1.99);
  expect(most).toBeLessThanOrEqual(2.000001);
  expect(most).toBeGreaterThan(1.99);
});

test("another step, another sequence; ranges give the same numbers", () => {
  const [first, second] = [drawn("randomUniform", 0), drawn("randomUniform", 1)];
  expect(first.filter((value, i) => value === second[i]).length).toBeLessThan(10);
  const arena = new Arena();
  const y = arena.allocate(4 * 64);
  for (const [from, to] of [
    [0, 4],
    [4, 40],
    [40, 64],
  ] as const) {
    arena.kernels.randomUniform(from, to, y, 0, 1, 1, 0, 0, 0, 0);
  }
  expect(arena.floats(y, 64)).toEqual(first.slice(0, 64));
});
