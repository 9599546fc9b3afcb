/** What kind of refusal a {@link GlissadeError} is; stable, for programs to switch on. */
export type ErrorCode =
  | "ERR_SHAPE"
  | "ERR_DTYPE"
  | "ERR_OPTION"
  | "ERR_STATE"
  | "ERR_NUMERIC"
  | "ERR_MEMORY"
  | "ERR_FORMAT"
  | "ERR_RUNTIME";

/**
 * Every refusal of the library: a stable `code`, and one sentence that says who refuses, what must be,
 * what was given, and the way out.
 */
export class GlissadeError extends Error {
  override readonly name = "GlissadeError";
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}

/** Longer texts are cut. */
const MOST_LETTERS = 60;

/** A value as a message shows it: short, and never a dump of data. */
export function show(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(shortened(value));
  if (typeof value === "function") return value.name ? `the function ${value.name}` : "a function";
  if (typeof value !== "object" || value === null) return String(value);
  if (isPromise(value)) return "a promise (await it first)";
  if (Array.isArray(value)) {
    const items = value.slice(0, 6).map((item) => (Array.isArray(item) ? "[…]" : show(item)));
    return `[${items.join(", ")}${value.length > 6 ? ", …" : ""}]`;
  }
  return showObject(value);
}

const shortened = (text: string) =>
  text.length > MOST_LETTERS ? `${text.slice(0, MOST_LETTERS)}…` : text;

function showObject(value: object): string {
  const { shape, dtype, type, name } = value as Record<string, unknown>;
  if (Array.isArray(shape) && typeof dtype === "string") {
    return `a ${"stage" in value ? "node" : "tensor"} of shape [${shape.join(", ")}]`;
  }
  const label = typeof type === "string" ? type : name;
  if (typeof label === "string") {
    const kind = "definition" in value ? "layer" : "getLayer" in value ? "model" : "object";
    return `the ${kind} ${shortened(label)}`;
  }
  if (Symbol.asyncIterator in value) return "a dataset";
  const kind = Object.prototype.toString.call(value).slice(8, -1);
  if (kind !== "Object") {
    const size = "length" in value ? ` of ${counted(value.length as number, "number")}` : "";
    return `${/^[AEIO]/.test(kind) ? "an" : "a"} ${kind}${size}`;
  }
  const keys = Object.keys(value);
  if (keys.length === 0) return "{}";
  return `{ ${keys.slice(0, 6).map(shortened).join(", ")}${keys.length > 6 ? ", …" : ""} }`;
}

/** 1 row, 2 rows. */
export const counted = (count: number, noun: string) => `${count} ${noun}${count === 1 ? "" : "s"}`;

/** How something that is no number becomes one. */
export const toNumber = (value: unknown) =>
  value === undefined || value === null
    ? "fill in what is missing, or leave it out"
    : "give each text or class a number";

const isPromise = (value: object) => typeof (value as { then?: unknown }).then === "function";

/** What a function of the user's returned, as a message shows it. */
export const showReturned = (value: unknown): string =>
  typeof value === "object" && value !== null && isPromise(value)
    ? "a promise (it must not be async)"
    : show(value);
