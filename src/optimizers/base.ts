import { GlissadeError, showReturned } from "../error.js";
import { member } from "../names.js";
import {
  field,
  type Field,
  fraction,
  isRate,
  isSchedule,
  label,
  needed,
  nonNegative,
  optional,
  ownOptions,
  positive,
  type Resolved,
  resolve,
} from "../options.js";
import type { LearningRate, Optimizer, OptimizerRule } from "./optimizer.js";

const learningRateField = (fallback: number): Field<LearningRate, false> =>
  field<LearningRate>(
    "a finite number, 0 or more, or a schedule: a function of the step, or an object with at(step)",
    (value) => isRate(value) || isSchedule(value),
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
    [],
  ),
  /** Greatest norm of each weight's gradient. */
  clipNorm: optional(positive()),
  /** Greatest norm of all gradients together. */
  globalClipNorm: optional(positive()),
  /** Greatest size of each number of a gradient. */
  clipValue: optional(positive()),
});

/** What trains, where `compile` and `minimize` take it. */
export const optimizerField = needed(
  field<Optimizer | OptimizerRule | string>(
    'an optimizer such as optimizers.adam(), its name such as "adam", or an object with update(k, at)',
    (value) =>
      typeof value === "string" ||
      (typeof value === "object" &&
        value !== null &&
        "update" in value &&
        typeof value.update === "function"),
  ),
);

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

/** What a rule of the user's own is called, and what is saved of it. */
export const ruleNameFields = {
  type: label(),
  options: ownOptions(),
};

export const ruleFields = {
  /** Names of the arrays beside each weight. */
  slots: field<readonly string[]>(
    "an array of names, one for each array beside a weight",
    (value) => Array.isArray(value) && value.every((name) => typeof name === "string"),
    [],
  ),
  /** Factors whose running products correct its bias. */
  decays: field<readonly number[]>(
    "an array of numbers in [0, 1)",
    (value) => Array.isArray(value) && value.every((decay) => fraction(0).accepts(decay)),
    [],
  ),
};

/**
 * A rule of the user's own with what it leaves out filled in: a rate of 0.01, no decay, no clipping, no slots.
 *
 * @throws ERR_OPTION if a common option breaks its rule.
 */
function completeOptimizer(rule: OptimizerRule): Optimizer {
  const parts = { type: rule.type, options: rule.options };
  const { type: owner = "optimizer", options } = resolve("optimizer", ruleNameFields, parts);
  const fields = { ...optimizerFields(0.01), ...ruleFields };
  const names = Object.keys(fields) as (keyof typeof fields)[];
  const given = Object.fromEntries(names.map((name) => [name, rule[name]]));
  const { slots, decays, ...common } = resolve(owner, fields, given);
  const update: Optimizer["update"] = (k, at) => rule.update(k, at);
  return { ...makeOptimizer(owner, common, { slots, decays }, update), options };
}

/**
 * The optimizer that is given, named or a rule.
 *
 * @throws ERR_OPTION if there is none of that name, or a common option breaks its rule.
 */
export const optimizerOf = (owner: string, given: Optimizer | OptimizerRule | string): Optimizer =>
  completeOptimizer(member<Optimizer | OptimizerRule>(owner, "optimizer", given));

/** The rate of update `step`, counted from 0. @throws ERR_OPTION if a schedule gives no rate */
export function rateAt({ type, learningRate }: Optimizer, step: number): number {
  if (typeof learningRate === "number") return learningRate;
  const rate = typeof learningRate === "function" ? learningRate(step) : learningRate.at(step);
  if (isRate(rate)) return rate;
  throw new GlissadeError(
    "ERR_OPTION",
    `${type}: a schedule must give a finite number, 0 or more, got ${showReturned(rate)} at step ${step}; ` +
      "steps count from 0",
  );
}
