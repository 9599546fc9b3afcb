import { GlissadeError, show } from "./error.js";
import { type GraphNode, graphNode, type Layer } from "./layer.js";

/** A node that users name: where data go in or come out. */
export interface Port {
  readonly name: string;
  readonly node: GraphNode;
}

/** A directed acyclic graph, sorted. */
export interface Topology {
  readonly inputs: readonly Port[];
  readonly outputs: readonly Port[];
  /** Every node after all that it reads. */
  readonly nodes: readonly GraphNode[];
  /** Every layer once, by its first node. */
  readonly layers: readonly Layer[];
  /** What this model calls each layer. */
  readonly names: ReadonlyMap<Layer, string>;
}

/**
 * Sorts what leads from inputs to outputs.
 *
 * @throws ERR_SHAPE if an output depends on an input that is not listed, ERR_OPTION if two layers share a name.
 */
export function topology(
  owner: string,
  inputs: readonly Port[],
  outputs: readonly Port[],
): Topology {
  const nodes: GraphNode[] = [];
  const seen = new Set<GraphNode>();
  const visit = (node: GraphNode): void => {
    if (seen.has(node)) return;
    seen.add(node);
    node.inputs.forEach(visit);
    nodes.push(node);
  };
  checkPorts(owner, inputs, outputs);
  for (const { node } of [...inputs, ...outputs]) visit(node);
  const listed = new Set(inputs.map(({ node }) => node));
  const stray = nodes.find((node) => !node.layer && !listed.has(node));
  if (stray) {
    throw new GlissadeError(
      "ERR_SHAPE",
      `${owner}: inputs must hold every input that the outputs read, but one of shape ` +
        `[${stray.shape.join(", ")}] is missing; add it to inputs`,
    );
  }
  const within = new Map<Layer, string | undefined>();
  for (const node of nodes) {
    if (node.layer && !within.has(node.layer)) within.set(node.layer, node.within);
  }
  const layers = [...within.keys()];
  return { inputs, outputs, nodes, layers, names: nameLayers(owner, within) };
}

/** @throws ERR_OPTION if an input is no input, or is listed twice; or if an output is an input of whole numbers */
function checkPorts(owner: string, inputs: readonly Port[], outputs: readonly Port[]): void {
  const made = inputs.find(({ node }) => node.layer);
  if (made) {
    throw new GlissadeError(
      "ERR_OPTION",
      `${owner}: inputs must be made by layers.input({ shape }), got what the layer ${made.node.layer!.name || made.node.layer!.type} makes ` +
        `as ${show(made.name)}; begin a graph of its own with layers.input`,
    );
  }
  const twice = inputs.find(({ node }, i) => inputs.some((one, j) => j < i && one.node === node));
  if (twice) {
    throw new GlissadeError(
      "ERR_OPTION",
      `${owner}: every input must be listed once, got one of them again as ${show(twice.name)}; make another with layers.input`,
    );
  }
  const raw = outputs.find(({ node }) => !node.layer && node.dtype !== "float32");
  if (!raw) return;
  throw new GlissadeError(
    "ERR_OPTION",
    `${owner}: outputs must be made by layers, got an input of dtype ${show(raw.node.dtype)} as ${show(raw.name)}; ` +
      "apply layers.rescaling(1) to it",
  );
}

/**
 * Numbers layers within the model, `dense`, `dense_1`; names of the user's stay, but where parts of two models share
 * one, the model's name is put before it.
 */
function nameLayers(
  owner: string,
  within: ReadonlyMap<Layer, string | undefined>,
): Map<Layer, string> {
  const names = new Map<Layer, string>();
  const taken = new Set<string>();
  const rank = (layer: Layer) => (layer.numbered ? 2 : Number(within.get(layer) !== undefined));
  for (const layer of [...within.keys()].sort((a, b) => rank(a) - rank(b))) {
    const clashes = taken.has(layer.name) && !layer.numbered;
    const part = within.get(layer);
    if (clashes && part === undefined) {
      throw new GlissadeError(
        "ERR_OPTION",
        `${owner}: every layer must have a name of its own, got two called ${show(layer.name)}; rename one`,
      );
    }
    const wish = clashes ? { name: `${part}_${layer.name}`, type: layer.name } : layer;
    const name = freeName(wish, taken);
    layer.name ||= name;
    taken.add(name);
    names.set(layer, name);
  }
  return names;
}

/** The name that a layer has already, or its type; with a number if that is taken. */
export function freeName(
  { name, type }: Pick<Layer, "name" | "type">,
  taken: ReadonlySet<string>,
): string {
  let free = name || type;
  for (let number = 1; taken.has(free); number++) free = `${type}_${number}`;
  return free;
}

/** What becomes of each node when inputs and layers are replaced. */
function redraw(
  { nodes }: Topology,
  replacements: ReadonlyMap<GraphNode, GraphNode>,
  layerOf: (layer: Layer) => Layer,
  within?: string,
): ReadonlyMap<GraphNode, GraphNode> {
  const drawn = new Map(replacements);
  for (const node of nodes) {
    if (drawn.has(node) || !node.layer) continue;
    const made = layerOf(node.layer).apply(node.inputs.map((input) => drawn.get(input)!));
    drawn.set(node, within ? graphNode({ ...made, within }) : made);
  }
  return drawn;
}

const portsOf = (list: readonly Port[], drawn: ReadonlyMap<GraphNode, GraphNode>) =>
  list.map(({ name, node }) => ({ name, node: drawn.get(node)! }));

/** The same graph of unbuilt layers, which share nothing with the first. */
export function copyOf(graph: Topology): Topology {
  const twins = new Map(
    graph.layers.map((layer) => [layer, layer.twin(graph.names.get(layer)!)] as const),
  );
  const inputs = new Map(graph.inputs.map(({ node }) => [node, node] as const));
  const drawn = redraw(graph, inputs, (layer) => twins.get(layer)!);
  return topology("clone", portsOf(graph.inputs, drawn), portsOf(graph.outputs, drawn));
}

/** The outputs of the same layers over other inputs, one for each of the graph's, as part of another graph. */
export function applyGraph(
  owner: string,
  graph: Topology,
  inputs: readonly GraphNode[],
): readonly Port[] {
  graph.inputs.forEach(({ name, node: { shape } }, i) => {
    const given = inputs[i]!.shape;
    if (`${given}` === `${shape}`) return;
    throw new GlissadeError(
      "ERR_SHAPE",
      `${owner}: apply must get [${shape.join(", ")}] for its input ${show(name)}, got [${given.join(", ")}]; ` +
        "bring the node to that shape with layers.dense or layers.reshape",
    );
  });
  const replaced = new Map(graph.inputs.map(({ node }, i) => [node, inputs[i]!] as const));
  return portsOf(
    graph.outputs,
    redraw(graph, replaced, (layer) => layer, owner),
  );
}
