import { rowsOf } from "./columns.js";
import { classWeights } from "./data.js";
import { counted, GlissadeError, show } from "./error.js";
import { type Column, isKeyed, type Named } from "./feed.js";
import type { Judge } from "./judge.js";
import { type Data, isTypedArray, rowShapeOf } from "./tensor.js";

/** Weight of each class: by number, or `"balanced"` for rows/(classes·count). */
export type ClassWeight = "balanced" | Readonly<Record<number, number>>;

/** What a model was given beside x and y. */
export interface Weighting {
  /** One for all outputs, or keyed by output; those that are left out have 1 everywhere. */
  readonly sampleWeight?: Named<Data> | undefined;
  /** Keyed by output where there are several. */
  readonly classWeight?: Named<ClassWeight> | undefined;
}

/** @throws ERR_OPTION if a key is no output's name */
function checkKeys(owner: string, what: string, given: object, names: readonly string[]): void {
  const stray = Object.keys(given).find((key) => !names.includes(key));
  if (stray === undefined) return;
  throw new GlissadeError(
    "ERR_OPTION",
    `${owner}: ${what} must be keyed by the outputs ${names.join(", ")}, got the key ${show(stray)}`,
  );
}

/**
 * The weights of each output's rows; `undefined` where all are 1.
 *
 * @throws ERR_SHAPE, ERR_NUMERIC, ERR_OPTION
 */
export function weightColumns(
  owner: string,
  judges: readonly Judge[],
  targets: readonly Column[],
  { sampleWeight, classWeight }: Weighting,
): (Float32Array | undefined)[] {
  const names = judges.map(({ port }) => port.name);
  const single = names.length === 1;
  const keyedSamples = isKeyed(sampleWeight);
  if (keyedSamples) checkKeys(owner, "sampleWeight", sampleWeight, names);
  if (!single && typeof classWeight === "object") {
    checkKeys(owner, "classWeight", classWeight, names);
  }
  return judges.map((judge, i) => {
    const samples = keyedSamples ? sampleWeight[names[i]!] : sampleWeight;
    const named = single || typeof classWeight !== "object" ? undefined : classWeight;
    const classes = named ? (named as Record<string, ClassWeight>)[names[i]!] : classWeight;
    return rowWeights(owner, judge, targets[i]!, samples as Data, classes as ClassWeight);
  });
}

/**
 * The weight of each row of one output, its class's included; `undefined` where all are 1.
 *
 * @throws ERR_SHAPE if there is not one a row, ERR_NUMERIC if one is negative or not finite.
 */
function rowWeights(
  owner: string,
  { cols, leading }: Judge,
  target: Column,
  sampleWeight: Data | undefined,
  classWeight: ClassWeight | undefined,
): Float32Array | undefined {
  if (sampleWeight === undefined && classWeight === undefined) return undefined;
  const rows = target.rows * leading;
  const weights = new Float32Array(rows).fill(1);
  if (sampleWeight !== undefined) {
    const shape = isTypedArray(sampleWeight) ? [] : (rowShapeOf(sampleWeight) ?? []);
    const { data, width, rows: entries } = rowsOf(owner, "sampleWeight", sampleWeight, shape);
    const given = { data, rows: entries * width };
    if (given.rows !== rows && given.rows !== target.rows) {
      throw new GlissadeError(
        "ERR_SHAPE",
        `${owner}: sampleWeight must hold ${counted(target.rows, "weight")}, one for each row of x, got ${given.rows}`,
      );
    }
    const repeat = rows / given.rows;
    weights.forEach((_, row) => (weights[row] = given.data[Math.floor(row / repeat)] as number));
    const wrong = weights.findIndex((weight) => !(weight >= 0 && weight < Infinity));
    if (wrong >= 0) {
      throw new GlissadeError(
        "ERR_NUMERIC",
        `${owner}: sampleWeight must hold finite numbers, 0 or more, got ${weights[wrong]} in row ${wrong}; ` +
          "0 leaves a row out",
      );
    }
  }
  if (classWeight !== undefined) {
    const classes = classesOf(target, cols, rows);
    if (classWeight !== "balanced") checkClassWeight(owner, classWeight);
    const factors = classWeight === "balanced" ? classWeights(classes) : classWeight;
    weights.forEach((weight, row) => (weights[row] = weight * (factors[classes[row]!] ?? 1)));
  }
  return weights;
}

/** The class of each row: its number, its greatest column, or which side of ½ it is. */
function classesOf({ data }: Column, cols: number, rows: number): Int32Array {
  const classes = new Int32Array(rows);
  const single = data.length === rows;
  for (let row = 0; row < rows; row++) {
    if (single) {
      classes[row] = Math.round(data[row]!);
      continue;
    }
    let best = row * cols;
    for (let i = best + 1; i < (row + 1) * cols; i++) if (data[i]! > data[best]!) best = i;
    classes[row] = best - row * cols;
  }
  return classes;
}

function checkClassWeight(owner: string, factors: unknown): void {
  const isWeight = (weight: unknown) =>
    typeof weight === "number" && weight >= 0 && weight < Infinity;
  const isList = isKeyed(factors) || Array.isArray(factors);
  const entries = isList ? Object.entries(factors as object) : [];
  const wrong = entries.find(([key, weight]) => !/^\d+$/.test(key) || !isWeight(weight));
  if (isList && !wrong) return;
  throw new GlissadeError(
    "ERR_OPTION",
    `${owner}: classWeight must be "balanced", or weights of 0 or more by class number such as { 0: 1, 1: 2.5 }, ` +
      `got ${wrong ? `{ ${wrong[0]}: ${show(wrong[1])} }` : show(factors)}`,
  );
}
