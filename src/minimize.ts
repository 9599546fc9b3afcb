import { counted, GlissadeError, show, showReturned } from "./error.js";
import { Holdings, memory, NO_RUN } from "./memory.js";
import { optimizerField, optimizerOf } from "./optimizers/base.js";
import { count, field, nonNegative, optional, type Options, resolve } from "./options.js";
import { isTypedArray } from "./tensor.js";
import { Updater } from "./updater.js";

/** A function's value at θ, and its slope by each number of θ. */
export interface ValueAndGradient {
  readonly value: number;
  readonly gradient: ArrayLike<number>;
}

type Evaluation = ValueAndGradient | readonly [value: number, gradient: ArrayLike<number>];

/** How a step went: its number from 0, and the value and θ before it. */
export interface MinimizeStep {
  readonly step: number;
  readonly value: number;
  readonly theta: Float32Array;
}

type OnStep = (step: MinimizeStep) => unknown;

export const minimizeFields = {
  /** How θ changes: a factory's result, a rule of the user's own, or a name. */
  optimizer: optimizerField,
  /** How many updates, unless `tolerance` is reached before. */
  steps: count(1000),
  /** The search ends where no number of the gradient is greater than this. */
  tolerance: nonNegative(0),
  /** Called before each update; returning false ends the search. */
  onStep: optional(field<OnStep | undefined>("a function", (value) => typeof value === "function")),
};

/** What a search came to. */
export interface Minimum {
  readonly theta: Float32Array;
  /** The value at `theta`. */
  readonly value: number;
  /** Updates made. */
  readonly steps: number;
  /** The value before each update. */
  readonly history: readonly number[];
}

/**
 * Looks for a minimum of a function of a flat array, by any optimizer: for models that are no network.
 *
 * `valueAndGradient(theta)` gets the numbers as they are now, and returns `{ value, gradient }`, or both as a pair. θ
 * itself is a float32 copy of the array that is given, which stays as it was.
 *
 * @throws ERR_OPTION if an option breaks its rule or the function returns something else, ERR_SHAPE if θ is empty or
 *   the gradient has another length, ERR_NUMERIC if value or gradient is NaN.
 */
export function minimize(
  valueAndGradient: (theta: Float32Array) => Evaluation,
  theta: ArrayLike<number>,
  given: Options<typeof minimizeFields>,
): Minimum {
  const options = resolve("minimize", minimizeFields, given);
  checkGiven(valueAndGradient, theta);
  const { steps, tolerance, onStep } = options;
  const size = theta.length;
  const holdings = new Holdings(memory());
  try {
    const [address] = holdings.replace(NO_RUN, [size], "theta").pieces as [number];
    const view = () => memory().floats(address, size);
    view().set(theta);
    const updater = new Updater(holdings, [size], optimizerOf("minimize", options.optimizer));
    const [gradient] = updater.begin([{ address, count: size, path: "theta", multiplier: 1 }]);
    const history: number[] = [];
    for (let step = 0; ; step++) {
      // A copy: what the function makes in the engine may move its memory.
      const now = view().slice();
      const found = evaluated(valueAndGradient, now, step);
      const { value } = found;
      const flat = greatest(found.gradient) <= tolerance;
      const done = step === steps || flat || onStep?.({ step, value, theta: now }) === false;
      if (done) return { theta: view().slice(), value, steps: step, history };
      history.push(value);
      memory().floats(gradient!, size).set(found.gradient);
      updater.update();
    }
  } finally {
    holdings.releaseAll();
  }
}

/** The greatest size of a number; NaN if there is one. */
function greatest(gradient: ArrayLike<number>): number {
  return Array.from(gradient).reduce((most, slope) => Math.max(most, Math.abs(slope)), 0);
}

function checkGiven(valueAndGradient: unknown, theta: ArrayLike<number>): void {
  if (typeof valueAndGradient !== "function") {
    throw new GlissadeError(
      "ERR_OPTION",
      `minimize: it must get a function that returns { value, gradient }, got ${show(valueAndGradient)}`,
    );
  }
  const isList = Array.isArray(theta) || ArrayBuffer.isView(theta);
  if (isList && theta.length > 0 && Array.from(theta).every(Number.isFinite)) return;
  throw new GlissadeError(
    "ERR_SHAPE",
    `minimize: theta must be a flat array of one or more finite numbers such as [0, 0], got ${show(theta)}`,
  );
}

const isNumbers = (list: unknown): list is ArrayLike<number> => {
  if (isTypedArray(list)) return typeof list[0] !== "bigint";
  return Array.isArray(list) && list.every((entry) => typeof entry === "number");
};

function evaluated(
  valueAndGradient: (theta: Float32Array) => Evaluation,
  theta: Float32Array,
  step: number,
): ValueAndGradient {
  const size = theta.length;
  const found = valueAndGradient(theta) as Evaluation | undefined;
  const { value, gradient }: Partial<ValueAndGradient> = Array.isArray(found)
    ? { value: found[0] as number, gradient: found[1] as ArrayLike<number> }
    : ((found ?? {}) as Partial<ValueAndGradient>);
  if (typeof value !== "number" || !isNumbers(gradient)) {
    throw new GlissadeError(
      "ERR_OPTION",
      `minimize: the function must return { value, gradient }, ` +
        `got ${gradient && value !== undefined ? `${show(value)} and ${show(gradient)}` : showReturned(found)}; ` +
        "value is a number, gradient an array of numbers",
    );
  }
  if (gradient.length !== size) {
    throw new GlissadeError(
      "ERR_SHAPE",
      `minimize: gradient must have the ${counted(size, "number")} of theta, got ${gradient.length}`,
    );
  }
  if (!Number.isNaN(value) && !Number.isNaN(greatest(gradient))) return { value, gradient };
  throw new GlissadeError(
    "ERR_NUMERIC",
    `minimize: value and gradient must be numbers, got NaN at step ${step}; ` +
      "lower the learning rate, or keep theta where the function is defined",
  );
}
