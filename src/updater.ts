import { GlissadeError, show } from "./error.js";
import { adjoin, type Holdings, NO_RUN, paddedWords, type Run } from "./memory.js";
import { rateAt } from "./optimizers/base.js";
import { clipGradients } from "./optimizers/clip.js";
import { isRate } from "./options.js";
import type { Optimizer, UpdateFrame } from "./optimizers/optimizer.js";

/** An array that an optimizer changes. */
export interface Parameter {
  readonly address: number;
  readonly count: number;
  /** `dense/kernel`: what exclusions from decay look at. */
  readonly path: string;
  /** Factor of the learning rate. */
  readonly multiplier: number;
}

/** Neighbouring parameters that one call updates. */
interface Range extends UpdateFrame {
  readonly multiplier: number;
  readonly decay: number;
}

/** Gradients and optimizer slots of a list of arrays, and the update that uses them. */
export class Updater {
  /** Updates so far. */
  step = 0;
  /** βᵗ of every factor that the optimizer corrects for. */
  readonly products: number[];
  /** Gradients, then slot by slot, each laid out as the arrays are; a cell for norms at the end. */
  private run: Run = NO_RUN;
  private ranges: Range[] = [];
  private trained: { gradient: number; count: number }[] = [];
  /** The rate that was set in place of the optimizer's own. */
  private rate: number | undefined;

  /** @param counts How many numbers each array is, those that do not train included. */
  constructor(
    private readonly holdings: Holdings,
    private readonly counts: readonly number[],
    readonly optimizer: Optimizer,
  ) {
    this.products = optimizer.decays.map(() => 1);
  }

  /** The rate that was set, if one was. */
  get ownRate(): number | undefined {
    return this.rate;
  }

  /** The rate of the next update. @throws ERR_OPTION if a schedule gives none */
  get learningRate(): number {
    return this.rate ?? rateAt(this.optimizer, this.step);
  }

  /** @throws ERR_STATE under a schedule, ERR_OPTION if it is no rate */
  set learningRate(rate: number) {
    const { type, learningRate } = this.optimizer;
    if (typeof learningRate !== "number") {
      throw new GlissadeError(
        "ERR_STATE",
        `learningRate: it must not be set under a schedule, but ${type} follows one; compile with a number for learningRate`,
      );
    }
    if (!isRate(rate)) {
      throw new GlissadeError(
        "ERR_OPTION",
        `learningRate: it must be a finite number, 0 or more, got ${show(rate)}`,
      );
    }
    this.rate = rate;
  }

  /**
   * Settles what trains, and makes room for gradients and slots if there is none yet.
   *
   * @param parameters One an array; `undefined` where it does not train.
   * @returns Where the gradient of each lies, 0 for those that do not train.
   * @throws ERR_MEMORY
   */
  begin(parameters: readonly (Parameter | undefined)[]): readonly number[] {
    this.allocate();
    this.ranges = [];
    this.trained = [];
    return parameters.map((parameter, i) => {
      if (!parameter) return 0;
      const gradient = this.run.pieces[i]!;
      this.trained.push({ gradient, count: paddedWords(parameter.count) });
      this.addRange(parameter, i);
      return gradient;
    });
  }

  /** Clears all gradients. */
  clear(): void {
    const words = this.counts.reduce((sum, count) => sum + paddedWords(count), 0);
    this.holdings.memory.kernels.fill(0, words, this.run.address, 0);
  }

  /** One update of everything that trains. */
  update(): void {
    const { optimizer, products, learningRate } = this;
    const { kernels } = this.holdings.memory;
    this.step++;
    optimizer.decays.forEach((decay, i) => (products[i]! *= decay));
    clipGradients(kernels, optimizer, this.trained, this.run.pieces.at(-1)!);
    for (const range of this.ranges) {
      range.rate = learningRate * range.multiplier;
      range.keep = 1 - range.rate * range.decay;
      optimizer.update(kernels, range);
    }
  }

  /** Gives back all that it holds. */
  release(): void {
    this.holdings.release(this.run);
  }

  /** All at once: what does not fit is refused before anything is taken. */
  private allocate(): void {
    if (this.run !== NO_RUN) return;
    const { counts, optimizer } = this;
    const slots = optimizer.slots.flatMap(() => counts);
    const what = "gradients and what the optimizer keeps for each weight";
    this.run = this.holdings.replace(NO_RUN, [...counts, ...slots, 2], what);
  }

  /** Lengthens the last range if this array is its neighbour in every run, else begins another. */
  private addRange({ address, count, path, multiplier }: Parameter, i: number): void {
    const { optimizer, products } = this;
    const { memory } = this.holdings;
    const { pieces } = this.run;
    const gradient = pieces[i]!;
    const excluded = optimizer.excludeFromWeightDecay.some((part) => path.includes(part));
    const decay = excluded ? 0 : optimizer.weightDecay;
    const last = this.ranges.at(-1);
    if (
      last?.decay === decay &&
      last.multiplier === multiplier &&
      adjoin(last.parameter, last.count, address) &&
      adjoin(last.gradient, last.count, gradient)
    ) {
      last.count += paddedWords(count);
      return;
    }
    this.ranges.push({
      parameter: address,
      gradient,
      slots: optimizer.slots.map((_, slot) => pieces[(slot + 1) * this.counts.length + i]!),
      count: paddedWords(count),
      keep: 1,
      rate: 0,
      products,
      floats: (at, words) => memory.floats(at, words),
      multiplier,
      decay,
    });
  }
}
