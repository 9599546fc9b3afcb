import { counted, GlissadeError } from "./error.js";
import type { Column, Feed } from "./feed.js";

/** Rows `start … end` of everything, without copying. */
function slice(feed: Feed, start: number, end: number): Feed {
  const part = (data: ArrayLike<number>, width: number) =>
    (data as Float32Array).subarray(start * width, end * width);
  const columns = <T extends Column>(list: readonly T[]) =>
    list.map((column) => ({ ...column, data: part(column.data, column.width), rows: end - start }));
  const weights = feed.weights.map(
    (list) => list && (part(list, list.length / feed.rows) as Float32Array),
  );
  return {
    rows: end - start,
    inputs: columns(feed.inputs),
    targets: columns(feed.targets),
    weights,
  };
}

/** The class of a row of targets: its number, or its greatest column. */
function classOf({ data, width }: Column, row: number): number {
  const values = (data as Float32Array).subarray(row * width, (row + 1) * width);
  return width === 1 ? values[0]! : values.indexOf(values.reduce((a, b) => Math.max(a, b)));
}

/**
 * Keeps the last `share` of the rows for validation, as Keras does, and warns where that leaves classes out of
 * training: rows sorted by label.
 *
 * @throws ERR_OPTION if either part has no row.
 */
export function splitOff(feed: Feed, share: number): { training: Feed; validation: Feed } {
  const at = Math.floor(feed.rows * (1 - share));
  if (at < 1 || at >= feed.rows) {
    throw new GlissadeError(
      "ERR_OPTION",
      `fit: validationSplit must leave rows on both sides, got ${share} of ${counted(feed.rows, "row")}; ` +
        "give more rows, or validationData",
    );
  }
  const parts = { training: slice(feed, 0, at), validation: slice(feed, at, feed.rows) };
  for (const [i, target] of parts.training.targets.entries())
    warnIfSorted(target, parts.validation.targets[i]!);
  return parts;
}

/** More classes than this are no classes but measurements. */
const MOST_CLASSES = 1000;

function warnIfSorted(training: Column, validation: Column): void {
  const known = new Set<number>();
  for (let row = 0; row < training.rows && known.size <= MOST_CLASSES; row++) {
    known.add(classOf(training, row));
  }
  if (known.size > Math.min(MOST_CLASSES, training.rows / 2)) return;
  const unknown = new Set<number>();
  for (let row = 0; row < validation.rows; row++) {
    const found = classOf(validation, row);
    if (!known.has(found)) unknown.add(found);
  }
  if (unknown.size === 0) return;
  console.warn(
    `fit: validationSplit takes the last rows, and class ${[...unknown].slice(0, 5).join(", ")} is found only there; ` +
      "the rows seem to be sorted by label: shuffle them first, or give validationData",
  );
}
