import type { Logs } from "../compiled.js";
import { GlissadeError, show } from "../error.js";
import type { AnyModel } from "../model.js";
import {
  count,
  field,
  flag,
  isPlainObject,
  leading,
  optional,
  type Options,
  type Resolved,
  resolve,
  shape,
  whole,
} from "../options.js";
import { EventWriter, type WriteBytes } from "../tensorboard/eventWriter.js";
import { type Examples, Exhibition } from "../tensorboard/exhibition.js";
import { graphOf } from "../tensorboard/graph.js";
import { logFields, writing } from "../tensorboard/log.js";
import { isPicture } from "../tensorboard/png.js";
import { scalar, text, type Value } from "../tensorboard/summaries.js";
import { gradientsOf, weightValues } from "../tensorboard/weights.js";
import { studyLog } from "../tensorboard/studyLog.js";
import type { Shape } from "../stage.js";
import type { TuneCallback } from "../tune/watch.js";
import type { Callback, Plan } from "./callback.js";

const isZero = (value: unknown) => value === 0;

export const tensorBoardFields = {
  ...logFields,
  /** Every how many epochs it is written how weights are spread, and gradients of the examples; 0 for never. */
  histogramFreq: whole(0),
  /** Whether the model is drawn. */
  writeGraph: flag(true),
  /** Whether weights are also written as images, as often as their histograms. */
  writeImages: flag(false),
  /** Whether it is written how many steps a second takes. */
  writeStepsPerSecond: flag(false),
  /** When losses and metrics are written: after each epoch, or also after each batch or every so many of them. */
  updateFreq: field<"epoch" | "batch" | number>(
    '"epoch", "batch" or a whole number above 0',
    (value) =>
      value === "epoch" ||
      value === "batch" ||
      (Number.isSafeInteger(value) && (value as number) > 0),
    "epoch",
  ),
  /** There is no profiler. */
  profileBatch: field<0>("0: use the runtime's own profiler, such as node --cpu-prof", isZero, 0),
  /** There is no projector. */
  embeddingsFreq: field<0>("0: embeddings are not projected; use histogramFreq", isZero, 0),
  embeddingsMetadata: optional(
    field<undefined>("left out: embeddings are not projected", () => false),
  ),
  /** Rows and their targets, [x, y], that are predicted again and again and shown. */
  examples: optional(
    field<Examples | undefined>("[x, y]", (value) => Array.isArray(value) && value.length === 2),
  ),
  /** Every how many epochs examples are shown. */
  examplesFreq: count(1),
  /** The shape of examples that are pictures in flat rows. */
  imageShape: optional(
    field<Shape | undefined>(
      "[height, width] or [height, width, channels] with one or three channels",
      (value) => shape().accepts(value) && isPicture(value as Shape),
    ),
  ),
  /** Notes in Markdown, by tag. */
  text: field<Readonly<Record<string, string>>>(
    "an object of texts by tag",
    (value) =>
      isPlainObject(value) && Object.values(value).every((note) => typeof note === "string"),
    {},
  ),
};

type TensorBoardOptions = Options<typeof tensorBoardFields>;

/** Steps a second since it was last asked, or set. */
class Pace {
  private clock = 0;
  private steps = 0;

  set(steps: number): void {
    this.clock = performance.now();
    this.steps = steps;
  }

  /** Nothing where the clock has not moved: these steps count with the next ones then. */
  read(steps: number): number | undefined {
    const [taken, milliseconds] = [steps - this.steps, performance.now() - this.clock];
    if (milliseconds <= 0) return undefined;
    this.set(steps);
    return (1000 * taken) / milliseconds;
  }
}

const scalars = (prefix: string, series: Readonly<Record<string, number | undefined>>) =>
  Object.entries(series).flatMap(([name, value]) =>
    value === undefined ? [] : [scalar(`${prefix}_${name}`, value)],
  );

/** What is written of one fit. */
class FitLog {
  private readonly train: EventWriter;
  private readonly validation: EventWriter;
  private readonly exhibition: Exhibition | undefined;
  private readonly gradients: (() => Value[]) | undefined;
  /** Updates of the model before this fit. */
  private readonly begun: number;
  /** Batches of the run before this fit; where a dataset alone knows its end, known after one epoch. */
  private before: number | undefined;
  /** What the batches came to until then. */
  private readonly held: (readonly [taken: number, values: readonly Value[]])[] = [];
  private readonly epochPace = new Pace();
  private readonly batchPace = new Pace();

  /** @throws ERR_SHAPE, ERR_DTYPE or ERR_NUMERIC if the model cannot take the examples */
  constructor(
    private readonly model: AnyModel,
    private readonly plan: Plan,
    private readonly options: Resolved<typeof tensorBoardFields>,
    write: WriteBytes,
  ) {
    const { logDir, examples, imageShape, histogramFreq } = options;
    const { network } = model;
    this.train = new EventWriter(`${logDir}/train`, write);
    this.validation = new EventWriter(`${logDir}/validation`, write);
    const { initialEpoch, stepsPerEpoch, batchSize } = plan;
    this.begun = this.updates;
    if (initialEpoch === 0) this.before = 0;
    else if (stepsPerEpoch !== undefined) this.before = initialEpoch * stepsPerEpoch;
    if (!examples) return;
    const [x, y] = examples;
    const feed = network.feed("tensorBoard: examples", x, y);
    this.exhibition = new Exhibition(network, x, feed, model.labels, imageShape);
    if (histogramFreq > 0) this.gradients = gradientsOf(network, feed, batchSize);
  }

  async begin(): Promise<void> {
    if (this.options.writeGraph) this.train.graph(graphOf(this.model.network.topology));
    const notes = Object.entries(this.options.text).map(([tag, note]) => text(tag, note));
    await this.train.add(this.plan.initialEpoch, notes);
    await this.train.flush();
  }

  beginEpoch(): void {
    this.epochPace.set(this.taken);
    this.batchPace.set(this.taken);
  }

  async endBatch(logs: Logs, every: number): Promise<void> {
    const { taken, before = 0 } = this;
    if ((before + taken) % every !== 0) return;
    const values = scalars("batch", { ...logs, ...this.paceOf(this.batchPace) });
    if (this.before === undefined) this.held.push([taken, values]);
    else await this.train.add(before + taken, values);
  }

  async endEpoch(epoch: number, { learningRate, ...logs }: Logs): Promise<void> {
    const { taken, model } = this;
    const before = (this.before ??= this.plan.initialEpoch * taken);
    for (const [step, values] of this.held.splice(0)) await this.train.add(before + step, values);
    const entries = Object.entries(logs);
    const series = Object.fromEntries(entries.filter(([name]) => !name.startsWith("val_")));
    const held = entries
      .filter(([name]) => name.startsWith("val_"))
      .map(([name, value]) => [name.slice("val_".length), value] as const);
    const learning_rate = learningRate ?? model.learningRate;
    const pace = this.paceOf(this.epochPace);
    await this.train.add(epoch, scalars("epoch", { ...series, learning_rate, ...pace }));
    await this.validation.add(epoch, scalars("epoch", Object.fromEntries(held)));
    await this.validation.add(
      before + taken,
      held.map(([name, value]) => scalar(`evaluation_${name}_vs_iterations`, value)),
    );
    await this.show(epoch);
    await this.train.flush();
    await this.validation.flush();
  }

  /** Weights, gradients and examples, where it is their turn. */
  private async show(epoch: number): Promise<void> {
    const { histogramFreq, writeImages, examplesFreq } = this.options;
    if (histogramFreq > 0 && epoch % histogramFreq === 0) {
      await this.train.add(epoch, weightValues(this.model.network, writeImages));
      await this.train.add(epoch, this.gradients?.() ?? []);
    }
    if (this.exhibition && epoch % examplesFreq === 0) {
      await this.validation.add(epoch, this.exhibition.values(this.plan.batchSize));
    }
  }

  /** Batches of this fit so far. */
  private get taken(): number {
    return this.updates - this.begun;
  }

  private get updates(): number {
    return this.model.network.compiled!.updater.step;
  }

  private paceOf(pace: Pace): { steps_per_second?: number | undefined } {
    return this.options.writeStepsPerSecond ? { steps_per_second: pace.read(this.taken) } : {};
  }
}

/**
 * Writes a fit for TensorBoard: losses, metrics and learning rate into the runs `train` and `validation` under
 * `logDir`, the model as a graph; if asked, how weights and gradients are spread, images of weights, and of examples
 * precision over recall, confusion matrices, the pictures themselves and a table. Steps are numbers of epochs, from 0, or of
 * batches, from 1. A fit that goes on from `initialEpoch` goes on with its curves: batches before it are as many an epoch as
 * there are in one, or, where a dataset alone knows its end, in the first that is trained, whose batches wait for its end.
 *
 * What waits is written when an epoch ends, and with a batch that comes 2 s after the first that waits: a fit that throws
 * loses no more. What is not asked for costs no step anything.
 *
 * Among the callbacks of `tune` it writes the study for the HParams page: what is searched into `logDir`, each trial into a
 * run of its own, `logDir/trial_0007`, with the objective after each epoch as `epoch_<objective>` and what the trial came to as
 * `<objective>`, `seconds` and `epochs`. A study that goes on writes the trials that ended before anew.
 *
 * @throws ERR_OPTION if an option breaks its rule, or there is an imageShape without examples; ERR_RUNTIME if there are no files and no `write`; when a fit begins
 *   ERR_SHAPE, ERR_DTYPE or ERR_NUMERIC if the model cannot take the examples; during the fit what writing throws.
 * @see Options, directories and tags are Keras's, which knows no `examples` and `text`, puts the model's name before
 *   weights, begins to count batches anew in each fit, and cuts images of weights at 0 and 1 where here they reach from
 *   the least number to the greatest.
 */
export function tensorBoard(
  first?: string | TensorBoardOptions,
  rest?: Omit<TensorBoardOptions, "logDir">,
): Callback & TuneCallback {
  const options = resolve("tensorBoard", tensorBoardFields, leading("logDir", first, rest));
  const { imageShape, examples } = options;
  if (imageShape && !examples) {
    throw new GlissadeError(
      "ERR_OPTION",
      `tensorBoard: imageShape must come with examples, got ${show(imageShape)} alone; give examples: [x, y]`,
    );
  }
  const write = writing("tensorBoard", options.write);
  const every = options.updateFreq === "batch" ? 1 : options.updateFreq;
  let log: FitLog;
  return {
    setModel: (model, plan) => void (log = new FitLog(model as AnyModel, plan, options, write)),
    onTrainBegin: () => log.begin(),
    onEpochBegin: () => log.beginEpoch(),
    ...(every !== "epoch" && { onBatchEnd: (_: number, logs: Logs) => log.endBatch(logs, every) }),
    onEpochEnd: (epoch, logs) => log.endEpoch(epoch, logs),
    ...studyLog(options.logDir, write),
  };
}
