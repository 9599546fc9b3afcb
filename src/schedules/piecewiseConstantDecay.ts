import { GlissadeError } from "../error.js";
import type { Schedule } from "../optimizers/optimizer.js";
import { field, isRate, needed, type Options, resolve } from "../options.js";
import { ascendingSteps } from "./fields.js";

export const piecewiseConstantDecayFields = {
  /** The last step of each value but the last one. */
  boundaries: needed(ascendingSteps()),
  /** The rates: one more than there are boundaries. */
  values: needed(
    field<readonly number[]>(
      "an array of finite numbers, 0 or more",
      (value) => Array.isArray(value) && value.every(isRate),
    ),
  ),
};

/**
 * values[i] up to and including step boundaries[i], then the next one.
 *
 * @throws ERR_OPTION if an option breaks its rule, or there is not one value more than boundaries.
 * @see Keras's PiecewiseConstantDecay: the same doubles.
 */
export function piecewiseConstantDecay(
  given: Options<typeof piecewiseConstantDecayFields>,
): Schedule {
  const options = resolve("piecewiseConstantDecay", piecewiseConstantDecayFields, given);
  const { boundaries, values } = options;
  if (values.length !== boundaries.length + 1) {
    throw new GlissadeError(
      "ERR_OPTION",
      `piecewiseConstantDecay: values must be one more than boundaries, got ${values.length} values and ` +
        `${boundaries.length} boundaries; give the rate before each boundary and the one after the last`,
    );
  }
  const at = (step: number) => values[boundaries.filter((boundary) => boundary < step).length]!;
  return Object.freeze({ type: "piecewiseConstantDecay", options, at });
}
