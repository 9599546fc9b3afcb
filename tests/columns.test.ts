import { describe, expect, test } from "vitest";
import { layers, sequential } from "../src/index.js";
import { columns, columnsFrom } from "../src/tabular/columns.js";
import { encodeLabels } from "../src/tabular/encodeLabels.js";
import type { Schema } from "../src/tabular/schema.js";
import golden from "./golden/sklearn_columns.json" with { type: "json" };
import { refusedBy } from "./rows/refused.js";
import { expectClose } from "./support/numbers.js";

const refusal = (code: string, message: RegExp) =>
  expect.objectContaining({
    code,
    message: expect.stringMatching(message) as string,
  }) as Error;

const schema = {
  mass: "number",
  bill: { type: "number", impute: "median", scale: "minMax" },
  depth: { type: "number", impute: "median", scale: "none" },
  island: "category",
  sex: { type: "category", impute: "ownCategory" },
  ringed: "boolean",
} as const satisfies Schema;

describe("features are scikit-learn's", () => {
  const { x, names, apply } = columns(golden.train, schema);

  test("those that were learnt from, and others", () => {
    expect(x.shape).toEqual([28, 10]);
    expect(x.dtype).toBe("float32");
    expectClose(x.data, golden.trained.flat(), { relative: 1e-5, absolute: 1e-6 });
    expectClose(apply(golden.test).data, golden.tested.flat(), { relative: 1e-5, absolute: 1e-6 });
  });

  test("under names", () => {
    expect(names).toEqual([
      "mass",
      "bill",
      "depth",
      "island=Biscoe",
      "island=Dream",
      "island=Torgersen",
      "sex=female",
      "sex=male",
      "sex=",
      "ringed",
    ]);
  });

  test("one record alone has the bits that it has among others", () => {
    const all = apply(golden.test);
    golden.test.forEach((record, row) => {
      expect(apply([record]).data).toEqual(all.take(row, 1).data);
    });
  });

  test("elsewhere, by JSON, with the same bits", () => {
    const json = JSON.stringify(columns(golden.train, schema));
    const there = columnsFrom(JSON.parse(json) as never);
    expect(there.apply(golden.test).data).toEqual(apply(golden.test).data);
    expect(there.names).toEqual(names);
    expect(JSON.stringify(there)).toBe(json);
  });

  test("nothing is learnt from what they are applied to", () => {
    const before = JSON.stringify(columns(golden.train, schema));
    const fitted = columns(golden.train, schema);
    fitted.apply(golden.test);
    expect(JSON.stringify(fitted)).toBe(before);
    expect(JSON.stringify(columns(golden.test, schema))).not.toBe(before);
  });
});

describe("types are found out", () => {
  const records = [
    { n: 1, when: new Date(0), yes: true, text: "b", big: 1n },
    { n: null, when: null, yes: "", text: "a", big: 3n },
    { n: 3, when: new Date(2000), yes: false, text: undefined, more: 5 },
    { n: Number.NaN, when: new Date(1000), yes: false, text: "a", more: 7 },
  ];

  test("from the values that are there", () => {
    const { names, x } = columns(records);
    expect(names).toEqual(["n", "when", "yes", "text=a", "text=b", "big", "more"]);
    expect(x.toArray()[2]).toEqual(
      [Math.SQRT2, Math.SQRT2, 0, 1, 0, 0, -Math.SQRT2].map(Math.fround),
    );
    expect((x.toArray()[1] as number[]).slice(0, 5)).toEqual([0, 0, 0, 1, 0]);
  });

  test("for the columns that are named, in their order", () => {
    expect(columns(records, ["text", "n"]).names).toEqual(["text=a", "text=b", "n"]);
  });

  test("numbers may be categories", () => {
    const years = [{ year: 2007 }, { year: 2009 }, { year: 2008 }];
    expect(columns(years, { year: "category" }).names).toEqual([
      "year=2007",
      "year=2008",
      "year=2009",
    ]);
  });
});

describe("options", () => {
  const records = [{ a: 1, b: "x" }, { a: null, b: "" }, { a: 5, b: "y" }, { b: "y" }];

  test("an indicator tells where a value was missing", () => {
    const { names, x } = columns(records, {
      a: { type: "number", scale: "none", indicator: true },
      b: { type: "category", indicator: true },
    });
    expect(names).toEqual(["a", "a missing", "b=x", "b=y", "b missing"]);
    expect(x.toArray()).toEqual([
      [1, 0, 1, 0, 0],
      [3, 1, 0, 1, 1],
      [5, 0, 0, 1, 0],
      [3, 1, 0, 1, 0],
    ]);
  });

  test("of categories that occur equally often, the first fills", () => {
    const { x } = columns([{ b: "y" }, { b: "x" }, { b: null }]);
    expect(x.toArray()[2]).toEqual([1, 0]);
  });

  test("unknown categories are zeros, or refused", () => {
    expect(
      columns(records, { b: "category" })
        .apply([{ b: "z" }])
        .toArray(),
    ).toEqual([[0, 0]]);
    const strict = columns(records, { b: { type: "category", unknown: "refuse" } });
    expect(() => strict.apply([{ b: "x" }, { b: "z" }])).toThrow(
      refusal("ERR_NUMERIC", /b must be a category that was there before, got "z" in row 1/),
    );
  });

  test("categories may be given, in an order and with some that do not occur", () => {
    const { names, x } = columns(records, {
      b: { type: "category", categories: ["z", "y", "x"] },
    });
    expect(names).toEqual(["b=z", "b=y", "b=x"]);
    expect(x.toArray()[0]).toEqual([0, 0, 1]);
    const none = columns(records, { b: { type: "category", categories: ["q"] } });
    expect(none.names).toEqual(["b=q", "b="]);
  });

  test("a constant column becomes 0", () => {
    expect([...columns([{ a: 7 }, { a: 7 }]).x.data]).toEqual([0, 0]);
    const scaled = columns([{ a: 7 }, { a: 7 }], { a: { type: "number", scale: "minMax" } });
    expect([...scaled.x.data]).toEqual([0, 0]);
  });

  test.each([["standardize"], ["minMax"]] as const)(
    "a column that is constant but for rounding becomes 0, and is not blown up: %s",
    (scale) => {
      const schema = { a: { type: "number", scale } } as const;
      const lists = [
        [0.1, 0.1, 0.1],
        [0.1, null, 0.1, 0.1],
        new Array<number>(1000).fill(1e9 / 7),
        [0.3, 0.1 + 0.2, 0.3],
      ];
      for (const list of lists) {
        const { x, apply, toJSON } = columns(
          list.map((a) => ({ a })),
          schema,
        );
        expect(x.data.every((value) => Math.abs(value) < 1e-6)).toBe(true);
        const [plan] = toJSON().columns;
        if (new Set(list).size === 1) expect(plan).toMatchObject({ center: list[0], spread: 1 });
        expect(apply([{ a: list[0]! + 0.5 }]).data[0]).toBeCloseTo(0.5, 6);
      }
      const { columns: plans } = columns([
        { a: 0.1 },
        { a: null },
        { a: 0.1 },
        { a: 0.1 },
      ]).toJSON();
      expect(plans).toEqual([
        { name: "a", type: "number", indicator: false, fill: 0.1, center: 0.1, spread: 1 },
      ]);
    },
  );

  test("a column that varies little is scaled nevertheless", () => {
    for (const list of [
      [1e-20, 3e-20],
      [1e9, 1e9 + 1 / 8192],
    ]) {
      const [low, high] = columns(list.map((a) => ({ a }))).x.data;
      expect([low, high]).toEqual([-1, 1]);
    }
  });
});

describe("refusals of columns", () => {
  const rows = [{ a: 1, b: "x", c: true }];
  const cases: [run: () => unknown, code: string, message: RegExp][] = [
    [() => columns([]), "ERR_SHAPE", /at least one record/],
    [() => columns("text" as never), "ERR_DTYPE", /array of objects.*got "text"/],
    [() => columns([{ a: 1 }, 3] as never), "ERR_DTYPE", /got 3 in row 1/],
    [() => columns(rows, ["species"]), "ERR_OPTION", /no column "species"; it has a, b, c/],
    [() => columns(rows, {}), "ERR_OPTION", /at least one column/],
    [() => columns(rows, "a" as never), "ERR_OPTION", /schema must be an array of names/],
    [() => columns(rows, { a: "float" } as never), "ERR_OPTION", /a must be one of number, cat/],
    [
      () => columns(rows, { a: { type: "number", impute: "mode" } } as never),
      "ERR_OPTION",
      /columns: a: impute must be one of "mean", "median"/,
    ],
    [
      () => columns(rows, { a: { type: "number", unknown: "zeros" } } as never),
      "ERR_OPTION",
      /columns: a: no option "unknown"/,
    ],
    [() => columns(rows, { b: "number" }), "ERR_DTYPE", /b must be a finite number.*"x" in row 0/],
    [() => columns([{ a: Infinity }], ["a"]), "ERR_DTYPE", /Infinity/],
    [() => columns([{ a: Infinity }], { a: "number" }), "ERR_NUMERIC", /Infinity in row 0/],
    [() => columns([{ a: null }]), "ERR_OPTION", /a must have a value in some row/],
    [() => columns([{ a: 1 }, { a: "NA" }]), "ERR_DTYPE", /a must be all numbers.*1 and "NA"/],
    [() => columns([{ a: {} }]), "ERR_DTYPE", /a must be all numbers/],
    [
      () => columns(Array.from({ length: 30 }, (_, i) => ({ id: `row ${i}` }))),
      "ERR_OPTION",
      /id must have few categories, got 30 in 30 rows/,
    ],
    [
      () => columns([{ "a=x": 1, a: "x" }]),
      "ERR_OPTION",
      /features must have different names, got "a=x" twice; rename a column/,
    ],
    [
      () =>
        columns([{ a: 1, "a missing": 2 }], {
          "a missing": "number",
          a: { type: "number", indicator: true },
        }),
      "ERR_OPTION",
      /got "a missing" twice/,
    ],
    [() => columns(rows, ["a", "b", "a"]), "ERR_OPTION", /got "a" twice; .* once in schema/],
    [() => columns(rows).apply([{ a: "x" }]), "ERR_DTYPE", /a must be a finite number/],
    [() => columns(rows).apply([]), "ERR_SHAPE", /at least one record/],
    [() => columnsFrom("x" as never), "ERR_FORMAT", /must be an object/],
    [() => columnsFrom({} as never), "ERR_FORMAT", /what columns\(records\) remembers/],
    [
      () => {
        const { columns: plans } = columns(rows).toJSON();
        columnsFrom({ format: 1, columns: [...plans, plans[0]!] });
      },
      "ERR_FORMAT",
      /features must have different names, got "a"/,
    ],
    [() => columnsFrom({ format: 2, columns: [] } as never), "ERR_FORMAT", /newer glissade/],
  ];
  test.each(cases)("%s", (run, code, message) => {
    expect(run).toThrow(refusal(code, message));
  });

  test("a plan that lacks something is no plan", () => {
    const { columns: plans } = columns(rows).toJSON();
    for (const plan of plans) {
      for (const key of Object.keys(plan)) {
        const damaged = { ...plan, [key]: undefined };
        expect(() => columnsFrom({ format: 1, columns: [damaged] } as never), key).toThrow(
          refusal("ERR_FORMAT", /remembers/),
        );
      }
    }
  });
});

describe("encodeLabels", () => {
  test("numbers texts in the order of their letters, as scikit-learn does", () => {
    const { y, labels, apply } = encodeLabels(["dog", "cat", "Dog", "cow", "cat"]);
    expect([...y.data]).toEqual(golden.labels);
    expect(y).toMatchObject({ dtype: "int32", shape: [5] });
    expect(labels).toEqual(["Dog", "cat", "cow", "dog"]);
    expect([...apply(["cow", "dog"]).data]).toEqual([2, 3]);
  });

  test("takes numbers in their own order, and an order of one's own", () => {
    expect(encodeLabels([10, 9, 10]).labels).toEqual(["9", "10"]);
    expect(encodeLabels(Int32Array.of(3, 1) as never).labels).toEqual(["1", "3"]);
    expect(encodeLabels([true, false]).labels).toEqual(["false", "true"]);
    expect([...encodeLabels(["no", "yes"], { labels: ["yes", "no"] }).y.data]).toEqual([1, 0]);
  });

  test("refuses what is missing, unknown or no label", () => {
    expect(() => encodeLabels(["a", null] as never)).toThrow(
      refusal("ERR_DTYPE", /got null in row 1; leave out rows/),
    );
    expect(() => encodeLabels(["a", ""])).toThrow(refusal("ERR_DTYPE", /"" in row 1/));
    expect(() => encodeLabels([])).toThrow(refusal("ERR_SHAPE", /at least one row/));
    expect(() => encodeLabels("a" as never)).toThrow(refusal("ERR_DTYPE", /array of classes/));
    expect(() => encodeLabels(["a", "b"]).apply(["c"])).toThrow(
      refusal("ERR_NUMERIC", /2 known labels, got "c" in row 0/),
    );
    expect(() => encodeLabels(["a"], { labels: ["b"] })).toThrow(refusal("ERR_NUMERIC", /"a"/));
    for (const labels of refusedBy("an array of different texts")) {
      expect(() => encodeLabels(["a"], { labels } as never)).toThrow(
        refusal("ERR_OPTION", /^encodeLabels: labels must be an array of different texts/),
      );
    }
  });
});

test("a model trains on features and predicts from records", async () => {
  const records = golden.train.filter(({ sex }) => sex !== null);
  const { x, apply, names } = columns(records, ["mass", "bill", "island"]);
  const { y, labels } = encodeLabels(records.map(({ sex }) => sex!));
  const model = sequential([
    layers.dense(8, { activation: "relu", inputShape: [names.length] }),
    layers.dense(labels.length, { activation: "softmax" }),
  ]);
  model.compile({ optimizer: "adam", loss: "sparseCategoricalCrossentropy" });
  model.labels = labels;
  const { loss } = await model.fit(x, y, { epochs: 5 });
  expect(loss.at(-1)!).toBeLessThan(loss[0]!);
  expect(model.predict(apply(golden.test)).shape).toEqual([12, 2]);
});
