import { arraysOf } from "./columns.js";
import { checkDefinition, checkStages } from "./definition.js";
import { counted, GlissadeError, show, showReturned } from "./error.js";
import { memory, NO_RUN, type Run } from "./memory.js";
import { flag, label, nonNegative, resolve, shape } from "./options.js";
import {
  type DType,
  type LayerDefinition,
  type Shape,
  sizeOf,
  type Stage,
  type WeightSpec,
} from "./stage.js";
import { type Data, type FloatTensor, tensor } from "./tensor.js";

const settingFields = {
  /** Whether training changes it. */
  trainable: flag(true),
  /** Factor of the learning rate for this layer's weights. */
  learningRateMultiplier: nonNegative(1),
};

/** Options that every layer has. */
export const layerFields = {
  /** What the layer is called in summaries, files and `getLayer`; numbered by type otherwise. */
  name: label(),
  ...settingFields,
  /** Shape of one row of input; the first layer of a `sequential` needs it. */
  inputShape: shape(),
};

/** The values of {@link layerFields}. */
export interface LayerOptions {
  readonly name?: string | undefined;
  readonly trainable?: boolean | undefined;
  readonly learningRateMultiplier?: number | undefined;
  readonly inputShape?: Shape | undefined;
}

/** What a layer makes of others: a point of the graph. Inputs have no layer. */
export interface GraphNode {
  readonly layer: Layer | undefined;
  readonly stage: Stage | undefined;
  readonly inputs: readonly GraphNode[];
  readonly shape: Shape;
  readonly dtype: DType;
  /** Of an input: its name, if the user gave one. */
  readonly name?: string | undefined;
  /** The name of the model as whose part it was applied, if it was. */
  readonly within?: string | undefined;
}

const nodes = new WeakSet<object>();

/** Marks a point of the graph, so that other objects are told from it. */
export function graphNode(node: GraphNode): GraphNode {
  nodes.add(node);
  return Object.freeze(node);
}

export const isNode = (value: unknown): value is GraphNode =>
  typeof value === "object" && value !== null && nodes.has(value);

/** One trained array of a layer. */
export interface Weight extends WeightSpec {
  readonly name: string;
  readonly count: number;
}

/** A stage and all that follow it inside the same layer. */
export function chain(stage: Stage | undefined): Stage[] {
  return stage ? [stage, ...chain(stage.then)] : [];
}

/** Numbers that one output of a dense kernel [in, out] reads, and that one input feeds, as Keras counts. */
function fans(shape: Shape): { fanIn: number; fanOut: number } {
  const field = sizeOf(shape.slice(0, -2));
  const fanOut = shape.at(-1) ?? 1;
  return { fanIn: (shape.at(-2) ?? fanOut) * field, fanOut: fanOut * field };
}

/** Something that a model applies. It holds its weights, and shares them with every model that uses it. */
export class Layer {
  /** Given by the user, or by the first model that uses the layer. */
  name: string;
  /** Whether the name is a number by type, which may differ from model to model. */
  readonly numbered: boolean;
  /** Whether training changes its weights; read when training begins. */
  trainable: boolean;
  /** Factor of the learning rate for its weights; read when training begins. */
  learningRateMultiplier: number;
  readonly inputShape: Shape | undefined;
  /** In Keras's order, kernel before bias; known once the layer has met an input shape. */
  weights: readonly Weight[] = [];
  private run: Run = NO_RUN;
  private holders = 0;

  constructor(
    readonly definition: LayerDefinition,
    given: LayerOptions,
  ) {
    checkDefinition(definition);
    const options = resolve(definition.type, layerFields, given);
    this.name = options.name ?? "";
    this.numbered = options.name === undefined;
    this.trainable = options.trainable;
    this.learningRateMultiplier = options.learningRateMultiplier;
    this.inputShape = options.inputShape;
  }

  get type(): string {
    return this.definition.type;
  }

  /** Addresses of the weights while a model holds them. */
  get addresses(): readonly number[] {
    return this.run.pieces;
  }

  /**
   * The node that this layer makes of one or several others.
   *
   * @throws ERR_SHAPE if it cannot take their shapes, or has met others before; ERR_OPTION if `build` returns no stage.
   */
  apply(inputs: GraphNode | readonly GraphNode[]): GraphNode {
    const list = isNode(inputs) ? [inputs] : inputs;
    const [first, ...further] = Array.isArray(list) ? (list as readonly GraphNode[]) : [];
    if (!first || ![first, ...further].every(isNode)) {
      throw new GlissadeError(
        "ERR_OPTION",
        `${this.owner}: apply must get nodes, got ${show(inputs)}; begin with layers.input({ shape })`,
      );
    }
    const stage = this.definition.build(first.shape, ...further.map((node) => node.shape));
    checkStages(this.owner, stage);
    const stages = chain(stage);
    this.adopt(stages);
    const { output } = stages.at(-1)!;
    return graphNode({
      layer: this,
      stage,
      inputs: [first, ...further],
      shape: output,
      dtype: "float32",
    });
  }

  /** Copies of the weights, in Keras's order. @throws ERR_STATE if no living model holds them. */
  getWeights(): FloatTensor[] {
    this.checkHeld("getWeights");
    return this.weights.map(({ shape, count }, i) =>
      tensor(memory().floats(this.addresses[i]!, count).slice(), shape),
    );
  }

  /**
   * Overwrites the weights, in the order of {@link getWeights}.
   *
   * @throws ERR_SHAPE if their number or shapes differ, ERR_STATE if no living model holds them;
   *   nothing is written then.
   */
  setWeights(values: readonly Data[]): void {
    this.checkHeld("setWeights");
    const owner = `${this.owner}: setWeights`;
    const checked = arraysOf(owner, this.weights, values, "getWeights() gives order and shapes");
    checked.forEach((data, i) => memory().floats(this.addresses[i]!, data.length).set(data));
  }

  /** What training heeds, and users may set at any time. @throws ERR_OPTION if it breaks its rule */
  settings(): { readonly trainable: boolean; readonly learningRateMultiplier: number } {
    const { trainable, learningRateMultiplier } = this;
    return resolve(this.owner, settingFields, { trainable, learningRateMultiplier });
  }

  /** How many numbers its weights are. */
  countParams(): number {
    return this.weights.reduce((sum, { count }) => sum + count, 0);
  }

  /** An unbuilt layer of the same definition and settings, under a name that it keeps where that is free. */
  twin(name: string): Layer {
    const { definition, trainable, learningRateMultiplier, inputShape } = this;
    const twin = new Layer(definition, { trainable, learningRateMultiplier, inputShape });
    twin.name = name;
    return twin;
  }

  /** Forgets what weights it needs, unless a model holds them: another input shape may come. */
  forget(): void {
    if (this.holders === 0) this.weights = [];
  }

  /** Takes part in one more model: the first allocates the weights and fills them. @throws as initializers do */
  hold(seed: number, firstStream: number): void {
    if (this.holders === 0) {
      const counts = this.weights.map(({ count }) => count);
      this.run = memory().allocateRun(counts, `the weights of ${this.owner}`);
      try {
        this.fill(seed, firstStream);
      } catch (error) {
        this.release();
        throw error;
      }
    }
    this.holders++;
  }

  /** Leaves a model: the last gives the weights' memory back. */
  letGo(): void {
    if (--this.holders === 0) this.release();
  }

  private release(): void {
    memory().release(this.run.address);
    this.run = NO_RUN;
  }

  /** Gives every weight its first values. */
  private fill(seed: number, firstStream: number): void {
    const heap = memory();
    this.weights.forEach(({ initializer, shape, count }, i) => {
      const address = this.addresses[i]!;
      const given = { ...fans(shape), seed, stream: firstStream + i };
      if (typeof initializer === "function") {
        const values = initializer({ ...given, shape });
        heap.floats(address, count).set(this.checkValues(values, count));
        return;
      }
      const floats = (at: number, words: number) => heap.floats(at, words);
      initializer.fill(heap.kernels, { address, count, ...given, floats });
    });
  }

  private checkValues(values: ArrayLike<number>, count: number): ArrayLike<number> {
    const fits = values?.length === count && Array.prototype.every.call(values, Number.isFinite);
    if (fits) return values;
    const rule = `the ${counted(count, "number")} of the weight, finite and row by row`;
    throw new GlissadeError(
      "ERR_SHAPE",
      `${this.owner}: an initializer must return ${rule}, got ${showReturned(values)}`,
    );
  }

  private get owner(): string {
    return this.name || this.type;
  }

  private checkHeld(method: string): void {
    if (this.holders > 0 || this.weights.length === 0) return;
    throw new GlissadeError(
      "ERR_STATE",
      `${this.owner}: ${method} must be called while a model holds the layer, but none does; ` +
        "make a model of it, or dispose its model later",
    );
  }

  /** Learns the weights of its first node; every other node must need the same. */
  private adopt(stages: readonly Stage[]): void {
    const needed = stages.flatMap(({ weights = {} }) =>
      Object.entries(weights).flatMap(([name, spec]) =>
        spec ? [{ name, ...spec, count: sizeOf(spec.shape) }] : [],
      ),
    );
    const differing = this.weights.find(({ shape }, i) => `${shape}` !== `${needed[i]?.shape}`);
    if (differing) {
      const index = this.weights.indexOf(differing);
      throw new GlissadeError(
        "ERR_SHAPE",
        `${this.owner}: a shared layer must meet the same input everywhere, but its ${differing.name} is ` +
          `[${differing.shape.join(", ")}] and would have to be [${needed[index]?.shape.join(", ")}]; ` +
          "use a second layer",
      );
    }
    this.weights = needed;
  }
}

/**
 * A layer from a plain definition; the built-in ones are made the same way.
 *
 * @throws ERR_OPTION if the definition lacks `type` or `build`, or one of the common options breaks its rule.
 */
export function layer(definition: LayerDefinition, options: LayerOptions = {}): Layer {
  return new Layer(definition, options);
}
