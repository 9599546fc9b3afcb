import { GlissadeError, show } from "../error.js";
import { type Port, topology } from "../graph.js";
import { type GraphNode, type Layer } from "../layer.js";
import { input } from "../layers/input.js";
import { Model } from "../model.js";
import { type Family, named } from "../names.js";
import type { DType, Shape } from "../stage.js";
import type { Tensor } from "../tensor.js";
import { decodeSafetensors, encodeSafetensors } from "./safetensors.js";

/** The newest form of the metadata that this library reads, and the one that it writes. */
const FORMAT = 1;
const VERSION = "0.1.0";

interface NodeSpec {
  readonly layer?: number | undefined;
  readonly inputs: readonly number[];
  readonly shape?: Shape | undefined;
  readonly dtype?: DType | undefined;
}

interface LayerSpec {
  readonly type: string;
  readonly name: string;
  readonly options: Record<string, unknown>;
  readonly trainable: boolean;
  readonly learningRateMultiplier: number;
}

interface ModelSpec {
  readonly name: string;
  readonly seed: number;
  readonly layers: readonly LayerSpec[];
  readonly nodes: readonly NodeSpec[];
  readonly inputs: Readonly<Record<string, number>>;
  readonly outputs: Readonly<Record<string, number>>;
}

/** Activations and initializers as their type and options. */
const plain = (options: Readonly<Record<string, unknown>>) =>
  JSON.parse(JSON.stringify(options)) as Record<string, unknown>;

function describe(model: Model<unknown>): ModelSpec {
  const { nodes, layers, names, inputs, outputs } = model.network.topology;
  const place = (node: GraphNode) => nodes.indexOf(node);
  const ports = (list: readonly Port[]) =>
    Object.fromEntries(list.map(({ name, node }) => [name, place(node)]));
  return {
    name: model.name,
    seed: model.seed,
    layers: layers.map((layer) => ({
      type: layer.type,
      name: names.get(layer)!,
      options: plain(layer.definition.options),
      trainable: layer.trainable,
      learningRateMultiplier: layer.learningRateMultiplier,
    })),
    nodes: nodes.map(({ layer, inputs: read, shape, dtype }) => ({
      ...(layer ? { layer: layers.indexOf(layer) } : { shape, dtype }),
      inputs: read.map(place),
    })),
    inputs: ports(inputs),
    outputs: ports(outputs),
  };
}

/**
 * A model as one safetensors file: weights tight and by name, the architecture in the metadata.
 *
 * @throws ERR_STATE if the model is disposed.
 */
export function toBytes(model: Model<unknown>): Uint8Array<ArrayBuffer> {
  model.network.checkAlive("toBytes");
  const tensors = new Map<string, Tensor>();
  const { layers, names } = model.network.topology;
  for (const layer of layers) {
    const values = layer.getWeights();
    layer.weights.forEach(({ name }, i) => tensors.set(`${names.get(layer)!}/${name}`, values[i]!));
  }
  const { labels } = model;
  const header = {
    format: FORMAT,
    version: VERSION,
    model: describe(model),
    ...(labels && { labels }),
  };
  return encodeSafetensors({ tensors, metadata: { glissade: JSON.stringify(header) } });
}

/** Members that options hold, by the option's name. */
const familyOf = (option: string): Family | undefined => {
  if (option === "activation") return "activation";
  return option.endsWith("Initializer") ? "initializer" : undefined;
};

type Factory = (options: Record<string, unknown>) => unknown;

/** Options as factories take them: members made anew from their type and options. */
function revive(options: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const entries = Object.entries(options).map(([key, value]) => {
    const family = familyOf(key);
    if (!family || typeof value !== "object" || value === null) return [key, value];
    const { type, options: own } = value as { type: string; options: Record<string, unknown> };
    return [key, (named("fromBytes", family, type) as Factory)(own)];
  });
  return Object.fromEntries(entries) as Record<string, unknown>;
}

function makeLayer({ type, options, ...common }: LayerSpec): Layer {
  return (named("fromBytes", "layer", type) as Factory)({ ...revive(options), ...common }) as Layer;
}

function build(spec: ModelSpec): Model {
  const layers = spec.layers.map(makeLayer);
  const nodes: GraphNode[] = [];
  for (const { layer, inputs, shape, dtype } of spec.nodes) {
    const read = inputs.map((place) => nodes[place]!);
    nodes.push(layer === undefined ? input({ shape: shape!, dtype }) : layers[layer]!.apply(read));
  }
  const ports = (places: Readonly<Record<string, number>>): Port[] =>
    Object.entries(places).map(([name, place]) => ({ name, node: nodes[place]! }));
  const sorted = topology("fromBytes", ports(spec.inputs), ports(spec.outputs));
  return new Model("fromBytes", () => sorted, { name: spec.name, seed: spec.seed });
}

interface Header {
  readonly format: number;
  readonly version: string;
  readonly model: ModelSpec;
  readonly labels?: readonly string[];
}

function headerOf(text: string | undefined): Header {
  if (text === undefined) {
    throw new GlissadeError(
      "ERR_FORMAT",
      "fromBytes: the file must hold a model of glissade's, but holds weights only; " +
        "make the model and give it the weights with setWeights",
    );
  }
  const header = JSON.parse(text) as Header;
  if (header.format <= FORMAT) return header;
  throw new GlissadeError(
    "ERR_FORMAT",
    `fromBytes: the file must be of format ${FORMAT} or older, got format ${header.format}; ` +
      `it needs glissade ${header.version} or newer`,
  );
}

/**
 * The model that {@link toBytes} wrote: it predicts the same bits.
 *
 * @throws ERR_FORMAT if the bytes are no such file, need a newer version, or lack a weight; ERR_OPTION if they name a
 *   layer that is not known here.
 */
export function fromBytes(bytes: Uint8Array): Model {
  if (!(bytes instanceof Uint8Array)) {
    throw new GlissadeError("ERR_DTYPE", `fromBytes: it must get a Uint8Array, got ${show(bytes)}`);
  }
  const { tensors, metadata } = decodeSafetensors(bytes);
  const header = headerOf(metadata.glissade);
  const model = build(header.model);
  model.labels = header.labels;
  const { layers, names } = model.network.topology;
  for (const layer of layers) {
    const own = layer.weights.map(({ name }) => {
      const path = `${names.get(layer)!}/${name}`;
      const found = tensors.get(path);
      if (found) return found;
      model.dispose();
      throw new GlissadeError(
        "ERR_FORMAT",
        `fromBytes: the file must hold the weight ${path}, but does not`,
      );
    });
    layer.setWeights(own);
  }
  return model;
}
