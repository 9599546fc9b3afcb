import { Breather } from "./breather.js";
import { type Callback, checkCallbacks, type Trainee } from "./callbacks/callback.js";
import type { Logs } from "./compiled.js";
import { GlissadeError } from "./error.js";
import type { Feed, Named } from "./feed.js";
import {
  type fitDatasetFields,
  type fitFields,
  type ValidationData,
  YIELD_EVERY,
} from "./fitOptions.js";
import { HistoryBook } from "./history.js";
import type { Network } from "./network.js";
import type { Resolved } from "./options.js";
import { progressFor } from "./progress.js";
import { arraySource, type Source } from "./source.js";
import { checkStream, type Stream } from "./dataset/pass.js";
import { type Item, type Parts, Reader, streamSource } from "./stream.js";
import { type Data, type FloatTensor, tensor } from "./tensor.js";
import type { Training } from "./train.js";
import { splitOff } from "./validation.js";

type FitOptions = Resolved<typeof fitFields>;
type CommonOptions = Resolved<typeof fitDatasetFields>;

/** What a fit needs of its model. */
interface Fitted extends Trainee {
  readonly seed: number;
}

/** A fit on data in memory. @throws ERR_SHAPE, ERR_DTYPE, ERR_NUMERIC, ERR_OPTION, ERR_STATE */
export function arrayTraining(
  model: Fitted,
  network: Network,
  x: Named<Data>,
  y: Named<Data>,
  options: FitOptions,
): Training {
  const { validationSplit, batchSize, stepsPerEpoch, shuffle, sampleWeight, classWeight } = options;
  const whole = network.feed("fit", x, y, { sampleWeight }, options.checkInputs);
  const validate = validation("fit", network, options);
  const seed = options.seed ?? model.seed;
  const settle = (part: Feed, check: Training["validate"]) => {
    const feed = network.weighedByClass("fit", part, classWeight);
    const source = arraySource(feed, batchSize, stepsPerEpoch, shuffle ? seed : undefined);
    return settled("fit", model, network, source, check, options);
  };
  if (validate || validationSplit === 0) return settle(whole, validate);
  const { training, validation: held } = splitOff(whole, validationSplit);
  const size = options.validationBatchSize ?? batchSize;
  return settle(training, () => network.evaluate(held, size, options.validationSteps));
}

/** A fit on a stream. @throws ERR_DTYPE, ERR_OPTION, ERR_STATE */
export function streamTraining(
  model: Fitted,
  network: Network,
  stream: Stream<Item>,
  options: CommonOptions,
): Training {
  const owner = "fitDataset";
  const { batchSize, stepsPerEpoch: steps, signal, classWeight, checkInputs } = options;
  if (classWeight === "balanced") {
    throw new GlissadeError(
      "ERR_OPTION",
      `${owner}: classWeight must be weights by class number, got "balanced", which needs all labels at once; ` +
        "use classWeights(labels) on a part of them",
    );
  }
  const feed = ({ x, y, sampleWeight }: Parts) =>
    network.feed(owner, x, y, { sampleWeight, classWeight }, checkInputs);
  const ports = network.topology.inputs;
  const source = streamSource(stream, { owner, ports, batchSize, steps, signal, feed });
  const validate = validation(owner, network, options);
  return settled(owner, model, network, source, validate, options);
}

/** How much of a stream is read, and in which pieces. */
interface ReadOptions {
  readonly batchSize: number;
  readonly steps?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Gives each batch of a stream to `use`, and lets the event loop turn in between; closes the stream at the end. */
async function reading<T>(
  owner: string,
  network: Network,
  stream: Stream<unknown>,
  targets: boolean,
  { batchSize, steps = Infinity, signal }: ReadOptions,
  use: (next: () => Promise<Parts | undefined>) => Promise<T>,
): Promise<T> {
  const reader = new Reader(owner, stream, network.topology.inputs, targets, batchSize, signal);
  const breather = new Breather(YIELD_EVERY);
  let step = 0;
  try {
    return await use(async () => {
      if (breather.due) await breather.breathe();
      signal?.throwIfAborted();
      return step++ < steps ? reader.next() : undefined;
    });
  } finally {
    breather.close();
    await reader.close();
  }
}

/** Losses and metrics of a stream. @throws (rejects) ERR_SHAPE if it gives nothing, and what the stream throws */
export async function evaluateStream(
  owner: string,
  network: Network,
  stream: Stream<Item>,
  options: ReadOptions,
): Promise<Logs> {
  const logs = await reading(owner, network, stream, true, options, (next) =>
    network.evaluateStream(async () => {
      const parts = await next();
      return parts && network.feed(owner, parts.x, parts.y, { sampleWeight: parts.sampleWeight });
    }),
  );
  if (logs) return logs;
  throw nothing(owner);
}

/** Predictions of a stream, one tensor an output. @throws (rejects) ERR_SHAPE if it gives nothing */
export async function predictStream(
  owner: string,
  network: Network,
  stream: Stream<unknown>,
  options: ReadOptions,
): Promise<FloatTensor[]> {
  const batches: FloatTensor[][] = [];
  await reading(owner, network, stream, false, options, async (next) => {
    for (let parts = await next(); parts; parts = await next()) {
      batches.push(network.predict(owner, parts.x, Infinity));
    }
  });
  if (batches.length === 0) throw nothing(owner);
  return network.topology.outputs.map((_, i) => joined(batches.map((tensors) => tensors[i]!)));
}

/** Batches one after another. */
function joined(batches: readonly FloatTensor[]): FloatTensor {
  const data = new Float32Array(batches.reduce((sum, batch) => sum + batch.data.length, 0));
  let end = 0;
  for (const batch of batches) {
    data.set(batch.data, end);
    end += batch.data.length;
  }
  return tensor(data, [-1, ...batches[0]!.shape.slice(1)]);
}

const nothing = (owner: string) =>
  new GlissadeError(
    "ERR_SHAPE",
    `${owner}: the dataset must give at least one batch, got none; ` +
      "a generator can be read once only: pass the function that makes it",
  );

/** How a fit's validation data are evaluated; nothing where there are none. */
function validation(owner: string, network: Network, options: CommonOptions): Training["validate"] {
  const { validationData: data, validationSteps: steps, signal } = options;
  if (!data) return undefined;
  const name = `${owner}: validationData`;
  const batchSize = options.validationBatchSize ?? options.batchSize;
  if (!isArrays(data)) {
    const stream = checkStream(name, data);
    return () => evaluateStream(name, network, stream, { batchSize, steps, signal });
  }
  const [x, y, sampleWeight] = data;
  const feed = network.feed(name, x, y, { sampleWeight });
  return () => network.evaluate(feed, batchSize, steps);
}

const isArrays = (data: ValidationData): data is Exclude<ValidationData, Stream<Item>> =>
  Array.isArray(data);

function settled(
  owner: string,
  model: Fitted,
  network: Network,
  source: Source,
  validate: Training["validate"],
  options: CommonOptions,
): Training {
  const { epochs, initialEpoch, batchSize } = options;
  const book = new HistoryBook(options.seed ?? model.seed);
  checkCallbacks(owner, options.callbacks);
  const shown = options.callbacks.some(({ isProgress }) => isProgress);
  const progress = shown ? undefined : progressFor(options.verbose);
  const callbacks: Callback[] = [...options.callbacks, ...(progress ? [progress] : [])];
  const { rows, steps: stepsPerEpoch } = source;
  const validationFreq = validate && options.validationFreq;
  return {
    owner,
    network,
    model,
    source,
    plan: { epochs, initialEpoch, stepsPerEpoch, batchSize, rows, validationFreq },
    book,
    validate,
    validationFreq: options.validationFreq,
    callbacks,
    signal: options.signal,
    yieldEvery: options.yieldEvery,
  };
}
