import { afterEach, describe, expect, expectTypeOf, test } from "vitest";
import { stack } from "../src/dataset/collate.js";
import { dataset, datasetFields, type Dataset } from "../src/dataset/dataset.js";
import type { Stream } from "../src/dataset/pass.js";
import { memory } from "../src/memory.js";
import type { Fields } from "../src/options.js";
import { draws } from "../src/dataset/shuffle.js";
import { tensor, type Tensor } from "../src/tensor.js";
import { refusedBy } from "./rows/refused.js";
import { settledBytes } from "./support/memory.js";

declare const gc: () => void;

const code = (value: string, message: RegExp) =>
  expect.objectContaining({
    code: value,
    message: expect.stringMatching(message) as string,
  }) as Error;

const range = (count: number) => Array.from({ length: count }, (_, i) => i);
const pause = () => new Promise<void>((resolve) => setImmediate(resolve));

/** Rows 0 … count − 1 that tell how many were read, and how often they were opened and closed. */
function watched(count: number, later: boolean, failAt = -1) {
  const seen = { opened: 0, read: 0, closed: 0, error: new Error("the source fails") };
  const next = () => {
    if (seen.read === failAt) throw seen.error;
    return seen.read < count ? { done: false, value: seen.read++ } : { done: true, value: -1 };
  };
  const close = () => {
    seen.closed++;
    return { done: true, value: -1 };
  };
  const now = { next, return: close };
  const then = {
    next: async () => {
      await pause();
      return next();
    },
    return: async () => {
      await pause();
      return close();
    },
  };
  const open = (): Iterable<number> | AsyncIterable<number> => {
    seen.opened++;
    seen.read = 0;
    return (
      later ? { [Symbol.asyncIterator]: () => then } : { [Symbol.iterator]: () => now }
    ) as Iterable<number>;
  };
  return { seen, open };
}

/** The first rows of a pass that is then left. */
async function first<T>(rows: Dataset<T>, count: number): Promise<T[]> {
  const given: T[] = [];
  for await (const row of rows) {
    given.push(row);
    if (given.length === count) break;
  }
  return given;
}

const kinds = [
  ["synchronous", false],
  ["asynchronous", true],
] as const;

describe("the source", () => {
  test("is an iterable, an async iterable, or a function that gives one", async () => {
    const sync = function* () {
      yield* [1, 2, 3];
    };
    const async = async function* () {
      await pause();
      yield* [1, 2, 3];
    };
    const sources: Stream<number>[] = [
      [1, 2, 3],
      Float32Array.of(1, 2, 3),
      new Set([1, 2, 3]),
      sync(),
      async(),
      sync,
      async,
      () => [1, 2, 3],
      new ReadableStream<number>({
        start(to) {
          for (const value of [1, 2, 3]) to.enqueue(value);
          to.close();
        },
      }) as AsyncIterable<number>,
      dataset([1, 2, 3]),
      () => dataset(sync),
      [Promise.resolve(1), 2, Promise.resolve(3)],
    ];
    for (const source of sources) expect(await dataset(source).toArray()).toEqual([1, 2, 3]);
  });

  test("null and undefined are rows like others", async () => {
    const rows = [undefined, null, 0, undefined];
    expect(await dataset(rows).toArray()).toEqual(rows);
    expect(await dataset(rows).shuffle(1).prefetch(1).toArray()).toEqual(rows);
  });

  test("is read asynchronously where it can be read either way, as for await does", async () => {
    const both = {
      [Symbol.iterator]: () => [1][Symbol.iterator](),
      async *[Symbol.asyncIterator]() {
        await pause();
        yield 2;
      },
    };
    expect(await dataset(both).toArray()).toEqual([2]);
  });

  test("anything else is refused", async () => {
    for (const wrong of ["rows.csv", 3, null, undefined, {}, { x: [1], y: [1] }, tensor([1])]) {
      expect(() => dataset(wrong as never)).toThrow(
        code("ERR_DTYPE", /^dataset: the source must be an iterable .*, got .*; pass /),
      );
      expect(() => dataset([1]).zip(wrong as never)).toThrow(
        code("ERR_DTYPE", /^dataset: the source/),
      );
      await expect(dataset(() => wrong as never).toArray()).rejects.toThrow(
        code("ERR_DTYPE", /^dataset: the source must be/),
      );
    }
  });

  test("a function is called anew for every pass", async () => {
    const { seen, open } = watched(3, false);
    const rows = dataset(open);
    for (const pass of [1, 2, 3]) {
      expect(await rows.toArray()).toEqual([0, 1, 2]);
      expect(seen.opened).toBe(pass);
    }
  });

  test.each([
    [
      "generator",
      () =>
        (function* () {
          yield* [1, 2, 3];
        })(),
    ],
    [
      "async generator",
      () =>
        (async function* () {
          await pause();
          yield* [1, 2, 3];
        })(),
    ],
  ])("a %s that was read cannot be read again", async (_, make: () => Stream<number>) => {
    const again = code("ERR_STATE", /^dataset: the source must .*; pass .*: \(\) => rows\(\)/);
    const rows = dataset(make());
    expect(await first(rows, 2)).toEqual([1, 2]);
    await expect(rows.toArray()).rejects.toThrow(again);
    await expect(dataset(make()).repeat(2).toArray()).rejects.toThrow(again);
    const one = make() as Iterable<number>;
    const same = dataset(() => one);
    expect(await same.toArray()).toEqual([1, 2, 3]);
    await expect(same.toArray()).rejects.toThrow(again);
    expect(await dataset(make()).cache().repeat(2).toArray()).toEqual([1, 2, 3, 1, 2, 3]);
    expect(
      await dataset(make as () => Iterable<number>)
        .repeat(2)
        .toArray(),
    ).toHaveLength(6);
  });
});

describe("laziness", () => {
  test.each(kinds)("%s: nothing is read before somebody iterates", async (_, later) => {
    const { seen, open } = watched(20, later);
    const calls: number[] = [];
    const rows = dataset(open)
      .map((row) => (calls.push(row), row))
      .filter(() => true)
      .shuffle(2)
      .skip(1)
      .take(9)
      .zip(range(20))
      .batch(2)
      .cache()
      .repeat(2)
      .prefetch(2);
    const iterator = rows[Symbol.asyncIterator]();
    await pause();
    expect([seen.opened, seen.read, calls.length]).toEqual([0, 0, 0]);
    await iterator.next();
    expect(seen.opened).toBe(1);
    expect(calls.length).toBeGreaterThan(0);
    await iterator.return();
    expect(seen.closed).toBe(1);
  });

  test("a pass that is left before its first row opens nothing", async () => {
    const { seen, open } = watched(3, false);
    await dataset(open)[Symbol.asyncIterator]().return();
    expect([seen.opened, seen.closed]).toEqual([0, 0]);
  });

  test("methods leave the dataset as it was", async () => {
    const rows = dataset([3, 1, 2]);
    rows.map((x) => x + 1);
    rows.filter(() => false);
    rows.take(1);
    rows.skip(1);
    rows.repeat(2);
    rows.batch(2);
    expect(await rows.toArray()).toEqual([3, 1, 2]);
  });
});

describe("map, filter, take, skip, repeat, zip", () => {
  test.each(kinds)("%s sources", async (_, later) => {
    const rows = () => dataset(watched(5, later).open);
    expect(await rows().toArray()).toEqual([0, 1, 2, 3, 4]);
    expect(
      await rows()
        .skip(1)
        .map((row, index) => [row, index])
        .toArray(),
    ).toEqual([
      [1, 0],
      [2, 1],
      [3, 2],
      [4, 3],
    ]);
    expect(
      await rows()
        .map(async (row) => (await pause(), 10 * row))
        .toArray(),
    ).toEqual([0, 10, 20, 30, 40]);
    const odd = (row: number) => row % 2;
    expect(await rows().filter(odd).toArray()).toEqual([1, 3]);
    expect(
      await rows()
        .filter(async (row) => (await pause(), odd(row)))
        .toArray(),
    ).toEqual([1, 3]);
    expect(await rows().take(2).toArray()).toEqual([0, 1]);
    expect(await rows().take(9).toArray()).toHaveLength(5);
    expect(await rows().take(0).toArray()).toEqual([]);
    expect(await rows().skip(3).toArray()).toEqual([3, 4]);
    expect(await rows().skip(9).toArray()).toEqual([]);
    expect(await rows().skip(0).toArray()).toHaveLength(5);
    expect(await rows().take(2).repeat(3).toArray()).toEqual([0, 1, 0, 1, 0, 1]);
    expect(await rows().repeat().take(12).toArray()).toHaveLength(12);
    expect(await rows().zip(["a", "b"]).toArray()).toEqual([
      [0, "a"],
      [1, "b"],
    ]);
    expect(await dataset("ab".split("")).zip(rows()).toArray()).toEqual([
      ["a", 0],
      ["b", 1],
    ]);
  });

  test("the index of map begins with each pass", async () => {
    const rows = dataset([5, 6]).map((_, index) => index);
    expect(await rows.repeat(2).toArray()).toEqual([0, 1, 0, 1]);
    expect(await rows.toArray()).toEqual([0, 1]);
  });

  test("take reads no more than it gives", async () => {
    const { seen, open } = watched(10, false);
    expect(await dataset(open).take(3).toArray()).toEqual([0, 1, 2]);
    expect(seen).toMatchObject({ read: 3, closed: 1 });
    await dataset(open).take(0).toArray();
    expect(seen.opened).toBe(1);
  });

  test("zip reads the second only where the first has a row", async () => {
    const { seen, open } = watched(10, false);
    await dataset([1, 2]).zip(open).batch(4).toArray();
    expect(seen.read).toBe(2);
  });

  test("repeat ends where there is nothing to repeat", async () => {
    expect(await dataset([]).repeat().toArray()).toEqual([]);
    expect(
      await dataset([1])
        .filter(() => false)
        .repeat()
        .toArray(),
    ).toEqual([]);
  });

  test("a million rows that a filter leaves out, waited for or not", async () => {
    const last = (row: number) => row === 1e6 - 1;
    const rows = dataset(function* () {
      for (let i = 0; i < 1e6; i++) yield i;
    });
    expect(await rows.filter(last).toArray()).toHaveLength(1);
    expect(await rows.filter(async (row) => last(row)).toArray()).toHaveLength(1);
  });
});

describe("shuffle", () => {
  const sorted = (rows: number[]) => [...rows].sort((a, b) => a - b);

  test.each(kinds)("%s: loses and doubles nothing, whatever the buffer", async (_, later) => {
    for (const buffer of [1, 2, 7, 99, 100, 101, 5000]) {
      const rows = await dataset(watched(100, later).open).shuffle(buffer).toArray();
      expect(sorted(rows), String(buffer)).toEqual(range(100));
    }
    expect(await dataset(range(10)).shuffle(1).toArray()).toEqual(range(10));
    expect(await dataset([]).shuffle(3).toArray()).toEqual([]);
  });

  test("draws from a buffer that slides: row i comes at place i − buffer + 1 or later", async () => {
    const rows = await dataset(range(5000)).shuffle(50, 1).toArray();
    rows.forEach((row, place) => expect(row).toBeLessThan(place + 50));
    expect(rows[0]).not.toBe(0);
    expect(sorted(rows)).toEqual(range(5000));
  });

  test("the seed and the number of the pass rule the order", async () => {
    const make = (seed?: number) => dataset(range(1000)).shuffle(1000, seed);
    const [one, two, other] = [make(1), make(1), make(2)];
    const passes = [await one.toArray(), await one.toArray(), await one.toArray()];
    expect(new Set(passes.map(String)).size).toBe(3);
    expect([await two.toArray(), await two.toArray(), await two.toArray()]).toEqual(passes);
    expect(await make(1).repeat(3).toArray()).toEqual(passes.flat());
    expect(await other.toArray()).not.toEqual(passes[0]);
    expect(await make().toArray()).toEqual(await make(0).toArray());
    // The upper word of the seed counts as well.
    expect(await make(1 + 2 ** 32).toArray()).not.toEqual(passes[0]);
  });

  test("has the same bits everywhere", async () => {
    expect(await dataset(range(12)).shuffle(4, 42).toArray()).toEqual([
      1, 4, 5, 6, 3, 0, 2, 10, 8, 11, 7, 9,
    ]);
    expect(await dataset(range(12)).shuffle(12, 42).toArray()).toEqual([
      3, 8, 10, 7, 2, 0, 11, 5, 6, 4, 1, 9,
    ]);
  });

  test("a buffer as large as the data makes all orders equally likely", async () => {
    const rows = dataset(range(4)).shuffle(4, 3);
    const counts = new Map<string, number>();
    for (let pass = 0; pass < 4800; pass++) {
      const order = String(await rows.toArray());
      counts.set(order, (counts.get(order) ?? 0) + 1);
    }
    expect(counts.size).toBe(24);
    // Chi-square with 23 degrees of freedom: above 49.7 once in a thousand times.
    const chiSquare = [...counts.values()].reduce((sum, n) => sum + (n - 200) ** 2 / 200, 0);
    expect(chiSquare).toBeLessThan(49.7);
    expect(chiSquare).toBeGreaterThan(5);
  });

  test("blocks of draws are one long row of draws", () => {
    const [seed, pass, count] = [7, 5, 5000];
    const { kernels } = memory();
    const address = memory().allocate(count);
    kernels.randomUniform(0, count, address, 0, 1, seed, 0, pass, 1, 1);
    const expected = memory().floats(address, count).slice();
    memory().release(address);
    const next = draws(seed, pass);
    expect(Float32Array.from({ length: count }, next)).toEqual(expected);
    expect(Math.max(...expected)).toBeLessThan(1);
  });

  test("holds no scratch, neither during a pass nor after it, left early or not", async () => {
    const rows = dataset(range(5000)).shuffle(100);
    await rows.toArray();
    const before = await settledBytes();
    for await (const row of rows) {
      expect(memory().bytesInUse).toBe(before);
      if (row > 3000) break;
    }
    void rows[Symbol.asyncIterator]().next();
    await pause();
    expect(memory().bytesInUse).toBe(before);
  });
});

describe("batch", () => {
  const batches = <T>(rows: T[], size = rows.length) => dataset(rows).batch(size).toArray();
  const one = async <T>(rows: T[]) => (await batches(rows))[0] as unknown;
  const t = (data: Float32Array | Int32Array | Uint8Array, shape: number[]) => tensor(data, shape);

  test.each(kinds)("%s: so many rows each, the last may be short", async (_, later) => {
    const sizes = async (count: number, dropRemainder?: boolean) => {
      const options = dropRemainder === undefined ? undefined : { dropRemainder };
      const made = await dataset(watched(count, later).open).batch(4, options).toArray();
      return made.map(({ shape }) => shape);
    };
    expect(await sizes(10)).toEqual([[4], [4], [2]]);
    expect(await sizes(10, false)).toEqual([[4], [4], [2]]);
    expect(await sizes(10, true)).toEqual([[4], [4]]);
    expect(await sizes(8)).toEqual([[4], [4]]);
    expect(await sizes(8, true)).toEqual([[4], [4]]);
    expect(await sizes(3, true)).toEqual([]);
    expect(await sizes(0)).toEqual([]);
  });

  test("stacks rows of numbers, in the type that glissade takes", async () => {
    expect(await one([1, 2.5])).toEqual(t(Float32Array.of(1, 2.5), [2]));
    expect(await one([true, false])).toEqual(t(Uint8Array.of(1, 0), [2]));
    expect(await one([3n, -4n])).toEqual(t(Int32Array.of(3, -4), [2]));
    expect(
      await one([
        [1, 2],
        [3, 4],
      ]),
    ).toEqual(t(Float32Array.of(1, 2, 3, 4), [2, 2]));
    expect(await one([[true], [false]])).toEqual(t(Uint8Array.of(1, 0), [2, 1]));
    expect(await one([[], []])).toEqual(t(new Float32Array(0), [2, 0]));
    const typed = [
      [Float32Array, "float32"],
      [Float64Array, "float32"],
      [Int8Array, "int32"],
      [Int16Array, "int32"],
      [Uint16Array, "int32"],
      [Int32Array, "int32"],
      [Uint32Array, "int32"],
      [Uint8Array, "uint8"],
      [Uint8ClampedArray, "uint8"],
    ] as const;
    for (const [type, dtype] of typed) {
      const stacked = (await one([type.of(1, 2), type.of(3, 4)])) as Tensor;
      expect(stacked, type.name).toMatchObject({ dtype, shape: [2, 2] });
      expect([...stacked.data]).toEqual([1, 2, 3, 4]);
    }
    expect(await one([BigInt64Array.of(-1n), BigInt64Array.of(2n)])).toEqual(
      t(Int32Array.of(-1, 2), [2, 1]),
    );
    const matrix = tensor(Uint8Array.of(1, 2, 3, 4), [2, 2]);
    expect(await one([matrix, matrix, matrix])).toEqual(
      t(Uint8Array.of(1, 2, 3, 4, 1, 2, 3, 4, 1, 2, 3, 4), [3, 2, 2]),
    );
  });

  test("stacks objects key by key, and keys in keys", async () => {
    const row = (i: number) => ({
      x: {
        user: Int32Array.of(i),
        item: [
          [i, 1],
          [2, 3],
        ],
      },
      y: i,
    });
    expect(await one([row(8), row(9)])).toEqual({
      x: {
        user: t(Int32Array.of(8, 9), [2, 1]),
        item: t(Float32Array.of(8, 1, 2, 3, 9, 1, 2, 3), [2, 2, 2]),
      },
      y: t(Float32Array.of(8, 9), [2]),
    });
    expect(
      await one([
        { x: 1, y: 2 },
        { y: 4, x: 3 },
      ]),
    ).toEqual({ x: t(Float32Array.of(1, 3), [2]), y: t(Float32Array.of(2, 4), [2]) });
    expect(await one([{ x: 1, y: undefined }, { x: 2 }])).toEqual({
      x: t(Float32Array.of(1, 2), [2]),
    });
  });

  test("stacks tuples place by place; below the top an array is numbers", async () => {
    expect(
      await one([
        [Uint8Array.of(1, 2), 5],
        [Uint8Array.of(3, 4), 6],
      ]),
    ).toEqual([t(Uint8Array.of(1, 2, 3, 4), [2, 2]), t(Float32Array.of(5, 6), [2])]);
    expect(await one([[[[1, 2]], [3], 0.5]])).toEqual([
      t(Float32Array.of(1, 2), [1, 1, 2]),
      t(Float32Array.of(3), [1, 1]),
      t(Float32Array.of(0.5), [1]),
    ]);
    expect(await one([[{ a: 1, b: [2] }, true]])).toEqual([
      { a: t(Float32Array.of(1), [1]), b: t(Float32Array.of(2), [1, 1]) },
      t(Uint8Array.of(1), [1]),
    ]);
    expect(await one([{ x: [Float32Array.of(1, 2), Float32Array.of(3, 4)] }])).toEqual({
      x: t(Float32Array.of(1, 2, 3, 4), [1, 2, 2]),
    });
  });

  test("a batch has memory of its own", async () => {
    const row = Float32Array.of(1, 2);
    const [stacked] = await batches([row]);
    row[0] = 9;
    expect([...stacked!.data]).toEqual([1, 2]);
  });

  const misfits: [rows: unknown[], expected: Error][] = [
    [[[1, 2], [3]], code("ERR_SHAPE", /row 3 must have the shape \[2\] of row 2, got \[1\]; /)],
    [[Float32Array.of(1), Float32Array.of(1, 2)], code("ERR_SHAPE", /row 3 .*\[1\] .*\[2\]/)],
    [[1, [2]], code("ERR_SHAPE", /row 3 must have the shape \[\] of row 2, got \[1\]/)],
    [[[2], 1], code("ERR_SHAPE", /row 3 must have the shape \[1\] of row 2, got \[\]/)],
    [
      [tensor([[1, 2]]), tensor([[1], [2]])],
      code("ERR_SHAPE", /row 3 must have the shape \[1, 2\] of row 2, got \[2, 1\]/),
    ],
    [
      [{ x: { a: [1, 2] } }, { x: { a: [1, 2, 3] } }],
      code("ERR_SHAPE", /^dataset\.batch: x\.a of row 3 must .* \[2\] of row 2, got \[3\]/),
    ],
    [
      [
        [[1], 0],
        [[1, 2], 0],
      ],
      code("ERR_SHAPE", /^dataset\.batch: \[0\] of row 3 must .* \[1\] of row 2, got \[2\]/),
    ],
    [
      [{ x: 1, y: 2 }, { x: 1 }],
      code("ERR_SHAPE", /row 3 must have the parts x, y as row 2, got x; /),
    ],
    [[{ x: 1 }, { x: 1, y: 2 }], code("ERR_SHAPE", /parts x as row 2, got x, y/)],
    [[{ x: 1 }, { y: 1 }], code("ERR_SHAPE", /parts x as row 2, got y/)],
    [[{ x: 1 }, 7], code("ERR_SHAPE", /parts x as row 2, got 7/)],
    [
      [
        [[1], 2],
        [1, 2],
      ],
      code("ERR_SHAPE", /parts 0, 1 as row 2, got \[1, 2\]/),
    ],
    [[{ x: [[1, 2], [3]] }, {}], code("ERR_SHAPE", /row 3 must have the parts x/)],
    [
      [{ x: [[1, 2], [3]] }, { x: [[1, 2], [3]] }],
      code("ERR_SHAPE", /x of row 2 .* got ragged or mixed/),
    ],
    [
      [Uint8Array.of(1), Float32Array.of(0.5)],
      code("ERR_DTYPE", /row 3 must be uint8 as row 2, got float32; /),
    ],
    [[1, true], code("ERR_DTYPE", /row 3 must be float32 as row 2, got uint8/)],
    [["cat", "dog"], code("ERR_DTYPE", /row 2 must be numbers, got "cat"; /)],
    [[{ x: [1, "a"] }, {}], code("ERR_SHAPE", /row 3/)],
    [[{ x: [1, 2] }, { x: [1, "a"] }], code("ERR_DTYPE", /x of row 3 must be numbers, got "a"/)],
    [[1, undefined], code("ERR_DTYPE", /row 3 must be numbers, got undefined/)],
    [[new Date(0), new Date(0)], code("ERR_DTYPE", /row 2 must be numbers/)],
    [[1n, 2n ** 31n], code("ERR_DTYPE", /row 3 must fit int32, got 2147483648; /)],
    [
      [Uint32Array.of(1), Uint32Array.of(2 ** 31)],
      code("ERR_DTYPE", /row 3 must fit int32, got a Uint32Array/),
    ],
  ];

  test.each(misfits)("refuses %o", (rows, expected) => {
    expect(() => stack(rows, "dataset.batch", 2)).toThrow(expected);
    expect(() => stack(rows, "dataset.batch", 2)).toThrow(/^dataset\.batch: /);
  });

  test("names rows that do not fit the first of their batch by their number in the pass", async () => {
    const rows = dataset([[1], [2], [3], [4, 5]]);
    const message = /^dataset\.batch: row 3 must have the shape \[1\] of row 2, got \[2\]; fill up/;
    await expect(rows.batch(2).toArray()).rejects.toThrow(code("ERR_SHAPE", message));
    expect(await first(rows.batch(2), 1)).toHaveLength(1);
    await expect(rows.batch(2).repeat(2).toArray()).rejects.toThrow(message);
  });

  test("rows of different batches may differ", async () => {
    const rows = dataset<number[]>([[1], [2], [3, 4]]).batch(2);
    expect((await rows.toArray()).map(({ shape }) => shape)).toEqual([
      [2, 1],
      [1, 2],
    ]);
  });
});

describe("cache", () => {
  test.each(kinds)("%s: the second pass does not touch the source", async (_, later) => {
    const { seen, open } = watched(4, later);
    let calls = 0;
    const rows = dataset(open)
      .map((row) => (calls++, { row }))
      .cache();
    const passes = [await rows.toArray(), await rows.toArray(), await rows.toArray()];
    expect(passes[0]).toEqual(range(4).map((row) => ({ row })));
    expect(passes[1]).toEqual(passes[0]);
    expect(passes[2]![0]).toBe(passes[0]![0]);
    expect([seen.opened, calls, seen.closed]).toEqual([1, 4, 0]);
    expect(await rows.repeat(2).toArray()).toHaveLength(8);
    expect(calls).toBe(4);
  });

  test("a pass that is left early or fails keeps nothing", async () => {
    const { seen, open } = watched(4, false);
    const rows = dataset(open).cache();
    expect(await first(rows, 3)).toEqual([0, 1, 2]);
    expect(await rows.take(4).toArray()).toHaveLength(4);
    expect(await rows.toArray()).toEqual(range(4));
    expect(seen.opened).toBe(3);
    expect(await rows.toArray()).toEqual(range(4));
    expect(seen.opened).toBe(3);

    let fails = true;
    const shaky = dataset(function* () {
      yield 1;
      if (fails) throw new Error("no line");
      yield 2;
    }).cache();
    await expect(shaky.toArray()).rejects.toThrow("no line");
    fails = false;
    expect(await shaky.toArray()).toEqual([1, 2]);
  });

  test("a prefetch that is left behind completes no cache", async () => {
    const { seen, open } = watched(3, true);
    const rows = dataset(open).cache();
    await first(rows.prefetch(2), 2);
    for (let i = 0; i < 9; i++) await pause();
    expect(await rows.toArray()).toEqual([0, 1, 2]);
    expect(seen.opened).toBe(2);
  });

  test("an empty cache is complete as well", async () => {
    const { seen, open } = watched(0, false);
    const rows = dataset(open).cache();
    expect([await rows.toArray(), await rows.toArray(), seen.opened]).toEqual([[], [], 1]);
  });
});

describe("prefetch", () => {
  const unheard: unknown[] = [];
  const hear = (reason: unknown) => void unheard.push(reason);
  afterEach(() => void process.off("unhandledRejection", hear));

  test.each(kinds)("%s: keeps order, and is never more than count ahead", async (_, later) => {
    for (const count of [0, 1, 3, 50]) {
      const { seen, open } = watched(20, later);
      const given: number[] = [];
      for await (const row of dataset(open).prefetch(count)) {
        given.push(row);
        for (let i = 0; i < 5; i++) await pause();
        expect(seen.read).toBeLessThanOrEqual(Math.min(20, given.length + count));
      }
      expect(given).toEqual(range(20));
    }
  });

  test("waits for rows while the consumer works", async () => {
    const { seen, open } = watched(20, true);
    const iterator = dataset(open).prefetch(3)[Symbol.asyncIterator]();
    expect(await iterator.next()).toEqual({ done: false, value: 0 });
    for (let i = 0; i < 20; i++) await pause();
    expect(seen.read).toBe(4);
    await iterator.next();
    for (let i = 0; i < 20; i++) await pause();
    expect(seen.read).toBe(5);
    await iterator.return();
    expect(seen.closed).toBe(1);
  });

  test("makes rows one after another", async () => {
    let under = 0;
    const rows = dataset(range(9)).map(async (row) => {
      expect(++under).toBe(1);
      await pause();
      under--;
      return row;
    });
    expect(await rows.prefetch(4).toArray()).toEqual(range(9));
  });

  test.each(kinds)("%s: an error comes at its place in the order", async (_, later) => {
    process.on("unhandledRejection", hear);
    const { seen, open } = watched(20, later, 3);
    const given: number[] = [];
    const reading = (async () => {
      for await (const row of dataset(open).prefetch(5)) {
        given.push(row);
        await pause();
        await pause();
      }
    })();
    await expect(reading).rejects.toBe(seen.error);
    expect(given).toEqual([0, 1, 2]);
    expect(seen.closed).toBe(0);
    expect(unheard).toEqual([]);
  });

  test.each(kinds)("%s: leaving early leaves no rejection unheard", async (_, later) => {
    process.on("unhandledRejection", hear);
    const { seen, open } = watched(20, later, 3);
    let failed = 0;
    const rows = dataset(open).map((row) => {
      if (row < 2) return row;
      failed++;
      throw new Error("cannot decode");
    });
    for await (const row of rows.prefetch(5)) {
      if (row === 1) break;
      for (let i = 0; i < 9; i++) await pause();
    }
    for (let i = 0; i < 9; i++) await pause();
    expect(unheard).toEqual([]);
    expect([failed, seen.closed]).toEqual([1, 1]);
  });

  test("what is under way when the consumer leaves stops there", async () => {
    const { seen, open } = watched(Infinity, true);
    const calls: number[] = [];
    const rows = dataset(open)
      .filter((row) => row < 3)
      .map((row) => (calls.push(row), row))
      .repeat()
      .prefetch(2);
    expect(await first(rows, 3)).toEqual([0, 1, 2]);
    await pause();
    const { read } = seen;
    for (let i = 0; i < 9; i++) await pause();
    expect(seen).toMatchObject({ read, opened: 1, closed: 1 });
    expect(calls).toEqual([0, 1, 2]);
  });

  test("functions are not called any more once the consumer has left", async () => {
    let calls = 0;
    // All rows wait in the buffer: the source has nothing more to say.
    const rows = dataset(range(50))
      .shuffle(100)
      .map(async () => (calls++, await pause()));
    await first(rows.prefetch(5), 2);
    const before = calls;
    for (let i = 0; i < 9; i++) await pause();
    expect(calls).toBe(before);
  });

  test("leaving between two passes of a repeat opens no further one", async () => {
    const { seen, open } = watched(9, true);
    const rows = dataset(open).take(2).repeat().prefetch(1);
    expect(await first(rows, 2)).toEqual([0, 1]);
    for (let i = 0; i < 9; i++) await pause();
    expect(seen).toMatchObject({ opened: 1, closed: 1 });
  });
});

describe("leaving and failing", () => {
  const stages: Record<string, (rows: Dataset<number>) => Dataset<unknown>> = {
    none: (rows) => rows,
    map: (rows) => rows.map((row) => row),
    "async map": (rows) => rows.map(async (row) => (await pause(), row)),
    filter: (rows) => rows.filter(() => true),
    shuffle: (rows) => rows.shuffle(3),
    batch: (rows) => rows.batch(2),
    take: (rows) => rows.take(8),
    skip: (rows) => rows.skip(1),
    repeat: (rows) => rows.repeat(),
    cache: (rows) => rows.cache(),
    prefetch: (rows) => rows.prefetch(2),
    "first of zip": (rows) => rows.zip(range(9)),
    "second of zip": (rows) => dataset(range(9)).zip(rows),
    all: (rows) =>
      rows
        .map((row) => row)
        .filter(() => true)
        .shuffle(2)
        .take(20)
        .repeat()
        .prefetch(1),
  };
  const cases = Object.entries(stages).flatMap(([name, stage]) =>
    kinds.map(([kind, later]) => [name, kind, stage, later] as const),
  );

  test.each(cases)("behind %s, %s: the source is closed once", async (_, __, stage, later) => {
    const left = watched(30, later);
    await first(stage(dataset(left.open)), 2);
    expect(left.seen).toMatchObject({ opened: 1, closed: 1 });

    const thrown = watched(30, later);
    const mine = new Error("the consumer fails");
    const consume = async () => {
      for await (const _ of stage(dataset(thrown.open))) throw mine;
    };
    await expect(consume()).rejects.toBe(mine);
    expect(thrown.seen).toMatchObject({ opened: 1, closed: 1 });

    const below = watched(30, later);
    const fails = stage(dataset(below.open)).map((): number => {
      throw mine;
    });
    await expect(fails.toArray()).rejects.toBe(mine);
    expect(below.seen).toMatchObject({ opened: 1, closed: 1 });
  });

  test.each(cases)("behind %s, %s: errors come out as they are", async (_, __, stage, later) => {
    const { seen, open } = watched(30, later, 4);
    await expect(stage(dataset(open)).toArray()).rejects.toBe(seen.error);
    // An iterator that failed is closed already.
    expect(seen.closed).toBe(0);

    const mine = { not: "even an Error" };
    for (const f of [
      () => {
        throw mine;
      },
      async () => {
        await pause();
        throw mine;
      },
    ]) {
      const user = watched(30, later);
      await expect(stage(dataset(user.open).map(f)).toArray()).rejects.toBe(mine);
      expect(user.seen.closed).toBe(1);
      await expect(stage(dataset(user.open).filter(f)).toArray()).rejects.toBe(mine);
      expect(user.seen.closed).toBe(2);
    }
  });

  test.each(kinds)("%s: at the end there is nothing to close", async (_, later) => {
    const { seen, open } = watched(6, later);
    await dataset(open).shuffle(2).batch(2).repeat(2).prefetch(1).toArray();
    expect(seen).toMatchObject({ opened: 2, closed: 0 });
  });

  test("zip closes the longer, and the other one where one fails", async () => {
    const [short, long, failing] = [watched(2, false), watched(9, true), watched(9, false, 1)];
    await dataset(short.open).zip(long.open).toArray();
    expect([short.seen.closed, long.seen.closed]).toEqual([0, 1]);
    await expect(dataset(long.open).zip(failing.open).toArray()).rejects.toBe(failing.seen.error);
    expect([long.seen.closed, failing.seen.closed]).toEqual([2, 0]);
    const bad = () => {
      throw new Error("cannot open");
    };
    await expect(dataset(long.open).zip(bad).toArray()).rejects.toThrow("cannot open");
    expect(long.seen.closed).toBe(3);
  });

  test("repeat closes each pass that ends early", async () => {
    const { seen, open } = watched(9, false);
    await dataset(open).take(2).repeat(3).toArray();
    expect(seen).toMatchObject({ opened: 3, closed: 3 });
  });

  test("an error while closing is heard, unless another came first", async () => {
    const closing = new Error("cannot close");
    const shut = (): Iterable<number> => ({
      [Symbol.iterator]: () => ({
        next: () => ({ done: false, value: 1 }),
        return: () => {
          throw closing;
        },
      }),
    });
    await expect(first(dataset(shut), 1)).rejects.toBe(closing);
    const rows = dataset(shut).map(() => {
      throw new Error("first");
    });
    await expect(rows.toArray()).rejects.toThrow("first");
    const { seen, open } = watched(9, false);
    await expect(first(dataset(shut).zip(open), 1)).rejects.toBe(closing);
    expect(seen.closed).toBe(1);
  });
});

test.each(kinds)("%s: passes at the same time do not disturb each other", async (_, later) => {
  const make = () => {
    // Sources that share nothing: each pass must have its own.
    const rows = dataset(() => watched(40, later).open());
    return rows
      .map((row, index) => row + index)
      .filter((row) => row % 3)
      .skip(1)
      .take(20)
      .zip(rows)
      .map(([a, b]) => 100 * a + b)
      .shuffle(5, 9)
      .batch(3)
      .repeat(2)
      .cache()
      .prefetch(2);
  };
  const flat = (batches: Tensor[]) => batches.map(({ data }) => [...data]);
  const [alone, together] = [make(), make()];
  const iterators = [together[Symbol.asyncIterator](), together[Symbol.asyncIterator]()];
  const both: Tensor[][] = [[], []];
  const expected = flat(await alone.toArray());
  for (const _ of expected) {
    const rows = await Promise.all(iterators.map((iterator) => iterator.next()));
    rows.forEach(({ value }, pass) => both[pass]!.push(value!));
  }
  for (const iterator of iterators) expect((await iterator.next()).done).toBe(true);
  // Two rounds of one order each, drawn by whoever came first.
  expect(flat(both[0]!)).toHaveLength(expected.length);
  const sum = (batches: number[][]) => batches.flat().reduce((a, b) => a + b, 0);
  expect(both.map((batches) => sum(flat(batches)))).toEqual([sum(expected), sum(expected)]);
  expect(flat(both[0]!).slice(0, 7)).toEqual(expected.slice(0, 7));
  expect(flat(both[1]!)).not.toEqual(flat(both[0]!));
});

describe("arguments", () => {
  const rows = dataset([1, 2, 3]);
  const calls: [owner: string, fields: Fields, call: (given: never) => unknown][] = [
    ["map", datasetFields.map, ({ f }: { f: never }) => rows.map(f)],
    ["filter", datasetFields.filter, ({ f }: { f: never }) => rows.filter(f)],
    [
      "shuffle",
      datasetFields.shuffle,
      (given: { buffer?: number; seed?: number }) => rows.shuffle(given.buffer ?? 2, given.seed),
    ],
    ["batch", datasetFields.batchSize, ({ size }: { size: number }) => rows.batch(size)],
    ["batch", datasetFields.batch, (options: object) => rows.batch(2, options)],
    ["take", datasetFields.take, ({ count }: { count: number }) => rows.take(count)],
    ["skip", datasetFields.skip, ({ count }: { count: number }) => rows.skip(count)],
    ["repeat", datasetFields.repeat, ({ times }: { times: number }) => rows.repeat(times)],
    ["prefetch", datasetFields.prefetch, ({ count }: { count: number }) => rows.prefetch(count)],
  ];

  test("break no rule", () => {
    for (const [owner, fields, call] of calls) {
      for (const [name, { rule }] of Object.entries(fields)) {
        for (const wrong of refusedBy(rule)) {
          if (owner === "shuffle" && name === "buffer" && wrong === null) continue;
          expect(() => call({ [name]: wrong } as never), `${owner} ${String(wrong)}`).toThrow(
            expect.objectContaining({
              code: "ERR_OPTION",
              message: expect.stringContaining(
                `dataset.${owner}: ${name} must be ${rule}, got `,
              ) as string,
            }) as Error,
          );
        }
      }
    }
  });

  test("are there, and known", () => {
    const must = code("ERR_OPTION", /must be given|must be/);
    for (const name of ["map", "filter", "shuffle", "batch", "take", "skip", "prefetch"] as const) {
      expect(() => (rows[name] as () => unknown)(), name).toThrow(must);
    }
    expect(() => rows.batch(2, { dropRemainders: true } as never)).toThrow(
      code("ERR_OPTION", /^dataset\.batch: no option "dropRemainders"; did you mean/),
    );
    expect(() => rows.batch(2, true as never)).toThrow(must);
    expect(() => rows.shuffle(null as never)).toThrow(must);
  });
});

test("memory stays flat, however many rows go by", async () => {
  const count = 1_000_000;
  const batches = dataset(function* () {
    for (let i = 0; i < count; i++) yield i;
  })
    .map((i) => ({ x: Float32Array.of(i, 1, 2, 3), y: i % 2 }))
    .shuffle(1000)
    .batch(256)
    .prefetch(2);
  let rows = 0;
  let before = 0;
  let most = 0;
  let number = 0;
  for await (const { x } of batches) {
    rows += x.shape[0]!;
    if (number++ % 400) continue;
    gc();
    const { heapUsed } = process.memoryUsage();
    before ||= heapUsed;
    most = Math.max(most, heapUsed - before);
  }
  expect(rows).toBe(count);
  expect(most).toBeLessThan(4e6);
});

test("types follow the rows", () => {
  expectTypeOf(dataset([1, 2])).toEqualTypeOf<Dataset<number>>();
  expectTypeOf(dataset([Promise.resolve(1)])).toEqualTypeOf<Dataset<number>>();
  expectTypeOf(
    dataset(async function* () {
      await pause();
      yield "a";
    }),
  ).toEqualTypeOf<Dataset<string>>();
  const keyed = dataset([1]).map(async (i) => ({ x: { user: [i], item: Int32Array.of(i) }, y: i }));
  expectTypeOf(keyed.batch(2)).toEqualTypeOf<
    Dataset<{ x: { user: Tensor; item: Tensor }; y: Tensor }>
  >();
  expectTypeOf(
    dataset([1])
      .zip([true])
      .map(([i, b]): [number[], boolean] => [[i], b])
      .batch(2),
  ).toEqualTypeOf<Dataset<[Tensor, Tensor]>>();
  expectTypeOf(dataset([[1, 2]]).batch(2)).toEqualTypeOf<Dataset<Tensor>>();
  expectTypeOf(dataset([1, "a"]).filter((row) => typeof row === "string")).toEqualTypeOf<
    Dataset<string>
  >();
});
