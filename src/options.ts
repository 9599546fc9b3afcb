import { GlissadeError, show } from "./error.js";

/** One option, declared once: from it come the type, the default, the check, the refusal and what is saved. */
export interface Field<T, Needed extends boolean = boolean> {
  /** The value of an option that is not given; `undefined` where absence means something. */
  readonly fallback: T | undefined;
  /** Whether the option must be given. */
  readonly needed: Needed;
  /** What the value must be, to stand after "must be". */
  readonly rule: string;
  readonly accepts: (value: unknown) => boolean;
}

export type Fields = Readonly<Record<string, Field<unknown>>>;

type Value<F> = F extends Field<infer T> ? T : never;
type NeededKeys<F extends Fields> = {
  [K in keyof F]: F[K] extends Field<unknown, true> ? K : never;
}[keyof F];

/** What a user may write for these fields. */
export type Options<F extends Fields> = {
  [K in keyof F as K extends NeededKeys<F> ? K : never]: Value<F[K]>;
} & { [K in keyof F as K extends NeededKeys<F> ? never : K]?: Value<F[K]> | undefined };

/** The same with every default filled in. */
export type Resolved<F extends Fields> = { readonly [K in keyof F]: Value<F[K]> };

/** A field of one's own kind. */
export const field = <T>(
  rule: string,
  accepts: (value: unknown) => boolean,
  fallback?: T,
): Field<T, false> => ({ fallback, needed: false, rule, accepts });

const isNumber = (value: unknown): value is number =>
  typeof value === "number" && !Number.isNaN(value);

function numeric(
  rule: string,
  within: (value: number) => boolean,
): <T extends number | undefined = undefined>(
  fallback?: T,
) => Field<number, T extends number ? false : true> {
  return ((fallback?: number) => ({
    ...field(rule, (value) => isNumber(value) && within(value), fallback),
    needed: fallback === undefined,
  })) as never;
}

/** A whole number above 0. Without a fallback it must be given; so for all that follow. */
export const count = numeric(
  "a whole number above 0",
  (value) => Number.isSafeInteger(value) && value > 0,
);

/** A whole number of 0 or more. */
export const whole = numeric(
  "a whole number, 0 or more",
  (value) => Number.isSafeInteger(value) && value >= 0,
);

/** A finite number. */
export const finite = numeric("a finite number", Number.isFinite);

/** A finite number above 0. */
export const positive = numeric(
  "a finite number above 0",
  (value) => Number.isFinite(value) && value > 0,
);

/** A finite number of 0 or more. */
export const nonNegative = numeric(
  "a finite number, 0 or more",
  (value) => Number.isFinite(value) && value >= 0,
);

/** Whether a value is a learning rate. */
export const isRate = (value: unknown): value is number =>
  typeof value === "number" && value >= 0 && value < Infinity;

/** Whether a value gives a rate for each step or epoch. Arrays and texts have an `at` as well, and are none. */
export const isSchedule = <S extends object>(value: unknown): value is S =>
  typeof value === "function" ||
  (typeof value === "object" &&
    value !== null &&
    !(Symbol.iterator in value) &&
    typeof (value as { at?: unknown }).at === "function");

/** A number in [0, 1). */
export const fraction = numeric("in [0, 1)", (value) => value >= 0 && value < 1);

/** A number in [0, 1]. */
export const share = numeric("in [0, 1]", (value) => value >= 0 && value <= 1);

/** True or false. */
export const flag = (fallback: boolean) =>
  field<boolean>("true or false", (value) => typeof value === "boolean", fallback);

/** One of a few fixed values. */
export const choice = <const T extends string | number>(values: readonly T[], fallback: T) =>
  field<T>(
    `one of ${values.map((value) => show(value)).join(", ")}`,
    (value) => values.includes(value as T),
    fallback,
  );

/** A name: text without "/", which separates names in files. */
export const label = () =>
  field<string | undefined>(
    'a name: some text without "/"',
    (value) => typeof value === "string" && value !== "" && !value.includes("/"),
  );

/** Sizes of the axes of one row. */
export const shape = () =>
  field<readonly number[] | undefined>(
    "an array of whole numbers above 0, without the batch axis",
    (value) =>
      Array.isArray(value) && value.every((size) => Number.isSafeInteger(size) && size > 0),
  );

/** The same field, but its absence means something of its own. */
export const optional = <T>(field: Field<T>): Field<T | undefined, false> => ({
  ...field,
  fallback: undefined,
  needed: false,
});

/** The same field, but it must be given. */
export const needed = <T>(field: Field<T>): Field<Exclude<T, undefined>, true> =>
  ({ ...field, fallback: undefined, needed: true }) as Field<Exclude<T, undefined>, true>;

/** Whether something is an object of entries by name: no array, no instance of a class. */
export const isPlainObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" &&
  value !== null &&
  [Object.prototype, null].includes(Object.getPrototypeOf(value) as object | null);

/** Options of a member of the user's own, as files hold them. */
export const ownOptions = () =>
  field<Readonly<Record<string, unknown>>>("an object", isPlainObject, {});

/**
 * The options of `owner` with defaults filled in. Where one option must be given, its bare value serves as well.
 *
 * @throws ERR_OPTION if an option is unknown, missing or breaks its rule.
 */
export function resolve<F extends Fields>(owner: string, fields: F, given: unknown): Resolved<F> {
  const options = given ?? {};
  if (!isPlainObject(options)) {
    const [first] = Object.keys(fields);
    const rule = first ? `options must be one object such as { ${first} }` : "there are no options";
    throw new GlissadeError("ERR_OPTION", `${owner}: ${rule}, got ${show(given)}`);
  }
  for (const key of Object.keys(options)) {
    if (!Object.hasOwn(fields, key)) throw unknownName(owner, "option", key, Object.keys(fields));
  }
  const entries = Object.entries(fields).map(([key, { fallback, needed, rule, accepts }]) => {
    const value = options[key];
    if (value === undefined && !needed) return [key, fallback];
    if (value === undefined) {
      throw new GlissadeError(
        "ERR_OPTION",
        `${owner}: ${key} must be given, got nothing; it must be ${rule}`,
      );
    }
    if (accepts(value)) return [key, value];
    throw new GlissadeError("ERR_OPTION", `${owner}: ${key} must be ${rule}, got ${show(value)}`);
  });
  return Object.fromEntries(entries) as Resolved<F>;
}

/** Options given as `(value)`, `(value, rest)` or `({ …all })`, where `key` is the one that must be given. */
export function leading(key: string, first: unknown, rest: unknown): unknown {
  // What is no object of options comes back as it is, to be refused.
  if (rest !== undefined && rest !== null && !isPlainObject(rest)) return rest;
  if (isPlainObject(first)) return { ...first, ...rest };
  return first === undefined ? rest : { [key]: first, ...rest };
}

/** The refusal of a name that `owner` does not have; suggests the nearest one. */
export function unknownName(
  owner: string,
  what: string,
  given: string,
  known: readonly string[],
): GlissadeError {
  const near = known
    .map((name) => ({ name, distance: editDistance(canonical(name), canonical(given)) }))
    .sort((a, b) => a.distance - b.distance)[0];
  const wayOut =
    near && near.distance <= Math.max(1, near.name.length >> 2)
      ? `did you mean ${show(near.name)}?`
      : `it has ${known.join(", ") || "none"}`;
  return new GlissadeError("ERR_OPTION", `${owner}: no ${what} ${show(given)}; ${wayOut}`);
}

/** A name as all its spellings have in common: `beta_1`, `beta1` and `Beta-1` are one. */
export function canonical(name: string): string {
  return name.toLowerCase().replace(/[_\-\s]/g, "");
}

/** How many letters must be put in, taken out or changed (Levenshtein 1966). */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const change = a[i - 1] === b[j - 1] ? 0 : 1;
      next[j] = Math.min(row[j]! + 1, next[j - 1]! + 1, row[j - 1]! + change);
    }
    row = next;
  }
  return row[b.length]!;
}
