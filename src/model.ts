import type { Logs } from "./compiled.js";
import { type CompileOptions, compileFields } from "./compileOptions.js";
import { GlissadeError, show } from "./error.js";
import type { Named } from "./feed.js";
import { arrayTraining, evaluateStream, predictStream, streamTraining } from "./fit.js";
import {
  batchSizeField,
  evaluateDatasetFields,
  type EvaluateDatasetOptions,
  evaluateFields,
  type EvaluateOptions,
  fitDatasetFields,
  type FitDatasetOptions,
  fitFields,
  type FitOptions,
  type PredictOptions,
  weightingFields,
} from "./fitOptions.js";
import { copyOf } from "./graph.js";
import type { History, HistoryBook } from "./history.js";
import type { GraphNode } from "./layer.js";
import { ModelGraph } from "./modelGraph.js";
import type { Gradients, Network } from "./network.js";
import { resolve } from "./options.js";
import { seedWords } from "./stage.js";
import { checkStream, type Stream } from "./dataset/pass.js";
import type { Item } from "./stream.js";
import type { Data, FloatTensor } from "./tensor.js";
import { type Epoch, epochs, type Training } from "./train.js";
import type { Weighting } from "./weighting.js";

/**
 * A graph of layers that is trained and asked. Made by `sequential` or `graph`. What it predicts is a tensor, or an
 * object of them keyed by output where there are several; what it makes of nodes likewise.
 */
export class Model<Prediction = FloatTensor, Node = GraphNode> extends ModelGraph<Node> {
  /** Set to true, a fit ends after the current step. */
  stopTraining = false;
  /** The score above which a row of one column counts as class 1, kept with the model; `threshold` chooses one. */
  threshold: number | undefined;
  private book: HistoryBook | undefined;
  private waiting: CompileOptions | undefined;

  /**
   * The rate of the next update; set, it stays until `compile`.
   *
   * @throws ERR_STATE before `compile`, or if it is set under a schedule; ERR_OPTION if it is no rate.
   */
  get learningRate(): number {
    return this.network.checkCompiled("learningRate").updater.learningRate;
  }

  set learningRate(rate: number) {
    this.network.checkCompiled("learningRate").updater.learningRate = rate;
  }

  /** One number an epoch of the last fit, as far as it came. */
  get history(): History | undefined {
    return this.book?.history;
  }

  /**
   * Settles what training minimises, and how.
   *
   * @throws ERR_OPTION if an option breaks its rule, or if loss and last layer contradict each other: a linear layer
   *   under probabilities, softmax under `fromLogits: true`; the former compilation then stays. ERR_STATE during a fit.
   */
  compile(options: CompileOptions): void {
    resolve("compile", compileFields, options);
    const network = this.attempt(() => undefined);
    if (network) network.compile(options);
    else this.waiting = { ...options };
  }

  protected override onBuilt(network: Network): void {
    if (this.waiting) network.compile(this.waiting);
  }

  /**
   * Trains on rows x with targets y, for `epochs` passes in batches of `batchSize`.
   *
   * Shapes: x [rows, …input], y [rows, …output] or class numbers [rows], as the loss wants them.
   *
   * @throws (rejects) ERR_SHAPE, ERR_DTYPE, ERR_OPTION or ERR_NUMERIC before anything changes; ERR_STATE before
   *   `compile`, during another fit, or once disposed; the signal's reason when aborted. The history so far stays.
   */
  async fit(x: Named<Data>, y: Named<Data>, options: FitOptions = {}): Promise<History> {
    return this.finish(this.training(x, y, options));
  }

  /**
   * The loop that {@link fit} runs, epoch by epoch: leave it and training stops at once, without `onTrainEnd`.
   *
   * @throws as fit does, at the first step
   */
  async *train(
    x: Named<Data>,
    y: Named<Data>,
    options: FitOptions = {},
  ): AsyncGenerator<Epoch, void, void> {
    yield* this.run(this.training(x, y, options));
  }

  /**
   * Trains on a stream of batches or rows that may be larger than memory: `[x, y]`, `[x, y, sampleWeight]`, or
   * `{ x, y, sampleWeight }`. An epoch is one pass, or `stepsPerEpoch` batches of a stream that goes on.
   *
   * @throws (rejects) as {@link fit} does, and with what the stream throws; the last completed step stays.
   */
  async fitDataset(dataset: Stream<Item>, options: FitDatasetOptions = {}): Promise<History> {
    const resolved = resolve("fitDataset", fitDatasetFields, options);
    const stream = checkStream("fitDataset", dataset);
    return this.finish(streamTraining(this, this.free("fitDataset"), stream, resolved));
  }

  /** Losses and metrics over all rows. @throws ERR_SHAPE, ERR_DTYPE, ERR_OPTION, ERR_NUMERIC, ERR_STATE */
  evaluate(x: Named<Data>, y: Named<Data>, given: EvaluateOptions = {}): Logs {
    const { batchSize, ...weighting } = resolve("evaluate", evaluateFields, given);
    const network = this.build("evaluate", { x });
    return network.evaluate(network.feed("evaluate", x, y, weighting), batchSize);
  }

  /** Losses and metrics over a stream as {@link fitDataset} takes it. @throws (rejects) as it does */
  async evaluateDataset(dataset: Stream<Item>, given: EvaluateDatasetOptions = {}): Promise<Logs> {
    const options = resolve("evaluateDataset", evaluateDatasetFields, given);
    const stream = checkStream("evaluateDataset", dataset);
    this.network.checkCompiled("evaluateDataset");
    return evaluateStream("evaluateDataset", this.network, stream, options);
  }

  /** What the model says of each row. Shape: [rows, …output]. @throws ERR_SHAPE, ERR_DTYPE, ERR_STATE */
  predict(x: Named<Data>, given: PredictOptions = {}): Prediction {
    const { batchSize } = resolve("predict", batchSizeField, given);
    return this.named(this.build("predict", { x }).predict("predict", x, batchSize));
  }

  /**
   * The same of a stream of inputs, rows or batches, or of what {@link fitDataset} takes. An array of nothing but rows is
   * a batch of inputs.
   *
   * @throws (rejects) as predict does, and with what the stream throws
   */
  async predictDataset(
    dataset: Stream<unknown>,
    given: EvaluateDatasetOptions = {},
  ): Promise<Prediction> {
    const options = resolve("predictDataset", evaluateDatasetFields, given);
    const stream = checkStream("predictDataset", dataset);
    return this.named(await predictStream("predictDataset", this.network, stream, options));
  }

  /** One update on one batch; its loss and metrics. @throws as {@link fit} does, and ERR_STATE during a fit */
  trainOnBatch(x: Named<Data>, y: Named<Data>, weighting: Weighting = {}): Logs {
    const given = resolve("trainOnBatch", weightingFields, weighting);
    const network = this.free("trainOnBatch", { x });
    const feed = network.feed("trainOnBatch", x, y, given);
    this.seedRun(this.seed);
    return network.trainOnBatch(feed);
  }

  /** Loss and metrics of one batch; nothing is trained. @throws as {@link evaluate} does */
  testOnBatch(x: Named<Data>, y: Named<Data>, weighting: Weighting = {}): Logs {
    const given = resolve("testOnBatch", weightingFields, weighting);
    const network = this.build("testOnBatch", { x });
    const feed = network.feed("testOnBatch", x, y, given);
    return network.evaluate(feed, feed.rows);
  }

  /** What the model says of one batch. @throws as {@link predict} does */
  predictOnBatch(x: Named<Data>): Prediction {
    return this.named(this.build("predictOnBatch", { x }).predict("predictOnBatch", x, Infinity));
  }

  /**
   * The loss of one batch and its gradient, one tensor for each weight that trains, in the order of
   * {@link getWeights}. Layers do what they do in training; nothing changes.
   *
   * @throws as {@link trainOnBatch} does.
   */
  gradients(x: Named<Data>, y: Named<Data>, weighting: Weighting = {}): Gradients {
    const given = resolve("gradients", weightingFields, weighting);
    const network = this.free("gradients", { x });
    const feed = network.feed("gradients", x, y, given);
    this.seedRun(this.seed);
    return network.gradients(feed);
  }

  /**
   * One update by gradients as {@link gradients} gives them, clipped and decayed as the optimizer says.
   *
   * @throws ERR_SHAPE if their number or shapes differ, ERR_STATE as {@link trainOnBatch}; nothing is written then.
   */
  applyGradients(gradients: readonly Data[]): void {
    this.free("applyGradients").applyGradients("applyGradients", gradients);
  }

  /** The same layers, weights, compilation and learning rate in a model that shares nothing with this one. */
  clone(): Model<Prediction, Node> {
    this.network.checkAlive("clone");
    const sorted = copyOf(this.network.topology);
    const twin = new Model<Prediction, Node>("clone", () => sorted, {
      name: this.name,
      seed: this.seed,
    });
    twin.labels = this.labels;
    twin.threshold = this.threshold;
    twin.setWeights(this.getWeights());
    const { compiled } = this.network;
    if (compiled) twin.compile(compiled.options);
    const rate = compiled?.updater.ownRate;
    if (rate !== undefined) twin.learningRate = rate;
    return twin;
  }

  /** The network of a compiled model that nothing trains. @throws ERR_STATE, ERR_SHAPE */
  private free(owner: string, given?: { readonly x: unknown }): Network {
    const network = this.build(owner, given);
    network.checkFree(owner);
    network.checkCompiled(owner);
    return network;
  }

  private training(x: Named<Data>, y: Named<Data>, options: FitOptions): Training {
    const resolved = resolve("fit", fitFields, options);
    return arrayTraining(this, this.free("fit", { x }), x, y, resolved);
  }

  private async finish(training: Training): Promise<History> {
    const loop = this.run(training);
    while (!(await loop.next()).done);
    return training.book.history;
  }

  private run(training: Training): AsyncGenerator<Epoch, void, void> {
    this.book = training.book;
    this.seedRun(training.book.history.seed);
    this.stopTraining = false;
    return epochs(training);
  }

  /** Bare for one output, by name for several. */
  private named(tensors: readonly FloatTensor[]): Prediction {
    const named = this.outputs.map(({ name }, i) => [name, tensors[i]!] as const);
    return (tensors.length === 1 ? tensors[0] : Object.fromEntries(named)) as Prediction;
  }

  private seedRun(seed: number): void {
    const { run } = this.network.program;
    [run.seedLow, run.seedHigh] = seedWords(seed);
  }
}

/** @throws ERR_OPTION if it is no model. */
export function checkModel(owner: string, given: unknown): void {
  if (given instanceof Model) return;
  throw new GlissadeError(
    "ERR_OPTION",
    `${owner}: it must get a model, got ${show(given)}; sequential and graph make one`,
  );
}

/** A model of one or several outputs. */
export type AnyModel = Model<unknown, unknown>;
