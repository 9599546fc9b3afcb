import type { Domain, Space, Value as Parameter, Values } from "../tune/space.js";
import { bytes, double, entry, integer, message, unlessZero } from "./protobuf.js";
import { noted, type Value } from "./summaries.js";

/** The page's types. */
const TEXT = 1;
const BOOLEAN = 2;
const NUMBER = 3;

/** How a session ended. */
const STATUS = { unknown: 0, success: 1, failure: 2 } as const;
export type Status = keyof typeof STATUS;

/** The one type that all values have; texts where they differ. */
function typeOf(values: readonly Parameter[]): number {
  const all = (type: string) => values.every((value) => typeof value === type);
  if (all("boolean")) return BOOLEAN;
  return all("number") ? NUMBER : TEXT;
}

/** A google.protobuf.Value: number 2, text 3, boolean 4. */
function valueOf(value: Parameter, type: number): Uint8Array {
  if (type === NUMBER) return double(2, value as number);
  if (type === BOOLEAN) return integer(4, Number(value));
  return bytes(3, String(value));
}

/** The values that a domain lists; nothing where it is a range, or hangs on other values. */
function listOf(domain: Domain | undefined): readonly Parameter[] | undefined {
  if (domain === undefined || typeof domain === "function") return undefined;
  return typeof domain === "object" && domain !== null ? domain.choices : [domain];
}

/** HParamInfo: name 1, type 4, list 5 of values 1, or interval 6 { low 1, high 2 }; a name alone where it is not known. */
function infoOf(name: string, domain: Domain): Uint8Array {
  const list = listOf(domain);
  if (list) {
    const type = typeOf(list);
    const values = list.map((value) => bytes(1, valueOf(value, type)));
    return message(bytes(1, name), integer(4, type), bytes(5, message(...values)));
  }
  if (typeof domain === "function") return message(bytes(1, name));
  const { low = 0, high = 0 } = domain as { low?: number; high?: number };
  const interval = message(unlessZero(double, 1, low), unlessZero(double, 2, high));
  return message(bytes(1, name), integer(4, NUMBER), bytes(6, interval));
}

/** What a study searches, and which series say how good a trial is: for the root of its directories. */
export function hparamsExperiment(
  space: Space,
  metrics: readonly string[],
  createdSeconds: number,
): Value {
  const infos = Object.entries(space).map(([name, domain]) => infoOf(name, domain));
  const experiment = message(
    double(3, createdSeconds),
    ...infos.map((info) => bytes(4, info)),
    ...metrics.map((tag) => bytes(5, bytes(1, bytes(2, tag)))),
  );
  return noted("_hparams_/experiment", "hparams", bytes(2, experiment));
}

/** The values of one trial. Sessions of one group are shown as their mean. */
export function sessionStart(
  params: Values,
  group: string,
  startSeconds: number,
  space: Space = {},
): Value {
  const entries = Object.entries(params).flatMap(([name, value]) =>
    value === undefined
      ? []
      : [entry(1, name, valueOf(value, typeOf(listOf(space[name]) ?? [value])))],
  );
  const info = message(...entries, bytes(4, group), double(5, startSeconds));
  return noted("_hparams_/session_start_info", "hparams", bytes(3, info));
}

/** How and when a trial ended. */
export function sessionEnd(status: Status, endSeconds: number): Value {
  const info = message(unlessZero(integer, 1, STATUS[status]), double(2, endSeconds));
  return noted("_hparams_/session_end_info", "hparams", bytes(4, info));
}
