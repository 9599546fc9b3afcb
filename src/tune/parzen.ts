import { normalBelow, normalDensity, normalQuantile } from "./normal.js";
import {
  type Distribution,
  positionOf,
  sizeOfDistribution,
  type Value,
  valueAt,
  type Values,
} from "./space.js";

/** A hyper-parameter that was chosen, and from what. */
export interface Picked {
  readonly name: string;
  readonly distribution: Distribution;
  readonly value: Value;
}

/** One hyper-parameter's factor of every kernel. */
interface Axis {
  /** The value of a kernel's own distribution below which the share `position` lies. */
  draw(kernel: number, position: number): Value;
  /** What every kernel gives a value: its probability, or its density where there are values without end. */
  at(value: Value): number[];
}

/** Trials of which newer ones count as much as the newest, and from which on older ones count less. */
const RECENT = 25;

/** 1 for the last 25 of n trials and for the prior that comes after them; before, a rise from 1/n to 1. */
function weightsOf(trials: number): number[] {
  const older = trials - RECENT;
  return Array.from({ length: trials + 1 }, (_, i) =>
    i >= older ? 1 : (1 + ((trials - 1) * i) / Math.max(1, older - 1)) / trials,
  );
}

/**
 * How wide the kernels at these positions are: the greater of the distances to the neighbours on both sides, as far as
 * there are any, or to the ends where one is alone; within [1/min(100, n + 2), 1].
 */
function widthsOf(centres: readonly number[]): number[] {
  const least = 1 / Math.min(100, centres.length + 2);
  const order = centres.map((_, i) => i).sort((a, b) => centres[a]! - centres[b]!);
  const alone = centres.length === 1;
  const widths: number[] = [];
  order.forEach((index, rank) => {
    const centre = centres[index]!;
    const left = centres[order[rank - 1]!] ?? (alone ? 0 : centre);
    const right = centres[order[rank + 1]!] ?? (alone ? 1 : centre);
    widths[index] = Math.min(1, Math.max(least, centre - left, right - centre));
  });
  return widths;
}

/** The positions that belong to a value, or nothing where values lie without gaps. */
function cellOf(distribution: Distribution, value: number): readonly [number, number] | undefined {
  const { kind, step } = distribution;
  if (step !== undefined) {
    const half = 0.5 / sizeOfDistribution(distribution);
    const middle = positionOf(distribution, value);
    return [middle - half, middle + half];
  }
  if (kind !== "int") return undefined;
  return [positionOf(distribution, value - 0.5), positionOf(distribution, value + 0.5)];
}

/** Normal distributions around the observed positions, cut off at 0 and 1; the prior's is around ½, of width 1. */
function numberAxis(distribution: Distribution, values: readonly (Value | undefined)[]): Axis {
  const observed = values.filter((value) => value !== undefined);
  const found = observed.map((value) => positionOf(distribution, value));
  const widths = widthsOf(found);
  let next = 0;
  const kernels = values.map((value) => {
    const [centre, width] = value === undefined ? [0.5, 1] : [found[next]!, widths[next++]!];
    const below = normalBelow(-centre / width);
    return { centre, width, below, mass: normalBelow((1 - centre) / width) - below };
  });
  return {
    draw(kernel, position) {
      const { centre, width, below, mass } = kernels[kernel]!;
      const drawn = centre + width * normalQuantile(below + position * mass);
      return valueAt(distribution, Math.min(1, Math.max(0, drawn)));
    },
    at(value) {
      const cell = cellOf(distribution, value as number);
      const position = positionOf(distribution, value);
      return kernels.map(({ centre, width, mass }) => {
        const scaled = (end: number) => (end - centre) / width;
        const own = cell
          ? normalBelow(scaled(cell[1])) - normalBelow(scaled(cell[0]))
          : normalDensity(scaled(position)) / width;
        return own / mass;
      });
    },
  };
}

/** Each kernel has 1 for what it observed and 1/kernels for each choice; the prior has all alike. */
function choiceAxis(choices: readonly Value[], values: readonly (Value | undefined)[]): Axis {
  const kernels = values.filter((value) => value !== undefined).length + 1;
  const whole = 1 + choices.length / kernels;
  const share = (observed: Value | undefined, choice: Value) => {
    if (observed === undefined) return 1 / choices.length;
    return ((observed === choice ? 1 : 0) + 1 / kernels) / whole;
  };
  return {
    draw(kernel, position) {
      let sum = 0;
      const found = choices.find((choice) => (sum += share(values[kernel], choice)) > position);
      return found === undefined ? choices.at(-1)! : found;
    },
    at: (value) => values.map((observed) => share(observed, value)),
  };
}

const isWithin = ({ choices, low = 0, high = 0 }: Distribution, value: Value | undefined) =>
  choices
    ? choices.includes(value as Value)
    : typeof value === "number" && value >= low && value <= high;

function axisOf(name: string, distribution: Distribution, trials: readonly Values[]): Axis {
  const values = trials.map((trial) => {
    const value = Object.hasOwn(trial, name) ? trial[name] : undefined;
    return isWithin(distribution, value) ? value : undefined;
  });
  const all = [...values, undefined];
  if (distribution.choices) return choiceAxis(distribution.choices, all);
  if (sizeOfDistribution(distribution) === 1) return choiceAxis([distribution.low!], all);
  return numberAxis(distribution, all);
}

/** A density over sets of hyper-parameters. */
export interface Parzen {
  /** The kernel below which the share `position` of the weights lies. */
  kernelAt(position: number): number;
  /** A value of a kernel. */
  draw(kernel: number, name: string, distribution: Distribution, position: number): Value;
  /** How dense it is where these were picked. */
  density(picked: readonly Picked[]): number;
}

/**
 * The density of trials as a mixture: each trial, oldest first, is a kernel, and so is a prior that knows nothing. A
 * kernel is a product over hyper-parameters; for one that its trial does not have it takes the prior's factor.
 *
 * @see Watanabe 2023 for the widths and weights, which are Optuna's.
 */
export function parzen(trials: readonly Values[]): Parzen {
  const weights = weightsOf(trials.length);
  const whole = weights.reduce((sum, weight) => sum + weight, 0);
  /** The last one of each name: where a domain is a function, sets may differ in their distributions. */
  const known = new Map<string, readonly [Distribution, Axis]>();
  const axis = (name: string, distribution: Distribution) => {
    const [of, last] = known.get(name) ?? [];
    if (last && of === distribution) return last;
    const next = axisOf(name, distribution, trials);
    known.set(name, [distribution, next]);
    return next;
  };
  return {
    kernelAt(position) {
      let sum = 0;
      const kernel = weights.findIndex((weight) => (sum += weight) > position * whole);
      return kernel < 0 ? trials.length : kernel;
    },
    draw: (kernel, name, distribution, position) => axis(name, distribution).draw(kernel, position),
    density(picked) {
      const products = weights.map((weight) => weight / whole);
      for (const { name, distribution, value } of picked) {
        axis(name, distribution)
          .at(value)
          .forEach((factor, kernel) => (products[kernel]! *= factor));
      }
      return products.reduce((sum, product) => sum + product, 0);
    },
  };
}
