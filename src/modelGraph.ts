import { arraysOf, rowsOf } from "./columns.js";
import { GlissadeError, show } from "./error.js";
import { type ByName, isKeyed } from "./feed.js";
import { applyGraph, type Port, type Topology } from "./graph.js";
import { type GraphNode, isNode, type Layer } from "./layer.js";
import { Network } from "./network.js";
import { field, label, type Options, resolve, unknownName, whole } from "./options.js";
import type { Shape } from "./stage.js";
import { summarize } from "./summary.js";
import { type Data, isTypedArray, rowShapeOf, type FloatTensor } from "./tensor.js";

export const modelFields = {
  /** What the model is called in summaries and files. */
  name: label(),
  /** Rules initial weights and, by default, everything after. */
  seed: whole(0),
};

export const summaryFields = {
  /** What takes the text; the console otherwise. */
  print: field<(text: string) => void>(
    "a function of the text",
    (value) => typeof value === "function",
    (text) => console.log(text),
  ),
};

export type SummaryOptions = Options<typeof summaryFields>;

export interface ModelOptions {
  readonly name?: string | undefined;
  readonly seed?: number | undefined;
}

/** How a model comes to its graph: at once, or when it learns the shape of its rows. */
export type Blueprint = (rowShape: Shape | undefined) => Topology | undefined;

/** What a model is apart from its training: a graph of layers, built once the shape of its rows is known. */
export class ModelGraph<Node> {
  readonly name: string;
  readonly seed: number;
  /** Names of the classes, kept with the model in files. */
  labels: readonly string[] | undefined;
  private built: Network | undefined;

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
    return (this.known ?? this.network.topology).layers;
  }

  get inputs(): readonly Port[] {
    return this.network.topology.inputs;
  }

  /** Where its first input goes in, if the shape of that is known. */
  get inputNode(): GraphNode | undefined {
    return this.known?.inputs[0]!.node;
  }

  get outputs(): readonly Port[] {
    return this.network.topology.outputs;
  }

  /** Whether any layer trains; setting it sets all of them. */
  get trainable(): boolean {
    return this.layers.some(({ trainable }) => trainable);
  }

  set trainable(trainable: boolean) {
    for (const layer of this.layers) layer.trainable = trainable;
  }

  /** The model as the program that it is. @throws ERR_SHAPE if its input shape is not known yet. */
  get network(): Network {
    return this.build(this.name);
  }

  /** Whether the shape of its rows is known, and weights are allocated. */
  get isBuilt(): boolean {
    return this.built !== undefined;
  }

  /**
   * Its layers over other nodes, as part of a larger graph; weights are shared. Several inputs are given in order or by
   * name, several outputs come by name.
   *
   * @throws ERR_SHAPE if the nodes have other shapes than its inputs, ERR_OPTION if they are no nodes.
   */
  apply(given: GraphNode | readonly GraphNode[] | ByName<GraphNode>): Node;
  apply(given: unknown): unknown {
    const first = isNode(given) ? given : Object.values((given ?? {}) as object)[0];
    const sorted = isNode(first)
      ? (this.built?.topology ?? this.blueprint(first.shape))
      : undefined;
    const names = sorted?.inputs.map(({ name }) => name) ?? [];
    const nodes = isNode(given)
      ? [given]
      : Array.isArray(given)
        ? (given as unknown[])
        : names.map((name) => (given as Record<string, unknown>)[name]);
    if (!sorted || nodes.length !== names.length || !nodes.every(isNode)) {
      throw new GlissadeError(
        "ERR_OPTION",
        `${this.name}: apply must get one node for each of its inputs (${names.join(", ") || "input"}), got ${show(given)}; ` +
          "nodes come from layers.input({ shape }) and layer.apply(node)",
      );
    }
    const outputs = applyGraph(this.name, sorted, nodes);
    if (outputs.length === 1) return outputs[0]!.node;
    return Object.fromEntries(outputs.map(({ name, node }) => [name, node]));
  }

  /** A table of layers, shapes and parameters, printed unless `print` is another function; also returned. */
  summary(given: SummaryOptions = {}): string {
    const { print } = resolve("summary", summaryFields, given);
    const text = summarize(this);
    print(text);
    return text;
  }

  /** The layer of that name, or at that place. @throws ERR_OPTION if there is none */
  getLayer(which: string | number): Layer {
    const { names, layers } = this.network.topology;
    const found =
      typeof which === "number"
        ? Number.isInteger(which) && layers.at(which)
        : layers.find((layer) => names.get(layer) === which);
    if (found) return found;
    if (typeof which === "string")
      throw unknownName("getLayer", "layer", which, [...names.values()]);
    throw new GlissadeError(
      "ERR_OPTION",
      `getLayer: it must get a name or a place from 0 to ${layers.length - 1}, got ${show(which)}; ` +
        `it has ${[...names.values()].join(", ")}`,
    );
  }

  /** How many numbers the weights of all layers are. */
  countParams(): number {
    return this.network.topology.layers.reduce((sum, layer) => sum + layer.countParams(), 0);
  }

  /** Copies of all weights: layers in topological order, kernel before bias. @throws ERR_STATE once disposed */
  getWeights(): FloatTensor[] {
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
    const { program, topology } = this.network;
    const wanted = program.weights.map(({ path, shape }) => ({ name: path, shape }));
    const checked = arraysOf("setWeights", wanted, weights, "getWeights() gives order and shapes");
    let next = 0;
    for (const layer of topology.layers) {
      layer.setWeights(checked.slice(next, (next += layer.weights.length)));
    }
  }

  /** Gives all memory back. A running fit ends with ERR_STATE; weights that other models share stay. */
  dispose(): void {
    this.built?.dispose();
  }

  [Symbol.dispose](): void {
    this.dispose();
  }

  /** Its graph, if the shape of its rows is known; nothing is allocated. */
  private get known(): Topology | undefined {
    return this.built?.topology ?? this.blueprint(undefined);
  }

  /** Called once, when the network stands. */
  protected onBuilt(_network: Network): void {}

  /** Builds the network, from data where the layers alone do not tell the shape of rows. */
  protected build(owner: string, given?: { readonly x: unknown }): Network {
    const network = this.attempt(() => given && rowShape(owner, given.x));
    if (network) return network;
    throw new GlissadeError(
      "ERR_SHAPE",
      `${owner}: the shape of a row must be known by now, but is not; ` +
        "give the first layer an inputShape such as [784]",
    );
  }

  protected attempt(rowShape: () => Shape | undefined): Network | undefined {
    if (this.built) return this.built;
    const sorted = this.blueprint(undefined) ?? this.blueprint(rowShape());
    if (!sorted) return undefined;
    const network = new Network(sorted, this.seed);
    try {
      this.onBuilt(network);
    } catch (error) {
      network.dispose();
      throw error;
    }
    return (this.built = network);
  }
}

/** The shape of a row of data, which are looked through before a model is built for them. */
function rowShape(owner: string, x: unknown): Shape | undefined {
  if (isKeyed(x) || isTypedArray(x)) return undefined;
  const shape = rowShapeOf(x) ?? [];
  rowsOf(owner, "x", x as Data, shape);
  return shape;
}
