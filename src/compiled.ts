import { type CompileOptions, compileFields, verdictOf } from "./compileOptions.js";
import { GlissadeError } from "./error.js";
import { type Batch, gather } from "./feed.js";
import { Judge, type KeptSums, type Mode } from "./judge.js";
import type { Holdings } from "./memory.js";
import { optimizerOf } from "./optimizers/base.js";
import { resolve } from "./options.js";
import type { ModelWeight, Program } from "./program.js";
import { Updater } from "./updater.js";

/** Losses and metrics of the last batches, by name. */
export type Logs = Record<string, number>;

/** A weight that trains, and where its gradient lies. */
export interface TrainedWeight extends ModelWeight {
  readonly gradient: number;
}

/** A program with losses, metrics and an optimizer: everything that a training step runs. */
export class Compiled {
  /** One an output that has a loss. */
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
    this.judges = ports.flatMap((port) => {
      const verdict = verdictOf(port, ports, options);
      if (!verdict) return [];
      return new Judge(holdings, program, port, verdict, verdict.loss.targets === "labels");
    });
    if (this.judges.length === 0) {
      throw new GlissadeError(
        "ERR_OPTION",
        "compile: at least one output must have a loss, got none; " +
          `write loss: { ${ports[0]!.name}: "meanSquaredError" }`,
      );
    }
    const counts = program.weights.map(({ count }) => count);
    this.updater = new Updater(holdings, counts, optimizerOf("compile", options.optimizer));
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

  /** Reads which weights train, and makes room for what training keeps beside them. @throws ERR_MEMORY */
  begin(): TrainedWeight[] {
    const { program, updater } = this;
    const gradients = updater.begin(
      program.weights.map(({ layer, index, path, count }) => {
        const { trainable, learningRateMultiplier: multiplier } = layer.settings();
        if (!trainable || multiplier === 0) return undefined;
        return { address: layer.addresses[index]!, count, path, multiplier };
      }),
    );
    program.bindGradients(gradients);
    return program.weights.flatMap((weight, i) =>
      gradients[i] ? { ...weight, gradient: gradients[i] } : [],
    );
  }

  /** Clears the sums of losses and metrics. */
  reset(mode: Mode): void {
    for (const judge of this.judges) judge.reset(mode);
  }

  /** Puts the sums aside, so that others may evaluate meanwhile. */
  keep(mode: Mode): KeptSums[] {
    return this.judges.map((judge) => judge.keep(mode));
  }

  /** Takes up sums that were put aside. */
  resume(mode: Mode, kept: readonly KeptSums[]): void {
    this.judges.forEach((judge, i) => judge.resume(mode, kept[i]!));
  }

  /** One update. @throws ERR_MEMORY before anything changes */
  trainStep(batch: Batch): void {
    this.slopes(batch);
    this.updater.update();
  }

  /** The gradients of all that trains; nothing changes but the sums. @throws ERR_MEMORY */
  slopes(batch: Batch): void {
    const { program, updater } = this;
    program.enter();
    try {
      this.reserve(batch, true);
      program.run.step = updater.step;
      this.forward(batch, true);
      updater.clear();
      program.clearGradients();
      this.judge(batch, "train", true);
      program.backward();
    } finally {
      program.leave();
    }
  }

  /** Losses and metrics; nothing changes but the sums. @throws ERR_MEMORY */
  testStep(batch: Batch): void {
    const { program } = this;
    program.enter();
    try {
      this.reserve(batch, false);
      this.forward(batch, false);
      this.judge(batch, "test", false);
    } finally {
      program.leave();
    }
  }

  /** What the sums say: `loss`, then metrics, with the output's name before them where there are several. */
  logs(mode: Mode): Logs {
    const several = this.program.topology.outputs.length > 1;
    const logs: Logs = { loss: 0 };
    for (const judge of this.judges) {
      const loss = judge.lossOf(mode);
      logs.loss! += loss * judge.verdict.lossWeight;
      const prefix = several ? `${judge.port.name}_` : "";
      if (prefix) logs[`${prefix}loss`] = loss;
      for (const [name, value] of judge.metricsOf(mode)) logs[prefix + name] = value;
    }
    return logs;
  }

  /** Makes room for a batch as large as this one. */
  private reserve({ feed, rows }: Batch, training: boolean): void {
    this.program.plan(rows, training);
    for (const [i, judge] of this.judges.entries()) {
      judge.for(feed.targets[i]!.labels).reserve(rows);
    }
  }

  private forward(batch: Batch, training: boolean): void {
    const { program, holdings } = this;
    for (const [i, { node }] of program.topology.inputs.entries()) {
      const address = program.address(program.valueOf(node));
      gather(holdings.memory, batch.feed.inputs[i]!, node.dtype, address, batch);
    }
    program.run.batch = batch.rows;
    program.run.training = training;
    program.forward();
  }

  private judge(batch: Batch, mode: Mode, withGradient: boolean): void {
    const { memory } = this.holdings;
    const { feed, rows } = batch;
    for (const [i, either] of this.judges.entries()) {
      const judge = either.for(feed.targets[i]!.labels);
      const dtype = judge.labels ? "int32" : "float32";
      gather(memory, feed.targets[i]!, dtype, judge.target, batch);
      const weights = feed.weights[i];
      let total: number | undefined;
      if (weights) {
        const column = { data: weights, rows: feed.rows, width: judge.leading };
        gather(memory, column, "float32", judge.rowWeights, batch);
        total = memory.floats(judge.rowWeights, rows * judge.leading).reduce((a, b) => a + b, 0);
      }
      judge.run(mode, rows, total, withGradient);
    }
  }
}
