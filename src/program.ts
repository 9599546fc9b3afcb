import { counted } from "./error.js";
import { GlissadeError } from "./error.js";
import { chain, type GraphNode, type Layer } from "./layer.js";
import { type Holdings, NO_RUN, type Run as WordRun } from "./memory.js";
import type { Topology } from "./graph.js";
import {
  type DType,
  type PlaceOf,
  type Run,
  type Shape,
  seedWords,
  sizeOf,
  type Stage,
} from "./stage.js";

/** The numbers that one stage leaves for the next, or that come in. */
export interface Value {
  readonly shape: Shape;
  readonly dtype: DType;
  /** The value whose memory this one is; itself unless it is an alias. */
  readonly root: number;
  /** How many stages and outputs read it. */
  readers: number;
}

/** One stage at its place. */
interface Step {
  readonly stage: Stage;
  readonly layer: Layer;
  readonly inputs: readonly number[];
  readonly output: number;
  readonly place: PlaceOf<string>;
  /** Whether a loss writes its gradient before this stage, so that backward passes it by. */
  absorbed: boolean;
  /** Whether training changes anything at or before this stage. */
  trains: boolean;
}

/** One weight of the model, with what training keeps beside it. */
export interface ModelWeight {
  readonly layer: Layer;
  /** Its place among the layer's weights. */
  readonly index: number;
  readonly name: string;
  /** `dense/kernel` */
  readonly path: string;
  readonly shape: Shape;
  readonly count: number;
}

const wordsOf = ({ shape, dtype }: Value, batch: number): number =>
  Math.ceil((sizeOf(shape) * batch * (dtype === "uint8" ? 1 : 4)) / 4);

const batchOf = (rows: number) => `a batch of ${counted(rows, "row")}`;

/** Turns bytes or whole numbers into float32, for stages that read nothing else. */
const cast = (shape: Shape, dtype: DType): Stage => ({
  output: shape,
  reads: [dtype],
  forward(k, { x, y }, { batch }) {
    const kernel = dtype === "uint8" ? k.rescaleBytes : k.rescaleIntegers;
    kernel(0, batch * sizeOf(shape), x, y, 1, 0);
  },
  backward() {},
});

/** A graph as the list of kernel calls that it is, over the arenas that it owns. */
export class Program {
  readonly run: Run;
  readonly values: Value[] = [];
  readonly weights: readonly ModelWeight[];
  private readonly steps: Step[] = [];
  private readonly nodeValues = new Map<GraphNode, number>();
  private readonly casts = new Map<number, number>();
  private valueRun: WordRun = NO_RUN;
  private slopeRun: WordRun = NO_RUN;
  private capacity = 0;
  private slopeCapacity = 0;
  /** One address a weight, 0 for those that do not train. */
  private gradients: readonly number[] = [];
  private trained = new Set<number>();
  private busy = false;

  constructor(
    private readonly holdings: Holdings,
    readonly topology: Topology,
    seed: number,
  ) {
    const [seedLow, seedHigh] = seedWords(seed);
    const { memory } = holdings;
    this.run = {
      batch: 0,
      training: false,
      step: 0,
      seedLow,
      seedHigh,
      scratch: memory.gemmScratch,
      floats: (address, count) => memory.floats(address, count),
      integers: (address, count) => memory.integers(address, count),
    };
    topology.nodes.forEach((node, stream) => this.addNode(node, stream));
    for (const { node } of topology.outputs) this.values[this.valueOf(node)]!.readers++;
    this.weights = topology.layers.flatMap((layer) =>
      layer.weights.map(({ name, shape, count }, index) => {
        const path = `${topology.names.get(layer)!}/${name}`;
        return { layer, index, name, path, shape, count };
      }),
    );
  }

  /**
   * Comes before everything that works on the values, until {@link leave}: a member of the user's own may not break in.
   *
   * @throws ERR_STATE within another such work
   */
  enter(): void {
    this.checkIdle();
    this.busy = true;
  }

  leave(): void {
    this.busy = false;
  }

  /** @throws ERR_STATE between {@link enter} and {@link leave} */
  checkIdle(): void {
    if (!this.busy) return;
    throw new GlissadeError(
      "ERR_STATE",
      "model: a loss, metric or layer of your own must not call the model that it works for, but did; " +
        "use a callback, which is called between steps, or another model",
    );
  }

  /** The value that a node's output is. */
  valueOf(node: GraphNode): number {
    return this.nodeValues.get(node)!;
  }

  /** Where a value lies now. */
  address(value: number): number {
    return this.valueRun.pieces[this.values[value]!.root]!;
  }

  /** Where the gradient of a value lies; 0 where training does not ask for it. */
  slopeAddress(value: number): number {
    return this.trained.has(value) ? this.slopeRun.pieces[this.values[value]!.root]! : 0;
  }

  /** The last activation before an output, with its input, if nothing else reads either of them. */
  absorbable(output: number): { input: number; absorb: () => void } | undefined {
    const step = this.steps.findLast((candidate) => candidate.output === output);
    const input = step?.inputs[0];
    if (!step?.stage.activation || input === undefined) return undefined;
    const alone = this.values[output]!.readers === 1 && this.values[input]!.readers === 1;
    if (!alone) return undefined;
    return { input, absorb: () => void (step.absorbed = true) };
  }

  /** The type of the activation that made a value. */
  activationOf(value: number): string {
    const step = this.steps.findLast(({ output }) => output === value);
    if (step?.stage.alias) return this.activationOf(step.inputs[0]!);
    return step?.stage.activation ?? "linear";
  }

  /** Forgets which activations losses absorb. */
  unabsorb(): void {
    for (const step of this.steps) step.absorbed = false;
  }

  /** Makes room for `batch` examples; values may move. @throws ERR_MEMORY if there is none. */
  plan(batch: number, training: boolean): void {
    const { holdings, values, steps } = this;
    if (batch > this.capacity) {
      this.capacity = 0;
      const counts = values.map((value, i) => (value.root === i ? wordsOf(value, batch) : 0));
      const caches = steps.map(({ stage }) => batch * (stage.cache ?? 0));
      this.valueRun = holdings.replace(this.valueRun, [...counts, ...caches], batchOf(batch));
      this.capacity = batch;
      steps.forEach((step, i) => {
        this.placeStep(step);
        step.place.cache = this.valueRun.pieces[values.length + i]!;
      });
    }
    if (training && batch > this.slopeCapacity) {
      this.slopeCapacity = 0;
      const written = new Set(steps.map(({ output }) => values[output]!.root));
      const counts = values.map((value, i) => (written.has(i) ? wordsOf(value, batch) : 0));
      this.slopeRun = holdings.replace(this.slopeRun, counts, `${batchOf(batch)} in training`);
      this.slopeCapacity = batch;
      this.bindGradients(this.gradients);
    }
  }

  /** Says where the gradient of each weight lies; 0 for those that do not train. */
  bindGradients(gradients: readonly number[]): void {
    this.gradients = gradients;
    this.trained = new Set();
    for (const step of this.steps) {
      step.trains = step.inputs.some((input) => this.trained.has(input));
      for (const name of Object.keys(step.stage.weights ?? {})) {
        const weight = this.weights.findIndex(
          (one) => one.layer === step.layer && one.name === name,
        );
        const gradient = gradients[weight] ?? 0;
        step.place[`d${name[0]!.toUpperCase()}${name.slice(1)}`] = gradient;
        step.trains ||= gradient !== 0;
      }
      if (step.trains) this.trained.add(step.output);
    }
    for (const { inputs, output, place } of this.steps) {
      const slopes = inputs.map((input) => this.slopeAddress(input));
      place.dInputs.splice(0, Infinity, ...slopes);
      place.dx = slopes[0]!;
      place.dy = this.slopeAddress(output);
    }
  }

  /** All stages in order. */
  forward(): void {
    const { kernels } = this.holdings.memory;
    for (const { stage, place } of this.steps) {
      if (!stage.alias) stage.forward(kernels, place, this.run);
    }
  }

  /** Clears the gradients of all values, before losses write theirs. */
  clearGradients(): void {
    this.holdings.memory.kernels.fill(0, this.slopeRun.words, this.slopeRun.address, 0);
  }

  /** All stages that lead to trained weights, last first. */
  backward(): void {
    const { kernels } = this.holdings.memory;
    for (let i = this.steps.length - 1; i >= 0; i--) {
      const { stage, place, absorbed, trains } = this.steps[i]!;
      if (trains && !absorbed && !stage.alias) stage.backward(kernels, place, this.run);
    }
  }

  private addNode(node: GraphNode, stream: number): void {
    if (!node.layer) {
      this.nodeValues.set(node, this.addValue(node.shape, node.dtype));
      return;
    }
    let inputs = node.inputs.map((input) => this.valueOf(input));
    for (const stage of chain(node.stage)) {
      const reads = stage.reads ?? ["float32"];
      inputs = inputs.map((input) => this.readable(input, reads, node.layer!, stream));
      inputs = [this.addStep(stage, node.layer, inputs, stream)];
    }
    this.nodeValues.set(node, inputs[0]!);
  }

  private addValue(shape: Shape, dtype: DType, root = this.values.length): number {
    return this.values.push({ shape, dtype, root, readers: 0 }) - 1;
  }

  private addStep(stage: Stage, layer: Layer, inputs: readonly number[], stream: number): number {
    for (const input of inputs) this.values[input]!.readers++;
    const root = stage.alias ? this.values[inputs[0]!]!.root : undefined;
    const output = this.addValue(stage.output, "float32", root);
    const { dtype } = this.values[inputs[0]!]!;
    const at = { x: 0, dx: 0, y: 0, dy: 0, inputs: [], dInputs: [], cache: 0, dtype, stream };
    const place = at as unknown as PlaceOf<string>;
    this.steps.push({ stage, layer, inputs, output, place, absorbed: false, trains: false });
    return output;
  }

  /** The value itself, or its float32 twin where a stage cannot read its type. */
  private readable(value: number, reads: readonly DType[], layer: Layer, stream: number): number {
    const { dtype, shape } = this.values[value]!;
    if (reads.includes(dtype)) return value;
    const known = this.casts.get(value);
    if (known !== undefined) return known;
    const made = this.addStep(cast(shape, dtype), layer, [value], stream);
    this.casts.set(value, made);
    return made;
  }

  private placeStep({ stage, layer, inputs, output, place }: Step): void {
    const addresses = inputs.map((input) => this.address(input));
    place.inputs.splice(0, Infinity, ...addresses);
    place.x = addresses[0]!;
    place.y = this.address(output);
    layer.weights.forEach(({ name }, i) => {
      if (stage.weights?.[name]) place[name] = layer.addresses[i]!;
    });
  }
}
