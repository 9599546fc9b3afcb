import { GlissadeError } from "../error.js";
import { isPlainObject } from "../options.js";
import type { DType, Shape } from "../stage.js";
import type { CompileSpec } from "./compilation.js";

/** The newest form of the metadata that this library reads, and the one that it writes. */
export const FORMAT = 1;
export const VERSION = "0.1.0";

export interface NodeSpec {
  readonly layer?: number | undefined;
  readonly inputs: readonly number[];
  readonly shape?: Shape | undefined;
  readonly dtype?: DType | undefined;
}

export interface LayerSpec {
  readonly type: string;
  readonly name: string;
  readonly options: Readonly<Record<string, unknown>>;
  readonly trainable: boolean;
  readonly learningRateMultiplier: number;
}

export interface ModelSpec {
  readonly name: string;
  readonly seed: number;
  readonly layers: readonly LayerSpec[];
  readonly nodes: readonly NodeSpec[];
  readonly inputs: Readonly<Record<string, number>>;
  readonly outputs: Readonly<Record<string, number>>;
}

/** What stands in a file's metadata. */
export interface Header {
  readonly format: number;
  readonly version: string;
  readonly model: ModelSpec;
  readonly labels?: readonly string[];
  readonly threshold?: number;
  readonly compile?: CompileSpec;
}

/** What a file of a model tells of it. @throws ERR_FORMAT if it tells nothing, nonsense, or is of a newer format */
export function headerOf(owner: string, text: string | undefined): Header {
  if (text === undefined) {
    throw new GlissadeError(
      "ERR_FORMAT",
      `${owner}: the file must hold a model of glissade's, got weights only; ` +
        "make the model and fill it: { into: model }",
    );
  }
  const header = parsed(owner, text);
  if (header.format > FORMAT) {
    throw new GlissadeError(
      "ERR_FORMAT",
      `${owner}: the file must be of format ${FORMAT} or older, got format ${header.format}; ` +
        `it needs glissade ${String(header.version)} or newer`,
    );
  }
  const { model, labels, threshold, compile } = header;
  if (model === undefined) throw damaged(owner, "none");
  if (!isModel(model)) throw damaged(owner, "one whose layers and nodes do not fit together");
  if (!isOptional(labels, isTexts)) throw damaged(owner, "labels that are no texts");
  if (!isOptional(threshold, Number.isFinite))
    throw damaged(owner, "a threshold that is no number");
  if (!isOptional(compile, isCompilation)) throw damaged(owner, "half a compilation");
  return header;
}

/** The refusal of metadata. */
const damaged = (owner: string, got: string, wayOut = "") =>
  new GlissadeError(
    "ERR_FORMAT",
    `${owner}: the file's metadata must describe a model, got ${got}; the file is damaged${wayOut}`,
  );

/** What a file describes, made; what built-in members refuse is the file's fault. @throws ERR_FORMAT, ERR_MEMORY */
export function orDamaged<T>(
  owner: string,
  make: () => T,
  got = "one that cannot be built",
  wayOut = "",
): T {
  try {
    return make();
  } catch (error) {
    if (!(error instanceof GlissadeError) || error.code === "ERR_MEMORY") throw error;
    throw damaged(owner, `${got} (${error.message})`, wayOut);
  }
}

function parsed(owner: string, text: string): Header {
  let header: unknown;
  try {
    header = JSON.parse(text);
  } catch {
    throw damaged(owner, "text that is no JSON");
  }
  if (isPlainObject(header) && isIndex(header.format)) return header as unknown as Header;
  throw damaged(owner, "no format number");
}

const isText = (value: unknown) => typeof value === "string";
const isTexts = (value: unknown) => Array.isArray(value) && value.every(isText);
const isIndex = (value: unknown, below = Infinity) =>
  Number.isSafeInteger(value) && (value as number) >= 0 && (value as number) < below;
const isOptional = (value: unknown, accepts: (value: unknown) => boolean) =>
  value === undefined || accepts(value);

function isModel(model: unknown): boolean {
  if (!isPlainObject(model)) return false;
  const { layers, nodes, inputs, outputs } = model;
  if (!Array.isArray(layers) || !Array.isArray(nodes)) return false;
  const arePorts = (ports: unknown) =>
    isPlainObject(ports) && Object.values(ports).every((place) => isIndex(place, nodes.length));
  return (
    layers.every(isLayer) &&
    nodes.every((node, i) => isNode(node, i, layers.length)) &&
    arePorts(inputs) &&
    arePorts(outputs) &&
    Object.keys(outputs as object).length > 0
  );
}

const isLayer = (layer: unknown) =>
  isPlainObject(layer) &&
  isText(layer.type) &&
  isText(layer.name) &&
  isPlainObject(layer.options) &&
  typeof layer.trainable === "boolean" &&
  typeof layer.learningRateMultiplier === "number";

/** A node reads those before it. */
const isNode = (node: unknown, place: number, layers: number) =>
  isPlainObject(node) &&
  Array.isArray(node.inputs) &&
  node.inputs.every((input) => isIndex(input, place)) &&
  (node.layer === undefined ? Array.isArray(node.shape) : isIndex(node.layer, layers));

const isCompilation = (compile: unknown) =>
  isPlainObject(compile) &&
  isMember(compile.optimizer) &&
  isMember(compile.loss) &&
  [compile.metrics, compile.weightedMetrics].every((list) => isOptional(list, isMetrics));

const isMember = (value: unknown) => isText(value) || isPlainObject(value);
const isMetrics = (list: unknown): boolean =>
  Array.isArray(list) || (isPlainObject(list) && Object.values(list).every(isMetrics));
