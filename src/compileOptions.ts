import { GlissadeError, show } from "./error.js";
import type { Named } from "./feed.js";
import type { Port } from "./graph.js";
import type { Verdict } from "./judge.js";
import type { Loss, LossFunction, LossRule } from "./losses/loss.js";
import type { Metric, MetricFunction, MetricRule, PlannedMetric } from "./metrics/metric.js";
import { member } from "./names.js";
import { optimizerField } from "./optimizers/base.js";
import type { Optimizer, OptimizerRule } from "./optimizers/optimizer.js";
import { ownLoss, ownMetric } from "./own.js";
import { field, isPlainObject, needed, nonNegative, resolve } from "./options.js";

/** A loss, one of the user's own, or a name. */
export type AnyLoss = Loss | LossRule | LossFunction | string;
/** A metric, one of the user's own, or a name. */
export type AnyMetric = Metric | MetricRule | MetricFunction | string;

/** What `compile` takes; keyed by output name where a model has several outputs. */
export interface CompileOptions {
  /** How weights change: a factory's result, a rule of the user's own, or a name. */
  readonly optimizer: Optimizer | OptimizerRule | string;
  /** What is minimised; outputs that are left out are predicted, but not trained for. */
  readonly loss: Named<AnyLoss>;
  /** Share of each output in the total loss; 1 each by default. */
  readonly lossWeights?: Named<number> | undefined;
  /** What is watched. */
  readonly metrics?: Named<readonly AnyMetric[]> | undefined;
  /** What is watched with sample and class weights applied. */
  readonly weightedMetrics?: Named<readonly AnyMetric[]> | undefined;
}

const isObject = (value: unknown) => typeof value === "object" && value !== null;
const anyOf = (rule: string) => field<unknown>(rule, (value) => value !== null);

export const compileFields = {
  optimizer: optimizerField,
  loss: needed(anyOf("a loss, its name, or an object of them keyed by output")),
  lossWeights: anyOf("a number of 0 or more, or an object of them keyed by output"),
  metrics: anyOf("an array of metrics or names, or an object of them keyed by output"),
  weightedMetrics: anyOf("an array of metrics or names, or an object of them keyed by output"),
};

/** The entry of one output, from a bare value or an object keyed by outputs. */
function forOutput<T>(
  what: string,
  given: unknown,
  ports: readonly Port[],
  { name }: Port,
  isBare: (value: unknown) => boolean,
): T | undefined {
  const single = ports.length === 1;
  const keyed = isPlainObject(given) && !isBare(given);
  if (given === undefined || (single && !keyed)) return given as T | undefined;
  if (isBare(given) && what === "loss") return given as T;
  const known = ports.map((port) => port.name);
  const stray = keyed ? Object.keys(given).find((key) => !known.includes(key)) : "";
  if (keyed && stray === undefined) return given[name] as T | undefined;
  const wayOut = single
    ? "the single output's may also be given bare"
    : `write { ${known.map((one) => `${one}: …`).join(", ")} }`;
  throw new GlissadeError(
    "ERR_OPTION",
    `compile: ${what} must be keyed by the outputs ${known.join(", ")}, ` +
      `got ${stray ? `the key ${show(stray)}` : show(given)}; ${wayOut}`,
  );
}

const has = (value: unknown, ...methods: string[]) =>
  isObject(value) &&
  methods.every((name) => typeof (value as Record<string, unknown>)[name] === "function");

/** Whether something is a loss, or the name of one, and no object of them. */
export const isLoss = (value: unknown) =>
  typeof value === "string" || typeof value === "function" || has(value, "evaluate");

function lossOf(given: AnyLoss, { name }: Port): Loss {
  const loss = member<Loss | LossRule | LossFunction>("compile", "loss", given);
  if (has(loss, "plan")) return loss as Loss;
  if (isLoss(loss)) return ownLoss(loss as LossRule | LossFunction);
  throw new GlissadeError(
    "ERR_OPTION",
    `compile: loss must be a loss, a function, or a name such as "mse", got ${show(given)} for output ${show(name)}; ` +
      "a loss of your own is a function of { prediction, target, weight }",
  );
}

function metricsOf(what: string, given: readonly AnyMetric[] | undefined): PlannedMetric[] {
  if (given === undefined) return [];
  if (!Array.isArray(given)) {
    throw new GlissadeError(
      "ERR_OPTION",
      `compile: ${what} must be an array of metrics or names such as ["accuracy"], got ${show(given)}`,
    );
  }
  return (given as readonly AnyMetric[]).map((one) => {
    const metric = member<Metric | MetricRule | MetricFunction>("compile", "metric", one);
    if (has(metric, "plan")) return metric as Metric;
    if (typeof metric === "function" || has(metric, "reset", "update", "result")) {
      return ownMetric(metric);
    }
    throw new GlissadeError(
      "ERR_OPTION",
      `compile: ${what} must hold metrics, functions, or names such as "accuracy", got ${show(one)}; ` +
        "a metric of your own has reset(), update({ prediction, target, weight }) and result()",
    );
  });
}

/**
 * What is asked of one output; nothing where several outputs have losses by name and this one has none.
 *
 * @throws ERR_OPTION if an option breaks its rule
 */
export function verdictOf(
  port: Port,
  ports: readonly Port[],
  options: CompileOptions,
): Verdict | undefined {
  const isNumber = (value: unknown) => typeof value === "number";
  const loss = forOutput<AnyLoss>("loss", options.loss, ports, port, isLoss);
  const lossWeight = forOutput<number>("lossWeights", options.lossWeights, ports, port, isNumber);
  const metrics = (what: "metrics" | "weightedMetrics") =>
    metricsOf(what, forOutput(what, options[what], ports, port, Array.isArray));
  const asked = { metrics: metrics("metrics"), weightedMetrics: metrics("weightedMetrics") };
  if (loss === undefined && ports.length > 1) {
    if (asked.metrics.length + asked.weightedMetrics.length === 0) return undefined;
    throw new GlissadeError(
      "ERR_OPTION",
      `compile: an output with metrics must have a loss, got none for ${show(port.name)}; ` +
        "give it one, with a weight of 0 in lossWeights if it is only to be watched",
    );
  }
  const weights = { lossWeights: nonNegative(1) };
  const { lossWeights } = resolve("compile", weights, { lossWeights: lossWeight });
  return { loss: lossOf(loss!, port), lossWeight: lossWeights, ...asked };
}
