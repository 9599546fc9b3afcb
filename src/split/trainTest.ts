import { GlissadeError } from "../error.js";
import { field, leading, type Options, resolve } from "../options.js";
import {
  makeSplitter,
  type Question,
  shuffleFields,
  splitsOf,
  type Splitter,
  stratifiedField,
} from "./splitter.js";

export const trainTestFields = {
  /** How much is kept for testing: a share of the rows, rounded up, or a number of rows. */
  testSize: field<number>(
    "a share in (0, 1) or a whole number of rows",
    (value) => typeof value === "number" && value > 0 && (value < 1 || Number.isSafeInteger(value)),
    0.25,
  ),
  ...stratifiedField,
  ...shuffleFields,
};

export type TrainTestOptions = Options<typeof trainTestFields>;

/**
 * One split: some rows to train with, the rest to test with; the last ones without shuffling.
 *
 * @throws ERR_OPTION if an option breaks its rule.
 * @see scikit-learn's train_test_split, whose sizes these are, class by class too.
 */
export function trainTest(testSize?: number, options?: TrainTestOptions): Splitter;
export function trainTest(options?: TrainTestOptions): Splitter;
export function trainTest(first?: unknown, rest?: unknown): Splitter {
  const options = resolve("trainTest", trainTestFields, leading("testSize", first, rest));
  const cut = ({ rows, order, classes: classesAlong }: Question) => {
    const tested = testedOf(rows, options.testSize);
    const classes = classesAlong(order(options.shuffle));
    const sizes = classes.map(({ length }) => length);
    const shares = shared(tested, sizes, rows);
    const partOf = new Int32Array(rows).fill(1);
    classes.forEach((list, i) => {
      for (const row of list.slice(list.length - shares[i]!)) partOf[row] = 0;
    });
    return splitsOf(partOf, 1);
  };
  return makeSplitter({ type: "trainTest", options, cut });
}

function testedOf(rows: number, testSize: number): number {
  const tested = testSize < 1 ? Math.ceil(testSize * rows) : testSize;
  if (tested < rows) return tested;
  throw new GlissadeError(
    "ERR_OPTION",
    `trainTest: testSize must leave rows to train with, got ${testSize} of ${rows}; give more rows, or test fewer`,
  );
}

/** So many rows, each class by its share; what rounding leaves goes to the classes that lost most by it. */
function shared(tested: number, sizes: readonly number[], rows: number): number[] {
  const result = sizes.map((size) => Math.floor((size * tested) / rows));
  const left = tested - result.reduce((a, b) => a + b, 0);
  const lost = (i: number) => (sizes[i]! * tested) % rows;
  const order = sizes.map((_, i) => i).sort((a, b) => lost(b) - lost(a));
  for (const i of order.slice(0, left)) result[i]!++;
  return result;
}
