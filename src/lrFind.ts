import { Breather } from "./breather.js";
import type { Compiled } from "./compiled.js";
import { twinOf } from "./diagnosis/examined.js";
import { engine } from "./engine.js";
import { GlissadeError } from "./error.js";
import type { Named } from "./feed.js";
import { fitFields, YIELD_EVERY } from "./fitOptions.js";
import { type AnyModel, checkModel } from "./model.js";
import { optimizerOf } from "./optimizers/base.js";
import { count, fraction, type Options, positive, type Resolved, resolve } from "./options.js";
import { arraySource, type Source } from "./source.js";
import { type Data, isTensor } from "./tensor.js";

const { batchSize, classWeight, sampleWeight, seed, signal } = fitFields;

export const lrFindFields = {
  /** The first rate. */
  minLearningRate: positive(1e-7),
  /** The last one, unless the loss diverges before. */
  maxLearningRate: positive(10),
  /** Batches, each with the next rate; after the last row they begin anew. */
  steps: count(100),
  /** Share of the smoothed loss that the next batch leaves as it is. */
  beta: fraction(0.98),
  /** The loss has diverged where its smoothed form is so many times the least that it was. */
  divergence: positive(4),
  batchSize,
  sampleWeight,
  classWeight,
  seed,
  signal,
};

export type LRFindOptions = Options<typeof lrFindFields>;

/** How the loss goes as the learning rate rises, one entry a batch. */
export interface LRCurve {
  readonly learningRates: readonly number[];
  /** The loss of each batch, before the update by its rate. */
  readonly losses: readonly number[];
  readonly smoothed: readonly number[];
  /** The rate at which the loss falls fastest; nothing where it never falls. */
  readonly suggestion: number | undefined;
  toString(): string;
}

/** Share of the batches at the beginning in which chance still rules the loss. */
const SKIPPED = 0.1;
/** Share of the batches on both sides of one that count for the slope there. */
const NEAR = 0.08;

/**
 * Trains a copy of the model on batch after batch while the rate rises geometrically, and suggests the rate at which
 * the loss falls fastest over the logarithm of the rate. The model stays as it is; its optimizer counts, its rate or
 * schedule does not.
 *
 * smoothedₜ = mₜ/(1 − βᵗ), mₜ = β·mₜ₋₁ + (1 − β)·lossₜ. It comes late, so it tells only where the loss is least; slopes
 * before that are those of least-squares lines through the losses themselves.
 *
 * @throws (rejects) as `fit` does; ERR_OPTION if an option breaks its rule, or the rates do not rise; ERR_NUMERIC if the
 *   very first loss is not finite; the signal's reason when aborted.
 * @see Smith 2017, arXiv 1506.01186. PyTorch Lightning and fastai's "steep" look for the steepest descent too, but of
 *   the smoothed loss and up to the end; fastai's default looks for the longest valley.
 */
export async function lrFind(
  model: AnyModel,
  x: Named<Data>,
  y: Named<Data>,
  given?: LRFindOptions,
): Promise<LRCurve> {
  const options = resolve("lrFind", lrFindFields, given);
  const { minLearningRate, maxLearningRate, steps, sampleWeight, classWeight, signal } = options;
  checkModel("lrFind", model);
  if (minLearningRate >= maxLearningRate) {
    throw new GlissadeError(
      "ERR_OPTION",
      `lrFind: maxLearningRate must be above minLearningRate, got ${maxLearningRate} and ${minLearningRate}; ` +
        "let rates rise",
    );
  }
  signal?.throwIfAborted();
  // Some models learn the shape of a row from data.
  if (!model.isBuilt) model.predict(firstRow(x));
  const { network } = model;
  network.checkFree("lrFind");
  const { optimizer } = network.checkCompiled("lrFind").options;
  const feed = network.feed("lrFind", x, y, { sampleWeight, classWeight });
  const constant = { ...optimizerOf("lrFind", optimizer), learningRate: minLearningRate };
  const twin = twinOf(model, constant);
  try {
    const source = arraySource(feed, options.batchSize, steps, options.seed ?? model.seed);
    return await climb(twin.network.compiled!, source, options);
  } finally {
    twin.dispose();
  }
}

function firstRow(x: Named<Data>): Named<Data> {
  if (isTensor(x)) return x.take(0, 1);
  return Array.isArray(x) ? (x.slice(0, 1) as Data) : x;
}

/** Batch after batch, each with a higher rate, as long as the loss does not diverge. */
async function climb(
  compiled: Compiled,
  source: Source,
  options: Resolved<typeof lrFindFields>,
): Promise<LRCurve> {
  const { minLearningRate, maxLearningRate, steps, beta, divergence, signal } = options;
  const { scalarExp, scalarLog } = engine().kernels;
  const factor = scalarExp(scalarLog(maxLearningRate / minLearningRate) / Math.max(1, steps - 1));
  const breather = new Breather(YIELD_EVERY);
  const [learningRates, losses, smoothed]: number[][] = [[], [], []];
  let [rate, mean, kept, least] = [minLearningRate, 0, 1, Infinity];
  compiled.begin();
  source.begin(0);
  try {
    for (let batch = await source.next(); batch; batch = await source.next()) {
      signal?.throwIfAborted();
      compiled.updater.learningRate = rate;
      compiled.reset("train");
      compiled.trainStep(batch);
      const loss = compiled.logs("train").loss!;
      if (!Number.isFinite(loss)) break;
      mean = beta * mean + (1 - beta) * loss;
      kept *= beta;
      const smooth = mean / (1 - kept);
      learningRates!.push(rate);
      losses!.push(loss);
      smoothed!.push(smooth);
      if (least > 0 && smooth > divergence * least) break;
      least = Math.min(least, smooth);
      rate *= factor;
      if (breather.due) await breather.breathe();
    }
  } finally {
    breather.close();
  }
  return curveOf(learningRates!, losses!, smoothed!);
}

function curveOf(learningRates: number[], losses: number[], smoothed: number[]): LRCurve {
  if (losses.length === 0) {
    throw new GlissadeError(
      "ERR_NUMERIC",
      "lrFind: the loss must be finite before anything is trained, got NaN or infinity; " +
        "diagnose(model, x, y) tells why",
    );
  }
  const suggestion = learningRates[steepestOf(losses, smoothed)];
  const toString = () => tableOf(learningRates, smoothed, suggestion);
  return { learningRates, losses, smoothed, suggestion, toString };
}

/** The batch where the line through the losses about it falls most; −1 where none falls. */
function steepestOf(losses: readonly number[], smoothed: readonly number[]): number {
  const first = Math.floor(SKIPPED * losses.length);
  const near = Math.max(1, Math.round(NEAR * losses.length));
  let last = first;
  smoothed.forEach((value, i) => {
    if (i > first && value < smoothed[last]!) last = i;
  });
  let steepest = -1;
  let least = 0;
  for (let i = first; i <= last; i++) {
    const slope = slopeOf(losses, Math.max(first, i - near), Math.min(last, i + near));
    if (slope < least) [least, steepest] = [slope, i];
  }
  return steepest;
}

/** The slope of the least-squares line through values from … to, one apart. */
function slopeOf(values: readonly number[], from: number, to: number): number {
  const middle = (from + to) / 2;
  let [sum, squares] = [0, 0];
  for (let i = from; i <= to; i++) {
    sum += (i - middle) * values[i]!;
    squares += (i - middle) * (i - middle);
  }
  return squares > 0 ? sum / squares : 0;
}

/** Lines of the table. */
const MOST_LINES = 20;

/** Some of the rates, each with its smoothed loss, and what is suggested. */
function tableOf(
  learningRates: readonly number[],
  smoothed: readonly number[],
  suggestion: number | undefined,
): string {
  const every = Math.ceil(learningRates.length / MOST_LINES);
  const lines = learningRates.flatMap((rate, i) =>
    i % every === 0
      ? [`${rate.toExponential(1).padStart(13)}  ${smoothed[i]!.toPrecision(4)}`]
      : [],
  );
  const advice =
    suggestion === undefined
      ? "the loss never falls: no rate can be suggested"
      : `the loss falls fastest at ${suggestion.toExponential(1)}`;
  return ["learning rate  smoothed loss", ...lines, advice].join("\n");
}
