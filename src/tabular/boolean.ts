import { flag } from "../options.js";
import { type Kind, mostFrequent, type Plan } from "./kind.js";

interface BooleanPlan extends Plan {
  readonly type: "boolean";
  /** What stands where a value is missing: what occurs most often. */
  readonly fill: boolean;
}

export const booleanFields = {
  /** Whether one more column tells where a value was missing. */
  indicator: flag(false),
};

/** Yes or no, as 1 or 0. */
export const booleanKind: Kind<BooleanPlan, boolean, typeof booleanFields> = {
  fields: booleanFields,
  rule: "true or false",
  read: (value) => (typeof value === "boolean" ? value : undefined),
  learn: (name, values, { indicator }) => ({
    name,
    type: "boolean",
    indicator,
    fill: mostFrequent(values),
  }),
  names: ({ name }) => [name],
  write({ fill }, value, data, at) {
    data[at] = Number(value ?? fill);
  },
  knows: () => true,
  isPlan: ({ fill }) => typeof fill === "boolean",
};
