import { engine } from "../engine.js";
import { GlissadeError, show } from "../error.js";
import { field, finite, needed, optional, positive, resolve } from "../options.js";

/** What a hyper-parameter can be: whatever JSON writes as one word. */
export type Value = string | number | boolean | null;

/** Hyper-parameters by name. */
export type Values = Readonly<Record<string, Value | undefined>>;

/** A range of numbers, or a list of values; made by the functions of `space`. */
export interface Distribution<T extends Value = Value> {
  readonly kind: "float" | "int" | "choice";
  readonly low?: number;
  readonly high?: number;
  /** Whether equal ratios are equally likely, in place of equal differences. */
  readonly log?: boolean;
  /** The distance of neighbours. */
  readonly step?: number | undefined;
  readonly choices?: readonly T[];
}

/** A distribution, a fixed value, or a function of the values before it that gives one of these, or nothing. */
export type Domain =
  | Distribution
  | Value
  | ((values: Readonly<Record<string, never>>) => Distribution | Value | undefined);

/** What is searched: a domain for each hyper-parameter, in order. */
export type Space = Readonly<Record<string, Domain>>;

type ValueOf<D> = D extends (...given: never[]) => infer R
  ? Exclude<ValueOf<R>, undefined> | Extract<R, undefined>
  : D extends Distribution<infer T>
    ? T
    : D extends Value | undefined
      ? D
      : never;

/** The hyper-parameters that a space gives. */
export type HyperParameters<S extends Space> = { readonly [K in keyof S]: ValueOf<S[K]> };

export const rangeFields = {
  low: needed(finite()),
  high: needed(finite()),
  /** Values are low, low + step, low + 2·step, …; every number between otherwise. */
  step: optional(positive()),
};

const isValue = (value: unknown): value is Value =>
  value === null ||
  typeof value === "string" ||
  typeof value === "boolean" ||
  (typeof value === "number" && Number.isFinite(value));

export const choiceFields = {
  choices: needed(
    field<readonly Value[]>(
      "an array of different texts, finite numbers, booleans or null",
      (values) =>
        Array.isArray(values) &&
        values.length > 0 &&
        new Set(values).size === values.length &&
        values.every(isValue),
    ),
  ),
};

const made = new WeakSet<object>();

function distribution<T extends Value>(given: Distribution<T>): Distribution<T> {
  const frozen = Object.freeze(given);
  made.add(frozen);
  return frozen;
}

/** Whether a value was made by a function of `space`. */
export const isDistribution = (value: unknown): value is Distribution =>
  typeof value === "object" && value !== null && made.has(value);

function range(
  owner: string,
  kind: "float" | "int",
  log: boolean,
  given: { low: number; high: number; step?: number | undefined },
): Distribution<number> {
  const { low, high, step } = resolve(owner, rangeFields, given);
  const refuse = (rule: string) => {
    throw new GlissadeError("ERR_OPTION", `${owner}: ${rule}, got ${show(low)} and ${show(high)}`);
  };
  if (low > high) refuse("low must not be above high");
  if (!Number.isFinite((high - low) / (step ?? 1))) {
    refuse("low and high must be finitely many steps apart, and less than 1.8e308");
  }
  if (log && low <= 0) refuse("low must be above 0 where ratios count");
  const isWhole = [low, high, step ?? 1].every(Number.isSafeInteger);
  if (kind === "int" && !isWhole) refuse("low, high and step must be whole numbers");
  const apart = kind === "int" && !log ? (step ?? 1) : step;
  return distribution({ kind, low, high: lastOf(low, high, apart), log, step: apart });
}

/** The greatest value of a range: `high`, unless steps pass by it. */
function lastOf(low: number, high: number, step: number | undefined): number {
  if (step === undefined) return high;
  // A little more, as 0.3/0.1 is a little less than 3.
  const steps = Math.floor((high - low) / step + 1e-9);
  const last = low + step * steps;
  return high - last > 1e-9 * step ? last : high;
}

/** Every number from low to high alike, or those `step` apart. @throws ERR_OPTION if low > high */
export const uniform = (low: number, high: number, options: { readonly step?: number } = {}) =>
  range("space.uniform", "float", false, { low, high, ...options });

/** Numbers from low to high of which equal ratios are alike, as learning rates are. @throws ERR_OPTION if low ≤ 0 */
export const logUniform = (low: number, high: number) =>
  range("space.logUniform", "float", true, { low, high });

/** Whole numbers from low to high, both included. @throws ERR_OPTION if one is not whole */
export const int = (low: number, high: number, options: { readonly step?: number } = {}) =>
  range("space.int", "int", false, { low, high, ...options });

/** Whole numbers of which equal ratios are alike, as units are. @throws ERR_OPTION if low < 1 */
export const logInt = (low: number, high: number) =>
  range("space.logInt", "int", true, { low, high });

/** One of a list of texts, numbers, booleans or null. @throws ERR_OPTION if it is empty or one comes twice */
export const choice = <const T extends Value>(choices: readonly T[]): Distribution<T> =>
  distribution({
    kind: "choice",
    choices: Object.freeze([...resolve("space.choice", choiceFields, { choices }).choices]) as T[],
  });

/** True or false. */
export const boolean = () => choice([false, true]);

/** Always the same. */
export const fixed = <const T extends Value>(value: T) => choice([value]);

/** What a float of a logarithmic range is uniform in; of others, itself. */
function scaleOf({ kind, low = 0, high = 0, log, step }: Distribution) {
  const half = kind === "int" ? 0.5 * (step ?? 1) : 0;
  if (!log) return { from: low - half, to: high + half };
  const { scalarLog } = engine().kernels;
  return { from: scalarLog(low - half), to: scalarLog(high + half) };
}

/** How many values a distribution has; infinity where it has all between two. */
export function sizeOfDistribution({ kind, low = 0, high = 0, log, step, choices }: Distribution) {
  if (choices) return choices.length;
  if (low === high) return 1;
  if (kind === "int" && log) return high - low + 1;
  return step === undefined ? Infinity : Math.round((high - low) / step) + 1;
}

/** The value below which the share `position`, in [0, 1), of a distribution lies: uniform numbers become its values. */
export function valueAt(given: Distribution, position: number): Value {
  const { kind, low = 0, high = 0, log, step, choices } = given;
  const size = sizeOfDistribution(given);
  if (choices) return choices[Math.floor(position * size)]!;
  if (step !== undefined) return Math.min(high, low + step * Math.floor(position * size));
  const { from, to } = scaleOf(given);
  const scaled = from + position * (to - from);
  const value = log ? engine().kernels.scalarExp(scaled) : scaled;
  return Math.min(high, Math.max(low, kind === "int" ? Math.round(value) : value));
}

/** The middle of the positions that give a value: the inverse of {@link valueAt}. */
export function positionOf(given: Distribution, value: Value): number {
  const { low = 0, log, step, choices } = given;
  const size = sizeOfDistribution(given);
  if (choices) return (choices.indexOf(value) + 0.5) / size;
  if (size === 1) return 0.5;
  if (step !== undefined) return (Math.round(((value as number) - low) / step) + 0.5) / size;
  const { from, to } = scaleOf(given);
  const scaled = log ? engine().kernels.scalarLog(value as number) : (value as number);
  return (scaled - from) / (to - from);
}

/** All values of a distribution, or `points` of them in equal steps, both ends included. */
export function gridOf(given: Distribution, points: number): Value[] {
  const { kind, low = 0, high = 0, log } = given;
  const size = sizeOfDistribution(given);
  if (size <= points || given.choices) {
    if (kind === "int" && log) return Array.from({ length: size }, (_, i) => low + i);
    return Array.from({ length: size }, (_, i) => valueAt(given, (i + 0.5) / size));
  }
  if (points === 1) return [valueAt(given, 0.5)];
  const ends = scaleOf({ ...given, kind: "float" });
  const { scalarExp } = engine().kernels;
  const values = Array.from({ length: points }, (_, i) => {
    if (i === 0) return low;
    if (i === points - 1) return high;
    const scaled = ends.from + ((ends.to - ends.from) * i) / (points - 1);
    const value = log ? scalarExp(scaled) : scaled;
    return size === Infinity ? value : nearest(given, value);
  });
  return [...new Set(values)];
}

/** The value of a stepped range that is nearest. */
const nearest = ({ low = 0, step = 1 }: Distribution, value: number) =>
  low + step * Math.round((value - low) / step);

/**
 * Hyper-parameters of a space, each distribution's value chosen by `pick`.
 *
 * @throws ERR_OPTION if a domain is neither a distribution nor a value, nor gives one.
 */
export function valuesOf(
  space: Space,
  pick: (distribution: Distribution, name: string, place: number) => Value,
): Values {
  const values: Record<string, Value> = {};
  Object.entries(space).forEach(([name, domain], place) => {
    const found: unknown = typeof domain === "function" ? domain(values as never) : domain;
    if (found === undefined) return;
    if (isDistribution(found)) values[name] = pick(found, name, place);
    else if (isValue(found)) values[name] = found;
    else {
      throw new GlissadeError(
        "ERR_OPTION",
        `tune: space.${name} must be a distribution such as space.uniform(0, 1), a value, or a function that gives ` +
          `one of these, got ${show(found)}`,
      );
    }
  });
  return values;
}

/** The distribution that each of these hyper-parameters came from. */
export function distributionsOf(space: Space, values: Values): Record<string, Distribution> {
  const found: Record<string, Distribution> = {};
  const all = valuesOf(space, (distribution, name) => {
    found[name] = distribution;
    return values[name]!;
  });
  return Object.fromEntries(
    Object.entries(all).map(([name, value]) => [name, found[name] ?? fixed(value!)]),
  );
}
