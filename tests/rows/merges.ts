import type { Layer } from "../../src/core.js";
import { layers } from "../../src/index.js";

type Rows = readonly Float64Array[];

/**
 * One row a merge: how to make it, the shapes of its inputs' rows and of its output's, and the textbook formula for one
 * example. The properties in `merges.test.ts` hold the layer to the formula.
 */
export interface MergeRow {
  readonly title: string;
  readonly make: () => Layer;
  readonly shapes: readonly (readonly number[])[];
  readonly output: readonly number[];
  readonly formula: (inputs: Rows) => Float64Array;
}

const SHAPES = [[1], [3], [4], [7], [33], [2, 3, 5], []];

const each =
  (f: (values: readonly number[]) => number) =>
  (inputs: Rows): Float64Array =>
    inputs[0]!.map((_, j) => f(inputs.map((x) => x[j]!)));

const elementwise = (
  type: "add" | "subtract" | "multiply" | "average" | "maximum" | "minimum",
  counts: readonly number[],
  f: (values: readonly number[]) => number,
): MergeRow[] =>
  counts.flatMap((count) =>
    SHAPES.map((shape) => ({
      title: `${type} of ${count} [${shape.join(", ")}]`,
      make: () => layers[type](),
      shapes: Array.from({ length: count }, () => shape),
      output: shape,
      formula: each(f),
    })),
  );

const product = (shape: readonly number[]) => shape.reduce((a, b) => a * b, 1);

const concatenate = (
  axis: number | undefined,
  shapes: readonly (readonly number[])[],
  place: number,
  output: readonly number[],
): MergeRow => ({
  title: `concatenate ${shapes.map((shape) => `[${shape.join(", ")}]`).join(" ")} along ${axis}`,
  make: () => layers.concatenate(axis === undefined ? undefined : { axis }),
  shapes,
  output,
  formula: (inputs) => {
    const y: number[] = [];
    for (let outer = 0; outer < product(output.slice(0, place)); outer++) {
      inputs.forEach((x, i) => {
        const width = product(shapes[i]!.slice(place));
        y.push(...x.slice(outer * width, (outer + 1) * width));
      });
    }
    return Float64Array.from(y);
  },
});

/** Vectors of a row: along its last axis, or its first. */
const vectors = (x: Float64Array, shape: readonly number[], last: boolean): number[][] => {
  const [first = 1, second = 1] = shape.length === 1 ? [1, shape[0]!] : shape;
  const at = (i: number, j: number) => x[i * second + j]!;
  const range = (length: number) => Array.from({ length }, (_, i) => i);
  return last
    ? range(first).map((i) => range(second).map((j) => at(i, j)))
    : range(second).map((j) => range(first).map((i) => at(i, j)));
};

const unit = (vector: number[]) => {
  const norm = Math.max(Math.hypot(...vector), 1e-7);
  return vector.map((value) => value / norm);
};

const dot = (
  axes: number | readonly [number, number],
  shapes: readonly [readonly number[], readonly number[]],
  last: readonly [boolean, boolean],
  output: readonly number[],
): MergeRow[] =>
  [false, true].map((normalize) => ({
    title: `dot [${shapes[0].join(", ")}] [${shapes[1].join(", ")}] along ${axes}, ${normalize}`,
    make: () => layers.dot(axes, { normalize }),
    shapes,
    output,
    formula: (inputs) => {
      const [a, b] = inputs.map((x, i) => {
        const own = vectors(x, shapes[i]!, last[i]!);
        return normalize ? own.map(unit) : own;
      });
      return Float64Array.from(
        a!.flatMap((u) => b!.map((v) => u.reduce((sum, value, i) => sum + value * v[i]!, 0))),
      );
    },
  }));

const sum = (values: readonly number[]) => values.reduce((a, b) => a + b, 0);

// prettier-ignore
export const mergeRows: readonly MergeRow[] = [
  ...elementwise("add", [2, 3], sum),
  ...elementwise("subtract", [2], ([a, b]) => a! - b!),
  ...elementwise("multiply", [2, 4], product),
  ...elementwise("average", [2, 3], (values) => sum(values) / values.length),
  ...elementwise("maximum", [2, 3], (values) => Math.max(...values)),
  ...elementwise("minimum", [2, 3], (values) => Math.min(...values)),
  ...[1, 3, 4, 7, 33].map((n) => concatenate(undefined, [[n], [5], [1]], 0, [n + 6])),
  concatenate(undefined, [[4], [4]], 0, [8]),
  concatenate(-1, [[2, 3], [2, 4]], 1, [2, 7]),
  concatenate(1, [[2, 3], [1, 3], [4, 3]], 0, [7, 3]),
  concatenate(2, [[2, 1, 5], [2, 3, 5]], 1, [2, 4, 5]),
  concatenate(-3, [[2, 2, 3], [2, 2, 3]], 0, [4, 2, 3]),
  ...[1, 3, 4, 7, 33].flatMap((n) => dot(1, [[n], [n]], [true, true], [1])),
  ...dot(-1, [[5], [5]], [true, true], [1]),
  ...dot(2, [[3, 7], [5, 7]], [true, true], [3, 5]),
  ...dot(-1, [[4, 4], [4, 4]], [true, true], [4, 4]),
  ...dot(1, [[7, 3], [7, 5]], [false, false], [3, 5]),
  ...dot([1, 2], [[7, 3], [5, 7]], [false, true], [3, 5]),
  ...dot([2, -2], [[3, 7], [7, 5]], [true, false], [3, 5]),
  ...dot([2, 1], [[3, 7], [7]], [true, true], [3]),
  ...dot([1, 1], [[7], [7, 33]], [true, false], [33]),
  ...dot(1, [[1, 5], [1, 3]], [false, false], [5, 3]),
  ...dot(2, [[5, 1], [33, 1]], [true, true], [5, 33]),
  ...dot(1, [[6, 1], [6, 1]], [false, false], [1, 1]),
];
