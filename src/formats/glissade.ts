import { GlissadeError, show } from "../error.js";
import { type Port, topology } from "../graph.js";
import { type GraphNode, Layer } from "../layer.js";
import { input } from "../layers/input.js";
import { type AnyModel, Model } from "../model.js";
import { field, flag, optional, type Options, resolve } from "../options.js";
import type { DType, Shape } from "../stage.js";
import type { Tensor } from "../tensor.js";
import { type CompileSpec, describeCompilation, reviveCompilation } from "./compilation.js";
import { describeOptions, type Revival, reviveMember } from "./members.js";
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

function describe(model: AnyModel): ModelSpec {
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
      options: describeOptions(layer.definition.options ?? {}),
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

export const toBytesFields = {
  /** Whether the architecture and the compilation are left out: a file of weights for other programs. */
  weightsOnly: flag(false),
};

export type ToBytesOptions = Options<typeof toBytesFields>;

/**
 * A model as one safetensors file: weights tight and by name, architecture and compilation in the metadata.
 *
 * @throws ERR_STATE if the model is disposed, ERR_OPTION if an option breaks its rule.
 */
export function toBytes(model: AnyModel, given?: ToBytesOptions): Uint8Array<ArrayBuffer> {
  const { weightsOnly } = resolve("toBytes", toBytesFields, given);
  const { network, labels } = model;
  network.checkAlive("toBytes");
  const tensors = new Map<string, Tensor>();
  const { layers, names } = network.topology;
  for (const layer of layers) {
    const values = layer.getWeights();
    layer.weights.forEach(({ name }, i) => tensors.set(`${names.get(layer)!}/${name}`, values[i]!));
  }
  const { compiled } = network;
  const header: Header = {
    format: FORMAT,
    version: VERSION,
    model: describe(model),
    ...(labels && { labels }),
    ...(compiled && { compile: describeCompilation(compiled.options) }),
  };
  const metadata: Record<string, string> = weightsOnly ? {} : { glissade: JSON.stringify(header) };
  return encodeSafetensors({ tensors, metadata });
}

/** A layer of the user's own knows its own options only: the common ones are set on what it makes. */
function makeLayer(revival: Revival, { type, options, ...common }: LayerSpec): Layer {
  const made = reviveMember(revival, "layer", { type, options });
  if (!(made instanceof Layer)) {
    throw new GlissadeError(
      "ERR_OPTION",
      `${revival.owner}: layers.${type} must make a layer, got ${show(made)}; return layer({ … })`,
    );
  }
  return Object.assign(made, common);
}

function build(revival: Revival, spec: ModelSpec): Model {
  const layers = spec.layers.map((layer) => makeLayer(revival, layer));
  const nodes: GraphNode[] = [];
  for (const { layer, inputs, shape, dtype } of spec.nodes) {
    const read = inputs.map((place) => nodes[place]!);
    nodes.push(layer === undefined ? input({ shape: shape!, dtype }) : layers[layer]!.apply(read));
  }
  const ports = (places: Readonly<Record<string, number>>): Port[] =>
    Object.entries(places).map(([name, place]) => ({ name, node: nodes[place]! }));
  const sorted = topology(revival.owner, ports(spec.inputs), ports(spec.outputs));
  return new Model(revival.owner, () => sorted, { name: spec.name, seed: spec.seed });
}

interface Header {
  readonly format: number;
  readonly version: string;
  readonly model: ModelSpec;
  readonly labels?: readonly string[];
  readonly compile?: CompileSpec;
}

function headerOf(text: string | undefined): Header {
  if (text === undefined) {
    throw new GlissadeError(
      "ERR_FORMAT",
      "fromBytes: the file must hold a model of glissade's, but holds weights only; " +
        "make the model and fill it: fromBytes(bytes, { into: model })",
    );
  }
  const header = parsed(text);
  if (header.format <= FORMAT) return header;
  throw new GlissadeError(
    "ERR_FORMAT",
    `fromBytes: the file must be of format ${FORMAT} or older, got format ${header.format}; ` +
      `it needs glissade ${header.version} or newer`,
  );
}

const damaged = () =>
  new GlissadeError(
    "ERR_FORMAT",
    "fromBytes: the file's metadata must describe a model, but does not; the file is damaged",
  );

function parsed(text: string): Header {
  try {
    const header = JSON.parse(text) as Header | null;
    if (typeof header?.format === "number") return header;
  } catch {
    throw damaged();
  }
  throw damaged();
}

const handedBack = () =>
  optional(
    field<Readonly<Record<string, unknown>> | undefined>(
      "an object of your own, by the names under which they were saved",
      (value) => typeof value === "object" && value !== null && !Array.isArray(value),
      [3, "mine", [], null],
    ),
  );

export const fromBytesFields = {
  /** A model that is to be filled with the file's weights, by their names; another is made otherwise. */
  into: optional(
    field<AnyModel | undefined>("a model", (value) => value instanceof Model, [3, {}, null]),
  ),
  /** Whether the model is compiled as it was when it was saved. */
  compile: flag(true),
  /** Layers of your own, as factories of their options. */
  layers: handedBack(),
  activations: handedBack(),
  initializers: handedBack(),
  losses: handedBack(),
  metrics: handedBack(),
  optimizers: handedBack(),
  schedules: handedBack(),
};

export type FromBytesOptions = Options<typeof fromBytesFields>;

/**
 * The model that {@link toBytes} wrote: it predicts the same bits, and is compiled as it was.
 *
 * Members of your own are handed back by name: `{ layers: { scale }, losses: { pinball } }`, each what was given when
 * the model was made, or a factory that makes it of its options.
 *
 * @throws ERR_FORMAT if the bytes are no such file, need a newer version, or lack a weight; ERR_OPTION if they name a
 *   member that is not known here; ERR_SHAPE if a weight does not fit the model to be filled.
 */
export function fromBytes(bytes: Uint8Array, given?: FromBytesOptions): Model {
  const { into, compile, ...members } = resolve("fromBytes", fromBytesFields, given);
  if (!(bytes instanceof Uint8Array)) {
    throw new GlissadeError("ERR_DTYPE", `fromBytes: it must get a Uint8Array, got ${show(bytes)}`);
  }
  const { tensors, metadata } = decodeSafetensors(bytes);
  if (into) {
    fill(into, tensors);
    return into as Model;
  }
  const header = headerOf(metadata.glissade);
  const revival = { owner: "fromBytes", members };
  const options = compile && header.compile && reviveCompilation(revival, header.compile);
  const model = rebuilt(revival, header);
  try {
    fill(model, tensors);
    if (options) model.compile(options);
    return model;
  } catch (error) {
    model.dispose();
    throw error;
  }
}

function rebuilt(revival: Revival, { model: spec, labels }: Header): Model {
  try {
    const model = build(revival, spec);
    model.labels = labels;
    return model;
  } catch (error) {
    if (error instanceof GlissadeError) throw error;
    throw damaged();
  }
}

/** Gives a model the weights of a file. @throws ERR_FORMAT if one is missing, ERR_SHAPE if one does not fit */
function fill(model: AnyModel, tensors: ReadonlyMap<string, Tensor>): void {
  const { layers, names } = model.network.topology;
  const weights = layers.flatMap((layer) =>
    layer.weights.map(({ name }) => {
      const path = `${names.get(layer)!}/${name}`;
      const found = tensors.get(path);
      if (found) return found;
      throw new GlissadeError(
        "ERR_FORMAT",
        `fromBytes: the file must hold the weight ${path}, but does not; ` +
          `it has ${[...tensors.keys()].join(", ") || "none"}`,
      );
    }),
  );
  model.setWeights(weights);
}
