import { GlissadeError, show } from "./error.js";
import type { Named } from "./feed.js";
import type { Port } from "./graph.js";
import type { Verdict } from "./judge.js";
import type { Loss } from "./losses/loss.js";
import type { Metric } from "./metrics/metric.js";
import { member } from "./names.js";
import type { Optimizer } from "./optimizers/optimizer.js";
import { field, needed, nonNegative, resolve } from "./options.js";

/** What `compile` takes; keyed by output name where a model has several outputs. */
export interface CompileOptions {
  /** How weights change: a factory's result or a name. */
  readonly optimizer: Optimizer | string;
  /** What is minimised. */
  readonly loss: Named<Loss | string>;
  /** Share of each output in the total loss; 1 each by default. */
  readonly lossWeights?: Named<number> | undefined;
  /** What is watched. */
  readonly metrics?: Named<readonly (Metric | string)[]> | undefined;
  /** What is watched with sample and class weights applied. */
  readonly weightedMetrics?: Named<readonly (Metric | string)[]> | undefined;
}

const isObject = (value: unknown) => typeof value === "object" && value !== null;
const anyOf = (rule: string) => field<unknown>(rule, (value) => value !== null, [null]);

export const compileFields = {
  optimizer: needed(
    field<Optimizer | string>(
      'an optimizer, or its name such as "adam"',
      (value) => typeof value === "string" || (isObject(value) && "update" in (value as object)),
      [3, null, {}, []],
    ),
  ),
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
  if (given === undefined || (isBare(given) && ports.length === 1)) return given as T | undefined;
  if (isBare(given) && what === "loss") return given as T;
  const known = ports.map((port) => port.name);
  if (isBare(given) || !isObject(given) || Array.isArray(given)) {
    throw new GlissadeError(
      "ERR_OPTION",
      `compile: ${what} must be keyed by the outputs ${known.join(", ")}, got ${show(given)}`,
    );
  }
  const stray = Object.keys(given as object).find((key) => !known.includes(key));
  if (stray !== undefined) {
    throw new GlissadeError(
      "ERR_OPTION",
      `compile: ${what} must be keyed by the outputs ${known.join(", ")}, got ${show(stray)}`,
    );
  }
  return (given as Record<string, T>)[name];
}

const isLoss = (value: unknown): value is Loss =>
  isObject(value) && typeof (value as Loss).plan === "function" && "targets" in (value as object);
const isMetric = (value: unknown): value is Metric =>
  isObject(value) &&
  typeof (value as Metric).plan === "function" &&
  typeof (value as Metric).reset === "function";

function lossOf(port: Port, given: unknown): Loss {
  const loss = typeof given === "string" ? member<Loss>("compile", "loss", given) : given;
  if (isLoss(loss)) return loss;
  throw new GlissadeError(
    "ERR_OPTION",
    `compile: loss must be a loss or its name such as "mse", got ${show(given)} for output ${show(port.name)}`,
  );
}

function metricsOf(what: string, given: unknown): Metric[] {
  if (given === undefined) return [];
  if (!Array.isArray(given)) {
    throw new GlissadeError(
      "ERR_OPTION",
      `compile: ${what} must be an array of metrics or names such as ["accuracy"], got ${show(given)}`,
    );
  }
  return given.map((one: unknown) => {
    const metric = typeof one === "string" ? member<Metric>("compile", "metric", one) : one;
    if (isMetric(metric)) return metric;
    throw new GlissadeError(
      "ERR_OPTION",
      `compile: ${what} must hold metrics or names such as "accuracy", got ${show(one)}`,
    );
  });
}

/** What is asked of one output. @throws ERR_OPTION if an option breaks its rule */
export function verdictOf(port: Port, ports: readonly Port[], options: CompileOptions): Verdict {
  const notKeyed = (value: unknown) => typeof value === "string" || isLoss(value);
  const loss = forOutput("loss", options.loss, ports, port, notKeyed);
  const isNumber = (value: unknown) => typeof value === "number";
  const lossWeight = forOutput<number>("lossWeights", options.lossWeights, ports, port, isNumber);
  const metrics = (what: "metrics" | "weightedMetrics") =>
    metricsOf(what, forOutput(what, options[what], ports, port, Array.isArray));
  return {
    loss: lossOf(port, loss),
    lossWeight: resolve("compile", { lossWeights: nonNegative(1) }, { lossWeights: lossWeight })
      .lossWeights,
    metrics: metrics("metrics"),
    weightedMetrics: metrics("weightedMetrics"),
  };
}
