import { counted, GlissadeError, show } from "./error.js";
import type { Port } from "./graph.js";
import { type Loss, type LossFrame, type LossPlan, shareOf } from "./losses/loss.js";
import { type Holdings, NO_RUN, type Run } from "./memory.js";
import type { MetricFrame, MetricPlan, PlannedMetric } from "./metrics/metric.js";
import type { Program } from "./program.js";
import { sizeOf } from "./stage.js";

/** What a model's author asks of one output. */
export interface Verdict {
  readonly loss: Loss;
  readonly lossWeight: number;
  readonly metrics: readonly PlannedMetric[];
  /** Metrics that heed sample and class weights. */
  readonly weightedMetrics: readonly PlannedMetric[];
}

/** A metric that heeds weights or not, and its name in logs. */
interface Asked {
  readonly metric: PlannedMetric;
  readonly weighted: boolean;
  readonly name: string;
}

/** Both kinds of metrics; as in Keras, `weighted_` tells two of one name apart. @throws ERR_OPTION for more */
function asked(owner: string, { metrics, weightedMetrics }: Verdict): Asked[] {
  const plain = metrics.map((metric) => ({ metric, weighted: false, name: metric.name }));
  const taken = new Set(metrics.map(({ name }) => name));
  const weighted = weightedMetrics.map((metric) => {
    const name = taken.has(metric.name) ? `weighted_${metric.name}` : metric.name;
    return { metric, weighted: true, name };
  });
  const names = ["loss", ...[...plain, ...weighted].map(({ name }) => name)];
  const twice = names.find((name, i) => names.indexOf(name) < i);
  if (twice === undefined) return [...plain, ...weighted];
  throw new GlissadeError(
    "ERR_OPTION",
    `${owner}: every metric must have a name of its own, got two series called ${show(twice)}; ` +
      'give one another: metrics.precision({ name: "strict" })',
  );
}

/** A metric at its place, with float64 cells for training and others for evaluating. */
interface Watch extends Asked {
  readonly plan: MetricPlan;
  readonly frame: MetricFrame;
  readonly piece: number;
}

/** Training and evaluating keep separate sums: callbacks may evaluate in the middle of an epoch. */
export type Mode = "train" | "test";

/** Running sums of the loss and the metrics, by mode. */
interface Sums {
  /** Examples seen since the sums were cleared. */
  readonly seen: Record<Mode, number>;
  readonly cells: Record<Mode, Run>;
}

/** Sums put aside, so that others may use their place. */
export interface KeptSums {
  readonly seen: number;
  readonly cells: Int32Array;
}

/** Compares one output with its targets: writes the loss and its gradient, and feeds the metrics. */
export class Judge {
  readonly cols: number;
  /** Rows an example: the sizes of all axes between the batch and the last. */
  readonly leading: number;
  private readonly value: number;
  private readonly plan: LossPlan;
  private readonly watches: readonly Watch[];
  private readonly frame: LossFrame;
  private batchRun: Run = NO_RUN;
  private capacity = 0;
  /** The value that the loss takes: what the last activation read, if it is absorbed. */
  private readonly judged: number;
  private readonly absorb: (() => void) | undefined;
  private twin: Judge | undefined;

  /**
   * @param labels Whether targets are class numbers.
   * @throws ERR_OPTION if loss or metrics cannot judge such an output.
   */
  constructor(
    private readonly holdings: Holdings,
    private readonly program: Program,
    readonly port: Port,
    readonly verdict: Verdict,
    readonly labels: boolean,
    private readonly sums: Sums = {
      seen: { train: 0, test: 0 },
      cells: { train: NO_RUN, test: NO_RUN },
    },
  ) {
    const { shape } = port.node;
    const cols = (this.cols = shape.at(-1) ?? 1);
    this.leading = sizeOf(shape) / cols;
    this.value = program.valueOf(port.node);
    const owner = "compile";
    const activation = program.activationOf(this.value);
    const pair = program.absorbable(this.value);
    this.plan = verdict.loss.plan({ owner, shape, cols, activation, absorbable: !!pair, labels });
    this.absorb = this.plan.absorbs ? pair?.absorb : undefined;
    this.judged = this.absorb ? pair!.input : this.value;
    const at = { rows: 0, cols, prediction: 0, target: 0, weight: 0, scratch: 0 };
    this.frame = { ...at, loss: 0, gradient: 0, scale: 0 };
    const { logits } = this.plan;
    this.watches = asked(owner, verdict).map((one, i) => ({
      ...one,
      plan: one.metric.plan({ owner, shape, cols, labels, logits }),
      frame: { ...at, cells: 0 },
      piece: i + 1,
    }));
  }

  /** The judge of the same output for targets of the other kind, where the loss takes both; sums are in common. */
  for(labels: boolean): Judge {
    if (labels === this.labels) return this;
    const { holdings, program, port, verdict, sums } = this;
    return (this.twin ??= new Judge(holdings, program, port, verdict, labels, sums));
  }

  /** Takes effect: from now on backward begins where this loss writes its gradient. */
  install(): void {
    this.absorb?.();
  }

  /** Gives back all that it holds. */
  release(): void {
    this.twin?.release();
    const { train, test } = this.sums.cells;
    for (const run of [this.batchRun, train, test]) this.holdings.release(run);
  }

  /** Makes room for the targets of `batch` examples. @throws ERR_MEMORY if there is none. */
  reserve(batch: number): void {
    if (batch <= this.capacity) return;
    const rows = batch * this.leading;
    const scratch = [this.plan, ...this.watches.map(({ plan }) => plan)];
    const { cells } = this.sums;
    for (const mode of ["train", "test"] as const) {
      if (cells[mode] !== NO_RUN) continue;
      const words = [2, ...this.watches.map(({ plan }) => 2 * plan.cells)];
      cells[mode] = this.holdings.replace(NO_RUN, words);
    }
    this.capacity = 0;
    const words = [
      rows * (this.labels ? 1 : this.cols),
      rows,
      rows,
      rows,
      Math.max(...scratch.map((plan) => plan.scratch(rows))),
    ];
    const what = `the targets of ${counted(batch, "row")}`;
    this.batchRun = this.holdings.replace(this.batchRun, words, what);
    this.capacity = batch;
  }

  /** Where the targets of a batch go, float32 or int32 for class numbers. */
  get target(): number {
    return this.batchRun.pieces[0]!;
  }

  /** Where the weights of a batch's rows go, as users gave them. */
  get rowWeights(): number {
    return this.batchRun.pieces[1]!;
  }

  /** Clears the sums. */
  reset(mode: Mode): void {
    const { words, address } = this.sums.cells[mode];
    this.holdings.memory.kernels.fill(0, words, address, 0);
    this.sums.seen[mode] = 0;
    for (const { plan } of this.watches) plan.reset?.();
  }

  /** Puts the sums aside. */
  keep(mode: Mode): KeptSums {
    const { words, address } = this.sums.cells[mode];
    const cells = this.holdings.memory.integers(address, words).slice();
    return { seen: this.sums.seen[mode], cells };
  }

  /** Takes up sums that were put aside. */
  resume(mode: Mode, { seen, cells }: KeptSums): void {
    const { address } = this.sums.cells[mode];
    this.holdings.memory.integers(address, cells.length).set(cells);
    this.sums.seen[mode] = seen;
  }

  /**
   * Judges the batch that lies in place.
   *
   * @param total The sum of the row weights, or `undefined` where all are 1.
   */
  run(mode: Mode, batch: number, total: number | undefined, withGradient: boolean): void {
    const { frame, program, holdings, verdict } = this;
    const k = holdings.memory.kernels;
    const [target, rowWeights, shares, loss, scratch] = this.batchRun.pieces as [
      number,
      number,
      number,
      number,
      number,
    ];
    const rows = (frame.rows = batch * this.leading);
    const weights = total === undefined ? 0 : rowWeights;
    frame.prediction = program.address(this.judged);
    frame.target = target;
    frame.loss = loss;
    frame.scratch = scratch;
    frame.gradient = withGradient ? program.slopeAddress(this.judged) : 0;
    const { pieces } = this.sums.cells[mode];
    const cell = pieces[0]!;
    if (verdict.loss.kind === "row") {
      const share = shareOf(verdict.loss.reduction, rows, total);
      if (weights) k.rescale(0, rows, weights, shares, share * verdict.lossWeight, 0);
      else k.fill(0, rows, shares, share * verdict.lossWeight);
      frame.weight = shares;
      this.plan.run(k, frame);
      k.addLoss(0, rows, loss, weights, share * batch, cell);
    } else {
      frame.weight = weights;
      frame.scale = verdict.lossWeight;
      this.plan.run(k, frame);
      k.addLoss(0, 1, loss, 0, batch, cell);
    }
    this.sums.seen[mode] += batch;
    for (const { plan, frame: at, weighted, piece } of this.watches) {
      at.rows = rows;
      at.prediction = program.address(this.value);
      at.target = target;
      at.weight = weighted ? weights : 0;
      at.scratch = scratch;
      at.cells = pieces[piece]!;
      plan.update(k, at);
    }
  }

  /** Mean loss of the examples since {@link reset}. */
  lossOf(mode: Mode): number {
    return this.read(mode, 0, 1)[0]! / this.sums.seen[mode];
  }

  /** Name and value of each metric. */
  metricsOf(mode: Mode): [name: string, value: number][] {
    return this.watches.map(({ name, plan, piece }) => [
      name,
      plan.result(this.read(mode, piece, plan.cells)),
    ]);
  }

  private read(mode: Mode, piece: number, count: number): Float64Array {
    return this.holdings.memory.doubles(this.sums.cells[mode].pieces[piece]!, count);
  }
}
