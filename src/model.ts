import type { Callback } from "./callbacks/callback.js";
import type { Logs } from "./compiled.js";
import type { CompileOptions } from "./compileOptions.js";
import { GlissadeError } from "./error.js";
import type { Named } from "./feed.js";
import {
  batchSizeField,
  evaluateFields,
  type EvaluateOptions,
  fitFields,
  type FitOptions,
  type PredictOptions,
} from "./fitOptions.js";
import { copyOf, type Port, type Topology } from "./graph.js";
import { type History, HistoryBook } from "./history.js";
import type { Layer } from "./layer.js";
import { Network, type Weighting } from "./network.js";
import { label, type Resolved, resolve, unknownName, whole } from "./options.js";
import { progressFor } from "./progress.js";
import { type Shape, seedWords } from "./stage.js";
import { summarize } from "./summary.js";
import { type Data, rowShapeOf, type Tensor } from "./tensor.js";
import { type Epoch, epochs, type Training } from "./train.js";
import { splitOff } from "./validation.js";

export const modelFields = {
  /** What the model is called in summaries and files. */
  name: label(),
  /** Rules initial weights and, by default, everything after. */
  seed: whole(0),
};

export interface ModelOptions {
  readonly name?: string | undefined;
  readonly seed?: number | undefined;
}

/** How a model comes to its graph: at once, or when it learns the shape of its rows. */
export type Blueprint = (rowShape: Shape | undefined) => Topology | undefined;

/**
 * A graph of layers that is trained and asked. Made by `sequential` or `graph`. What it predicts is a tensor, or an
 * object of them keyed by output where there are several.
 */
export class Model<Prediction = Tensor> {
  readonly name: string;
  readonly seed: number;
  /** Names of the classes, kept with the model in files. */
  labels: readonly string[] | undefined;
  /** Set to true, a fit ends after the current step. */
  stopTraining = false;
  private book: HistoryBook | undefined;
  private built: Network | undefined;
  private waiting: CompileOptions | undefined;

  constructor(
    owner: string,
    private readonly blueprint: Blueprint,
    given: ModelOptions,
  ) {
    const options = resolve(owner, modelFields, given);
    this.name = options.name ?? owner;
    this.seed = options.seed;
  }

  /** Every layer once, in topological order. */
  get layers(): readonly Layer[] {
    return this.network.topology.layers;
  }

  get inputs(): readonly Port[] {
    return this.network.topology.inputs;
  }

  get outputs(): readonly Port[] {
    return this.network.topology.outputs;
  }

  /** One number an epoch of the last fit, as far as it came. */
  get history(): History | undefined {
    return this.book?.history;
  }

  /** The model as the program that it is. @throws ERR_SHAPE if its input shape is not known yet. */
  get network(): Network {
    return this.build(undefined);
  }

  /** Whether the shape of its rows is known, and weights are allocated. */
  get isBuilt(): boolean {
    return this.built !== undefined;
  }

  /**
   * Settles what training minimises, and how.
   *
   * @throws ERR_OPTION if an option breaks its rule, or if loss and last layer contradict each other: a linear layer
   *   under probabilities, softmax under `fromLogits: true`; the former compilation then stays. ERR_STATE during a fit.
   */
  compile(options: CompileOptions): void {
    const network = this.attempt(undefined);
    if (network) network.compile(options);
    else this.waiting = { ...options };
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
    const loop = this.train(x, y, options);
    while (!(await loop.next()).done);
    return this.book!.history;
  }

  /** The loop that {@link fit} runs: leave it and training stops. @throws as fit does, at the first step */
  async *train(
    x: Named<Data>,
    y: Named<Data>,
    options: FitOptions = {},
  ): AsyncGenerator<Epoch, void, void> {
    const training = this.prepare(x, y, resolve("fit", fitFields, options));
    training.network.running = "fit";
    yield* epochs(training);
  }

  /** Losses and metrics over all rows. @throws ERR_SHAPE, ERR_DTYPE, ERR_OPTION, ERR_NUMERIC, ERR_STATE */
  evaluate(x: Named<Data>, y: Named<Data>, given: EvaluateOptions = {}): Logs {
    const { batchSize, ...weighting } = resolve("evaluate", evaluateFields, given);
    const network = this.build(x);
    return network.evaluate(network.feed("evaluate", x, y, weighting), batchSize);
  }

  /** What the model says of each row. Shape: [rows, …output]. @throws ERR_SHAPE, ERR_DTYPE, ERR_STATE */
  predict(x: Named<Data>, given: PredictOptions = {}): Prediction {
    const { batchSize } = resolve("predict", batchSizeField, given);
    return this.predicted("predict", x, batchSize);
  }

  /** One update on one batch; its loss and metrics. @throws as {@link fit} does, and ERR_STATE during a fit */
  trainOnBatch(x: Named<Data>, y: Named<Data>, weighting: Weighting = {}): Logs {
    const network = this.build(x);
    network.checkFree("trainOnBatch");
    const compiled = network.checkCompiled("trainOnBatch");
    const feed = network.feed("trainOnBatch", x, y, weighting);
    this.seedRun(this.seed);
    compiled.updater.begin();
    compiled.reserve(feed, feed.rows, true);
    compiled.reset(feed, "train");
    compiled.trainStep(feed, undefined, 0, feed.rows);
    return compiled.logs(feed, "train");
  }

  /** Loss and metrics of one batch; nothing is trained. @throws as {@link evaluate} does */
  testOnBatch(x: Named<Data>, y: Named<Data>, weighting: Weighting = {}): Logs {
    const network = this.build(x);
    const feed = network.feed("testOnBatch", x, y, weighting);
    return network.evaluate(feed, feed.rows);
  }

  /** What the model says of one batch. @throws as {@link predict} does */
  predictOnBatch(x: Named<Data>): Prediction {
    return this.predicted("predictOnBatch", x, Infinity);
  }

  /** A table of layers, shapes and parameters, printed unless `print` is another function; also returned. */
  summary({ print = console.log as (text: string) => void } = {}): string {
    const text = summarize(this);
    print(text);
    return text;
  }

  /** The layer of that name, or at that place. @throws ERR_OPTION if there is none */
  getLayer(which: string | number): Layer {
    const { names, layers } = this.network.topology;
    const found =
      typeof which === "number"
        ? layers.at(which)
        : layers.find((layer) => names.get(layer) === which);
    if (!found) throw unknownName("getLayer", "layer", String(which), [...names.values()]);
    return found;
  }

  /** How many numbers the weights of all layers are. */
  countParams(): number {
    return this.network.topology.layers.reduce((sum, layer) => sum + layer.countParams(), 0);
  }

  /** Copies of all weights: layers in topological order, kernel before bias. @throws ERR_STATE once disposed */
  getWeights(): Tensor[] {
    this.network.checkAlive("getWeights");
    return this.network.topology.layers.flatMap((layer) => layer.getWeights());
  }

  /**
   * Overwrites all weights, in the order of {@link getWeights}.
   *
   * @throws ERR_SHAPE if their number or shapes differ, ERR_STATE once disposed; nothing is written then.
   */
  setWeights(weights: readonly Data[]): void {
    this.network.checkAlive("setWeights");
    const { layers } = this.network.topology;
    const wanted = layers.reduce((sum, layer) => sum + layer.weights.length, 0);
    if (!Array.isArray(weights) || weights.length !== wanted) {
      throw new GlissadeError(
        "ERR_SHAPE",
        `setWeights: it must get ${wanted} arrays, one a weight, got ${Array.isArray(weights) ? weights.length : "no array"}; ` +
          "getWeights() gives their order",
      );
    }
    let next = 0;
    const parts = layers.map((layer) => weights.slice(next, (next += layer.weights.length)));
    layers.forEach((layer, i) => layer.checkWeights(parts[i]!));
    layers.forEach((layer, i) => layer.setWeights(parts[i]!));
  }

  /** The same layers, weights and compilation in a model that shares nothing with this one. */
  clone(): Model<Prediction> {
    this.network.checkAlive("clone");
    const sorted = copyOf(this.network.topology);
    const twin = new Model<Prediction>("clone", () => sorted, { name: this.name, seed: this.seed });
    twin.labels = this.labels;
    twin.setWeights(this.getWeights());
    const { compiled } = this.network;
    if (compiled) twin.compile(compiled.options);
    return twin;
  }

  /** Gives all memory back. A running fit ends with ERR_STATE; weights that other models share stay. */
  dispose(): void {
    this.built?.dispose();
  }

  [Symbol.dispose](): void {
    this.dispose();
  }

  private prepare(x: Named<Data>, y: Named<Data>, options: Resolved<typeof fitFields>): Training {
    const network = this.build(x);
    network.checkFree("fit");
    network.checkCompiled("fit");
    const { batchSize, epochs, initialEpoch, validationSplit, validationData } = options;
    const whole = network.feed("fit", x, y, options, options.checkInputs);
    let feed = whole;
    let validation;
    if (validationData) {
      const [xHeld, yHeld, sampleWeight] = validationData;
      validation = network.feed("fit: validationData", xHeld, yHeld, { sampleWeight });
    } else if (validationSplit > 0) {
      ({ training: feed, validation } = splitOff(whole, validationSplit));
    }
    const seed = options.seed ?? this.seed;
    this.seedRun(seed);
    this.stopTraining = false;
    const book = (this.book = new HistoryBook(seed));
    const recorder: Callback = { onEpochEnd: (epoch, logs) => book.add({ epoch, ...logs }) };
    const progress = progressFor(options.verbose);
    const stepsPerEpoch = options.stepsPerEpoch ?? Math.ceil(feed.rows / batchSize);
    return {
      network,
      model: this,
      feed,
      validation,
      plan: { epochs, initialEpoch, stepsPerEpoch, batchSize, rows: feed.rows },
      validationFreq: options.validationFreq,
      validationBatchSize: options.validationBatchSize ?? batchSize,
      shuffle: options.shuffle,
      seed,
      callbacks: [recorder, ...options.callbacks, ...(progress ? [progress] : [])],
      signal: options.signal,
      yieldEvery: options.yieldEvery,
    };
  }

  private predicted(owner: string, x: Named<Data>, batchSize: number): Prediction {
    const tensors = this.build(x).predict(owner, x, batchSize);
    const named = this.outputs.map(({ name }, i) => [name, tensors[i]!] as const);
    return (tensors.length === 1 ? tensors[0] : Object.fromEntries(named)) as Prediction;
  }

  private seedRun(seed: number): void {
    const { run } = this.network.program;
    [run.seedLow, run.seedHigh] = seedWords(seed);
  }

  /** Builds the network, from data where the layers alone do not tell the shape of rows. */
  private build(x: unknown): Network {
    const network = this.attempt(x);
    if (network) return network;
    throw new GlissadeError(
      "ERR_SHAPE",
      `${this.name}: the shape of a row must be known by now, but is not; ` +
        "give the first layer an inputShape such as [784]",
    );
  }

  private attempt(x: unknown): Network | undefined {
    if (this.built) return this.built;
    const sorted = this.blueprint(rowShapeOf(x));
    if (!sorted) return undefined;
    const network = new Network(sorted, this.seed);
    if (this.waiting) network.compile(this.waiting);
    return (this.built = network);
  }
}
