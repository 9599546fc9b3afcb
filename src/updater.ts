import type { Layer } from "./layer.js";
import { adjoin, type Holdings, NO_RUN, paddedWords, type Run } from "./memory.js";
import { clipGradients } from "./optimizers/clip.js";
import type { Optimizer, UpdateFrame } from "./optimizers/optimizer.js";
import type { ModelWeight, Program } from "./program.js";

/** Neighbouring weights that one call updates. */
interface Range extends UpdateFrame {
  readonly multiplier: number;
  readonly decay: number;
}

/** Gradients and optimizer slots of one compiled model, and the update that uses them. */
export class Updater {
  /** Updates so far. */
  step = 0;
  learningRate: number;
  /** βᵗ of every factor that the optimizer corrects for. */
  readonly products: number[];
  /** One run each, laid out as the model's weights are. */
  private gradients: Run = NO_RUN;
  private slots: Run[] = [];
  private ranges: Range[] = [];
  private trained: { gradient: number; count: number }[] = [];
  private normCell: Run = NO_RUN;

  constructor(
    private readonly holdings: Holdings,
    private readonly program: Program,
    readonly optimizer: Optimizer,
  ) {
    this.learningRate = optimizer.learningRate;
    this.products = optimizer.decays.map(() => 1);
  }

  /** Reads what trains, and makes room for gradients and slots if there is none yet. @throws ERR_MEMORY */
  begin(): void {
    this.allocate();
    const gradients = new Map<Layer, number[]>();
    this.ranges = [];
    this.trained = [];
    this.program.weights.forEach((weight, i) => {
      const { layer } = weight;
      if (!layer.trainable || layer.learningRateMultiplier === 0) return;
      const gradient = this.gradients.pieces[i]!;
      gradients.set(layer, [...(gradients.get(layer) ?? []), gradient]);
      this.trained.push({ gradient, count: paddedWords(weight.count) });
      this.addRange(weight, i);
    });
    this.program.bindGradients(gradients);
  }

  /** Clears all gradients. */
  clear(): void {
    this.holdings.memory.kernels.fill(0, this.gradients.words, this.gradients.address, 0);
  }

  /** One update of everything that trains. */
  update(): void {
    const { optimizer, products, learningRate } = this;
    const { kernels } = this.holdings.memory;
    this.step++;
    optimizer.decays.forEach((decay, i) => (products[i]! *= decay));
    clipGradients(kernels, optimizer, this.trained, this.normCell.address);
    for (const range of this.ranges) {
      range.rate = learningRate * range.multiplier;
      range.keep = 1 - range.rate * range.decay;
      optimizer.update(kernels, range);
    }
  }

  /** Gives back all that it holds. */
  release(): void {
    for (const run of [this.gradients, this.normCell, ...this.slots]) this.holdings.release(run);
  }

  private allocate(): void {
    if (this.gradients !== NO_RUN) return;
    const counts = this.program.weights.map(({ count }) => count);
    const reserve = () => this.holdings.replace(NO_RUN, counts);
    this.normCell = this.holdings.replace(this.normCell, [2]);
    this.slots.forEach((run) => this.holdings.release(run));
    this.slots = this.optimizer.slots.map(reserve);
    this.gradients = reserve();
  }

  /** Lengthens the last range if this weight is its neighbour in every run, else begins another. */
  private addRange({ layer, path, index, count }: ModelWeight, i: number): void {
    const { optimizer, products, learningRate } = this;
    const parameter = layer.addresses[index]!;
    const gradient = this.gradients.pieces[i]!;
    const excluded = optimizer.excludeFromWeightDecay.some((part) => path.includes(part));
    const decay = excluded ? 0 : optimizer.weightDecay;
    const multiplier = layer.learningRateMultiplier;
    const last = this.ranges.at(-1);
    if (
      last?.decay === decay &&
      last.multiplier === multiplier &&
      adjoin(last.parameter, last.count, parameter) &&
      adjoin(last.gradient, last.count, gradient)
    ) {
      last.count += paddedWords(count);
      return;
    }
    this.ranges.push({
      parameter,
      gradient,
      slots: this.slots.map(({ pieces }) => pieces[i]!),
      count: paddedWords(count),
      keep: 1,
      rate: learningRate,
      products,
      multiplier,
      decay,
    });
  }
}
