import type { Column, Feed } from "../feed.js";
import { fitFields } from "../fitOptions.js";
import { topology } from "../graph.js";
import type { Judge } from "../judge.js";
import type { GraphNode } from "../layer.js";
import { type AnyModel, Model } from "../model.js";
import type { Network } from "../network.js";
import type { Optimizer } from "../optimizers/optimizer.js";
import { count, type Options, type Resolved } from "../options.js";
import { sizeOf } from "../stage.js";
import { type Tensor, tensor, type TensorData } from "../tensor.js";

export const diagnoseFields = {
  /** Rows of the batch that is to be learnt by heart, and of each step of evaluating. */
  batchSize: fitFields.batchSize,
  /** Steps of each attempt to learn that batch; far fewer than 300 let any model look slow. */
  steps: count(300),
  /** Rules dropout; the model's seed otherwise. */
  seed: fitFields.seed,
  /** Ends the diagnosis, which rejects with its reason. */
  signal: fitFields.signal,
  /** How much each row counts, as in `fit`. */
  sampleWeight: fitFields.sampleWeight,
  /** How much each class counts, as in `fit`. */
  classWeight: fitFields.classWeight,
};

export type DiagnoseOptions = Options<typeof diagnoseFields>;

/** Something that stands out. */
export interface Finding {
  /** Which check found it: stable, for programs to switch on. */
  readonly check: string;
  /** An `error` keeps the model from learning; a `warning` makes it slow or poor. */
  readonly severity: "error" | "warning";
  /** What was seen, with its numbers. */
  readonly says: string;
  /** What to do. */
  readonly advice: string;
  /** The layer where it was seen. */
  readonly layer?: string | undefined;
}

/** What the checks measured; what was not reached is missing. */
export interface Facts {
  rows?: number;
  /** Rows, from all over, that losses and units were measured on. */
  sampledRows?: number;
  learningRate?: number;
  /** Loss of the model as it is, on the sampled rows. */
  startLoss?: number;
  /** Loss of the best constant answer to them. */
  chanceLoss?: number;
  /** Least loss on one batch that training on it alone came to. */
  overfitLoss?: number;
  /** The same by Adam at a rate of 0.01, where the model's own optimizer did not come far. */
  referenceLoss?: number;
  /** Euclidean norm of each layer's gradient on one batch, by the layer's name. */
  gradientNorms?: Record<string, number>;
  /** Share of the units that are 0 for every sampled row, by the layer's name. */
  deadUnits?: Record<string, number>;
  /** Share of the units that stand at an end of their range for nearly all of them. */
  saturatedUnits?: Record<string, number>;
}

/** Some rows of the data: as checks read them, and as models take them. */
export interface Sample {
  readonly feed: Feed;
  readonly x: Readonly<Record<string, Tensor>>;
  readonly y: Readonly<Record<string, Tensor>>;
  readonly sampleWeight: Readonly<Record<string, Tensor>> | undefined;
}

/** What all checks look at. */
export interface Examined {
  readonly options: Resolved<typeof diagnoseFields>;
  /** A copy of the model, whose weights stay as they are. */
  readonly model: AnyModel;
  readonly network: Network;
  readonly judges: readonly Judge[];
  readonly sample: Sample;
  /** The rows that are to be learnt by heart. */
  readonly batch: Sample;
  readonly facts: Facts;
  /** What was found so far. */
  readonly findings: readonly Finding[];
}

/** Rows enough for means and shares to a per cent or two. */
const MOST_ROWS = 2000;
/** Fewer rows where one of them is large, so that a sample stays some ten megabytes. */
const MOST_NUMBERS = 4e6;

/** A model of the same weights, compiled without metrics: those of the user's own keep state. */
export function twinOf(model: AnyModel, optimizer?: Optimizer): AnyModel {
  const twin = model.clone();
  const { options, updater } = model.network.compiled!;
  const { loss, lossWeights } = options;
  twin.compile({ optimizer: optimizer ?? options.optimizer, loss, lossWeights });
  const rate = optimizer ? undefined : updater.ownRate;
  if (rate !== undefined) twin.learningRate = rate;
  return twin;
}

/** @param model A copy, which is the caller's to dispose of. */
export function examine(
  model: AnyModel,
  feed: Feed,
  options: Examined["options"],
  facts: Facts,
  findings: readonly Finding[],
): Examined {
  const { network } = model;
  const { judges } = network.compiled!;
  const widest = [...feed.inputs, ...feed.targets, ...judges.map(({ port }) => port.node)].map(
    (one) => ("shape" in one ? sizeOf(one.shape) : one.width),
  );
  const affordable = Math.max(options.batchSize, Math.floor(MOST_NUMBERS / Math.max(...widest)));
  const sampled = Math.min(feed.rows, MOST_ROWS, affordable);
  const sample = pick(network, feed, spreadOut(feed.rows, sampled));
  const batch = pick(network, sample.feed, batchRows(sample.feed, batchSizeOf(network, options)));
  facts.sampledRows = sampled;
  facts.learningRate = model.learningRate;
  return { options, model, network, judges, sample, batch, facts, findings };
}

/** Total loss of these rows. */
export function lossOf(
  model: AnyModel,
  { x, y, sampleWeight }: Sample,
  { batchSize }: Examined["options"],
): number {
  return model.evaluate(x, y, { batchSize, sampleWeight }).loss!;
}

/** Rows that a model has weights for: twice as many as the numbers to be learnt, so that it can learn them. */
function batchSizeOf(network: Network, { batchSize }: Examined["options"]): number {
  const weights = network.compiled!.begin().reduce((sum, { count: size }) => sum + size, 0);
  const numbers = network.compiled!.judges.reduce(
    (sum, { port }) => sum + sizeOf(port.node.shape),
    0,
  );
  return Math.max(2, Math.min(batchSize, Math.floor(weights / (2 * numbers))));
}

/** The golden section: its multiples, modulo 1, fall into step with nothing. */
const GOLDEN = 0.6180339887498949;

/** Some of so many rows: one of each stretch, so placed that rows in which classes take turns do not all look alike. */
const spreadOut = (rows: number, wanted: number): number[] =>
  Array.from({ length: wanted }, (_, i) => Math.floor(((i + ((i * GOLDEN) % 1)) * rows) / wanted));

/** The numbers of one row. */
export const rowOf = ({ data, width }: Column, row: number): TensorData =>
  (data as TensorData).subarray(row * width, (row + 1) * width);

/** Rows with targets of every kind in turn, where kinds are few as classes are; else from all over. */
function batchRows({ rows, targets }: Feed, most: number): number[] {
  const wanted = Math.min(rows, most);
  const kinds = new Map<string, number[]>();
  for (let row = 0; row < rows; row++) {
    const kind = rowOf(targets[0]!, row).join();
    const list = kinds.get(kind);
    if (list) list.push(row);
    else kinds.set(kind, [row]);
    if (kinds.size > wanted) return spreadOut(rows, wanted);
  }
  const lists = [...kinds.values()];
  const turns = Math.max(...lists.map(({ length }) => length));
  const inTurn = Array.from({ length: turns }, (_, turn) =>
    lists.flatMap((list) => list[turn] ?? []),
  );
  return inTurn.flat().slice(0, wanted);
}

function pick(network: Network, feed: Feed, order: readonly number[]): Sample {
  const rows = order.length;
  const numbers = (column: Column): TensorData => {
    const Numbers = column.data.constructor as Float32ArrayConstructor;
    const picked: TensorData = new Numbers(rows * column.width);
    order.forEach((row, i) => picked.set(rowOf(column, row), i * column.width));
    return picked;
  };
  const columns = <T extends Column>(list: readonly T[]) =>
    list.map((column) => ({ ...column, data: numbers(column), rows }));
  const { judges } = network.compiled!;
  const [inputs, targets] = [columns(feed.inputs), columns(feed.targets)];
  const weights = feed.weights.map(
    (data, i) => data && (numbers({ data, rows, width: judges[i]!.leading }) as Float32Array),
  );
  const x = network.topology.inputs.map(
    ({ name, node }, i) => [name, tensor(inputs[i]!.data, [rows, ...node.shape])] as const,
  );
  const y = judges.map(({ port: { name, node } }, i) => {
    const { data, labels } = targets[i]!;
    return [
      name,
      tensor(data, [rows, ...(labels ? node.shape.slice(0, -1) : node.shape)]),
    ] as const;
  });
  const weighted = judges.flatMap(({ port }, i) =>
    weights[i] ? [[port.name, tensor(weights[i], [weights[i].length])] as const] : [],
  );
  return {
    feed: { rows, inputs, targets, weights },
    x: Object.fromEntries(x),
    y: Object.fromEntries(y),
    sampleWeight: weighted.length > 0 ? Object.fromEntries(weighted) : undefined,
  };
}

/** Lends what nodes give for the sampled rows to `use`, some rows at a time. */
export function readNodes(
  { network, sample, options }: Examined,
  nodes: readonly GraphNode[],
  use: (values: TensorData, node: number) => void,
): void {
  const { inputs } = network.topology;
  const inner = nodes.filter(({ layer }) => layer);
  const ports = inner.map((node, i) => ({ name: `${i}`, node }));
  const model =
    inner.length > 0
      ? new Model<unknown, unknown>("diagnose", () => topology("diagnose", inputs, ports), {})
      : undefined;
  try {
    for (let start = 0; start < sample.feed.rows; start += options.batchSize) {
      const size = Math.min(options.batchSize, sample.feed.rows - start);
      const x = mapValues(sample.x, (column) => column.take(start, size));
      const made = model?.network.predict("diagnose", x, size) ?? [];
      nodes.forEach((node, i) => {
        const name = inputs.find((port) => port.node === node)?.name;
        use((name === undefined ? made[inner.indexOf(node)]! : x[name]!).data, i);
      });
    }
  } finally {
    model?.dispose();
  }
}

const mapValues = <T>(
  record: Readonly<Record<string, T>>,
  change: (value: T) => T,
): Readonly<Record<string, T>> =>
  Object.fromEntries(Object.entries(record).map(([key, value]) => [key, change(value)]));

/** Whether a model has come half the way from chance to its targets: rules for fresh weights are not for it. */
export const isTrained = ({ startLoss = Infinity, chanceLoss = 0 }: Facts): boolean =>
  startLoss < chanceLoss / 2;
