import { GlissadeError, show } from "./error.js";
import { canonical, unknownName } from "./options.js";

/** What may be written as a string: the family, and how its factories are reached. */
export type Family =
  "activation" | "initializer" | "layer" | "loss" | "metric" | "optimizer" | "schedule";

type Factory = (...given: never[]) => unknown;
type Members = Readonly<Record<string, Factory>>;

/** What each family is called in the interface. */
export const plurals = {
  activation: "activations",
  initializer: "initializers",
  layer: "layers",
  loss: "losses",
  metric: "metrics",
  optimizer: "optimizers",
  schedule: "schedules",
} as const satisfies Record<Family, string>;

const families = new Map<Family, { members: Members; names: Map<string, string> }>();

/** Lets the members of a family be named by strings; `aliases` are further names (`mse`). */
export function register(
  family: Family,
  members: Members,
  aliases: Readonly<Record<string, string>> = {},
): void {
  const names = new Map(Object.keys(members).map((name) => [canonical(name), name]));
  for (const [alias, name] of Object.entries(aliases)) names.set(canonical(alias), name);
  families.set(family, { members, names });
}

/**
 * The factory that a string names, in any spelling: `meanSquaredError`, `mean_squared_error`, `mse`.
 *
 * @throws ERR_OPTION if there is none, or if the program was built without the table of names.
 */
export function named(owner: string, family: Family, name: string): Factory {
  const table = families.get(family);
  if (!table) {
    throw new GlissadeError(
      "ERR_OPTION",
      `${owner}: ${family} must be made by its factory here, got the name ${show(name)}; ` +
        `glissade/core has no table of names: pass ${plurals[family]}.${name}()`,
    );
  }
  const found = table.names.get(canonical(name));
  if (found === undefined) throw unknownName(owner, family, name, Object.keys(table.members));
  return table.members[found]!;
}

/** The factory of that very name; nothing if there is none, or no table. */
export function known(family: Family, name: string): Factory | undefined {
  const members = families.get(family)?.members;
  return members && Object.hasOwn(members, name) ? members[name] : undefined;
}

/**
 * The member itself, or the default form of the one that a string names.
 *
 * @throws ERR_OPTION as {@link named}, and for a factory in place of what it makes: its parentheses were forgotten.
 */
export function member<T extends object>(owner: string, family: Family, given: T | string): T {
  if (typeof given === "string") return named(owner, family, given)() as T;
  const members = Object.entries(families.get(family)?.members ?? {});
  const factory = members.find(([, factory]) => factory === (given as unknown))?.[0];
  if (factory === undefined) return given;
  throw new GlissadeError(
    "ERR_OPTION",
    `${owner}: ${family} must be made by its factory, got the factory ${factory} itself; ` +
      `call it: ${plurals[family]}.${factory}()`,
  );
}
