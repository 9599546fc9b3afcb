import { choice, flag, optional } from "../options.js";
import { differentTexts, type Kind, mostFrequent, type Plan } from "./kind.js";

interface CategoryPlan extends Plan {
  readonly type: "category";
  readonly categories: readonly string[];
  /** What stands where a value is missing; `null` where that is a category of its own. */
  readonly fill: string | null;
  readonly unknown: "zeros" | "refuse";
}

export const categoryFields = {
  /** What stands where a value is missing: the category that occurs most often, or one of its own. */
  impute: choice(["mostFrequent", "ownCategory"], "mostFrequent"),
  /** A category that was not there when this was learnt: zeros in all its columns, or an error. */
  unknown: choice(["zeros", "refuse"], "zeros"),
  /** All categories in the order of their columns; otherwise those that occur, sorted. */
  categories: optional(differentTexts),
  /** Whether one more column tells where a value was missing. */
  indicator: flag(false),
};

const isText = (value: unknown) => typeof value === "string";

/** One of a few names, as one column a name: 1 where it is that, 0 otherwise. */
export const categoryKind: Kind<CategoryPlan, string, typeof categoryFields> = {
  fields: categoryFields,
  rule: "a text, a number, true or false",
  read: (value) =>
    ["string", "number", "bigint", "boolean"].includes(typeof value) ? String(value) : undefined,
  learn(name, values, { impute, unknown, categories: given, indicator }) {
    const there = values.filter((value) => value !== undefined);
    const categories = given ?? [...new Set(there)].sort();
    const known = there.filter((value) => categories.includes(value));
    const own = impute === "ownCategory" || known.length === 0;
    const fill = own ? null : mostFrequent(known);
    return { name, type: "category", indicator, categories, fill, unknown };
  },
  names: ({ name, categories, fill }) => [
    ...categories.map((category) => `${name}=${category}`),
    ...(fill === null ? [`${name}=`] : []),
  ],
  write({ categories, fill }, value = fill ?? undefined, data, at) {
    const place = value === undefined ? categories.length : categories.indexOf(value);
    if (place >= 0) data[at + place] = 1;
  },
  knows: ({ categories, unknown }, value) =>
    unknown === "zeros" || value === undefined || categories.includes(value),
  isPlan: ({ categories, fill, unknown }) =>
    Array.isArray(categories) &&
    categories.every(isText) &&
    (fill === null || categories.includes(fill as string)) &&
    ["zeros", "refuse"].includes(unknown as string),
};
