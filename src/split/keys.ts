import { GlissadeError, show } from "../error.js";
import { sizeOf } from "../stage.js";
import { asTensor, type Data, isTensor, isTypedArray } from "../tensor.js";

/** What each row belongs to: numbers or texts, one a row; classes may also be one-hot rows. */
export type Keys = Data | readonly (string | number | bigint | boolean)[];

/** What one row belongs to. */
export type Key = string | number | bigint | boolean;

const isKey = (value: unknown): value is Key =>
  typeof value === "string" ||
  typeof value === "bigint" ||
  typeof value === "boolean" ||
  Number.isInteger(value);

/**
 * One key for each row.
 *
 * @throws ERR_SHAPE if there is not one a row, ERR_NUMERIC if a number is not whole, ERR_DTYPE for anything else
 */
export function keysOf(owner: string, what: string, given: unknown, rows: number): Key[] {
  const keys = listOf(owner, what, given);
  if (keys.length !== rows) {
    throw new GlissadeError(
      "ERR_SHAPE",
      `${owner}: ${what} must have an entry for each of the ${rows} rows, got ${keys.length}; give one a row`,
    );
  }
  // By index, so that holes are seen.
  for (let row = 0; row < rows; row++) {
    const key = keys[row];
    if (isKey(key)) continue;
    throw new GlissadeError(
      typeof key === "number" ? "ERR_NUMERIC" : "ERR_DTYPE",
      `${owner}: ${what} must be whole numbers or texts, got ${show(key)} in row ${row}; ` +
        (typeof key === "number" ? "measurements are no classes" : "fill in what is missing"),
    );
  }
  return keys as Key[];
}

function listOf(owner: string, what: string, given: unknown): unknown[] {
  const nested = Array.isArray(given) && Array.isArray(given[0]);
  if (isTypedArray(given) || (Array.isArray(given) && !nested)) {
    return Array.from(given as ArrayLike<unknown>);
  }
  if (!isTensor(given) && !nested) {
    throw new GlissadeError(
      "ERR_DTYPE",
      `${owner}: ${what} must be an array or a tensor, got ${show(given)}; give one entry a row`,
    );
  }
  const found = asTensor(owner, what, given as Data);
  const cols = sizeOf(found.shape.slice(1));
  return Array.from(cols === 1 ? found.data : found.argMax().data);
}

/** The rows that share a key, list by list, in the order in which keys first occur along `order`. */
export function rowsByKey(order: Int32Array, keys: readonly Key[] | undefined): number[][] {
  const lists = new Map<Key | undefined, number[]>();
  for (const row of order) {
    const key = keys?.[row];
    const list = lists.get(key);
    if (list) list.push(row);
    else lists.set(key, [row]);
  }
  return [...lists.values()];
}
