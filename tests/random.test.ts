import { describe, expect, test } from "vitest";
import { Arena } from "./support/arena.js";
import { numbers } from "./support/numbers.js";

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

test("so does the kernel", () => {
  const arena = new Arena();
  const y = arena.allocate(16);
  const words = () => Array.from(arena.floats(y, 4), (value) => value * 2 ** 24);
  arena.kernels.randomUniform(0, 4, y, 0, 1, 0, 0, 0, 0, 0);
  expect(words()).toEqual([0x6627e8, 0xe169c5, 0xbc57ac, 0x9b00db]);
  // Elements from −4 are block −1: a counter of ones.
  arena.kernels.randomUniform(-4, 0, y + 16, 0, 1, -1, -1, -1, -1, -1);
  expect(words()).toEqual([0x408f27, 0x41c83b, 0xa20bc7, 0x6d5451]);
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

test("another step, another sequence", () => {
  const [first, second] = [drawn("randomUniform", 0), drawn("randomUniform", 1)];
  expect(first.filter((value, i) => value === second[i]).length).toBeLessThan(10);
});

describe("any split of the range gives the same bits, and writes nothing else", () => {
  const count = 67;
  const seeded = [...SEED, STEP, STREAM] as const;
  type Fill = (arena: Arena, from: number, to: number, x: number, y: number) => void;
  test.each<[string, Fill]>([
    [
      "randomUniform",
      ({ kernels: k }, a, b, _, y) => k.randomUniform(a, b, y, -1, 2, ...seeded, 0),
    ],
    ["randomNormal", ({ kernels: k }, a, b, _, y) => k.randomNormal(a, b, y, 1, 2, ...seeded, 0)],
    [
      "randomTruncatedNormal",
      ({ kernels: k }, a, b, _, y) => k.randomTruncatedNormal(a, b, y, 1, 2, ...seeded, 0),
    ],
    ["dropout", ({ kernels: k }, a, b, x, y) => k.dropout(a, b, x, y, 2 ** 22, 1.3, ...seeded)],
    [
      "dropoutGradient",
      ({ kernels: k }, a, b, x, y) => k.dropoutGradient(a, b, x, y, 2 ** 22, 1.3, ...seeded),
    ],
  ])("%s", (_, fill) => {
    const arena = new Arena();
    const x = arena.put(numbers(count));
    const [whole, parts] = [1, 2].map(() => arena.put(new Float32Array(count + 4).fill(7.25)));
    fill(arena, 0, count, x, whole!);
    fill(arena, 4, 40, x, parts!);
    expect([...arena.floats(parts!, 4)]).toEqual([7.25, 7.25, 7.25, 7.25]);
    for (const [from, to] of [
      [0, 4],
      [8, 8],
      [40, count],
    ] as const) {
      fill(arena, from, to, x, parts!);
    }
    expect(arena.floats(parts!, count + 4)).toEqual(arena.floats(whole!, count + 4));
    expect([...arena.floats(whole! + 4 * count, 4)]).toEqual([7.25, 7.25, 7.25, 7.25]);
  });
});

test("what is dropped is 0, be it infinite or NaN", () => {
  const arena = new Arena();
  const x = arena.put(Array.from({ length: 64 }, (_, i) => [Infinity, -Infinity, NaN][i % 3]!));
  const [y, dx] = [arena.allocate(256), arena.put(new Float32Array(64).fill(1))];
  arena.kernels.dropout(0, 64, x, y, 2 ** 23, 2, ...SEED, STEP, STREAM);
  arena.kernels.dropoutGradient(0, 64, x, dx, 2 ** 23, 2, ...SEED, STEP, STREAM);
  const values = arena.floats(x, 64);
  const kept = Array.from(values, (_, i) => bitsOf(i, 2) >= 2 ** 23);
  expect(arena.floats(y, 64)).toEqual(values.map((value, i) => (kept[i] ? value : 0)));
  expect(arena.floats(dx, 64)).toEqual(values.map((value, i) => (kept[i] ? value : 1)));
});

test("dropout's masks of any two steps agree as often as chance has it", () => {
  const [count, rate] = [4096, 0.3];
  const arena = new Arena();
  const [x, y] = [arena.put(new Float32Array(count).fill(1)), arena.allocate(4 * count)];
  const masks = Array.from({ length: 30 }, (_, step) => {
    arena.kernels.dropout(0, count, x, y, Math.round(rate * 2 ** 24), 1, ...SEED, step, STREAM);
    return arena.floats(y, count).slice();
  });
  const chance = rate ** 2 + (1 - rate) ** 2;
  const deviation = Math.sqrt((chance * (1 - chance)) / count);
  masks.forEach((mask, i) => {
    expect(Math.abs(mean(mask, (kept) => kept) - (1 - rate))).toBeLessThan(0.04);
    for (const other of masks.slice(0, i)) {
      const agree = mask.filter((kept, j) => kept === other[j]).length / count;
      expect(Math.abs(agree - chance)).toBeLessThan(5 * deviation);
    }
  });
});

test.each<[string, (draw: number) => [low: number, high: number, step: number]]>([
  ["seeds", (draw) => [draw, 0, 0]],
  ["epochs", (draw) => [5, 0, draw]],
])("shuffles by %s give every order equally often", (_, place) => {
  const arena = new Arena();
  const at = arena.allocate(16);
  const counts = new Map<string, number>();
  for (let draw = 0; draw < 24000; draw++) {
    arena.kernels.shuffle(4, at, ...place(draw), 1);
    const order = arena.integers(at, 4).join("");
    counts.set(order, (counts.get(order) ?? 0) + 1);
  }
  expect(counts.size).toBe(24);
  const chiSquare = [...counts.values()].reduce((sum, n) => sum + (n - 1000) ** 2 / 1000, 0);
  expect(chiSquare).toBeLessThan(49.73); // one in a thousand, for 23 degrees of freedom
});
