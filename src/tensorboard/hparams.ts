import { bytes, double, entry, integer, message, unlessZero } from "./protobuf.js";
import { noted, type Value } from "./summaries.js";

/** What a hyper-parameter may be: a range, or one of a list. */
export interface Domain {
  readonly kind: "float" | "int" | "choice";
  readonly low?: number | undefined;
  readonly high?: number | undefined;
  readonly choices?: readonly unknown[] | undefined;
}

/** The page's types. */
const TEXT = 1;
const BOOLEAN = 2;
const NUMBER = 3;

/** How a session ended. */
export const STATUS = { unknown: 0, success: 1, failure: 2 } as const;
export type Status = keyof typeof STATUS;

const isDomain = (value: unknown): value is Domain =>
  typeof value === "object" && value !== null && "kind" in value;

/** The one type that all values have; texts where they differ. */
function typeOf(values: readonly unknown[]): number {
  const all = (type: string) => values.every((value) => typeof value === type);
  if (all("boolean")) return BOOLEAN;
  return all("number") && values.every(Number.isFinite) ? NUMBER : TEXT;
}

/** What stands for a member in a table: its type, or its name. */
function named(value: unknown): string {
  if (typeof value === "string" || typeof value === "number") return String(value);
  if (typeof value === "function") return value.name;
  const { type, name } = (value ?? {}) as Readonly<Record<string, unknown>>;
  if (typeof type === "string") return type;
  return typeof name === "string" ? name : (JSON.stringify(value) ?? "undefined");
}

/** A google.protobuf.Value: number 2, text 3, boolean 4. */
function valueOf(value: unknown, type: number): Uint8Array {
  if (type === NUMBER && typeof value === "number") return double(2, value);
  if (type === BOOLEAN && typeof value === "boolean") return integer(4, Number(value));
  return bytes(3, named(value));
}

/** The values that a domain lists; nothing where it is a range, or not known before. */
const listOf = (domain: unknown): readonly unknown[] | undefined => {
  if (domain === undefined || typeof domain === "function") return undefined;
  return isDomain(domain) ? domain.choices : [domain];
};

/** HParamInfo: name 1, type 4, list 5 of values 1, or interval 6 { low 1, high 2 }. */
function infoOf(name: string, domain: unknown): Uint8Array[] {
  const list = listOf(domain);
  if (list) {
    const type = typeOf(list);
    const values = list.map((value) => bytes(1, valueOf(value, type)));
    return [message(bytes(1, name), integer(4, type), bytes(5, message(...values)))];
  }
  if (!isDomain(domain)) return [];
  const { low = 0, high = 0 } = domain;
  const interval = message(unlessZero(double, 1, low), unlessZero(double, 2, high));
  return [message(bytes(1, name), integer(4, NUMBER), bytes(6, interval))];
}

/** What a study searches, and which series say how good a trial is: for the root of its directories. */
export function hparamsExperiment(
  space: Readonly<Record<string, unknown>>,
  metrics: readonly string[],
  createdSeconds: number,
): Value {
  const infos = Object.entries(space).flatMap(([name, domain]) => infoOf(name, domain));
  const experiment = message(
    double(3, createdSeconds),
    ...infos.map((info) => bytes(4, info)),
    ...metrics.map((tag) => bytes(5, bytes(1, bytes(2, tag)))),
  );
  return noted("_hparams_/experiment", "hparams", bytes(2, experiment));
}

/** The values of one trial. Sessions of one group are shown as their mean. */
export function sessionStart(
  params: Readonly<Record<string, unknown>>,
  group: string,
  startSeconds: number,
  space: Readonly<Record<string, unknown>> = {},
): Value {
  const entries = Object.entries(params)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => {
      const list = listOf(space[name]) ?? [value];
      return entry(1, name, valueOf(value, typeOf(list)));
    });
  const info = message(...entries, bytes(4, group), double(5, startSeconds));
  return noted("_hparams_/session_start_info", "hparams", bytes(3, info));
}

/** How and when a trial ended. */
export function sessionEnd(status: Status, endSeconds: number): Value {
  const info = message(unlessZero(integer, 1, STATUS[status]), double(2, endSeconds));
  return noted("_hparams_/session_end_info", "hparams", bytes(4, info));
}
