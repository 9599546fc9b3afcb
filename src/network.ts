import { arraysOf } from "./columns.js";
import { Compiled, type Logs } from "./compiled.js";
import type { CompileOptions } from "./compileOptions.js";
import { GlissadeError } from "./error.js";
import { type Feed, gather, inputColumns, targetColumns, wholeBatch } from "./feed.js";
import type { Topology } from "./graph.js";
import type { Layer } from "./layer.js";
import { Holdings, memory } from "./memory.js";
import { Program } from "./program.js";
import { sizeOf } from "./stage.js";
import { type Data, type FloatTensor, tensor } from "./tensor.js";
import { sampleWeights, type Weighting, weighedByClass } from "./weighting.js";

/** What belongs to a model besides its layers' weights, so that it can go without the model. */
interface Estate {
  readonly holdings: Holdings;
  readonly layers: Layer[];
}

function release({ holdings, layers }: Estate): void {
  holdings.releaseAll();
  for (const layer of layers.splice(0)) layer.letGo();
}

/** Models that nobody refers to any more give their memory back when the runtime collects them. */
const forgotten =
  typeof FinalizationRegistry === "function" ? new FinalizationRegistry(release) : undefined;

/** The loss of a batch, and its gradient. */
export interface Gradients {
  readonly loss: number;
  /** One for each weight that trains, in the order of `getWeights`. */
  readonly gradients: FloatTensor[];
}

/** A built model: its memory, its program, and what it may do in which state. */
export class Network {
  readonly program: Program;
  compiled: Compiled | undefined;
  /** What runs now, between whose steps other methods may be called. */
  running: string | undefined;
  disposed = false;
  private readonly estate: Estate;

  /** @throws ERR_MEMORY if the weights do not fit; nothing is kept then. */
  constructor(
    readonly topology: Topology,
    seed: number,
  ) {
    const estate: Estate = { holdings: new Holdings(memory()), layers: [] };
    this.estate = estate;
    try {
      let stream = 0;
      for (const layer of topology.layers) {
        layer.hold(seed, stream);
        estate.layers.push(layer);
        stream += layer.weights.length;
      }
    } catch (error) {
      release(estate);
      throw error;
    }
    this.program = new Program(estate.holdings, topology, seed);
    forgotten?.register(this, estate, this);
  }

  /** @throws ERR_STATE in the middle of a step */
  dispose(): void {
    if (this.disposed) return;
    this.program.checkIdle();
    this.disposed = true;
    forgotten?.unregister(this);
    release(this.estate);
  }

  /** @throws ERR_STATE after dispose. */
  checkAlive(owner: string): void {
    if (!this.disposed) return;
    throw new GlissadeError(
      "ERR_STATE",
      `${owner}: the model must not have been disposed, but it was; make a new one`,
    );
  }

  /** @throws ERR_STATE after dispose, or while a fit runs. */
  checkFree(owner: string): void {
    this.checkAlive(owner);
    if (this.running === undefined) return;
    throw new GlissadeError(
      "ERR_STATE",
      `${owner}: it must not be called during ${this.running}, but that has not ended; await it first, or leave its loop`,
    );
  }

  /** @throws ERR_STATE if the model was not compiled. */
  checkCompiled(owner: string): Compiled {
    this.checkAlive(owner);
    if (this.compiled) return this.compiled;
    throw new GlissadeError(
      "ERR_STATE",
      `${owner}: the model must be compiled first, but was not; call compile({ optimizer, loss })`,
    );
  }

  /** @throws ERR_STATE if the model was disposed or compiled anew while somebody waited. */
  private checkSame(owner: string, compiled: Compiled): void {
    this.checkAlive(owner);
    if (this.compiled === compiled) return;
    throw new GlissadeError(
      "ERR_STATE",
      `${owner}: the model must stay compiled as it is until the evaluation ends, but was compiled anew; await it first`,
    );
  }

  /** @throws ERR_OPTION, ERR_STATE; the former compilation stays in force then. */
  compile(options: CompileOptions): void {
    this.checkFree("compile");
    this.program.checkIdle();
    const compiled = new Compiled(this.estate.holdings, this.program, options);
    compiled.install();
    this.compiled?.release();
    this.compiled = compiled;
  }

  /** Checked data of a fit or an evaluation. @throws ERR_SHAPE, ERR_DTYPE, ERR_NUMERIC, ERR_STATE */
  feed(owner: string, x: unknown, y: unknown, given: Weighting = {}, finite = false): Feed {
    const { judges } = this.checkCompiled(owner);
    const inputs = inputColumns(owner, this.topology.inputs, x, finite);
    const rows = inputs[0]!.rows;
    const targets = targetColumns(owner, judges, y, rows);
    const { sampleWeight, classWeight } = given;
    const weights = sampleWeights(owner, judges, targets, sampleWeight);
    return this.weighedByClass(owner, { rows, inputs, targets, weights }, classWeight);
  }

  /** A feed whose rows count as their classes do as well. @throws ERR_OPTION */
  weighedByClass(owner: string, feed: Feed, classWeight: Weighting["classWeight"]): Feed {
    const { judges } = this.checkCompiled(owner);
    const { targets, weights } = feed;
    return { ...feed, weights: weighedByClass(owner, judges, targets, weights, classWeight) };
  }

  /** One update on one batch. @throws ERR_MEMORY */
  trainOnBatch(feed: Feed): Logs {
    const compiled = this.compiled!;
    compiled.begin();
    compiled.reset("train");
    compiled.trainStep(wholeBatch(feed));
    return compiled.logs("train");
  }

  /** What that update would go by. @throws ERR_MEMORY */
  gradients(feed: Feed): Gradients {
    const compiled = this.compiled!;
    const heap = this.estate.holdings.memory;
    const trained = compiled.begin();
    compiled.reset("train");
    compiled.slopes(wholeBatch(feed));
    const gradients = trained.map(({ gradient, shape, count }) =>
      tensor(heap.floats(gradient, count).slice(), shape),
    );
    return { loss: compiled.logs("train").loss!, gradients };
  }

  /** One update by gradients from outside. @throws ERR_SHAPE, ERR_MEMORY */
  applyGradients(owner: string, gradients: readonly Data[]): void {
    const { updater } = this.compiled!;
    const heap = this.estate.holdings.memory;
    const trained = this.compiled!.begin();
    const wanted = trained.map(({ path, shape }) => ({ name: path, shape }));
    const checked = arraysOf(owner, wanted, gradients, "gradients(x, y).gradients gives them");
    updater.clear();
    trained.forEach(({ gradient, count }, i) => heap.floats(gradient, count).set(checked[i]!));
    updater.update();
  }

  /** Losses and metrics of a feed, or of so many steps of it. @throws ERR_MEMORY */
  evaluate(feed: Feed, batchSize: number, steps = Infinity): Logs {
    const compiled = this.compiled!;
    const end = Math.min(feed.rows, batchSize * steps);
    compiled.reset("test");
    for (let start = 0; start < end; start += batchSize) {
      const rows = Math.min(batchSize, end - start);
      compiled.testStep({ feed, order: undefined, start, rows });
    }
    return compiled.logs("test");
  }

  /** The same of feeds that come one after another; others may evaluate in between. @throws as the feeds do */
  async evaluateStream(next: () => Promise<Feed | undefined>): Promise<Logs | undefined> {
    const compiled = this.compiled!;
    let kept;
    for (let feed = await next(); feed; feed = await next()) {
      this.checkSame("evaluateDataset", compiled);
      if (kept) compiled.resume("test", kept);
      else compiled.reset("test");
      compiled.testStep(wholeBatch(feed));
      kept = compiled.keep("test");
    }
    if (!kept) return undefined;
    this.checkSame("evaluateDataset", compiled);
    compiled.resume("test", kept);
    return compiled.logs("test");
  }

  /** One tensor an output, computed in chunks. @throws ERR_SHAPE, ERR_DTYPE, ERR_STATE, ERR_MEMORY */
  predict(owner: string, x: unknown, batchSize: number): FloatTensor[] {
    this.checkAlive(owner);
    const { program, topology, estate } = this;
    const heap = estate.holdings.memory;
    const inputs = inputColumns(owner, topology.inputs, x);
    const { rows } = inputs[0]!;
    const outputs = topology.outputs.map(({ node }) => ({
      value: program.valueOf(node),
      width: sizeOf(node.shape),
      shape: [rows, ...node.shape],
      data: new Float32Array(rows * sizeOf(node.shape)),
    }));
    program.enter();
    try {
      program.plan(Math.min(batchSize, rows), false);
      for (let start = 0; start < rows; start += batchSize) {
        const batch = Math.min(batchSize, rows - start);
        topology.inputs.forEach(({ node }, i) => {
          const address = program.address(program.valueOf(node));
          gather(heap, inputs[i]!, node.dtype, address, { order: undefined, start, rows: batch });
        });
        program.run.batch = batch;
        program.run.training = false;
        program.forward();
        for (const { value, width, data } of outputs) {
          data.set(heap.floats(program.address(value), batch * width), start * width);
        }
      }
    } finally {
      program.leave();
    }
    return outputs.map(({ data, shape }) => tensor(data, shape));
  }
}
