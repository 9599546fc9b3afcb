import type { Kernels } from "../engine.js";
import {
  type Fields,
  finite,
  nonNegative,
  optional,
  type Options,
  resolve,
  whole,
} from "../options.js";
import { type Filling, type Initializer, seedWords } from "../stage.js";

/** Random numbers that begin weights; see "Random numbers" in CONTRIBUTING.md. */
const PURPOSE_INITIALIZE = 0;
/** The deviation of a normal cut at two of its deviations: a wider one is cut so that this remains. */
const DEVIATION_OF_CUT_NORMAL = 0.8796256610342398;

const seeded = {
  /** A seed of its own; the model's otherwise. */
  seed: optional(whole()),
};

type Seeded = Options<typeof seeded>;
type Draw = "randomUniform" | "randomNormal" | "randomTruncatedNormal";

/** Fills with random numbers between or around `a` and `b`. */
function draw(
  k: Kernels,
  kind: Draw,
  filling: Filling,
  seed: number | undefined,
  a: number,
  b: number,
): void {
  const [low, high] = seedWords(seed ?? filling.seed);
  const { address, count, stream } = filling;
  k[kind](0, count, address, a, b, low, high, 0, stream, PURPOSE_INITIALIZE);
}

function initializer<F extends Fields>(
  type: string,
  fields: F,
  fill: (k: Kernels, filling: Filling, options: Record<string, number>) => void,
) {
  return (given?: Options<F>): Initializer => {
    const options = resolve(type, fields, given) as Readonly<Record<string, number>>;
    return Object.freeze({
      type,
      options,
      fill: (k: Kernels, filling: Filling) => fill(k, filling, options),
    });
  };
}

type Fan = (filling: Filling) => number;
const fanIn: Fan = (filling) => Math.max(1, filling.fanIn);
const fanAverage: Fan = (filling) => Math.max(1, (filling.fanIn + filling.fanOut) / 2);

/** Uniform within ±√(3·scale/fan): variance scale/fan. */
const scaledUniform = (type: string, scale: number, fan: Fan) =>
  initializer(type, seeded, (k, filling, { seed }) => {
    const limit = Math.sqrt((3 * scale) / fan(filling));
    draw(k, "randomUniform", filling, seed, -limit, limit);
  });

/** Normal of variance scale/fan, cut at two deviations. */
const scaledNormal = (type: string, scale: number, fan: Fan) =>
  initializer(type, seeded, (k, filling, { seed }) => {
    const deviation = Math.sqrt(scale / fan(filling)) / DEVIATION_OF_CUT_NORMAL;
    draw(k, "randomTruncatedNormal", filling, seed, 0, deviation);
  });

export const initializerFields = {
  zeros: {},
  ones: {},
  constant: {
    /** What every number of the weight is. */
    value: finite(0),
  },
  randomUniform: {
    /** The least value. */
    minval: finite(-0.05),
    /** The end of the range, which rounding alone may reach. */
    maxval: finite(0.05),
    ...seeded,
  },
  randomNormal: { mean: finite(0), stddev: nonNegative(0.05), ...seeded },
  truncatedNormal: { mean: finite(0), stddev: nonNegative(0.05), ...seeded },
  glorotUniform: seeded,
  glorotNormal: seeded,
  heUniform: seeded,
  heNormal: seeded,
  lecunUniform: seeded,
  lecunNormal: seeded,
} as const;

/** All zeros: how biases begin. @throws ERR_OPTION if an option is unknown. */
export const zeros = initializer("zeros", initializerFields.zeros, (k, { address, count }) =>
  k.fill(0, count, address, 0),
);

/** All ones. @throws ERR_OPTION if an option is unknown. */
export const ones = initializer("ones", initializerFields.ones, (k, { address, count }) =>
  k.fill(0, count, address, 1),
);

/** One value everywhere. @throws ERR_OPTION if `value` is not finite. */
export const constant = initializer(
  "constant",
  initializerFields.constant,
  (k, { address, count }, { value }) => k.fill(0, count, address, value!),
);

/** Uniform in [minval, maxval). @throws ERR_OPTION if an option breaks its rule. */
export const randomUniform = initializer(
  "randomUniform",
  initializerFields.randomUniform,
  (k, filling, { minval, maxval, seed }) =>
    draw(k, "randomUniform", filling, seed, minval!, maxval!),
);

/** Normal. @throws ERR_OPTION if an option breaks its rule. */
export const randomNormal = initializer(
  "randomNormal",
  initializerFields.randomNormal,
  (k, filling, { mean, stddev, seed }) => draw(k, "randomNormal", filling, seed, mean!, stddev!),
);

/** Normal, cut at two deviations. @throws ERR_OPTION if an option breaks its rule. */
export const truncatedNormal = initializer(
  "truncatedNormal",
  initializerFields.truncatedNormal,
  (k, filling, { mean, stddev, seed }) =>
    draw(k, "randomTruncatedNormal", filling, seed, mean!, stddev!),
);

/**
 * Uniform within ±√(6/(fanIn + fanOut)): Keras's default for kernels.
 *
 * @throws ERR_OPTION if `seed` is no whole number.
 * @see Glorot & Bengio 2010, eq. 16.
 */
export const glorotUniform: (given?: Seeded) => Initializer = scaledUniform(
  "glorotUniform",
  1,
  fanAverage,
);

/** Cut normal of variance 2/(fanIn + fanOut). @see Glorot & Bengio 2010, eq. 12. */
export const glorotNormal: (given?: Seeded) => Initializer = scaledNormal(
  "glorotNormal",
  1,
  fanAverage,
);

/** Uniform of variance 2/fanIn, for layers under relu. @see He et al. 2015, eq. 10. */
export const heUniform: (given?: Seeded) => Initializer = scaledUniform("heUniform", 2, fanIn);

/** Cut normal of variance 2/fanIn, for layers under relu. @see He et al. 2015, eq. 10. */
export const heNormal: (given?: Seeded) => Initializer = scaledNormal("heNormal", 2, fanIn);

/** Uniform of variance 1/fanIn. @see LeCun et al. 1998, §4.6. */
export const lecunUniform: (given?: Seeded) => Initializer = scaledUniform(
  "lecunUniform",
  1,
  fanIn,
);

/** Cut normal of variance 1/fanIn. @see LeCun et al. 1998, §4.6. */
export const lecunNormal: (given?: Seeded) => Initializer = scaledNormal("lecunNormal", 1, fanIn);
