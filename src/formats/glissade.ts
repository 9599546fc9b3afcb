import { checkBytes } from "../columns.js";
import type { CompileOptions } from "../compileOptions.js";
import { type ErrorCode, GlissadeError, show } from "../error.js";
import { type Port, topology } from "../graph.js";
import { type GraphNode, Layer } from "../layer.js";
import { input } from "../layers/input.js";
import { type AnyModel, checkModel, Model } from "../model.js";
import { field, flag, isPlainObject, optional, type Options, resolve } from "../options.js";
import type { Tensor } from "../tensor.js";
import { describeCompilation, reviveCompilation } from "./compilation.js";
import {
  FORMAT,
  type Header,
  headerOf,
  type LayerSpec,
  type ModelSpec,
  orDamaged,
  VERSION,
} from "./header.js";
import { describeOptions, type Revival, reviveMember } from "./members.js";
import { decodeSafetensors, encodeSafetensors } from "./safetensors.js";

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
      options: describeOptions(layer.type, layer.definition.options ?? {}),
      ...layer.settings(),
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
 * @throws ERR_STATE if the model is disposed, ERR_OPTION if it is no model or an option breaks its rule.
 */
export function toBytes(model: AnyModel, given?: ToBytesOptions): Uint8Array<ArrayBuffer> {
  return writeModel("toBytes", model, given);
}

/** The same for `owner`. */
export function writeModel(
  owner: string,
  model: AnyModel,
  given: ToBytesOptions | undefined,
): Uint8Array<ArrayBuffer> {
  const { weightsOnly } = resolve(owner, toBytesFields, given);
  checkModel(owner, model);
  const { network, labels, threshold } = model;
  network.checkAlive(owner);
  checkLabels(owner, labels);
  checkThreshold(owner, threshold);
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
    ...(threshold !== undefined && { threshold }),
    ...(compiled && {
      compile: {
        ...describeCompilation(compiled.options),
        learningRate: compiled.updater.ownRate,
      },
    }),
  };
  const metadata: Record<string, string> = weightsOnly ? {} : { glissade: JSON.stringify(header) };
  return encodeSafetensors({ tensors, metadata });
}

function checkLabels(owner: string, labels: unknown): void {
  const isText = (label: unknown) => typeof label === "string";
  if (labels === undefined || (Array.isArray(labels) && labels.every(isText))) return;
  throw new GlissadeError(
    "ERR_OPTION",
    `${owner}: the model's labels must be an array of texts, one a class, got ${show(labels)}`,
  );
}

function checkThreshold(owner: string, threshold: unknown): void {
  if (threshold === undefined || Number.isFinite(threshold)) return;
  throw new GlissadeError(
    "ERR_OPTION",
    `${owner}: the model's threshold must be a finite number, got ${show(threshold)}; ` +
      "threshold(scores, y).threshold is one",
  );
}

/** A layer of the user's own knows its own options only: the common ones are set on what it makes. */
function makeLayer(revival: Revival, { type, options, ...rest }: LayerSpec): Layer {
  const made = reviveMember(revival, "layer", { type, options });
  if (!(made instanceof Layer)) {
    throw new GlissadeError(
      "ERR_OPTION",
      `${revival.owner}: layers.${type} must make a layer, got ${show(made)}; return layer({ … })`,
    );
  }
  const { name, trainable, learningRateMultiplier } = rest;
  return Object.assign(made, { name, trainable, learningRateMultiplier });
}

function build(revival: Revival, { model: spec, labels, threshold }: Header): Model {
  const { owner, members } = revival;
  const layers = spec.layers.map((layer) => makeLayer(revival, layer));
  const draw = () => {
    const nodes: GraphNode[] = [];
    for (const { layer, inputs, shape, dtype } of spec.nodes) {
      const read = inputs.map((place) => nodes[place]!);
      nodes.push(
        layer === undefined ? input({ shape: shape!, dtype }) : layers[layer]!.apply(read),
      );
    }
    const ports = (places: Readonly<Record<string, number>>): Port[] =>
      Object.entries(places).map(([name, place]) => ({ name, node: nodes[place]! }));
    const sorted = topology(owner, ports(spec.inputs), ports(spec.outputs));
    return new Model(owner, () => sorted, { name: spec.name, seed: spec.seed });
  };
  // What a layer of the user's own refuses is no damage.
  const model = members.layers ? draw() : orDamaged(owner, draw);
  model.labels = labels;
  model.threshold = threshold;
  return model;
}

const handedBack = () =>
  optional(
    field<Readonly<Record<string, unknown>> | undefined>(
      "an object of your own, by the names under which they were saved",
      isPlainObject,
    ),
  );

export const fromBytesFields = {
  /** A model that is to be filled with the file's weights, by their names; another is made otherwise. */
  into: optional(field<AnyModel | undefined>("a model", (value) => value instanceof Model)),
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
  return readModel("fromBytes", bytes, given);
}

/** The same for `owner`. */
export function readModel(
  owner: string,
  bytes: Uint8Array,
  given: FromBytesOptions | undefined,
): Model {
  const { into, compile, ...members } = resolve(owner, fromBytesFields, given);
  checkBytes(owner, bytes);
  const { tensors, metadata } = decodeSafetensors(bytes, owner);
  if (into) {
    fill(owner, into, tensors, "ERR_SHAPE", "make the model as it was saved");
    return into as Model;
  }
  const header = headerOf(owner, metadata.glissade);
  const revival = { owner, members };
  const options = compile && header.compile && reviveCompilation(revival, header.compile);
  const model = build(revival, header);
  try {
    fill(owner, model, tensors, "ERR_FORMAT", "the file is damaged");
    if (options) recompile(revival, model, options, header.compile?.learningRate);
    return model;
  } catch (error) {
    model.dispose();
    throw error;
  }
}

function recompile(
  { owner, members }: Revival,
  model: Model,
  options: CompileOptions,
  rate: unknown,
): void {
  const compile = () => {
    model.compile(options);
    if (rate !== undefined) model.learningRate = rate as number;
  };
  // What members of the user's own cause is no damage.
  if (Object.values(members).some((handed) => handed !== undefined)) compile();
  else
    orDamaged(
      owner,
      compile,
      "a compilation that does not fit",
      ", but { compile: false } leaves that out",
    );
}

/** Gives a model the weights of a file. @throws ERR_FORMAT if one is missing, `code` if one has another shape */
function fill(
  owner: string,
  model: AnyModel,
  tensors: ReadonlyMap<string, Tensor>,
  code: ErrorCode,
  wayOut: string,
): void {
  const { network } = model;
  network.checkAlive(owner);
  const weights = network.program.weights.map(({ path, shape }) => {
    const found = tensors.get(path);
    if (!found) {
      throw new GlissadeError(
        "ERR_FORMAT",
        `${owner}: the file must hold the weight ${path}, got ${show([...tensors.keys()])}; ` +
          wayOut,
      );
    }
    if (`${found.shape}` === `${shape}`) return found;
    throw new GlissadeError(
      code,
      `${owner}: ${path} must have the shape [${shape.join(", ")}] of the model, got [${found.shape.join(", ")}]; ${wayOut}`,
    );
  });
  model.setWeights(weights);
}
