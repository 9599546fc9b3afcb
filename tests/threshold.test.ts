import { describe, expect, test } from "vitest";
import {
  classificationReport,
  confusionMatrix,
  fromBytes,
  layers,
  sequential,
  tensor,
  toBytes,
} from "../src/index.js";
import { threshold, thresholdFields } from "../src/threshold.js";
import golden from "./golden/sklearn_threshold.json" with { type: "json" };
import { refusedBy } from "./rows/refused.js";
import { generator } from "./support/numbers.js";

const refusal = (code: string, message: RegExp) =>
  expect.objectContaining({
    code,
    message: expect.stringMatching(message) as string,
  }) as Error;

const { costs } = golden;

describe.each(golden.cases)("$y.length rows", ({ y, scores, best, tuned }) => {
  test("F1 is the best that scikit-learn finds by any cut, and the report's to the bit", () => {
    const found = threshold(scores, y);
    expect(found.value).toBeCloseTo(best.f1, 12);
    expect(found.value).toBeGreaterThanOrEqual(tuned.f1 - 1e-12);
    const report = classificationReport(y, scores, { threshold: found.threshold });
    expect(report.classes[1]!.f1).toBe(found.value);
    expect(threshold(scores, y, { maximize: "f1" })).toEqual(found);
  });

  test("so is accuracy", () => {
    const found = threshold(scores, y, { maximize: "accuracy" });
    expect(found.value).toBeCloseTo(best.accuracy, 12);
    const report = classificationReport(y, scores, { threshold: found.threshold });
    expect(report.accuracy).toBe(found.value);
  });

  test("so are costs", () => {
    const found = threshold(scores, y, { maximize: costs });
    expect(found.value).toBeCloseTo(-best.costs, 12);
    const { matrix } = confusionMatrix(y, scores, { threshold: found.threshold });
    const [[, falsePositives], [falseNegatives]] = matrix as [[number, number], [number]];
    const total = costs.falsePositive * falsePositives + costs.falseNegative * falseNegatives;
    expect(found.value).toBe(total / y.length);
  });
});

/** All cuts, one by one. */
function slow(scores: number[], y: number[]) {
  const sorted = [...new Set(scores.map(Math.fround))].sort((a, b) => a - b);
  const cuts = sorted
    .slice(1)
    .map((high, i) => ({ cut: (high + sorted[i]!) / 2, gap: high - sorted[i]! }));
  const ends = [sorted[0]! - 1, sorted.at(-1)! + 1].map((cut) => ({ cut, gap: 0 }));
  return [...cuts, ...ends]
    .map(({ cut, gap }) => {
      const hits = y.filter((label, row) => label === 1 && scores[row]! > cut).length;
      const guesses = scores.filter((score) => score > cut).length;
      const ones = y.filter((label) => label === 1).length;
      return { cut, gap, value: (2 * hits) / (ones + guesses) };
    })
    .sort((a, b) => b.value - a.value || b.gap - a.gap)[0]!;
}

test("of equally good cuts it takes the middle of the widest gap, as a slow search does", () => {
  for (let seed = 0; seed < 200; seed++) {
    const next = generator(seed);
    const rows = 3 + Math.floor(20 * next());
    const y = Array.from({ length: rows }, (_, row) => (row < 2 ? row : Number(next() < 0.4)));
    const scores = y.map((label) => Math.fround(Math.round((label + 3 * next()) * 4) / 16 - 0.3));
    const { cut, gap, value } = slow(scores, y);
    const found = threshold(scores, y);
    expect(found.value, `seed ${seed}`).toBe(value);
    if (gap > 0) expect(found.threshold, `seed ${seed}`).toBe(cut);
  }
  expect(threshold([0.1, 0.2, 0.6, 0.7], [0, 0, 1, 1]).threshold).toBeCloseTo(0.4, 7);
});

test("of cuts that are alike in everything it takes the lowest", () => {
  const found = threshold([0, 1, 2, 3], [0, 1, 0, 1], { maximize: "accuracy" });
  expect(found).toEqual({ threshold: 0.5, value: 0.75 });
});

test("logits, and where everything or nothing should be class 1", () => {
  expect(threshold([-3, -1, 2, 5], [0, 0, 1, 1])).toEqual({ threshold: 0.5, value: 1 });
  const all = threshold([0.2, 0.4, 0.3], [1, 0, 1], {
    maximize: { falsePositive: 0, falseNegative: 1 },
  });
  expect(all.value).toBe(0);
  const wrong = threshold([0.9, 0.2], [0, 1], { maximize: "f1" });
  expect(wrong).toEqual({ threshold: 0, value: 2 / 3 });
  const below = threshold([-1e30, 3], [1, 0], { maximize: { falsePositive: 0, falseNegative: 1 } });
  expect(confusionMatrix([1, 0], [-1e30, 3], { threshold: below.threshold }).matrix[1]).toEqual([
    0, 1,
  ]);
  const none = threshold([0.9, 0.2, 0.8], [0, 1, 0], { maximize: "accuracy" });
  expect(none.value).toBe(2 / 3);
  expect(
    confusionMatrix(
      [0, 1, 0],
      [0.9, 0.2, 0.8],
      none.threshold > 0 ? { threshold: none.threshold } : {},
    ).matrix[0]![0],
  ).toBe(2);
});

describe("a quantile", () => {
  const scores = [0.9, 0.1, 0.5, 0.3, 0.7];

  test("puts that share of rows at or below the cut", () => {
    const cases = [
      [0, 0],
      [0.2, 1],
      [0.3, 2],
      [0.4, 2],
      [0.99, 5],
      [1, 5],
    ] as const;
    for (const [quantile, below] of cases) {
      const found = threshold(scores, undefined, { quantile });
      expect(scores.filter((score) => score <= found.threshold).length).toBe(below);
      expect(found.value).toBe(below / 5);
    }
    expect(threshold(scores, undefined, { quantile: 0.4 }).threshold).toBeCloseTo(0.4, 7);
  });

  test("keeps equal scores together, and knows 0.07 of 100 rows as 7", () => {
    expect(threshold([1, 1, 1, 2], undefined, { quantile: 0.5 })).toEqual({
      threshold: 1.5,
      value: 0.75,
    });
    const hundred = Array.from({ length: 100 }, (_, i) => i / 100);
    expect(threshold(hundred, undefined, { quantile: 0.07 }).value).toBe(0.07);
  });
});

test("takes a model's predictions, and is kept with the model", async () => {
  const x = tensor([[0], [1], [2], [3]]);
  const model = sequential([layers.dense(1, { activation: "sigmoid", inputShape: [1] })]);
  model.compile({ optimizer: "sgd", loss: "binaryCrossentropy" });
  await model.fit(x, [0, 0, 1, 1], { epochs: 3 });
  expect(fromBytes(toBytes(model)).threshold).toBeUndefined();
  model.threshold = threshold(model.predict(x), [0, 0, 1, 1]).threshold;
  expect(fromBytes(toBytes(model)).threshold).toBe(model.threshold);
  expect(model.clone().threshold).toBe(model.threshold);
  model.threshold = Number.NaN;
  expect(() => toBytes(model)).toThrow(refusal("ERR_OPTION", /threshold must be a finite number/));
});

test("a file whose threshold is no number is damaged", () => {
  const model = sequential([layers.dense(1, { inputShape: [1] })]);
  model.threshold = 0.25;
  const text = new TextDecoder("latin1").decode(toBytes(model));
  const bytes = Uint8Array.from(text.replace('threshold\\":0.25', 'threshold\\":null'), (c) =>
    c.charCodeAt(0),
  );
  expect(() => fromBytes(bytes)).toThrow(refusal("ERR_FORMAT", /a threshold that is no number/));
});

describe("reports cut scores", () => {
  test("where they are told to; whole numbers too then", () => {
    const y = [0, 1, 1];
    expect(confusionMatrix(y, [0.25, 0.5, 0.5], { threshold: 0.25 }).matrix).toEqual([
      [1, 0],
      [0, 2],
    ]);
    expect(confusionMatrix(y, tensor([[0.2], [0.5], [0.6]])).matrix[1]).toEqual([1, 1]);
    expect(confusionMatrix(y, [0.2, 0.3, 0.9], { threshold: 0.25 }).matrix).toEqual([
      [1, 0],
      [0, 2],
    ]);
    expect(confusionMatrix(y, tensor([[-2], [1], [3]]), { threshold: 0 }).matrix).toEqual([
      [1, 0],
      [0, 2],
    ]);
    expect(classificationReport(y, [0.2, 0.3, 0.9], { threshold: 0.3 }).accuracy).toBe(
      2 / 3 + (Math.fround(0.3) > 0.3 ? 1 / 3 : 0),
    );
    expect(
      confusionMatrix(
        [0, 2],
        tensor([
          [1, 0, 0],
          [0, 0, 1],
        ]),
        { threshold: 0.9 },
      ).matrix[2]![2],
    ).toBe(1);
  });
});

describe("refusals", () => {
  const cases: [run: () => unknown, code: string, message: RegExp][] = [
    [() => threshold([0.1], undefined), "ERR_OPTION", /y must be given/],
    [() => threshold([0.1, 0.2], [0]), "ERR_SHAPE", /2 rows as scores have, got 1/],
    [() => threshold([[0.1, 0.9]], [0]), "ERR_SHAPE", /one column, got \[1, 2\]/],
    [() => threshold([], []), "ERR_SHAPE", /one column/],
    [() => threshold([0.1, Number.NaN], [0, 1]), "ERR_NUMERIC", /got NaN in row 1/],
    [() => threshold([0.1, 0.2], [1, 1]), "ERR_NUMERIC", /both 0 and 1.*got \[1\]/],
    [() => threshold([0.1, 0.2, 0.3], [0, 1, 2]), "ERR_NUMERIC", /got \[0, 1, 2\]/],
    [
      () => threshold([0.1, 0.2], [0, 1], { maximize: "f1", quantile: 0.5 }),
      "ERR_OPTION",
      /at most one of maximize and quantile/,
    ],
  ];
  test.each(cases)("%s", (run, code, message) => {
    expect(run).toThrow(refusal(code, message));
  });

  test("options that break their rule", () => {
    for (const [name, { rule }] of Object.entries(thresholdFields)) {
      for (const value of refusedBy(rule)) {
        expect(() => threshold([0.1, 0.2], [0, 1], { [name]: value })).toThrow(
          refusal("ERR_OPTION", new RegExp(`^threshold: ${name} must be `)),
        );
      }
    }
  });
});
