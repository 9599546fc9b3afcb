import { describe, expect, test } from "vitest";
import { compileFields } from "../src/compileOptions.js";
import { csvLoggerFields } from "../src/callbacks/csvLogger.js";
import { earlyStoppingFields } from "../src/callbacks/earlyStopping.js";
import { learningRateSchedulerFields } from "../src/callbacks/learningRateScheduler.js";
import { modelCheckpointFields } from "../src/callbacks/modelCheckpoint.js";
import { reduceLROnPlateauFields } from "../src/callbacks/reduceLROnPlateau.js";
import { terminateOnNaNFields } from "../src/callbacks/terminateOnNaN.js";
import { parseCsv, parseCsvFields } from "../src/csv.js";
import { lrFindFields } from "../src/lrFind.js";
import { groupKFoldFields } from "../src/split/groupKFold.js";
import { kFoldFields } from "../src/split/kFold.js";
import { repeatedKFoldFields } from "../src/split/repeatedKFold.js";
import { timeSeriesFields } from "../src/split/timeSeries.js";
import { trainTestFields } from "../src/split/trainTest.js";
import { booleanFields } from "../src/tabular/boolean.js";
import { categoryFields } from "../src/tabular/category.js";
import { encodeLabelsFields } from "../src/tabular/encodeLabels.js";
import { numberFields } from "../src/tabular/number.js";
import { jsonLoggerFields } from "../src/callbacks/jsonLogger.js";
import { reportFields } from "../src/reporting/fields.js";
import { report } from "../src/reporting/index.js";
import { halvingFields as halvingPrunerFields } from "../src/tune/pruners/halving.js";
import { medianFields } from "../src/tune/pruners/median.js";
import { ashaFields } from "../src/tune/searches/asha.js";
import { gridFields } from "../src/tune/searches/grid.js";
import { halvingFields } from "../src/tune/searches/halving.js";
import { quasiRandomFields } from "../src/tune/searches/quasiRandom.js";
import { randomFields } from "../src/tune/searches/random.js";
import { tpeFields } from "../src/tune/searches/tpe.js";
import { thresholdFields } from "../src/threshold.js";
import { datasetFields } from "../src/dataset/dataset.js";
import { diagnoseFields } from "../src/diagnose.js";
import { readyFields } from "../src/engine.js";
import {
  batchSizeField,
  evaluateDatasetFields,
  evaluateFields,
  fitDatasetFields,
  fitFields,
} from "../src/fitOptions.js";
import { fromBytesFields, toBytesFields } from "../src/formats/glissade.js";
import * as gl from "../src/index.js";
import { initializerFields } from "../src/initializers/members.js";
import { activationFields } from "../src/layers/activation.js";
import { concatenateFields } from "../src/layers/concatenate.js";
import { denseFields } from "../src/layers/dense.js";
import { dotFields } from "../src/layers/dot.js";
import { dropoutFields } from "../src/layers/dropout.js";
import { flattenFields } from "../src/layers/flatten.js";
import { inputFields } from "../src/layers/input.js";
import { mergeFields } from "../src/layers/merge.js";
import { rescalingFields } from "../src/layers/rescaling.js";
import { reshapeFields } from "../src/layers/reshape.js";
import { binaryCrossentropyFields } from "../src/losses/binaryCrossentropy.js";
import { categoricalCrossentropyFields } from "../src/losses/categoricalCrossentropy.js";
import { f1Fields } from "../src/losses/f1.js";
import { meanAbsoluteErrorFields } from "../src/losses/meanAbsoluteError.js";
import { meanSquaredErrorFields } from "../src/losses/meanSquaredError.js";
import { sparseCategoricalCrossentropyFields } from "../src/losses/sparseCategoricalCrossentropy.js";
import * as metricMembers from "../src/metrics/members.js";
import { minimizeFields } from "../src/minimize.js";
import { modelFields } from "../src/modelGraph.js";
import { mnistFields } from "../src/node/datasets.js";
import { datasets } from "../src/node/index.js";
import { adamFields } from "../src/optimizers/adam.js";
import { rmspropFields } from "../src/optimizers/rmsprop.js";
import { sgdFields } from "../src/optimizers/sgd.js";
import type { Fields } from "../src/options.js";
import { classificationReportFields, confusionMatrixFields } from "../src/report.js";
import { cosineDecayFields } from "../src/schedules/cosineDecay.js";
import { cosineDecayRestartsFields } from "../src/schedules/cosineDecayRestarts.js";
import { cyclicFields } from "../src/schedules/cyclic.js";
import { exponentialDecayFields } from "../src/schedules/exponentialDecay.js";
import { inverseTimeDecayFields } from "../src/schedules/inverseTimeDecay.js";
import { linearFields } from "../src/schedules/linear.js";
import { oneCycleFields } from "../src/schedules/oneCycle.js";
import { piecewiseConstantDecayFields } from "../src/schedules/piecewiseConstantDecay.js";
import { polynomialDecayFields } from "../src/schedules/polynomialDecay.js";
import { sequentialFields } from "../src/schedules/sequential.js";
import { stepFields } from "../src/schedules/step.js";
import { refusedBy } from "./rows/refused.js";

const { layers, losses, optimizers, metrics, initializers, callbacks, schedules, split } = gl;

const model = gl.sequential([layers.dense(1, { inputShape: [1] })]);
model.compile({ optimizer: "sgd", loss: "mse" });

/** What takes options: who refuses, what it declares, one set of options that it takes, and the call. */
interface Taker {
  readonly owner: string;
  readonly fields: Fields;
  readonly good?: Record<string, unknown>;
  readonly call: (options: never) => unknown;
}

const named = (family: Record<string, unknown>, fields: Record<string, Fields>): Taker[] =>
  Object.entries(fields).map(([owner, declared]) => ({
    owner,
    fields: declared,
    call: family[owner] as Taker["call"],
  }));

const metricFields = Object.fromEntries(
  Object.keys(metrics).map((name) => [
    name,
    (metricMembers as unknown as Record<string, Fields>)[`${name}Fields`]!,
  ]),
);

const takers: Taker[] = [
  { owner: "input", fields: inputFields, good: { shape: [2] }, call: layers.input },
  { owner: "dense", fields: denseFields, good: { units: 3 }, call: layers.dense },
  { owner: "dropout", fields: dropoutFields, good: { rate: 0.5 }, call: layers.dropout },
  {
    owner: "activation",
    fields: activationFields,
    good: { activation: "relu" },
    call: layers.activation,
  },
  { owner: "rescaling", fields: rescalingFields, good: { scale: 2 }, call: layers.rescaling },
  { owner: "reshape", fields: reshapeFields, good: { targetShape: [2] }, call: layers.reshape },
  { owner: "flatten", fields: flattenFields, call: layers.flatten },
  ...named(layers, {
    add: mergeFields,
    average: mergeFields,
    concatenate: concatenateFields,
    maximum: mergeFields,
    minimum: mergeFields,
    multiply: mergeFields,
    subtract: mergeFields,
  }),
  { owner: "dot", fields: dotFields, good: { axes: 1 }, call: layers.dot },
  ...named(losses, {
    binaryCrossentropy: binaryCrossentropyFields,
    categoricalCrossentropy: categoricalCrossentropyFields,
    f1: f1Fields,
    meanAbsoluteError: meanAbsoluteErrorFields,
    meanSquaredError: meanSquaredErrorFields,
    sparseCategoricalCrossentropy: sparseCategoricalCrossentropyFields,
  }),
  ...named(optimizers, { adam: adamFields, rmsprop: rmspropFields, sgd: sgdFields }),
  {
    owner: "cosineDecay",
    fields: cosineDecayFields,
    good: { initialLearningRate: 0.1, decaySteps: 9 },
    call: schedules.cosineDecay,
  },
  {
    owner: "cosineDecayRestarts",
    fields: cosineDecayRestartsFields,
    good: { initialLearningRate: 0.1, firstDecaySteps: 9 },
    call: schedules.cosineDecayRestarts,
  },
  {
    owner: "cyclic",
    fields: cyclicFields,
    good: { baseLearningRate: 0.01, maxLearningRate: 0.1 },
    call: schedules.cyclic,
  },
  {
    owner: "exponentialDecay",
    fields: exponentialDecayFields,
    good: { initialLearningRate: 0.1, decaySteps: 9, decayRate: 0.5 },
    call: schedules.exponentialDecay,
  },
  {
    owner: "inverseTimeDecay",
    fields: inverseTimeDecayFields,
    good: { initialLearningRate: 0.1, decaySteps: 9, decayRate: 0.5 },
    call: schedules.inverseTimeDecay,
  },
  {
    owner: "linear",
    fields: linearFields,
    good: { learningRate: 0.1, totalSteps: 9 },
    call: schedules.linear,
  },
  {
    owner: "oneCycle",
    fields: oneCycleFields,
    good: { maxLearningRate: 0.01, totalSteps: 10 },
    call: schedules.oneCycle,
  },
  {
    owner: "piecewiseConstantDecay",
    fields: piecewiseConstantDecayFields,
    good: { boundaries: [3], values: [0.1, 0.01] },
    call: schedules.piecewiseConstantDecay,
  },
  {
    owner: "polynomialDecay",
    fields: polynomialDecayFields,
    good: { initialLearningRate: 0.1, decaySteps: 9 },
    call: schedules.polynomialDecay,
  },
  {
    owner: "schedules.sequential",
    fields: sequentialFields,
    good: { schedules: [0.1, 0.01], milestones: [3] },
    call: schedules.sequential,
  },
  {
    owner: "step",
    fields: stepFields,
    good: { initialLearningRate: 0.1, stepSize: 3 },
    call: schedules.step,
  },
  ...named(metrics, metricFields),
  ...named(initializers, initializerFields),
  {
    owner: "csvLogger",
    fields: csvLoggerFields,
    good: { filename: "log.csv" },
    call: callbacks.csvLogger,
  },
  { owner: "earlyStopping", fields: earlyStoppingFields, call: callbacks.earlyStopping },
  {
    owner: "learningRateScheduler",
    fields: learningRateSchedulerFields,
    good: { schedule: () => 0.1 },
    call: callbacks.learningRateScheduler,
  },
  {
    owner: "modelCheckpoint",
    fields: modelCheckpointFields,
    good: { filepath: "best.safetensors" },
    call: callbacks.modelCheckpoint,
  },
  { owner: "progressBar", fields: {}, call: callbacks.progressBar },
  {
    owner: "reduceLROnPlateau",
    fields: reduceLROnPlateauFields,
    call: callbacks.reduceLROnPlateau,
  },
  {
    owner: "jsonLogger",
    fields: jsonLoggerFields,
    call: (options) => callbacks.jsonLogger({ write: () => undefined, ...(options as object) }),
  },
  { owner: "terminateOnNaN", fields: terminateOnNaNFields, call: callbacks.terminateOnNaN },
  {
    owner: "compile",
    fields: compileFields,
    good: { optimizer: "sgd", loss: "mse" },
    call: (options) => model.compile(options),
  },
  { owner: "fit", fields: fitFields, call: (options) => model.fit([[1]], [1], options) },
  {
    owner: "evaluate",
    fields: evaluateFields,
    call: (options) => model.evaluate([[1]], [1], options),
  },
  {
    owner: "fitDataset",
    fields: fitDatasetFields,
    call: (options) => model.fitDataset([[[[1]], [1]]], options),
  },
  {
    owner: "evaluateDataset",
    fields: evaluateDatasetFields,
    call: (options) => model.evaluateDataset([[[[1]], [1]]], options),
  },
  {
    owner: "predictDataset",
    fields: evaluateDatasetFields,
    call: (options) => model.predictDataset([[[1]]], options),
  },
  {
    owner: "minimize",
    fields: minimizeFields,
    good: { optimizer: "sgd", steps: 1 },
    call: (options) => gl.minimize(([x]) => ({ value: x! * x!, gradient: [2 * x!] }), [1], options),
  },
  {
    owner: "diagnose",
    fields: diagnoseFields,
    call: (options) => gl.diagnose(model, [[1], [2]], [1, 2], options),
  },
  { owner: "toBytes", fields: toBytesFields, call: (options) => gl.toBytes(model, options) },
  {
    owner: "fromBytes",
    fields: fromBytesFields,
    call: (options) => gl.fromBytes(gl.toBytes(model), options),
  },
  {
    owner: "dataset.batch",
    fields: datasetFields.batch,
    call: (options) => gl.dataset([1]).batch(1, options),
  },
  { owner: "predict", fields: batchSizeField, call: (options) => model.predict([[1]], options) },
  { owner: "sequential", fields: modelFields, call: (options) => gl.sequential([], options) },
  { owner: "ready", fields: readyFields, call: gl.ready },
  {
    owner: "confusionMatrix",
    fields: confusionMatrixFields,
    call: (options) => gl.confusionMatrix([0], [0], options),
  },
  {
    owner: "classificationReport",
    fields: classificationReportFields,
    call: (options) => gl.classificationReport([0], [0], options),
  },
  ...named(split, {
    groupKFold: groupKFoldFields,
    kFold: kFoldFields,
    repeatedKFold: repeatedKFoldFields,
    timeSeries: timeSeriesFields,
    trainTest: trainTestFields,
  }),
  ...Object.entries({
    number: numberFields,
    category: categoryFields,
    boolean: booleanFields,
  }).map(([type, fields]) => ({
    owner: `columns: ${type}`,
    fields,
    call: (options: object) =>
      gl.columns([{ number: 1, category: "a", boolean: true }], {
        [type]: { type, ...options },
      } as never),
  })),
  {
    owner: "encodeLabels",
    fields: encodeLabelsFields,
    good: { labels: ["a"] },
    call: (options) => gl.encodeLabels(["a"], options),
  },
  {
    owner: "threshold",
    fields: thresholdFields,
    call: (options) => gl.threshold([0.1, 0.2], [0, 1], options),
  },
  {
    owner: "lrFind",
    fields: lrFindFields,
    call: (options) => gl.lrFind(model, [[1]], [1], options),
  },
  { owner: "search.random", fields: randomFields, good: { trials: 3 }, call: gl.search.random },
  { owner: "search.grid", fields: gridFields, call: gl.search.grid },
  {
    owner: "search.quasiRandom",
    fields: quasiRandomFields,
    good: { trials: 3 },
    call: gl.search.quasiRandom,
  },
  { owner: "search.halving", fields: halvingFields, good: { trials: 3 }, call: gl.search.halving },
  { owner: "search.asha", fields: ashaFields, good: { trials: 3 }, call: gl.search.asha },
  { owner: "search.tpe", fields: tpeFields, good: { trials: 3 }, call: gl.search.tpe },
  { owner: "pruners.median", fields: medianFields, call: gl.pruners.median },
  { owner: "pruners.halving", fields: halvingPrunerFields, call: gl.pruners.halving },
  {
    owner: "report",
    fields: reportFields,
    call: (options) => report({ epoch: [0], loss: [1] } as never, options),
  },
  { owner: "parseCsv", fields: parseCsvFields, call: (options) => parseCsv("a\n1", options) },
  { owner: "datasets.mnist", fields: mnistFields, call: datasets.mnist },
];

/** The refusal of a call, thrown or rejected. */
async function refusal({ call, good }: Taker, options: Record<string, unknown>) {
  try {
    await call({ ...good, ...options } as never);
  } catch (error) {
    return error as gl.GlissadeError;
  }
  return undefined;
}

describe.each(takers.map((taker) => [taker.owner, taker] as const))("%s", (owner, taker) => {
  const cases = Object.entries(taker.fields).flatMap(([name, { rule }]) =>
    refusedBy(rule).map((value) => ({ name, value, rule })),
  );

  test("takes what it says it needs", async () => {
    if (owner === "ready" || owner === "datasets.mnist") return;
    expect(await refusal(taker, {})).toBeUndefined();
  });

  test("refuses values that break the rules of its fields", async () => {
    for (const { name, value, rule } of cases) {
      const error = await refusal(taker, { [name]: value });
      const given = `${owner}: ${name}: ${String(value)}`;
      expect(error, given).toBeInstanceOf(gl.GlissadeError);
      expect(error!.code, given).toBe("ERR_OPTION");
      expect(error!.message, given).toMatch(new RegExp(`^${owner.replace(".", "\\.")}: `));
      expect(error!.message, given).toContain(rule);
      expect(error!.message, given).toMatch(/, got ./);
    }
  });

  test("refuses an option that it does not have, and what is no object", async () => {
    const error = await refusal(taker, { noSuchOption: 1 });
    expect(error).toMatchObject({ code: "ERR_OPTION" });
    expect(error!.message).toContain('no option "noSuchOption"');
  });

  test("says which option is missing", async () => {
    for (const [name, { needed }] of Object.entries(taker.fields)) {
      if (!needed) continue;
      const error = await refusal(taker, { [name]: undefined });
      expect(error!.message).toMatch(new RegExp(`${name} must be given, got nothing`));
    }
  });
});

describe("names", () => {
  const build = (activation: string) => layers.dense(3, { inputShape: [2], activation });
  const compile = (loss: string, optimizer = "sgd", metric = "accuracy") => {
    const made = gl.sequential([build("linear")]);
    made.compile({ loss, optimizer, metrics: [metric] });
    made.dispose();
  };

  test("are taken in Keras's and our spelling, and in short forms", () => {
    for (const loss of [
      "mse",
      "mean_squared_error",
      "meanSquaredError",
      "MeanSquaredError",
      "cce",
      "sparse_categorical_crossentropy",
    ]) {
      compile(loss, "RMSprop", "acc");
    }
    layers.dense(1, { kernelInitializer: "he_normal" });
  });

  test("near misses are pointed out, strangers get the list", () => {
    expect(() => compile("meanSquaredEror")).toThrow(/did you mean "meanSquaredError"/);
    expect(() => compile("mse", "adan")).toThrow(/optimizer "adan"; did you mean "adam"/);
    expect(() => build("swish")).toThrow(/activation "swish"; it has .*relu/);
    expect(() => optimizers.adam({ beta_1: 0.5 } as never)).toThrow(
      /no option "beta_1"; did you mean "beta1"/,
    );
  });
});

test("one clipper at most", () => {
  expect(() => optimizers.sgd({ clipNorm: 1, clipValue: 1 })).toThrow(
    /at most one.*clipNorm and clipValue/,
  );
});

test("a bare value stands for the one option that must be given", () => {
  expect(layers.dense(4).definition.options).toEqual(layers.dense({ units: 4 }).definition.options);
  expect(layers.dropout(0.5).definition.options).toEqual({ rate: 0.5 });
});
