import type { Feed } from "../feed.js";
import type { GraphNode } from "../layer.js";
import type { Network } from "../network.js";
import { sizeOf } from "../stage.js";
import { type Examined, type Finding, readNodes } from "./examined.js";
import { countOf, short } from "./words.js";

/** Looks through all rows of x for NaN and infinity. */
export function inputsNotFinite(network: Network, { inputs }: Feed): Finding[] {
  return inputs.flatMap(({ data, width }, i): Finding[] => {
    let wrong = 0;
    let first = -1;
    for (let at = 0; data instanceof Float32Array && at < data.length; at++) {
      if (Number.isFinite(data[at])) continue;
      if (wrong++ === 0) first = at;
    }
    if (wrong === 0) return [];
    const what = inputs.length === 1 ? "x" : `x.${network.topology.inputs[i]!.name}`;
    return [
      {
        check: "inputsNotFinite",
        severity: "error",
        says:
          `${what} holds NaN or infinity ${countOf(wrong, "time")}, first ${data[first]} in row ` +
          `${Math.floor(first / width)}, column ${first % width}: a single one makes weights NaN`,
        advice:
          "drop such rows, or fill gaps with the column's mean; fit(x, y, { checkInputs: true }) refuses them",
      },
    ];
  });
}

/** Standardized columns are 1 in size; from here on a step that suits one weight is far too long for another. */
const LARGE = 20;
/** Below this, weights would have to grow a hundredfold before they matter. */
const TINY = 0.01;
/** Columns that differ by more are learnt one after another, the small ones last. */
const SPREAD = 100;
/**
 * Pixels of a margin and words of a vocabulary vary little, as they are the same nearly everywhere: columns that most
 * rows have as the row before are no measure.
 */
const MOSTLY_SAME = 0.8;
/** Rounding lets a constant column seem to vary by this much of its size. */
const ROUNDING = 1e-6;

/** Looks at what the first layers with weights read: x, or what layers without weights make of it. */
export function inputsNotScaled(examined: Examined): Finding[] {
  const { nodes, names } = examined.network.topology;
  const weightless = new Set<GraphNode>();
  const readers = new Map<GraphNode, string>();
  for (const node of nodes) {
    if (!node.inputs.every((input) => weightless.has(input))) continue;
    if (!node.layer || node.layer.weights.length === 0) weightless.add(node);
    else if (!takesAnyScale(node)) {
      for (const input of node.inputs) readers.set(input, names.get(node.layer)!);
    }
  }
  const read = [...readers.keys()];
  const columns = read.map(({ shape }) => new Columns(sizeOf(shape)));
  readNodes(examined, read, (values, i) => columns[i]!.add(values));
  return read.flatMap((node, i) => scaleOf(columns[i]!, readers.get(node)!));
}

/** Layers that bring what they read to scale themselves, and those that look up rows by number. */
const takesAnyScale = ({ layer, stage, inputs }: GraphNode) =>
  /normalization/i.test(layer!.type) ||
  inputs.every(({ dtype }) => dtype === "int32" && stage?.reads?.includes("int32"));

/** Sums over rows, column by column. */
class Columns {
  rows = 0;
  /** Whether all are whole numbers from 0 to 255. */
  bytes = true;
  private readonly sums: Float64Array;
  private readonly squares: Float64Array;
  private readonly same: Float64Array;
  private readonly before: Float64Array;

  constructor(private readonly width: number) {
    this.sums = new Float64Array(width);
    this.squares = new Float64Array(width);
    this.same = new Float64Array(width);
    this.before = new Float64Array(width).fill(NaN);
  }

  add(values: ArrayLike<number>): void {
    this.rows += values.length / this.width;
    for (let i = 0; i < values.length; i++) {
      const column = i % this.width;
      const value = values[i]!;
      this.sums[column]! += value;
      this.squares[column]! += value * value;
      if (value === this.before[column]) this.same[column]!++;
      this.before[column] = value;
      if (value < 0 || value > 255 || !Number.isInteger(value)) this.bytes = false;
    }
  }

  /** Root mean squares. */
  get sizes(): Float64Array {
    return this.squares.map((sum) => Math.sqrt(sum / this.rows));
  }

  /** Standard deviations; 0 for columns that are constant, or nearly so. */
  get deviations(): Float64Array {
    return this.sizes.map((size, i) => {
      const mean = this.sums[i]! / this.rows;
      const variance = size * size - mean * mean;
      const constant = variance <= ROUNDING * ROUNDING * size * size;
      return constant || this.same[i]! > MOSTLY_SAME * this.rows ? 0 : Math.sqrt(variance);
    });
  }
}

function scaleOf(columns: Columns, layer: string): Finding[] {
  const { sizes, deviations } = columns;
  const largest = indexOfGreatest(sizes);
  const widest = indexOfGreatest(deviations);
  const narrowest = indexOfGreatest(deviations.map((one) => (one > 0 ? -one : -Infinity)));
  const size = sizes[largest]!;
  const large = size > LARGE;
  const tiny = size > 0 && size < TINY;
  if (!large && !tiny && deviations[widest]! <= SPREAD * deviations[narrowest]!) return [];
  const others = large
    ? `, and ${sizes.filter((one) => one > LARGE).length} of ${countOf(sizes.length, "column")} are beyond ${LARGE}`
    : " and no other is larger";
  const says =
    large || tiny
      ? `${layer} reads ${large ? "large" : "tiny"} numbers: column ${largest} is typically ${short(size)} in size ` +
        `where about 1 is best${others}`
      : `${layer} reads columns of very different spread: column ${widest} deviates by ` +
        `${short(deviations[widest]!)} from its mean, column ${narrowest} by ${short(deviations[narrowest]!)}`;
  const advice =
    large && columns.bytes
      ? "these are bytes: begin the model with layers.rescaling(1 / 255), or divide x by 255"
      : "bring columns to mean 0 and deviation 1: const scaled = standardize(x), train on scaled.x, and give all " +
        "later rows through scaled.apply(rows)";
  return [{ check: "inputsNotScaled", severity: "warning", says, advice, layer }];
}

const indexOfGreatest = (values: Float64Array) =>
  values.reduce((best, value, i) => (value > values[best]! ? i : best), 0);
