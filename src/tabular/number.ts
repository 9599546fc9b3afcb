import { choice, flag } from "../options.js";
import { deviation, mean, median } from "../statistics.js";
import type { Kind, Plan } from "./kind.js";

interface NumberPlan extends Plan {
  readonly type: "number";
  /** What stands where a value is missing. */
  readonly fill: number;
  /** A number becomes (value − center)/spread. */
  readonly center: number;
  readonly spread: number;
}

export const numberFields = {
  /** What stands where a value is missing: the mean or the median of those that are there. */
  impute: choice(["mean", "median"], "mean"),
  /** To mean 0 and deviation 1, to 0 … 1, or not at all. */
  scale: choice(["standardize", "minMax", "none"], "standardize"),
  /** Whether one more column tells where a value was missing. */
  indicator: flag(false),
};

/** A spread above what rounding makes; otherwise 1, so that a constant column becomes 0. */
const spreadOf = (spread: number, center: number) =>
  spread > 10 * Number.EPSILON * Math.abs(center) ? spread : 1;

/** Center and spread of a column without gaps. */
function scaling(values: readonly number[], scale: "standardize" | "minMax" | "none") {
  if (scale === "none") return { center: 0, spread: 1 };
  if (scale === "minMax") {
    const least = values.reduce((a, b) => Math.min(a, b));
    const most = values.reduce((a, b) => Math.max(a, b));
    return { center: least, spread: spreadOf(most - least, least) };
  }
  const center = mean(values);
  return { center, spread: spreadOf(deviation(values), center) };
}

/** Measurements; a date counts as its milliseconds. */
export const numberKind: Kind<NumberPlan, number, typeof numberFields> = {
  fields: numberFields,
  rule: "a finite number or a date",
  read(value) {
    const isNumber = typeof value === "number" || typeof value === "bigint";
    if (!isNumber && !(value instanceof Date)) return undefined;
    return Number.isFinite(Number(value)) ? Number(value) : undefined;
  },
  learn(name, values, { impute, scale, indicator }) {
    const there = values.filter((value) => value !== undefined);
    const fill = impute === "mean" ? mean(there) : median(there);
    const full = values.map((value) => value ?? fill);
    return { name, type: "number", indicator, fill, ...scaling(full, scale) };
  },
  names: ({ name }) => [name],
  write({ fill, center, spread }, value, data, at) {
    data[at] = ((value ?? fill) - center) / spread;
  },
  knows: () => true,
  isPlan: ({ fill, center, spread }) => [fill, center, spread].every(Number.isFinite),
};
