import { type CompileOptions, compileFields, verdictOf } from "./compileOptions.js";
import { type Feed, gather } from "./feed.js";
import { Judge, type Mode } from "./judge.js";
import type { Holdings } from "./memory.js";
import { member } from "./names.js";
import type { Optimizer } from "./optimizers/optimizer.js";
import { resolve } from "./options.js";
import type { Program } from "./program.js";
import { Updater } from "./updater.js";

/** Losses and metrics of the last batches, by name. */
export type Logs = Record<string, number>;

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
