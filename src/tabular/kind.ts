import { field, type Fields, type Resolved } from "../options.js";

/** How one column of records becomes columns of numbers: all that is remembered of the records it was learnt from. */
export interface Plan {
  readonly name: string;
  readonly type: string;
  /** Whether one more column tells where a value was missing. */
  readonly indicator: boolean;
}

/** What a column of one type can do. A missing value is `undefined` throughout. */
export interface Kind<P extends Plan, V, F extends Fields> {
  readonly fields: F;
  /** What a value must be, to stand after "must be". */
  readonly rule: string;
  /** A value that is not missing; nothing if it breaks the rule. */
  read(value: unknown): V | undefined;
  /** Some value is there. */
  learn(name: string, values: readonly (V | undefined)[], options: Resolved<F>): P;
  /** One a column of numbers. */
  names(plan: P): readonly string[];
  /** Writes the numbers of one value. Not every value that can be read needs to be known. */
  write(plan: P, value: V | undefined, data: Float32Array, at: number): void;
  knows(plan: P, value: V | undefined): boolean;
  /** Whether a saved plan is one. */
  isPlan(plan: Readonly<Record<string, unknown>>): boolean;
}

/** Names of categories or classes, in their order. */
export const differentTexts = field<readonly string[] | undefined>(
  "an array of different texts",
  (value) =>
    Array.isArray(value) &&
    value.length > 0 &&
    value.every((one) => typeof one === "string" && one !== "") &&
    new Set(value).size === value.length,
);

/** What is not there: `null`, `undefined`, NaN or an empty text. */
export const isMissing = (value: unknown) =>
  value === undefined || value === null || value === "" || Number.isNaN(value);

/** The value that occurs most often; of several, the least. */
export function mostFrequent<V extends string | boolean>(values: readonly (V | undefined)[]): V {
  const counts = new Map<V, number>();
  for (const value of values) {
    if (value !== undefined) counts.set(value, (counts.get(value) ?? 0) + 1);
  }
  const sorted = [...counts].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1));
  return sorted[0]![0];
}
