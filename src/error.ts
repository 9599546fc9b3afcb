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

/** A value as a message shows it: short, and never a dump of data. */
export function show(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value);
  if (typeof value === "function") return value.name ? `function ${value.name}` : "a function";
  if (typeof value !== "object" || value === null) return String(value);
  if (Array.isArray(value)) {
    const items = value.slice(0, 6).map((item) => (Array.isArray(item) ? "[…]" : show(item)));
    return `[${items.join(", ")}${value.length > 6 ? ", …" : ""}]`;
  }
  if (ArrayBuffer.isView(value)) return `${value.constructor.name} of ${value.byteLength} bytes`;
  const named = value as { name?: unknown; type?: unknown };
  const label = typeof named.type === "string" ? named.type : named.name;
  if (typeof label === "string") return `${value.constructor?.name ?? "object"} ${label}`;
  const keys = Object.keys(value).slice(0, 6);
  return `{ ${keys.join(", ")} }`;
}
