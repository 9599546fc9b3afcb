import { count, needed, type Options, resolve } from "../../options.js";
import { uniforms } from "../random.js";
import type { Search } from "../search.js";
import { DIMENSIONS, sobol } from "../sobol.js";
import { valueAt, valuesOf } from "../space.js";

export const quasiRandomFields = {
  /** How many sets of hyper-parameters to try; powers of two cover the space most evenly. */
  trials: needed(count()),
};

const WORDS = 4294967296;

/** A coordinate of a point, shifted at random in each bit: x ⊕ u. Dimensions beyond the sequence's are random. */
function positionAt(seed: number, index: number, dimension: number): number {
  if (dimension >= DIMENSIONS) return uniforms(seed, index, dimension)[0]!;
  const shift = uniforms(seed, 0, dimension)[0]! * WORDS;
  const whole = Math.floor(shift);
  return (((sobol(index, dimension) ^ whole) >>> 0) + (shift - whole)) / WORDS;
}

/**
 * Quasi-random search: sets of hyper-parameters that fill the space more evenly than random ones, by a Sobol sequence
 * with a random digital shift.
 *
 * @throws ERR_OPTION if an option breaks its rule.
 * @see Sobol 1967; L'Ecuyer & Lemieux 2002 for shifts. It has 40 dimensions; hyper-parameters after those are random.
 */
export function quasiRandom(given: Options<typeof quasiRandomFields>): Search {
  const options = resolve("search.quasiRandom", quasiRandomFields, given);
  return Object.freeze({
    type: "quasiRandom",
    options,
    isOpen: true,
    trials: () => options.trials,
    needs: () => 0,
    suggest: (number, _, { space, seed }) => ({
      params: valuesOf(space, (distribution, __, place) =>
        valueAt(distribution, positionAt(seed, number, place)),
      ),
    }),
  } satisfies Search);
}
