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

/** The weights of each output's rows; `undefined` where all are 1. */
export type WeightColumns = readonly (Float32Array | undefined)[];

/** @throws ERR_SHAPE if there is not one a row, ERR_NUMERIC if one is negative or not finite, ERR_OPTION */
export function sampleWeights(
  owner: string,
  judges: readonly Judge[],
  targets: readonly Column[],
  sampleWeight: Named<Data> | undefined,
): WeightColumns {
  const names = judges.map(({ port }) => port.name);
  if (!isKeyed(sampleWeight)) {
    return judges.map((judge, i) => weightsOf(owner, judge, targets[i]!, sampleWeight));
  }
  checkKeys(owner, "sampleWeight", sampleWeight, names);
  return judges.map((judge, i) =>
    weightsOf(owner, judge, targets[i]!, sampleWeight[names[i]!] as Data | undefined),
  );
}

function weightsOf(
  owner: string,
  { leading }: Judge,
  target: Column,
  sampleWeight: Data | undefined,
): Float32Array | undefined {
  if (sampleWeight === undefined) return undefined;
  const rows = target.rows * leading;
  const shape = isTypedArray(sampleWeight) ? [] : (rowShapeOf(sampleWeight) ?? []);
  const { data, width, rows: entries } = rowsOf(owner, "sampleWeight", sampleWeight, shape);
  const given = entries * width;
  if (given !== rows && given !== target.rows) {
    throw new GlissadeError(
      "ERR_SHAPE",
      `${owner}: sampleWeight must hold ${counted(target.rows, "weight")}, one for each row of x, got ${given}`,
    );
  }
  const repeat = rows / given;
  const weights = Float32Array.from({ length: rows }, (_, row) => data[Math.floor(row / repeat)]!);
  const wrong = weights.findIndex((weight) => !(weight >= 0 && weight < Infinity));
  if (wrong < 0) return weights;
  throw new GlissadeError(
    "ERR_NUMERIC",
    `${owner}: sampleWeight must hold finite numbers, 0 or more, got ${weights[wrong]} in row ${wrong}; ` +
      "0 leaves a row out",
  );
}

/** Weights times those of each row's class. @throws ERR_OPTION if they are no weights by class */
export function weighedByClass(
  owner: string,
  judges: readonly Judge[],
  targets: readonly Column[],
  weights: WeightColumns,
  classWeight: Named<ClassWeight> | undefined,
): WeightColumns {
  if (classWeight === undefined) return weights;
  const names = judges.map(({ port }) => port.name);
  const keyed = names.length > 1 && typeof classWeight === "object";
  if (keyed) checkKeys(owner, "classWeight", classWeight, names);
  return judges.map(({ cols, leading }, i) => {
    const own = keyed ? (classWeight as Record<string, ClassWeight>)[names[i]!] : classWeight;
    if (own === undefined) return weights[i];
    if (own !== "balanced") checkClassWeight(owner, own);
    const classes = classesOf(targets[i]!, cols, targets[i]!.rows * leading);
    const factors = own === "balanced" ? classWeights(classes) : (own as Record<number, number>);
    return Float32Array.from(
      classes,
      (label, row) => (weights[i]?.[row] ?? 1) * (factors[label] ?? 1),
    );
  });
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
