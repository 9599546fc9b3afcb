import { describe, expect, test } from "vitest";
import {
  classificationReport,
  classWeights,
  confusionMatrix,
  oneHot,
  parseIdx,
  standardize,
  tensor,
  toCategorical,
} from "../src/index.js";
import { datasets } from "../src/node/index.js";
import golden from "./golden/sklearn_numbers.json" with { type: "json" };
import { expectClose } from "./support/numbers.js";

const { actual, predicted } = golden;
const code = (value: string, message: RegExp) =>
  expect.objectContaining({
    code: value,
    message: expect.stringMatching(message) as string,
  }) as Error;

describe("tensor", () => {
  test("takes nested arrays and typed arrays, and knows their type", () => {
    expect(
      tensor([
        [1, 2],
        [3, 4],
      ]),
    ).toMatchObject({ shape: [2, 2], dtype: "float32" });
    expect(tensor(Float64Array.of(1.5))).toMatchObject({ shape: [1], dtype: "float32" });
    expect(tensor(BigInt64Array.of(7n, -2n))).toMatchObject({
      dtype: "int32",
      data: Int32Array.of(7, -2),
    });
    expect(tensor(Uint8Array.of(1, 2), [2, 1])).toMatchObject({ shape: [2, 1], dtype: "uint8" });
    expect(tensor([[true], [false]])).toMatchObject({ dtype: "uint8", data: Uint8Array.of(1, 0) });
  });

  test("toArray, argMax, take and reshape", () => {
    const t = tensor([
      [1, 9, 3],
      [7, 2, 7],
    ]);
    expect(t.toArray()).toEqual([
      [1, 9, 3],
      [7, 2, 7],
    ]);
    expect([...t.argMax().data]).toEqual([1, 0]);
    expect([...t.argMax(0).data]).toEqual([1, 0, 1]);
    expect(t.take(1, 1).toArray()).toEqual([[7, 2, 7]]);
    expect(t.reshape([3, -1]).toArray()).toEqual([
      [1, 9],
      [3, 7],
      [2, 7],
    ]);
  });

  test("refuses what is ragged, no number, or of another size", () => {
    expect(() => tensor([[1, 2], [3]])).toThrow(code("ERR_SHAPE", /data\[1\].*\[2\].*ragged/));
    expect(() => tensor([["a"]] as never)).toThrow(
      code("ERR_DTYPE", /data\[0\]\[0\] must be a number.*"a"/),
    );
    expect(() => tensor(BigInt64Array.of(1n << 40n))).toThrow(code("ERR_DTYPE", /int32/));
    expect(() => tensor([1, 2, 3], [2, 2])).toThrow(code("ERR_SHAPE", /3 numbers/));
    expect(() => tensor([1, 2]).take(1, 2)).toThrow(code("ERR_SHAPE", /2 rows/));
    expect(() => tensor([1, 2]).argMax(1)).toThrow(code("ERR_SHAPE", /axis/));
    expect(() => tensor("text" as never)).toThrow(code("ERR_DTYPE", /"text"/));
  });
});

describe("labels", () => {
  test("oneHot", () => {
    expect(oneHot([2, 0], 4).toArray()).toEqual([
      [0, 0, 1, 0],
      [1, 0, 0, 0],
    ]);
    expect(toCategorical(Int32Array.of(1)).toArray()).toEqual([[0, 1]]);
    expect(() => oneHot([3], 3)).toThrow(
      code("ERR_NUMERIC", /below 3, the number of classes, got 3/),
    );
    expect(() => oneHot([-1])).toThrow(code("ERR_NUMERIC", /-1 in row 0/));
    expect(() => oneHot([0.5])).toThrow(code("ERR_NUMERIC", /0.5/));
    expect(() => oneHot(["cat"] as never)).toThrow(code("ERR_DTYPE", /indexOf/));
    expect(() => oneHot([0], 0)).toThrow(code("ERR_OPTION", /classes/));
  });

  test("classWeights are scikit-learn's", () => {
    expectClose(Object.values(classWeights(actual)), golden.balanced, { relative: 1e-12 });
    expect(classWeights(oneHot(actual))).toEqual(classWeights(actual));
  });
});

test.each([3, 7, 10, 49])(
  "a constant column of %i rows has a deviation of 1, whatever its value",
  (rows) => {
    for (const value of [0.1, 37.7, -1e-3]) {
      const column = Array.from({ length: rows }, () => [value]);
      const { x, std, apply } = standardize(column);
      expect(std).toEqual([1]);
      expect(new Set(x.data)).toEqual(new Set([0]));
      expect(Math.abs(apply([[2 * value]]).data[0]!)).toBeLessThan(100);
    }
  },
);

test("standardize is scikit-learn's StandardScaler; a constant column becomes 0", () => {
  const { x, apply, mean, std } = standardize(golden.x);
  expectClose(x.data, golden.standardized.flat(), { relative: 1e-5, absolute: 1e-6 });
  expectClose(apply([mean.slice()]).data, [0, 0, 0], { absolute: 1e-6 });
  expect(std).toHaveLength(3);
  expect([...standardize([[5], [5]]).x.data]).toEqual([0, 0]);
  expect(() => apply([[1]])).toThrow(code("ERR_SHAPE", /3 columns/));
  expect(() => standardize([1, 2])).toThrow(code("ERR_SHAPE", /\[rows, cols\]/));
});

describe("reports", () => {
  test("the confusion matrix is scikit-learn's, from numbers, one-hot rows and scores", () => {
    expect(confusionMatrix(actual, predicted).matrix).toEqual(golden.confusion);
    expect(confusionMatrix(oneHot(actual), oneHot(predicted)).matrix).toEqual(golden.confusion);
    expect(confusionMatrix([0, 1, 1], tensor([[0.2], [0.9], [0.4]])).matrix).toEqual([
      [1, 0],
      [1, 1],
    ]);
    expect(String(confusionMatrix([0, 1], [0, 0], { labels: ["no", "yes"] }))).toBe(
      "     no  yes\n no   1    0\nyes   1    0",
    );
  });

  test("the classification report is scikit-learn's", () => {
    const report = classificationReport(actual, predicted);
    const twin = golden.report as unknown as Record<string, Record<string, number>> & {
      accuracy: number;
    };
    expect(report.accuracy).toBeCloseTo(twin.accuracy, 12);
    const pairs = [
      ...report.classes.map((one) => [one, twin[one.label]!] as const),
      [report.macro, twin["macro avg"]!] as const,
      [report.weighted, twin["weighted avg"]!] as const,
    ];
    for (const [one, other] of pairs) {
      expectClose(
        [one.precision, one.recall, one.f1, one.support],
        [other.precision!, other.recall!, other["f1-score"]!, other.support!],
        { relative: 1e-12 },
      );
    }
    expect(String(report)).toContain("weighted");
  });

  test("refuse unequal rows and classes that have no name", () => {
    expect(() => confusionMatrix([0, 1], [0])).toThrow(code("ERR_SHAPE", /2 and 1/));
    expect(() => confusionMatrix([0, 2], [0, 1], { labels: ["a", "b"] })).toThrow(
      code("ERR_NUMERIC", /got 2/),
    );
    expect(() => confusionMatrix([0, 2], [0, 1], { classes: 2 })).toThrow(
      code("ERR_NUMERIC", /below 2/),
    );
  });
});

describe("parseIdx", () => {
  const file = (type: number, shape: number[], data: number[]) =>
    Uint8Array.from([
      0,
      0,
      type,
      shape.length,
      ...shape.flatMap((size) => [0, 0, 0, size]),
      ...data,
    ]);

  test("reads bytes, whole numbers and floats, big-endian", () => {
    expect(parseIdx(file(8, [2, 2], [1, 2, 3, 255])).toArray()).toEqual([
      [1, 2],
      [3, 255],
    ]);
    expect(parseIdx(file(9, [1], [255])).toArray()).toEqual([-1]);
    expect(parseIdx(file(11, [2], [255, 254, 1, 0])).toArray()).toEqual([-2, 256]);
    expect(parseIdx(file(12, [1], [0, 1, 0, 0])).toArray()).toEqual([65536]);
    expect(parseIdx(file(13, [1], [63, 128, 0, 0])).toArray()).toEqual([1]);
    expect(parseIdx(file(14, [1], [63, 240, 0, 0, 0, 0, 0, 0])).toArray()).toEqual([1]);
  });

  test("refuses other files, cut ones and archives", () => {
    expect(() => parseIdx(Uint8Array.of(0x1f, 0x8b, 8, 0))).toThrow(
      code("ERR_FORMAT", /gzip.*decompress/),
    );
    expect(() => parseIdx(Uint8Array.of(1, 2, 3, 4))).toThrow(code("ERR_FORMAT", /1, 2, 3, 4/));
    expect(() => parseIdx(file(8, [3], [1, 2]))).toThrow(code("ERR_FORMAT", /3 bytes.*got 2/));
    expect(() => parseIdx(Uint8Array.of(0, 0, 8, 3, 0))).toThrow(code("ERR_FORMAT", /16 bytes/));
  });
});

test("mnist comes from the installed package, as shares or bytes", async () => {
  const { xTrain, yTrain, xTest, yTest } = await datasets.mnist({ dtype: "uint8" });
  expect([xTrain.shape, yTrain.shape, xTest.shape, yTest.shape]).toEqual([
    [60000, 784],
    [60000],
    [10000, 784],
    [10000],
  ]);
  expect([xTrain.dtype, yTrain.dtype]).toEqual(["uint8", "int32"]);
  expect([...yTrain.data.slice(0, 5)]).toEqual([5, 0, 4, 1, 9]);
  const shares = (await datasets.mnist()).xTest;
  expect(shares.data[202]).toBe(Math.fround(xTest.data[202]! / 255));
  await expect(datasets.mnist({ dtype: "float64" as never })).rejects.toThrow(
    code("ERR_OPTION", /dtype.*float64/),
  );
});
