import { GlissadeError, show } from "./error.js";
import { type Feed, gather, type Named } from "./feed.js";
import type { Port } from "./graph.js";
import { Judge, type Mode, type Verdict } from "./judge.js";
import type { Loss } from "./losses/loss.js";
import type { Holdings } from "./memory.js";
import type { Metric } from "./metrics/metric.js";
import { member } from "./names.js";
import type { Optimizer } from "./optimizers/optimizer.js";
import { field, needed, nonNegative, resolve } from "./options.js";
import type { Program } from "./program.js";
import { Updater } from "./updater.js";

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

/** Losses and metrics of the last batches, by name. */
export type Logs = Record<string, number>;

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

function verdictOf(port: Port, ports: readonly Port[], options: CompileOptions): Verdict {
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

/** A program with losses, metrics and an optimizer: everything that a training step runs. */
export class Compiled {
  readonly judges: readonly Judge[];
  readonly updater: Updater;

  /** @throws ERR_OPTION if an option breaks its rule, or loss and last layer do not fit. */
  constructor(
    private readonly holdings: Holdings,
    private readonly program: Program,
    readonly options: CompileOptions,
  ) {
    resolve("compile", compileFields, options);
    const ports = program.topology.outputs;
    const optimizer = member<Optimizer>("compile", "optimizer", options.optimizer);
    this.judges = ports.map((port) => {
      const verdict = verdictOf(port, ports, options);
      return new Judge(holdings, program, port, verdict, verdict.loss.targets === "labels");
    });
    this.updater = new Updater(holdings, program, optimizer);
  }

  /** Takes effect in place of what was compiled before. */
  install(): void {
    this.program.unabsorb();
    for (const judge of this.judges) judge.install();
  }

  /** Gives back all that it holds. */
  release(): void {
    for (const judge of this.judges) judge.release();
    this.updater.release();
  }

  /** Makes room for batches of so many examples. @throws ERR_MEMORY */
  reserve(feed: Feed, batch: number, training: boolean): void {
    this.program.plan(batch, training);
    for (const judge of this.judgesOf(feed)) judge.reserve(batch);
  }

  /** Clears the sums of losses and metrics. */
  reset(feed: Feed, mode: Mode): void {
    for (const judge of this.judgesOf(feed)) judge.reset(mode);
  }

  /** One update on rows `order[start …]`. */
  trainStep(feed: Feed, order: Int32Array | undefined, start: number, batch: number): void {
    const { program, updater } = this;
    program.run.step = updater.step;
    this.forward(feed, order, start, batch, true);
    updater.clear();
    program.clearGradients();
    this.judge(feed, order, start, batch, "train", true);
    program.backward();
    updater.update();
  }

  /** Losses and metrics of rows `order[start …]`; nothing changes but the sums. */
  testStep(feed: Feed, order: Int32Array | undefined, start: number, batch: number): void {
    this.forward(feed, order, start, batch, false);
    this.judge(feed, order, start, batch, "test", false);
  }

  /** What the sums say: `loss`, then metrics, with the output's name before them where there are several. */
  logs(feed: Feed, mode: Mode): Logs {
    const judges = this.judgesOf(feed);
    const logs: Logs = { loss: 0 };
    for (const judge of judges) {
      const loss = judge.lossOf(mode);
      logs.loss! += loss * judge.verdict.lossWeight;
      const prefix = judges.length > 1 ? `${judge.port.name}_` : "";
      if (prefix) logs[`${prefix}loss`] = loss;
      for (const [name, value] of judge.metricsOf(mode)) logs[prefix + name] = value;
    }
    return logs;
  }

  private judgesOf({ targets }: Feed): Judge[] {
    return this.judges.map((judge, i) => judge.for(targets[i]!.labels));
  }

  private forward(
    feed: Feed,
    order: Int32Array | undefined,
    start: number,
    batch: number,
    training: boolean,
  ): void {
    const { program, holdings } = this;
    program.topology.inputs.forEach(({ node }, i) => {
      const address = program.address(program.valueOf(node));
      gather(holdings.memory, feed.inputs[i]!, node.dtype, address, order, start, batch);
    });
    program.run.batch = batch;
    program.run.training = training;
    program.forward();
  }

  private judge(
    feed: Feed,
    order: Int32Array | undefined,
    start: number,
    batch: number,
    mode: Mode,
    withGradient: boolean,
  ): void {
    const { memory } = this.holdings;
    this.judges.forEach((either, i) => {
      const judge = either.for(feed.targets[i]!.labels);
      const dtype = judge.labels ? "int32" : "float32";
      gather(memory, feed.targets[i]!, dtype, judge.target, order, start, batch);
      const weights = feed.weights[i];
      let total: number | undefined;
      if (weights) {
        const column = { data: weights, rows: feed.rows, width: judge.leading };
        gather(memory, column, "float32", judge.rowWeights, order, start, batch);
        total = memory.floats(judge.rowWeights, batch * judge.leading).reduce((a, b) => a + b, 0);
      }
      judge.run(mode, batch, total, withGradient);
    });
  }
}
