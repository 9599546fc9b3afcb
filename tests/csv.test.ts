import { describe, expect, test } from "vitest";
import { columns } from "../src/tabular/columns.js";
import { encodeLabels } from "../src/tabular/encodeLabels.js";
import { layers, sequential } from "../src/index.js";
import { parseCsv, parseCsvFields } from "../src/csv.js";
import { refusedBy } from "./rows/refused.js";

const refusal = (code: string, message: RegExp) =>
  expect.objectContaining({
    code,
    message: expect.stringMatching(message) as string,
  }) as Error;

describe("parseCsv", () => {
  test("reads a header and lines as records; columns have types, gaps are null", () => {
    const text = "name,mass,tagged\r\nAda,3750,true\r\n,\r\nBo,,FALSE\r\n".replace(
      ",\r\nBo",
      ",3.5e2,\r\nBo",
    );
    expect(parseCsv(text)).toEqual([
      { name: "Ada", mass: 3750, tagged: true },
      { name: null, mass: 350, tagged: null },
      { name: "Bo", mass: null, tagged: false },
    ]);
  });

  test("one text in a column makes all of it texts", () => {
    expect(parseCsv("a,b\n1,true\nx,2")).toEqual([
      { a: "1", b: "true" },
      { a: "x", b: "2" },
    ]);
    expect(parseCsv("a\n-1.5\n+2\n.5\n3.\n 4 \n1e-3").map(({ a }) => a)).toEqual([
      -1.5, 2, 0.5, 3, 4, 0.001,
    ]);
    for (const text of ["0x10", "1,5", "Infinity", "-", "1e", "."]) {
      expect(parseCsv(`a\n"${text}"`)).toEqual([{ a: text }]);
    }
  });

  test("quotes hold separators, ends of lines and doubled quotes", () => {
    expect(parseCsv('a,b\n"x, y","say ""no""\nor ""yes"""')).toEqual([
      { a: "x, y", b: 'say "no"\nor "yes"' },
    ]);
    expect(parseCsv("a,b\n'x, y',2", { quote: "'" })).toEqual([{ a: "x, y", b: 2 }]);
  });

  test.each([",", ";", "\t", "|"])("finds the separator %s", (separator) => {
    const text = ["a,b,c", "1,x y,3", "4,z,5"].join("\n").replaceAll(",", separator);
    expect(parseCsv(text)).toEqual([
      { a: 1, b: "x y", c: 3 },
      { a: 4, b: "z", c: 5 },
    ]);
    for (const end of ["\n", "\r\n", "\r"]) {
      const two = ["a,b", "", "1,2", "3,4", "", "5,6", "", ""].join(end).replaceAll(",", separator);
      expect(parseCsv(two)).toEqual([
        { a: 1, b: 2 },
        { a: 3, b: 4 },
        { a: 5, b: 6 },
      ]);
      expect(() => parseCsv(`${two}7${separator}8${separator}9${end}`)).toThrow(
        refusal("ERR_FORMAT", /line 8 must have 2 values.*, got 3/),
      );
    }
  });

  test("a column whose numbers would lose their value is one of texts", () => {
    for (const text of ["1e999", "-1e999", "12345678901234567890", "9007199254740992"]) {
      expect(parseCsv(`a,b\n1,1\n${text},2`)).toEqual([
        { a: "1", b: 1 },
        { a: text, b: 2 },
      ]);
    }
    for (const text of ["9007199254740991", "6.02e23", "1e20", "12345678901234567890.0"]) {
      expect(parseCsv(`a\n${text}`)).toEqual([{ a: Number(text) }]);
    }
  });

  test("takes a separator, names, marks of what is missing, and types or none", () => {
    expect(parseCsv("a:b,c\n1:2,5", { separator: ":" })).toEqual([{ a: 1, "b,c": "2,5" }]);
    expect(parseCsv("1,NA\n?,2", { names: ["a", "b"], missing: ["NA", "?"] })).toEqual([
      { a: 1, b: null },
      { a: null, b: 2 },
    ]);
    expect(parseCsv("zip\n01234", { types: false })).toEqual([{ zip: "01234" }]);
  });

  test("empty lines are left out, and a byte order mark", () => {
    expect(parseCsv("\ufeffa,b\n\n1,2\n\n")).toEqual([{ a: 1, b: 2 }]);
  });

  test("a name that objects have themselves is a name like others", () => {
    const [record] = parseCsv("__proto__,constructor\n1,2");
    expect(Object.entries(record!)).toEqual([
      ["__proto__", 1],
      ["constructor", 2],
    ]);
  });

  test("says in which line it stumbles", () => {
    expect(() => parseCsv('a,b\n1,"x\ny"\n\n2')).toThrow(
      refusal("ERR_FORMAT", /^parseCsv: line 5 must have 2 values.*, got 1; /),
    );
    expect(() => parseCsv("a,b\n1,2,3")).toThrow(refusal("ERR_FORMAT", /line 2.*got 3/));
    expect(() => parseCsv('a,b\n1,2\n3,"x')).toThrow(
      refusal("ERR_FORMAT", /line 3 must have its quotes in pairs/),
    );
    expect(() => parseCsv("a,b,a\n1,2,3")).toThrow(
      refusal("ERR_FORMAT", /line 1 must name each column once, got "a"/),
    );
  });

  test("refuses what holds no row, and what is no text", () => {
    for (const text of ["", "\n", "a,b", "a,b\n"]) {
      expect(() => parseCsv(text)).toThrow(refusal("ERR_FORMAT", /must be a row, got none/));
    }
    expect(() => parseCsv(new Uint8Array(3) as never)).toThrow(refusal("ERR_DTYPE", /TextDecoder/));
  });

  test("refuses options that break their rule", () => {
    for (const [name, { rule }] of Object.entries(parseCsvFields)) {
      for (const value of refusedBy(rule)) {
        expect(() => parseCsv("a\n1", { [name]: value })).toThrow(
          refusal("ERR_OPTION", new RegExp(`^parseCsv: ${name} must be `)),
        );
      }
    }
    expect(() => parseCsv("a\n1", { delimiter: ";" } as never)).toThrow(/no option "delimiter"/);
  });
});

test("from a text to a model: parseCsv, columns, encodeLabels, fit", async () => {
  const rows = Array.from({ length: 40 }, (_, i) => {
    const adelie = i % 2 === 0;
    return `${adelie ? 38 + (i % 5) : 46 + (i % 7)},${i % 9 ? "Dream" : "NA"},${adelie ? "Adelie" : "Gentoo"}`;
  });
  const records = parseCsv(["bill,island,species", ...rows].join("\n"), { missing: ["NA"] });
  const { x } = columns(records, ["bill", "island"]);
  const { y, labels } = encodeLabels(records.map(({ species }) => species!));
  const model = sequential([
    layers.dense(labels.length, { activation: "softmax", inputShape: [2] }),
  ]);
  model.compile({
    optimizer: "adam",
    loss: "sparseCategoricalCrossentropy",
    metrics: ["accuracy"],
  });
  model.learningRate = 0.1;
  const { accuracy } = await model.fit(x, y, { epochs: 30 });
  expect(accuracy!.at(-1)).toBe(1);
});
