import { describe, expect, test } from "vitest";
import {
  fromBytes,
  type GlissadeError,
  graph,
  layers,
  optimizers,
  tensor,
  toBytes,
} from "../src/index.js";
import golden from "./golden/keras_merges.json" with { type: "json" };
import { type MergeRow, mergeRows } from "./rows/merges.js";
import { Arena } from "./support/arena.js";
import { differences, expectClose, numbers } from "./support/numbers.js";
import { runStage } from "./support/stage.js";

const BATCH = 3;

const size = (shape: readonly number[]) => shape.reduce((a, b) => a * b, 1);
const inputsFor = (shapes: readonly (readonly number[])[], rows = BATCH) =>
  shapes.map((shape, i) => numbers(rows * size(shape), { low: -2, high: 2, seed: 10 + i }));
/** Row r of each input. */
const rowOf = (inputs: readonly ArrayLike<number>[], r: number, rows = BATCH) =>
  inputs.map((x) => {
    const width = x.length / rows;
    return Float64Array.from(Array.from(x).slice(r * width, (r + 1) * width));
  });

const stageOf = (
  make: () => ReturnType<typeof layers.add>,
  shapes: readonly (readonly number[])[],
) => make().definition.build(shapes[0]!, ...shapes.slice(1));

describe.each(mergeRows.map((row) => [row.title, row] as const))("%s", (_, row) => {
  const { make, shapes, output, formula } = row;
  const stage = stageOf(make, shapes);
  const inputs = inputsFor(shapes);
  const dy = numbers(BATCH * size(output), { seed: 30 });
  const twin = (values: readonly ArrayLike<number>[]) =>
    Array.from({ length: BATCH }, (_, r) => [...formula(rowOf(values, r))]).flat();
  const weighed = (values: readonly ArrayLike<number>[]) =>
    twin(values).reduce((sum, value, i) => sum + value * dy[i]!, 0);

  test("writes what the formula says", () => {
    expect(stage.output).toEqual(output);
    expectClose(runStage(stage, { batch: BATCH, inputs }).y, twin(inputs), {
      relative: 1e-5,
      absolute: 2e-6,
    });
  });

  test("adds to every input's gradient what differences of the formula say", () => {
    const { gradients } = runStage(stage, { batch: BATCH, inputs, dy });
    gradients.forEach((gradient, i) => {
      const slopes = differences(
        (at) => weighed(inputs.map((x, j) => (j === i ? at : x))),
        inputs[i]!,
        1e-5,
      );
      expectClose(gradient!, slopes, { relative: 1e-4, absolute: 2e-6 });
    });
  });

  test("leaves alone the inputs that do not ask, and gives the others the same", () => {
    const all = runStage(stage, { batch: BATCH, inputs, dy }).gradients;
    inputs.forEach((_, i) => {
      const asking = inputs.map((_, j) => j !== i);
      const { gradients } = runStage(stage, { batch: BATCH, inputs, dy, asking });
      expect(gradients).toEqual(all.map((gradient, j) => (j === i ? undefined : gradient)));
    });
  });

  test("a row has the same bits alone and in a batch", () => {
    const whole = runStage(stage, { batch: BATCH, inputs }).y;
    const width = size(output);
    for (let r = 0; r < BATCH; r++) {
      const alone = rowOf(inputs, r).map((x) => Float32Array.from(x));
      const { y } = runStage(stage, { inputs: alone, batch: 1 });
      expect(y).toEqual(whole.slice(r * width, (r + 1) * width));
    }
  });

  test("comes back from a file, and predicts the same bits", () => {
    const nodes = shapes.map((shape) => layers.input({ shape }));
    const keyed = Object.fromEntries(nodes.map((node, i) => [`in${i}`, node]));
    const model = graph({ inputs: keyed, outputs: make().apply(nodes) });
    const x = Object.fromEntries(
      inputs.map((values, i) => [`in${i}`, tensor(values, [BATCH, ...shapes[i]!])]),
    );
    const back = fromBytes(toBytes(model));
    const got = back.predict(x);
    expect(got).toEqual(model.predict(x));
    expect(back.layers[0]!.definition.options).toEqual(model.layers[0]!.definition.options);
    model.dispose();
    back.dispose();
  });
});

describe("in a graph", () => {
  const pairs = mergeRows.filter(({ shapes }) => shapes.join(" ") === "4 4");
  const raw = numbers(8, { seed: 3 });

  /** Both inputs are a dense layer's output (h) or its input (x). At rate 1 weights lose what their gradients are. */
  const check = ({ make, formula, output }: MergeRow, from: readonly ("h" | "x")[]) => {
    const x = layers.input({ shape: [4] });
    const h = layers.dense(4, { biasInitializer: "randomNormal" }).apply(x);
    const nodes = { h, x };
    const model = graph({ inputs: x, outputs: make().apply(from.map((name) => nodes[name])) });
    model.compile({ optimizer: optimizers.sgd({ learningRate: 1 }), loss: "mse" });
    const start = model.getWeights().map(({ data }) => Float64Array.from(data));
    const width = size(output);
    const y = numbers(2 * width, { seed: 4 });
    const loss = ([kernel, bias]: readonly Float64Array[]) => {
      let sum = 0;
      for (let r = 0; r < 2; r++) {
        const x = Float64Array.from(raw.slice(4 * r, 4 * r + 4));
        const h = bias!.map((value, j) =>
          x.reduce((s, v, i) => s + v * kernel![4 * i + j]!, value),
        );
        const values = { h, x };
        formula(from.map((name) => values[name])).forEach(
          (value, j) => (sum += (value - y[r * width + j]!) ** 2),
        );
      }
      return sum / (2 * width);
    };
    const got = model.trainOnBatch(tensor(raw, [2, 4]), tensor(y, [2, width]));
    expectClose([got.loss!], [loss(start)]);
    model.getWeights().forEach(({ data }, w) => {
      const moved = start[w]!.map((value, i) => value - data[i]!);
      const slopes = differences(
        (at) => loss(start.map((own, i) => (i === w ? at : own))),
        start[w]!,
        1e-5,
      );
      expectClose(moved, slopes, { relative: 1e-3, absolute: 2e-6 });
    });
    model.dispose();
  };

  test("there is a pair of every merge", () => {
    expect(new Set(pairs.map(({ make }) => make().type)).size).toBe(8);
  });

  describe.each(pairs.map((row) => [row.title, row] as const))("%s", (_, row) => {
    test("a layer's output and raw data, either way round", () => {
      check(row, ["h", "x"]);
      check(row, ["x", "h"]);
    });

    test("the same node twice: both gradients add up", () => {
      check(row, ["h", "h"]);
    });
  });

  test("bytes and whole numbers are merged as numbers", () => {
    const a = layers.input({ shape: [3], dtype: "uint8" });
    const b = layers.input({ shape: [3], dtype: "int32" });
    const model = graph({ inputs: { a, b }, outputs: layers.subtract().apply([a, b]) });
    const x = {
      a: tensor(Uint8Array.of(1, 2, 255), [1, 3]),
      b: tensor(Int32Array.of(-5, 2, 300), [1, 3]),
    };
    expect([...model.predict(x).data]).toEqual([6, 0, -45]);
    model.dispose();
  });
});

describe("where formulas have corners", () => {
  test("among equals the first input gets the gradient", () => {
    const inputs = [Float32Array.of(1, 2, 3), Float32Array.of(1, 5, 3), Float32Array.of(1, 5, 0)];
    const dy = [1, 1, 1];
    const gradients = (make: typeof layers.maximum) =>
      runStage(stageOf(make, [[3], [3], [3]]), { inputs, dy, batch: 1 }).gradients.map((gradient) =>
        Array.from(gradient!, (value) => Math.round(value * 1e5) / 1e5),
      );
    expect(gradients(layers.maximum)).toEqual([[1, 0, 1], [0, 1, 0], [0, 0, 0]]); // prettier-ignore
    expect(gradients(layers.minimum)).toEqual([[1, 1, 0], [0, 0, 0], [0, 0, 1]]); // prettier-ignore
  });

  test("NaN is greatest and least wherever it stands", () => {
    for (const make of [layers.maximum, layers.minimum]) {
      const inputs = [Float32Array.of(NaN, 1, 2, -Infinity), Float32Array.of(3, NaN, 4, -Infinity)];
      const { y } = runStage(stageOf(make, [[4], [4]]), { inputs, batch: 1 });
      expect([...y].map(Number.isNaN)).toEqual([true, true, false, false]);
      expect(y[3]).toBe(-Infinity);
    }
  });

  test("a factor of 0 gets the product of the others", () => {
    const inputs = [Float32Array.of(0, 0), Float32Array.of(3, 0), Float32Array.of(5, 7)];
    const stage = stageOf(layers.multiply, [[2], [2], [2]]);
    const { gradients } = runStage(stage, { inputs, dy: [1, 1], batch: 1 });
    expectClose(
      gradients.flatMap((gradient) => [...gradient!]),
      [15, 0, 0, 0, 0, 0],
      { absolute: 1e-6 },
    );
  });

  test("the cosine with a vector of zeros is 0, and that vector gets no gradient", () => {
    const inputs = [new Float32Array(6), Float32Array.of(1, 2, 2, 0, 0, 0)];
    inputs[0]!.set([3, 4, 0], 3);
    const stage = stageOf(() => layers.dot(1, { normalize: true }), [[3], [3]]);
    const { y, gradients } = runStage(stage, { inputs, dy: [1, 1], batch: 2 });
    expect([...y]).toEqual([0, 0]);
    for (const gradient of gradients) expectClose(gradient!, new Float32Array(6));
  });

  test("cosines do not depend on length, however small or great", () => {
    const stage = stageOf(() => layers.dot(1, { normalize: true }), [[2], [2]]);
    for (const scale of [1e-5, 1, 1e30]) {
      const inputs = [Float32Array.of(3 * scale, 4 * scale), Float32Array.of(0, 2)];
      expectClose(runStage(stage, { inputs, batch: 1 }).y, [0.8]);
    }
  });
});

describe("golden numbers of Keras", () => {
  const makers: Record<string, (options: never) => ReturnType<typeof layers.add>> = layers as never;

  test.each(
    golden.rows.map(
      (row) => [`${row.name} ${JSON.stringify([row.options, row.shapes])}`, row] as const,
    ),
  )("%s", (_, { name, options, shapes, inputs, output, y, dy, gradients }) => {
    const stage = stageOf(() => makers[name]!(options as never), shapes);
    expect(stage.output).toEqual(output);
    const given = inputs.map((values) => Float32Array.from(values));
    const got = runStage(stage, { inputs: given, dy, batch: 2 });
    expectClose(got.y, y, { absolute: 1e-6 });
    got.gradients.forEach((gradient, i) => {
      expectClose(gradient!, gradients[i]!, { absolute: 2e-6 });
    });
  });
});

describe("refusals", () => {
  const inputs = (...shapes: readonly (readonly number[])[]) =>
    shapes.map((shape) => layers.input({ shape }));
  const refused = (make: () => ReturnType<typeof layers.add>, ...shapes: (readonly number[])[]) => {
    try {
      make().apply(inputs(...shapes));
    } catch (error) {
      return error as GlissadeError;
    }
    return undefined;
  };

  test.each(["add", "subtract", "multiply", "average", "maximum", "minimum"] as const)(
    "%s takes two inputs or more of one shape",
    (type) => {
      const wrong = refused(layers[type], [2, 3], [4]);
      expect(wrong?.code).toBe("ERR_SHAPE");
      expect(wrong?.message).toMatch(
        new RegExp(`^${type}: .*\\[2, 3\\] and \\[4\\]; .*layers\\.dense`),
      );
      expect(refused(layers[type], [2, 3], [3])?.code).toBe("ERR_SHAPE");
      expect(refused(layers[type], [1], [3])?.code).toBe("ERR_SHAPE");
      expect(refused(layers[type], [3])?.message).toMatch(
        /two inputs.*got \[3\]; .*apply\(\[a, b\]\)/,
      );
      const three = refused(layers[type], [3], [3], [3]);
      expect(three?.code).toBe(type === "subtract" ? "ERR_SHAPE" : undefined);
    },
  );

  test.each([
    ["one input", undefined, [[3]], /two inputs or more/],
    [
      "an axis beyond",
      3,
      [
        [2, 3],
        [2, 3],
      ],
      /must have the axis 3, got \[2, 3\] and \[2, 3\]/,
    ],
    [
      "the batch, counted from the end",
      -3,
      [
        [2, 3],
        [2, 3],
      ],
      /must have the axis -3/,
    ],
    [
      "another axis that differs",
      -1,
      [
        [2, 3],
        [4, 3],
      ],
      /one shape but for axis -1, got \[2, 3\] and/,
    ],
    ["unequal numbers of axes", 1, [[2, 3], [2]], /one shape but for axis 1/],
    ["no axis", -1, [[], []], /must have the axis -1/],
  ] as const)("concatenate: %s", (_, axis, shapes, message) => {
    const error = refused(() => layers.concatenate({ axis }), ...shapes);
    expect(error).toMatchObject({
      code: "ERR_SHAPE",
      message: expect.stringMatching(message) as string,
    });
  });

  test.each([
    ["one input", 1, [[3]], /exactly two inputs/],
    ["three inputs", 1, [[3], [3], [3]], /exactly two inputs/],
    ["three axes", 1, [[2, 3, 4], [2]], /one or two axes, got \[2, 3, 4\] and \[2\]; .*reshape/],
    ["no axis", -1, [[], [2]], /one or two axes/],
    [
      "sizes that differ",
      1,
      [[3], [4]],
      /axes 1 and 1 must be there and of one size, got \[3\] and/,
    ],
    ["an axis beyond", 2, [[3], [3]], /axes 2 and 2 must be there/],
    ["the batch, counted from the end", [-2, 1], [[3], [3]], /axes -2 and 1 must be there/],
  ] as const)("dot: %s", (_, axes, shapes, message) => {
    const error = refused(() => layers.dot(axes), ...shapes);
    expect(error).toMatchObject({
      code: "ERR_SHAPE",
      message: expect.stringMatching(message) as string,
    });
  });
});

test("dot takes its axes bare or by name", () => {
  const options = (layer: ReturnType<typeof layers.dot>) => layer.definition.options;
  expect(options(layers.dot(1))).toEqual({ axes: 1, normalize: false });
  expect(options(layers.dot({ axes: 1 }))).toEqual(options(layers.dot(1)));
  expect(options(layers.dot([1, 2], { normalize: true }))).toEqual({
    axes: [1, 2],
    normalize: true,
  });
});

describe("kernels", () => {
  test("any split of a range gives the same bits, and an empty one writes nothing", () => {
    const run = (ranges: readonly (readonly [number, number])[]) => {
      const arena = new Arena();
      const { kernels: k } = arena;
      const put = (seed: number) => arena.put(numbers(90, { seed }));
      const ys = [1, 2, 3, 4, 5, 6].map(put) as [number, number, number, number, number, number];
      const [x, dy, winner] = [put(7), put(8), arena.allocate(360)];
      for (const [from, to] of ranges) {
        k.multiply(from, to, x, ys[0]);
        k.takeGreater(from, to, x, ys[1], winner, 1, 1);
        k.addWhere(from, to, x, winner, ys[2], 1);
        k.copyColumns(from, to, 3, 5, x, ys[3]);
        k.addColumns(from, to, 3, 5, x, ys[4]);
        k.unitVectors(from, to, 5, 3, x, ys[5], 1e-7);
        k.unitVectorsGradient(from, to, 5, 3, x, dy, ys[5], 1e-7);
      }
      return [...ys, winner].map((address) => [...arena.integers(address, 90)]);
    };
    const once = run([[0, 18]]);
    expect(run([[0, 1], [1, 7], [7, 18], [18, 18]])).toEqual(once); // prettier-ignore
    expect(run([[3, 3]])).toEqual(run([]));
    expect(once).not.toEqual(run([]));
  });
});
