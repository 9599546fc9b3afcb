import { GlissadeError, show } from "./error.js";
import { type GraphNode, type Layer } from "./layer.js";

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
  const layers = [...new Set(nodes.flatMap(({ layer }) => layer ?? []))];
  return { inputs, outputs, nodes, layers, names: nameLayers(owner, layers) };
}

/** Numbers layers within the model, `dense`, `dense_1`; names of the user's stay. */
function nameLayers(owner: string, layers: readonly Layer[]): Map<Layer, string> {
  const names = new Map<Layer, string>();
  const taken = new Set<string>();
  for (const layer of layers.filter(({ numbered }) => !numbered)) {
    if (taken.has(layer.name)) {
      throw new GlissadeError(
        "ERR_OPTION",
        `${owner}: every layer must have a name of its own, got two called ${show(layer.name)}; rename one`,
      );
    }
    taken.add(layer.name);
    names.set(layer, layer.name);
  }
  for (const layer of layers.filter(({ numbered }) => numbered)) {
    const name = freeName(layer, taken);
    layer.name ||= name;
    taken.add(name);
    names.set(layer, name);
  }
  return names;
}

/** The name that a layer has already, or its type; with a number if that is taken. */
export function freeName({ name, type }: Layer, taken: ReadonlySet<string>): string {
  let free = name || type;
  for (let number = 1; taken.has(free); number++) free = `${type}_${number}`;
  return free;
}

/** The same graph of unbuilt layers, which share nothing with the first. */
export function copyOf({ inputs, outputs, nodes, layers }: Topology): Topology {
  const twins = new Map(layers.map((layer) => [layer, layer.twin()] as const));
  const copies = new Map<GraphNode, GraphNode>();
  for (const node of nodes) {
    const read = node.inputs.map((input) => copies.get(input)!);
    copies.set(node, node.layer ? twins.get(node.layer)!.apply(read) : node);
  }
  const ports = (list: readonly Port[]) =>
    list.map(({ name, node }) => ({ name, node: copies.get(node)! }));
  return topology("clone", ports(inputs), ports(outputs));
}
