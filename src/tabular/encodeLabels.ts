import { counted, GlissadeError, show } from "../error.js";
import { optional, type Options, resolve } from "../options.js";
import { type Tensor, tensor } from "../tensor.js";
import { differentTexts, isMissing } from "./kind.js";

/** A class as data have it. */
export type Label = string | number | bigint | boolean;

export const encodeLabelsFields = {
  /** All classes in the order of their numbers; otherwise those that occur, sorted. */
  labels: optional(differentTexts),
};

/** Classes by number, and what they are called. */
export interface EncodedLabels {
  /** Shape: [rows], int32. */
  readonly y: Tensor<Int32Array>;
  /** The class of number i: for `model.labels`, reports and one's own eyes. */
  readonly labels: readonly string[];
  /** The numbers of other rows. @throws ERR_NUMERIC if a class is unknown, ERR_DTYPE if one is missing */
  readonly apply: (values: readonly Label[]) => Tensor<Int32Array>;
}

/**
 * Classes as numbers from 0: texts in the order of their letters, numbers in their own.
 *
 * @throws ERR_SHAPE if there is none; ERR_DTYPE if one is missing or is neither text, number nor true or false;
 *   ERR_NUMERIC if `labels` lacks one; ERR_OPTION if `labels` names one twice.
 * @see scikit-learn's LabelEncoder.
 */
export function encodeLabels(
  values: readonly Label[],
  given?: Options<typeof encodeLabelsFields>,
): EncodedLabels {
  const options = resolve("encodeLabels", encodeLabelsFields, given);
  const list = checked(values);
  const labels = options.labels ?? [...new Set(sorted(list).map(String))];
  const numbers = new Map(labels.map((label, number) => [label, number]));
  const apply = (others: readonly Label[]) =>
    tensor(
      Int32Array.from(checked(others), (value, row) => {
        const number = numbers.get(String(value));
        if (number !== undefined) return number;
        throw new GlissadeError(
          "ERR_NUMERIC",
          `encodeLabels: values must be of the ${counted(labels.length, "known label")}, got ${show(value)} in row ${row}; ` +
            "leave such rows out, or name it in labels",
        );
      }),
    );
  return { y: apply(list), labels, apply };
}

const sorted = (values: readonly Label[]) =>
  values.every((value) => typeof value === "number")
    ? values.toSorted((a, b) => a - b)
    : values.map(String).sort();

function checked(values: unknown): Label[] {
  const list = ArrayBuffer.isView(values) ? Array.from(values as Int32Array) : values;
  if (!Array.isArray(list)) {
    throw new GlissadeError(
      "ERR_DTYPE",
      `encodeLabels: it must get an array of classes, one a row, got ${show(values)}`,
    );
  }
  if (list.length === 0) {
    throw new GlissadeError("ERR_SHAPE", "encodeLabels: there must be at least one row, got none");
  }
  const types = ["string", "number", "bigint", "boolean"];
  const wrong = list.findIndex((value) => isMissing(value) || !types.includes(typeof value));
  if (wrong < 0) return list as Label[];
  throw new GlissadeError(
    "ERR_DTYPE",
    `encodeLabels: values must be texts, numbers, or true or false, got ${show(list[wrong])} in row ${wrong}; ` +
      "leave out rows whose class is missing",
  );
}
