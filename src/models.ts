import { GlissadeError, show } from "./error.js";
import type { ByName, Named } from "./feed.js";
import type { FitOptions } from "./fitOptions.js";
import { freeName, type Port, topology } from "./graph.js";
import { type GraphNode, graphNode, isNode, Layer } from "./layer.js";
import { type AnyModel, checkModel, Model } from "./model.js";
import type { ModelOptions } from "./modelGraph.js";
import { isPlainObject } from "./options.js";
import type { Shape } from "./stage.js";
import type { Data, FloatTensor } from "./tensor.js";
import type { Epoch } from "./train.js";

/** What a `sequential` is made of: layers and whole models, after an input if that is given as a node. */
type Item = Layer | Model | GraphNode;

/** A model that is one layer after another. */
export class Sequential extends Model {
  private readonly stack: Item[];

  constructor(items: readonly Item[], options: ModelOptions) {
    const stack: Item[] = [];
    super("sequential", (shape) => fold(stack, shape), options);
    this.stack = stack;
    for (const item of items) this.add(item);
  }

  /** Its layers so far. */
  override get layers(): readonly Layer[] {
    return this.isBuilt ? super.layers : [...new Set(layersOf(this.stack))];
  }

  /** Puts one more layer at the end. @throws ERR_STATE once the model is built, ERR_OPTION for anything else */
  add(item: Item): this {
    if (this.isBuilt) {
      throw new GlissadeError(
        "ERR_STATE",
        "sequential: add must come before the model is built or compiled, but it is; " +
          "make a new one: sequential([...model.layers, layer])",
      );
    }
    const first = isNode(item) && this.stack.length === 0;
    if (!first && !(item instanceof Layer || item instanceof Model)) {
      throw new GlissadeError(
        "ERR_OPTION",
        `sequential: it must be made of layers such as layers.dense(64), got ${show(item)}`,
      );
    }
    const taken = new Set(this.layers.map(({ name }) => name));
    if (item instanceof Layer) item.name ||= freeName(item, taken);
    this.stack.push(item);
    return this;
  }
}

const layersOf = (stack: readonly Item[]): readonly Layer[] =>
  stack.flatMap((item) => {
    if (item instanceof Model) return item.layers;
    return item instanceof Layer ? [item] : [];
  });

/** The graph of a stack, as soon as the shape of its rows is known. */
function fold(stack: readonly Item[], rowShape: Shape | undefined) {
  const begin = beginning(stack, rowShape);
  if (!begin) return undefined;
  const parts = stack.filter((item): item is Layer | Model => !isNode(item));
  const unmet = layersOf(stack).filter(({ weights }) => weights.length === 0);
  try {
    const end = parts.reduce<GraphNode>((node, part) => singleOutput(part.apply(node)), begin);
    return topology(
      "sequential",
      [{ name: begin.name ?? "input", node: begin }],
      [{ name: end.layer?.name || "output", node: end }],
    );
  } catch (error) {
    // Rows of another shape may fit.
    for (const layer of unmet) layer.forget();
    throw error;
  }
}

/** Where data go in: the node that is given, or one of the first part's shape. */
function beginning([head, ...tail]: readonly Item[], rowShape: Shape | undefined) {
  if (!head || (isNode(head) && tail.length === 0)) {
    throw new GlissadeError(
      "ERR_OPTION",
      "sequential: it must have at least one layer, got none; add layers.dense(1)",
    );
  }
  if (isNode(head)) return head;
  const own = head instanceof Model ? head.inputNode : head.inputShape;
  if (own && "layer" in own) return own;
  const shape = own ?? rowShape;
  return shape && inputNode(shape);
}

function singleOutput(made: GraphNode | ByName<GraphNode>): GraphNode {
  if (isNode(made)) return made;
  throw new GlissadeError(
    "ERR_OPTION",
    `sequential: a model among its layers must have one output, got ${Object.keys(made).join(", ")}; use graph`,
  );
}

const inputNode = (shape: Shape): GraphNode =>
  graphNode({ layer: undefined, stage: undefined, inputs: [], shape, dtype: "float32" });

/**
 * A model that applies one layer after another.
 *
 * The first layer says the shape of a row (`inputShape`), or the first item is `layers.input({ shape })`; without
 * either, the model is built from the first data that it meets.
 *
 * @throws ERR_OPTION if an item is no layer, ERR_SHAPE if two layers do not fit.
 */
export function sequential(items: readonly Item[] = [], options: ModelOptions = {}): Sequential {
  if (!Array.isArray(items)) {
    throw new GlissadeError(
      "ERR_OPTION",
      `sequential: it must get an array of layers, got ${show(items)}; write sequential([layer, layer])`,
    );
  }
  return new Sequential(items as readonly Item[], options);
}

/** What a graph is made of. */
export interface GraphOptions extends ModelOptions {
  /** Where data go in: one input, or several keyed by name. */
  readonly inputs: GraphNode | ByName<GraphNode>;
  /** What comes out. */
  readonly outputs: GraphNode | ByName<GraphNode>;
}

const ports = (what: string, fallback: string, given: unknown): Port[] => {
  const list = isNode(given)
    ? [[given.name ?? given.layer?.name ?? fallback, given] as const]
    : Object.entries(isPlainObject(given) ? given : {});
  const wrong = list.find(([, node]) => !isNode(node));
  if (list.length === 0 || wrong) {
    throw new GlissadeError(
      "ERR_OPTION",
      `graph: ${what} must be a node or an object of nodes, got ${show(wrong ? wrong[1] : given)}; ` +
        "nodes come from layers.input({ shape }) and layer.apply(node)",
    );
  }
  return list.map(([name, node]) => ({ name: name || fallback, node: node as GraphNode }));
};

/**
 * A model over any directed acyclic graph of layers.
 *
 * @throws ERR_OPTION if inputs or outputs are no nodes, ERR_SHAPE if an output reads an input that is not listed.
 */
export function graph(given: GraphOptions & { readonly outputs: GraphNode }): Model;
export function graph<const O extends ByName<GraphNode>>(
  given: GraphOptions & { readonly outputs: O },
): Model<{ readonly [K in keyof O]: FloatTensor }, { readonly [K in keyof O]: GraphNode }>;
export function graph(given: GraphOptions | undefined): unknown {
  const { inputs, outputs, ...options } = given ?? ({} as Partial<GraphOptions>);
  const sorted = topology(
    "graph",
    ports("inputs", "input", inputs),
    ports("outputs", "output", outputs),
  );
  return new Model("graph", () => sorted, options);
}

/** The loop that `fit` runs, an epoch at a time: `break` ends the training. @throws as `fit` rejects */
export function train(
  model: AnyModel,
  x: Named<Data>,
  y: Named<Data>,
  options: FitOptions = {},
): AsyncGenerator<Epoch, void, void> {
  checkModel("train", model);
  return model.train(x, y, options);
}
