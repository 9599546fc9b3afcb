/** Tables as text: records for `columns`. Needs the package papaparse. */
import Papa from "papaparse";
import { counted, GlissadeError, show } from "./error.js";
import { field, flag, optional, type Options, resolve } from "./options.js";

/** One row by the names of its columns; `null` where a value is missing. */
export type CsvRecord = Record<string, string | number | boolean | null>;

const isTexts = (value: unknown) =>
  Array.isArray(value) && value.every((one) => typeof one === "string");

export const parseCsvFields = {
  /** Names of the columns, where the first line holds none. */
  names: optional(field<readonly string[] | undefined>("an array of texts, one a column", isTexts)),
  /** What stands between two values; otherwise found out: comma, semicolon, tab or bar. */
  separator: optional(
    field<string | undefined>(
      "one character, neither a quote nor the end of a line",
      (value) => typeof value === "string" && /^[^"\r\n]$/.test(value),
    ),
  ),
  /** What stands about values that hold a separator or the end of a line. */
  quote: field<string>(
    "one character",
    (value) => typeof value === "string" && /^[^\r\n]$/.test(value),
    '"',
  ),
  /** Texts that mean a missing value, such as "NA" or "?", beside the empty one. */
  missing: field<readonly string[]>("an array of texts", isTexts, []),
  /**
   * Whether columns of nothing but numbers, or true and false, become that. Numbers that would lose their value, such as
   * 1e999 or an identifier of 20 digits, are texts.
   */
  types: flag(true),
};

/**
 * The rows of a CSV text as records: a header, then a line a row; empty lines are left out.
 *
 * @throws ERR_FORMAT, with the number of the line, if a row has more or fewer values than there are columns, a quote is
 *   not closed, or two columns have one name; ERR_DTYPE if it is no text; ERR_OPTION if an option breaks its rule.
 * @see RFC 4180. Papa Parse reads the text; a type is that of a whole column, where Papa Parse types each value.
 */
export function parseCsv(text: string, given?: Options<typeof parseCsvFields>): CsvRecord[] {
  const options = resolve("parseCsv", parseCsvFields, given);
  if (typeof text !== "string") {
    throw new GlissadeError(
      "ERR_DTYPE",
      `parseCsv: it must get a text, got ${show(text)}; new TextDecoder().decode(bytes) makes one of bytes`,
    );
  }
  const lines = linesOf(text, options.separator, options.quote);
  const [head, ...rest] = lines;
  const names = options.names ?? head?.values;
  const rows = options.names ? lines : rest;
  if (!names || rows.length === 0) {
    throw refuse("there must be a row", "none", "the text is empty or a header alone");
  }
  checkNames(names, options.names ? undefined : head?.line);
  for (const { values, line } of rows) {
    if (values.length === names.length) continue;
    throw refuse(
      `line ${line} must have ${counted(names.length, "value")} as there are columns`,
      values.length,
      "close or double quotes, or choose another separator",
    );
  }
  const missing = new Set(["", ...options.missing]);
  const columns = names.map((_, i) => {
    const cells = rows.map(({ values }) => (missing.has(values[i]!) ? null : values[i]!));
    return options.types ? typed(cells) : cells;
  });
  return rows.map((_, row) =>
    Object.fromEntries(names.map((name, i) => [name, columns[i]![row]!] as const)),
  );
}

const refuse = (rule: string, got: string | number, wayOut: string) =>
  new GlissadeError("ERR_FORMAT", `parseCsv: ${rule}, got ${got}; ${wayOut}`);

/** The separator that cuts the first lines most evenly; empty ones do not count. */
const separatorOf = (text: string, quote: string) =>
  Papa.parse(text, { quoteChar: quote, skipEmptyLines: true, preview: 1 }).meta.delimiter;

/** Lines that hold something, and their numbers from 1: quoted values may go over several. */
function linesOf(text: string, separator: string | undefined, quote: string) {
  const delimiter = separator ?? separatorOf(text, quote);
  const { data, errors } = Papa.parse<string[]>(text, { delimiter, quoteChar: quote });
  let line = 1;
  const lines = data.map((values) => {
    const first = line;
    line += 1 + values.reduce((sum, value) => sum + value.split(/\r\n|\r|\n/).length - 1, 0);
    return { values, line: first };
  });
  const quotes = errors.find(({ type }) => type === "Quotes");
  if (quotes) {
    throw refuse(
      `line ${lines[quotes.row ?? 0]!.line} must have its quotes in pairs`,
      show(quotes.message),
      "a quote within quotes is doubled",
    );
  }
  return lines.filter(({ values }) => values.length > 1 || values[0] !== "");
}

function checkNames(names: readonly string[], line: number | undefined): void {
  const twice = names.find((name, i) => names.indexOf(name) < i);
  if (twice === undefined) return;
  const where = line === undefined ? "names" : `line ${line}`;
  throw refuse(`${where} must name each column once`, show(twice), "rename one, or give names");
}

const NUMBER = /^\s*[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?\s*$/;
const BOOLEAN = /^\s*(true|false)\s*$/i;

/** Whether a number is in range, and keeps all its digits if it has neither a point nor an exponent. */
function isNumber(cell: string): boolean {
  const value = Number(cell);
  if (!NUMBER.test(cell) || !Number.isFinite(value)) return false;
  return Number.isSafeInteger(value) || /[.e]/i.test(cell);
}

/** Texts as what all of them are. */
function typed(cells: readonly (string | null)[]): readonly CsvRecord[string][] {
  const all = (is: (cell: string) => boolean) => cells.every((cell) => cell === null || is(cell));
  if (all(isNumber)) return cells.map((cell) => (cell === null ? null : Number(cell)));
  if (!all((cell) => BOOLEAN.test(cell))) return cells;
  return cells.map((cell) => (cell === null ? null : cell.trim().toLowerCase() === "true"));
}
