import { GlissadeError, show } from "../error.js";
import { type Family, known, plurals } from "../names.js";
import { isPlainObject } from "../options.js";
import { orDamaged } from "./header.js";

/** What stands in a file for a loss, a metric, an initializer …: its factory and options, or a function's name. */
type Spec =
  | { readonly type: string; readonly options: Readonly<Record<string, unknown>> }
  | { readonly type: string; readonly function: true };

/**
 * Members of the user's own, handed back by the names under which they were saved: what `compile` or a layer took, or
 * a factory that makes it of its options.
 */
export type Members = {
  readonly [F in Family as (typeof plurals)[F]]?: Readonly<Record<string, unknown>> | undefined;
};

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null;

/** Whether a file describes a member here. */
export const isSpec = (value: unknown): value is Spec =>
  isObject(value) &&
  typeof value.type === "string" &&
  (isObject(value.options) || value.function === true);

/** The family of what stands under the name of an option. */
function familyOf(option: string): Family | undefined {
  if (option === "activation") return "activation";
  if (option === "learningRate" || option === "schedules") return "schedule";
  return option.endsWith("Initializer") ? "initializer" : undefined;
}

/** A member as a file holds it; what has no name gets its family's. @throws ERR_OPTION as {@link describeOptions} */
export function describeMember(family: Family, value: unknown): unknown {
  if (Array.isArray(value)) return value.map((one) => describeMember(family, one));
  if (typeof value === "function") return { type: value.name || family, function: true };
  if (!isObject(value)) return value;
  const { type, name, options = {} } = value;
  const called = (type ?? name ?? family) as string;
  return { type: called, options: describeOptions(called, options as object) };
}

/** Options as a file holds them. @throws ERR_OPTION if one would not come back as it was */
export function describeOptions(owner: string, options: object): Record<string, unknown> {
  const entries = Object.entries(options).map(([key, value]: [string, unknown]) => {
    const family = familyOf(key);
    if (family) return [key, describeMember(family, value)];
    if (isPlain(value)) return [key, value];
    throw new GlissadeError(
      "ERR_OPTION",
      `toBytes: the option ${key} of ${owner} must be plain to be saved (finite numbers, texts, booleans, arrays or ` +
        `objects of them), got ${show(value)}; make it of such`,
    );
  });
  return Object.fromEntries(entries) as Record<string, unknown>;
}

/** Whether JSON gives back what it is given. */
function isPlain(value: unknown): boolean {
  if (Array.isArray(value)) return value.every(isPlain);
  if (isPlainObject(value)) return Object.values(value).every(isPlain);
  if (typeof value === "number") return Number.isFinite(value);
  return value === undefined || value === null || ["string", "boolean"].includes(typeof value);
}

/** Who reads a file, and what was handed to it. */
export interface Revival {
  readonly owner: string;
  readonly members: Members;
}

/** What layers are made of; the rest belongs to the compilation. */
const ofLayers: readonly Family[] = ["layer", "activation", "initializer"];

/** The member that a file describes, made anew. @throws ERR_OPTION if it is not known here */
export function reviveMember(revival: Revival, family: Family, value: unknown): unknown {
  if (Array.isArray(value)) return value.map((one) => reviveMember(revival, family, one));
  if (!isSpec(value)) return value;
  const { type } = value;
  const own = revival.members[plurals[family]]?.[type];
  if (own !== undefined && ("function" in value || typeof own !== "function")) return own;
  const factory = "function" in value ? undefined : (own ?? known(family, type));
  if (factory) {
    const options = reviveOptions(revival, (value as { options: object }).options);
    const make = () => (factory as (options: unknown) => unknown)(options);
    return own === undefined ? orDamaged(revival.owner, make) : make();
  }
  const list = `{ ${plurals[family]}: { ${type} } }`;
  throw new GlissadeError(
    "ERR_OPTION",
    `${revival.owner}: every member that the file names must be known, got the ${family} ${show(type)}; hand it in: ${list}` +
      (ofLayers.includes(family) ? "" : ", or leave the compilation out: { compile: false }"),
  );
}

/** Options as factories take them. @throws ERR_OPTION if they hold a member that is not known here */
export function reviveOptions(revival: Revival, options: object): Record<string, unknown> {
  const entries = Object.entries(options).map(([key, value]: [string, unknown]) => {
    const family = familyOf(key);
    return [key, family ? reviveMember(revival, family, value) : value];
  });
  return Object.fromEntries(entries) as Record<string, unknown>;
}
