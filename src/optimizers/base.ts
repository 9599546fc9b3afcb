import { GlissadeError, show } from "../error.js";
import {
  field,
  type Field,
  nonNegative,
  optional,
  positive,
  type Resolved,
  resolve,
} from "../options.js";
import type { LearningRate, Optimizer, OptimizerRule } from "./optimizer.js";

const isRate = (value: unknown) => typeof value === "number" && value >= 0 && value < Infinity;
const isSchedule = (value: unknown) =>
  typeof value === "function" ||
  (typeof value === "object" && value !== null && "at" in value && typeof value.at === "function");

const learningRateField = (fallback: number): Field<LearningRate, false> =>
  field<LearningRate>(
    "a finite number, 0 or more, or a schedule: a function of the step, or an object with at(step)",
    (value) => isRate(value) || isSchedule(value),
    [-1, Infinity, Number.NaN, "0.1", null, {}],
    fallback,
  );

/** Options that every optimizer has. */
export const optimizerFields = (learningRate: number) => ({
  /** How far one update goes: a number, or a schedule of the number of updates before it. */
  learningRate: learningRateField(learningRate),
  /** Share of each weight, times the rate, that an update takes off: decoupled decay. */
  weightDecay: nonNegative(0),
  /** Weights whose path holds one of these texts do not decay: ["bias"]. */
  excludeFromWeightDecay: field<readonly string[]>(
    "an array of texts to find in weights' paths",
    (value) =>
      Array.isArray(value) && value.every((text) => typeof text === "string" && text !== ""),
    ["bias", [3], [""], null],
    [],
  ),
  /** Greatest norm of each weight's gradient. */
  clipNorm: optional(positive()),
  /** Greatest norm of all gradients together. */
  globalClipNorm: optional(positive()),
  /** Greatest size of each number of a gradient. */
  clipValue: optional(positive()),
});

type Common = Resolved<ReturnType<typeof optimizerFields>>;

/** A frozen optimizer. @throws ERR_OPTION if more than one clipper is given */
export function makeOptimizer(
  type: string,
  options: Common & Readonly<Record<string, unknown>>,
  { slots = [] as readonly string[], decays = [] as readonly number[] },
  update: Optimizer["update"],
): Optimizer {
  const clippers = (["clipNorm", "globalClipNorm", "clipValue"] as const).filter(
    (name) => options[name] !== undefined,
  );
  if (clippers.length > 1) {
    throw new GlissadeError(
      "ERR_OPTION",
      `${type}: at most one of clipNorm, globalClipNorm and clipValue must be given, got ${clippers.join(" and ")}; ` +
        "keep one",
    );
  }
  const { learningRate, weightDecay, excludeFromWeightDecay } = options;
  const { clipNorm, globalClipNorm, clipValue } = options;
  const clipping = { clipNorm, globalClipNorm, clipValue };
  const common = { learningRate, weightDecay, excludeFromWeightDecay, ...clipping };
  return Object.freeze({ type, options, ...common, slots, decays, update });
}

/**
 * A rule of the user's own with what it leaves out filled in: a rate of 0.01, no decay, no clipping, no slots.
 *
 * @throws ERR_OPTION if a common option breaks its rule.
 */
export function completeOptimizer(rule: OptimizerRule): Optimizer {
  const { type = "optimizer", options = {} } = rule;
  const fields = optimizerFields(0.01);
  const names = Object.keys(fields) as (keyof typeof fields)[];
  const given = Object.fromEntries(names.map((name) => [name, rule[name]]));
  const update: Optimizer["update"] = (k, at) => rule.update(k, at);
  return { ...makeOptimizer(type, resolve(type, fields, given), rule, update), options };
}

/** The rate of update `step`, counted from 0. @throws ERR_OPTION if a schedule gives no rate */
export function rateAt({ type, learningRate }: Optimizer, step: number): number {
  if (typeof learningRate === "number") return learningRate;
  const rate = typeof learningRate === "function" ? learningRate(step) : learningRate.at(step);
  if (isRate(rate)) return rate;
  throw new GlissadeError(
    "ERR_OPTION",
    `${type}: a schedule must give a finite number, 0 or more, got ${show(rate)} at step ${step}`,
  );
}
