import { GlissadeError, show } from "../error.js";
import { type Fields, isPlainObject, type Options, resolve, unknownName } from "../options.js";
import { type booleanFields, booleanKind } from "./boolean.js";
import { type categoryFields, categoryKind } from "./category.js";
import { isMissing, type Kind, type Plan } from "./kind.js";
import { type numberFields, numberKind } from "./number.js";

/** One row by the names of its columns. */
export type TabularRecord = Readonly<Record<string, unknown>>;

type Spec<T extends string, F extends Fields> = { readonly type: T } & Options<F>;

/** How a column is read: its type, or its type with options. */
export type ColumnSpec =
  | "number"
  | "category"
  | "boolean"
  | Spec<"number", typeof numberFields>
  | Spec<"category", typeof categoryFields>
  | Spec<"boolean", typeof booleanFields>;

/**
 * The columns that are used, in this order: names, whose types are found out, or types by name. All columns that occur,
 * where there is none.
 */
export type Schema = readonly string[] | Readonly<Record<string, ColumnSpec>>;

type AnyKind = Kind<Plan, unknown, Fields>;

const kinds: Readonly<Record<string, AnyKind>> = {
  number: numberKind as unknown as AnyKind,
  category: categoryKind as unknown as AnyKind,
  boolean: booleanKind as unknown as AnyKind,
};

/** More different texts than this in a column whose type nobody gave are no categories, if most occur once. */
const MOST_TEXTS = 20;

const OWNER = "columns";
const refuse = (code: "ERR_OPTION" | "ERR_DTYPE" | "ERR_NUMERIC", message: string) =>
  new GlissadeError(code, `${OWNER}: ${message}`);

/** What a plan's type can do. */
export const kindOf = ({ type }: Plan): AnyKind => kinds[type]!;

/** Whether something is what {@link learnt} gives, as JSON keeps it. */
export const isPlan = (plan: unknown): plan is Plan =>
  isPlainObject(plan) &&
  typeof plan.name === "string" &&
  typeof plan.indicator === "boolean" &&
  Object.hasOwn(kinds, plan.type as string) &&
  kinds[plan.type as string]!.isPlan(plan);

/** What there is to remember of records. @throws ERR_OPTION, ERR_DTYPE, ERR_NUMERIC as `columns` does */
export function learnt(records: readonly TabularRecord[], schema: Schema | undefined): Plan[] {
  const found = new Set<string>();
  for (const record of records) for (const name of Object.keys(record)) found.add(name);
  const occurring = [...found];
  const specs = specsOf(schema, occurring);
  if (specs.length === 0) {
    throw refuse("ERR_OPTION", "there must be at least one column, got none; name one in schema");
  }
  return specs.map(([name, spec]) => {
    if (!occurring.includes(name)) throw unknownName(OWNER, "column", name, occurring);
    const raw = records.map((record) => record[name]);
    if (raw.every(isMissing)) {
      throw refuse("ERR_OPTION", `${name} must have a value in some row, got none; leave it out`);
    }
    const { type = inferredType(name, raw), ...options } = typed(name, spec);
    const kind = kinds[type]!;
    const resolved = resolve(`${OWNER}: ${name}`, kind.fields, options);
    const values = raw.map((value, row) => readValue(kind, name, value, row));
    return kind.learn(name, values, resolved);
  });
}

function specsOf(schema: unknown, occurring: readonly string[]): (readonly [string, unknown])[] {
  if (schema === undefined) return occurring.map((name) => [name, {}]);
  if (Array.isArray(schema) && schema.every((name) => typeof name === "string")) {
    return schema.map((name) => [name, {}]);
  }
  if (isPlainObject(schema)) return Object.entries(schema);
  throw refuse(
    "ERR_OPTION",
    `schema must be an array of names or an object of types by name, got ${show(schema)}; ` +
      'write ["mass"] or { mass: "number" }',
  );
}

/** A column's type and options. */
function typed(name: string, spec: unknown): { type?: string } {
  const full = typeof spec === "string" ? { type: spec } : spec;
  const types = Object.keys(kinds);
  if (isPlainObject(full) && (full.type === undefined || types.includes(full.type as string))) {
    return full;
  }
  throw refuse(
    "ERR_OPTION",
    `${name} must be one of ${types.join(", ")}, or { type, … } with options, got ${show(spec)}`,
  );
}

/** The type that all values have. */
function inferredType(name: string, raw: readonly unknown[]): string {
  const there = raw.filter((value) => !isMissing(value));
  const fits = (kind: AnyKind) => there.every((value) => kind.read(value) !== undefined);
  if (fits(kinds.number!)) return "number";
  if (fits(kinds.boolean!)) return "boolean";
  if (!there.every((value) => typeof value === "string")) {
    const [first] = there;
    const other = there.find((value) => typeof value !== typeof first) ?? first;
    throw refuse(
      "ERR_DTYPE",
      `${name} must be all numbers, all texts or all true or false, got ${show(first)} and ${show(other)}; ` +
        "say in schema what it is, or put null where a text means a missing value",
    );
  }
  const different = new Set(there).size;
  if (different > MOST_TEXTS && different > there.length / 2) {
    throw refuse(
      "ERR_OPTION",
      `${name} must have few categories, got ${different} in ${there.length} rows; ` +
        'leave it out of schema, or say that it is a "category"',
    );
  }
  return "category";
}

/** A value as its type reads it; nothing where it is missing. @throws ERR_DTYPE, ERR_NUMERIC for infinity */
export function readValue(kind: AnyKind, name: string, value: unknown, row: number): unknown {
  if (isMissing(value)) return undefined;
  const read = kind.read(value);
  if (read !== undefined) return read;
  throw refuse(
    typeof value === "number" ? "ERR_NUMERIC" : "ERR_DTYPE",
    `${name} must be ${kind.rule}, got ${show(value)} in row ${row}; put null where it is missing`,
  );
}
