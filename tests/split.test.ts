import { afterEach, describe, expect, test, vi } from "vitest";
import { oneHot, tensor } from "../src/index.js";
import * as split from "../src/split/index.js";
import { isSplitter, type RowFacts, type Split, type Splitter } from "../src/split/splitter.js";
import golden from "./golden/sklearn_splits.json" with { type: "json" };
import { generator } from "./support/numbers.js";

const refusal = (code: string, message: RegExp) =>
  expect.objectContaining({
    code,
    message: expect.stringMatching(message) as string,
  }) as Error;

afterEach(() => void vi.restoreAllMocks());

const lists = (splits: readonly Split[]) =>
  splits.map(({ train, test }) => ({ train: [...train], test: [...test] }));
const tests = (splits: readonly Split[]) => splits.map(({ test }) => [...test]);
const counted = (rows: Iterable<number>, labels: readonly number[]) => {
  const counts = new Array<number>(Math.max(...labels) + 1).fill(0);
  for (const row of rows) counts[labels[row]!]!++;
  return counts;
};

describe("scikit-learn puts the same rows into the same folds", () => {
  test.each(golden.kFold)("KFold: $folds of $rows", ({ rows, folds, tests: expected }) => {
    expect(tests(split.kFold(folds, { shuffle: false }).split(rows))).toEqual(expected);
    const sizes = split
      .kFold(folds)
      .split(rows)
      .map(({ test }) => test.length);
    expect(sizes).toEqual(expected.map(({ length }) => length));
  });

  test.each(golden.stratifiedKFold)("StratifiedKFold: $folds", (one) => {
    const { folds, labels } = one;
    vi.spyOn(console, "warn").mockReturnValue();
    const splitter = split.kFold(folds, { stratified: true, shuffle: false });
    expect(tests(splitter.split(labels.length, { labels }))).toEqual(one.tests);
  });

  test.each(golden.groupKFold)("GroupKFold: $folds", ({ folds, groups, tests: expected }) => {
    const splitter = split.groupKFold(folds, { shuffle: false });
    expect(tests(splitter.split(groups.length, { groups }))).toEqual(expected);
  });

  test.each(golden.stratifiedGroupKFold)("StratifiedGroupKFold: $folds", (one) => {
    const { folds, groups, labels } = one;
    const splitter = split.groupKFold(folds, { stratified: true, shuffle: false });
    expect(tests(splitter.split(groups.length, { groups, labels }))).toEqual(one.tests);
  });

  test.each(golden.timeSeries)("TimeSeriesSplit: $folds of $rows", (one) => {
    const { rows, folds, gap } = one;
    const [testSize, maxTrainSize] = [one.testSize ?? undefined, one.maxTrainSize ?? undefined];
    const splitter = split.timeSeries(folds, { testSize, gap, maxTrainSize });
    expect(lists(splitter.split(rows))).toEqual(one.splits);
  });

  test.each(golden.trainTest)("train_test_split takes as many of each class: $testSize", (one) => {
    const { testSize, labels } = one;
    const splitter = split.trainTest({ testSize, stratified: true });
    const [{ train, test } = { train: [], test: [] }] = splitter.split(labels.length, { labels });
    expect(counted(test, labels)).toEqual(one.test);
    expect(counted(train, labels)).toEqual(one.train);
  });
});

/** Rows of three classes, one of them rare, in 12 groups. */
const ROWS = 120;
const next = generator(3);
const labels = Array.from({ length: ROWS }, () => [0, 0, 0, 0, 1, 1, 2][Math.floor(7 * next())]!);
const groups = Array.from({ length: ROWS }, () => `group ${Math.floor(12 * next() * next())}`);
const facts: Readonly<Record<string, RowFacts>> = {
  kFold: { labels },
  groupKFold: { labels, groups },
  repeatedKFold: { labels },
  trainTest: { labels },
  timeSeries: {},
};
const splitters: [name: string, make: (seed: number) => Splitter][] = [
  ["trainTest", (seed) => split.trainTest({ seed })],
  ["trainTest, stratified", (seed) => split.trainTest(30, { seed, stratified: true })],
  ["kFold", (seed) => split.kFold(7, { seed })],
  ["kFold, stratified", (seed) => split.kFold(7, { seed, stratified: true })],
  ["groupKFold", (seed) => split.groupKFold(4, { seed })],
  ["groupKFold, stratified", (seed) => split.groupKFold(4, { seed, stratified: true })],
  ["repeatedKFold", (seed) => split.repeatedKFold(3, { repeats: 4, seed })],
  [
    "repeatedKFold, stratified",
    (seed) => split.repeatedKFold(3, { repeats: 4, seed, stratified: true }),
  ],
  ["timeSeries", () => split.timeSeries(4)],
];

describe.each(splitters)("%s", (name, make) => {
  const { type, options } = make(1);
  const given = facts[type]!;
  const splits = make(1).split(ROWS, given);

  test("no row is on both sides, and rows ascend", () => {
    for (const { train, test } of splits) {
      const both = [...train, ...test];
      expect(new Set(both).size).toBe(both.length);
      expect(test.length).toBeGreaterThan(0);
      expect(train.length).toBeGreaterThan(0);
      expect(both.every((row) => row >= 0 && row < ROWS)).toBe(true);
      for (const part of [train, test]) expect(part).toEqual(part.slice().sort());
      if (type !== "timeSeries") expect(both.length).toBe(ROWS);
    }
  });

  test("every row is tested as often as it should", () => {
    const times = new Array<number>(ROWS).fill(0);
    for (const { test } of splits) for (const row of test) times[row]!++;
    const expected = { kFold: [1, 1], groupKFold: [1, 1], repeatedKFold: [4, 4] }[type] ?? [0, 1];
    expect([Math.min(...times), Math.max(...times)]).toEqual(expected);
  });

  test("classes keep their shares, to the row", () => {
    if (!name.includes("stratified") || type === "groupKFold") return;
    const whole = counted(labels.keys(), labels);
    for (const { test } of splits) {
      counted(test, labels).forEach((count, c) => {
        expect(Math.abs(count - (whole[c]! * test.length) / ROWS)).toBeLessThanOrEqual(1);
      });
    }
  });

  test("groups are on one side", () => {
    if (type !== "groupKFold") return;
    for (const { train, test } of splits) {
      const tested = new Set([...test].map((row) => groups[row]));
      expect([...train].some((row) => tested.has(groups[row]))).toBe(false);
    }
  });

  test("a seed gives the same split, another gives another; without one, whoever splits gives it", () => {
    expect(lists(make(1).split(ROWS, { ...given, seed: 9 }))).toEqual(lists(splits));
    if (type === "timeSeries" || type === "groupKFold") return;
    expect(lists(make(2).split(ROWS, given))).not.toEqual(lists(splits));
    const { seed: _, ...rest } = options;
    const bare = (split as unknown as Record<string, (options: object) => Splitter>)[type]!(rest);
    expect(lists(bare.split(ROWS, { ...given, seed: 1 }))).toEqual(lists(splits));
    expect(lists(bare.split(ROWS, given))).toEqual(lists(make(0).split(ROWS, given)));
  });

  test("is made again from its type and options", () => {
    const json = JSON.parse(JSON.stringify(options)) as object;
    const again = (split as unknown as Record<string, (options: object) => Splitter>)[type]!(json);
    expect(lists(again.split(ROWS, given))).toEqual(lists(splits));
    expect(isSplitter(again)).toBe(true);
  });
});

test("repetitions differ, and the first is what kFold gives", () => {
  const splits = tests(split.repeatedKFold(4, { repeats: 3, seed: 5 }).split(40));
  expect(splits.slice(0, 4)).toEqual(tests(split.kFold(4, { seed: 5 }).split(40)));
  expect(new Set(splits.map(String)).size).toBe(12);
});

test("time never looks ahead", () => {
  for (const { train, test } of split.timeSeries(6, { gap: 3 }).split(50)) {
    expect(Math.max(...train) + 3).toBeLessThan(Math.min(...test));
  }
});

test("groups of one size are dealt out by the seed", () => {
  const even = Array.from({ length: 40 }, (_, row) => row % 10);
  const by = (seed: number) => tests(split.groupKFold(5, { seed }).split(40, { groups: even }));
  expect(by(1)).not.toEqual(by(2));
  expect(by(1).map(({ length }) => length)).toEqual([8, 8, 8, 8, 8]);
});

test("no fold stays empty, however groups and classes lie", () => {
  vi.spyOn(console, "warn").mockReturnValue();
  for (let seed = 0; seed < 60; seed++) {
    const next = generator(seed);
    const folds = 2 + (seed % 4);
    const rows = 40 + Math.floor(30 * next());
    const groups = Array.from({ length: rows }, (_, row) =>
      row < folds ? row : Math.floor(folds * 3 * next() * next()),
    );
    const labels = groups.map((group) => (next() < 0.5 ? group % 2 : Math.floor(2 * next())));
    const splits = split.groupKFold(folds, { stratified: true }).split(rows, { groups, labels });
    expect(splits.map(({ test }) => test.length).includes(0), `seed ${seed}`).toBe(false);
  }
});

test("the bits of a seed stay: a change of them is a major version", () => {
  expect(tests(split.kFold(3, { seed: 7 }).split(10))).toEqual([
    [2, 4, 8, 9],
    [1, 6, 7],
    [0, 3, 5],
  ]);
});

test("labels are numbers, texts, booleans or one-hot rows", () => {
  const numbers = [2, 0, 0, 2, 1, 0, 1, 2, 0, 1, 1, 2];
  const by = (labels: RowFacts["labels"]) =>
    tests(split.kFold(3, { stratified: true }).split(12, { labels }));
  const expected = by(numbers);
  expect(by(numbers.map((one) => ["cat", "dog", "cow"][one]!))).toEqual(expected);
  expect(by(Int32Array.from(numbers))).toEqual(expected);
  expect(by(BigInt64Array.from(numbers.map(BigInt)))).toEqual(expected);
  expect(by(tensor(numbers, [12, 1]))).toEqual(expected);
  expect(by(oneHot(numbers))).toEqual(expected);
  expect(by(oneHot(numbers).toArray() as number[][])).toEqual(expected);
  expect(by(numbers.map((one) => one - 3))).toEqual(expected);
  const pairs = numbers.map((one) => one > 0);
  expect(by(pairs)).toEqual(by(pairs.map(Number)));
});

describe("refusals", () => {
  const kFold = split.kFold(5);
  const stratified = split.kFold(3, { stratified: true });
  const cases: [run: () => unknown, code: string, message: RegExp][] = [
    [() => kFold.split(4), "ERR_OPTION", /^kFold: .*a row for each of the 5 folds, got 4; use/],
    [() => kFold.split(0), "ERR_OPTION", /rows must be a whole number above 0, got 0/],
    [() => kFold.split(tensor([1]) as never), "ERR_OPTION", /got a tensor.*shape\[0\]/],
    [() => kFold.split(10, { groups: [1] }), "ERR_OPTION", /split\.groupKFold keeps them whole/],
    [() => kFold.split(10, { group: [1] } as never), "ERR_OPTION", /did you mean "groups"/],
    [() => stratified.split(10), "ERR_OPTION", /labels must be given.*split\(rows, \{ labels \}\)/],
    [() => stratified.split(3, { labels: [0, 1] }), "ERR_SHAPE", /each of the 3 rows, got 2/],
    [() => stratified.split(3, { labels: [0.5, 1, 2] }), "ERR_NUMERIC", /got 0.5 in row 0/],
    [() => stratified.split(2, { labels: [1, null] as never }), "ERR_DTYPE", /null in row 1/],
    [() => stratified.split(2, { labels: "ab" as never }), "ERR_DTYPE", /got "ab"/],
    [() => stratified.split(4, { labels: [1, 2, 3, 4] }), "ERR_OPTION", /3 rows or more.*got 1/],
    [() => split.groupKFold(3).split(4), "ERR_OPTION", /groups must be given/],
    [
      () => split.groupKFold(3).split(4, { groups: ["a", "b", "a", "b"] }),
      "ERR_OPTION",
      /a group for each of the 3 folds, got 2/,
    ],
    [() => split.trainTest(10).split(10), "ERR_OPTION", /leave rows to train with, got 10 of 10/],
    [() => split.trainTest().split(1), "ERR_OPTION", /got 0.25 of 1/],
    [() => split.timeSeries(5).split(5), "ERR_OPTION", /6 rows or more for 5 tests, got 5/],
    [() => split.timeSeries(5, { gap: 2 }).split(6), "ERR_OPTION", /8 rows or more/],
    [() => split.kFold(1), "ERR_OPTION", /folds must be a whole number, 2 or more, got 1/],
    [() => split.trainTest(1.5), "ERR_OPTION", /a share in \(0, 1\) or a whole number of rows/],
  ];
  test.each(cases)("%s", (run, code, message) => {
    expect(run).toThrow(refusal(code, message));
  });

  test("a class with fewer rows than folds is pointed out once", () => {
    const warn = vi.spyOn(console, "warn").mockReturnValue();
    const labels = [0, 0, 0, 0, 0, 1];
    split.repeatedKFold(3, { stratified: true }).split(6, { labels });
    expect(warn).toHaveBeenCalledTimes(1);
    expect(warn.mock.calls[0]![0]).toMatch(/3 rows or more.*the rarest has 1/);
  });

  test("classes may be as many as rows", () => {
    const warn = vi.spyOn(console, "warn").mockReturnValue();
    const labels = Int32Array.from({ length: 150_000 }, (_, row) => row);
    const stratified = split.kFold(2, { stratified: true });
    expect(() => stratified.split(labels.length, { labels })).toThrow(
      refusal("ERR_OPTION", /2 rows or more.*got 1 at most/),
    );
    labels[1] = 0;
    const [{ test } = { test: [] }] = stratified.split(labels.length, { labels });
    expect(test).toHaveLength(75_000);
    expect(warn).toHaveBeenCalledTimes(1);
  });
});
