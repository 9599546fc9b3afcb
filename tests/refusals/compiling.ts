import {
  type AnyLoss,
  type AnyModel,
  type AnyMetric,
  type CompileOptions,
  layers,
  losses,
  metrics,
  optimizers,
  schedules,
  sequential,
} from "../../src/index.js";
import {
  classifier,
  hot,
  promised,
  regression,
  type Row,
  row,
  twoOfEach,
  unbuilt,
  x,
  y,
} from "./row.js";

type Wrong = { readonly [Name in keyof CompileOptions]?: unknown };

/** A compilation with one thing wrong. */
const compile = (title: string, wrong: Wrong, make?: Row["make"]) =>
  row(
    "ERR_OPTION",
    `compile: ${title}`,
    (model) => model.compile({ optimizer: "sgd", loss: "mse", ...wrong } as CompileOptions),
    make && { make },
  );

/** A layer's activation and a loss that contradict each other. */
const clash = (title: string, activation: string, loss: AnyLoss, units = 3) =>
  compile(title, { loss }, () => {
    const { model } = classifier({ loss: "mse" }, activation, units);
    return { model, x, y: units === 1 ? y : hot };
  });

const batch = [[[1, 2]], [[1, 0, 0]]] as const;
const recompile = (...models: AnyModel[]) => {
  for (const model of models) model.compile({ optimizer: "sgd", loss: "mse" });
};

/** A batch that a loss, a metric or a schedule of one's own spoils: compiled anew, the model goes on. */
const spoilt = (
  code: Row["code"],
  title: string,
  options: Partial<CompileOptions>,
  after: Row["after"] = recompile,
): Row =>
  row(code, title, (model) => model.trainOnBatch(...batch), {
    make: () => regression(options),
    after,
  });

const gradient = new Float32Array(3);
const own = (evaluate: () => unknown) => ({ loss: { type: "own", evaluate } as AnyLoss });
const watch = (name: string, watched: () => unknown) => {
  Object.defineProperty(watched, "name", { value: name });
  return { metrics: [watched as AnyMetric] };
};

/** `compile`, and members of one's own. */
export const compiling: Row[] = [
  compile("no optimizer", { optimizer: undefined }),
  compile("an optimizer that is a number", { optimizer: 0.01 }),
  compile("an optimizer that was not called", { optimizer: optimizers.adam }),
  compile("an optimizer misspelt", { optimizer: "adan" }),
  compile("an optimizer that nobody has", { optimizer: "lion" }),
  compile("no loss", { loss: undefined }),
  compile("a loss that is a number", { loss: 3 }),
  compile("a loss misspelt", { loss: "meanSquaredErorr" }),
  compile("a loss that was not called", { loss: losses.meanAbsoluteError }),
  compile("a loss that is a promise", { loss: promised("mse") }),
  compile("a loss for an output that is not there", { loss: { lost: "mse" } }),
  compile("no loss for any output", { loss: {} }, twoOfEach),
  compile(
    "metrics of an output without a loss",
    { loss: { p: "mse" }, metrics: { q: ["mae"] } },
    twoOfEach,
  ),
  compile("losses in an array", { loss: ["mse", "mse"] }, twoOfEach),
  compile("weights of losses below 0", { lossWeights: -1 }),
  compile("one metric without an array", { metrics: "accuracy" }),
  compile("one list of metrics for two outputs", { metrics: ["mae"] }, twoOfEach),
  compile("a metric that is none", { metrics: [3] }),
  compile("a metric misspelt", { weightedMetrics: ["acuracy"] }),
  compile("a metric that was not called", { metrics: [metrics.accuracy] }),
  compile("an option misspelt", { metric: ["accuracy"] } as Wrong),
  row(
    "ERR_OPTION",
    "compile: wrong, as it turns out once the model is built",
    (model) => model.fit(x, y),
    {
      make() {
        const model = sequential([layers.dense(3, { activation: "tanh" })]);
        model.compile({ optimizer: "sgd", loss: "sparseCategoricalCrossentropy" });
        return { model, x, y: hot };
      },
      after: recompile,
    },
  ),
  row("ERR_OPTION", "compile: a name alone", (model) => model.compile("adam" as never), {
    make: unbuilt,
  }),
  clash("softmax under logits", "softmax", losses.categoricalCrossentropy({ fromLogits: true })),
  clash(
    "a linear layer under probabilities",
    "linear",
    losses.binaryCrossentropy({ fromLogits: false }),
  ),
  clash("relu under a cross-entropy", "relu", "sparseCategoricalCrossentropy"),
  clash("relu under F1", "relu", "f1"),
  clash("one column of exclusive classes", "linear", "categoricalCrossentropy", 1),

  row("ERR_OPTION", "adam: two clippers", () => optimizers.adam({ clipNorm: 1, clipValue: 1 })),
  row("ERR_OPTION", "sgd: a rate below 0", () => optimizers.sgd({ learningRate: -0.1 })),
  row("ERR_OPTION", "sgd: rates in an array", () =>
    optimizers.sgd({ weightDecay: 0.1, learningRate: [0.1, 0.01] as never }),
  ),
  row("ERR_OPTION", "rmsprop: a rate for all options", () => optimizers.rmsprop(0.01 as never)),
  row("ERR_OPTION", "oneCycle: no number of steps", () =>
    schedules.oneCycle({ maxLearningRate: 0.01 } as never),
  ),
  row("ERR_OPTION", "oneCycle: PyTorch's name of an option", () =>
    schedules.oneCycle({ maxLearningRate: 0.01, totalSteps: 9, anneal: "cos" as never }),
  ),
  row("ERR_OPTION", "f1: a mean that nobody has", () => losses.f1({ average: "mean" as never })),
  compile("a rule whose update is no function", { optimizer: { type: "own", update: 3 } }),
  compile("a rule that names its slots by a number", { optimizer: { update() {}, slots: 2 } }),
  compile("a rule whose factors are percents", { optimizer: { update() {}, decays: [90] } }),
  compile("a rule with a slash in its name", { optimizer: { type: "a/b", update() {} } }),
  compile("a loss of one's own whose targets are none", {
    loss: { evaluate: () => 0, targets: "hot" },
  }),
  compile("a loss of one's own whose name is a number", { loss: { evaluate: () => 0, type: 3 } }),
  compile("a metric of one's own with options in an array", {
    metrics: [{ reset() {}, update() {}, result: () => 0, options: [] }],
  }),
  compile("a metric of one's own without result", { metrics: [{ reset() {}, update() {} }] }),

  spoilt(
    "ERR_OPTION",
    "own loss: gives nothing",
    own(() => undefined),
  ),
  spoilt(
    "ERR_OPTION",
    "own loss: gives no gradient",
    own(() => ({ loss: 1 })),
  ),
  spoilt(
    "ERR_OPTION",
    "own loss: async",
    own(async () => ({ loss: 1, gradient })),
  ),
  spoilt(
    "ERR_OPTION",
    "own loss: a text for the loss",
    own(() => ({ loss: "1", gradient })),
  ),
  spoilt(
    "ERR_SHAPE",
    "own loss: too short a gradient",
    own(() => ({ loss: 1, gradient: [1] })),
  ),
  spoilt(
    "ERR_SHAPE",
    "own loss: losses for other rows",
    own(() => ({ loss: [1, 2], gradient })),
  ),
  spoilt(
    "ERR_DTYPE",
    "own loss: a gradient of texts",
    own(() => ({ loss: 1, gradient: ["a"] })),
  ),
  spoilt(
    "ERR_DTYPE",
    "own loss: a gradient that is a number",
    own(() => ({ loss: 1, gradient: 1 })),
  ),
  spoilt(
    "ERR_OPTION",
    "own metric: gives nothing",
    watch("none", () => undefined),
  ),
  spoilt(
    "ERR_OPTION",
    "own metric: async",
    watch("late", async () => 1),
  ),
  spoilt(
    "ERR_SHAPE",
    "own metric: values for other rows",
    watch("few", () => [1, 2]),
  ),
  // It is asked for its result after the step.
  spoilt(
    "ERR_OPTION",
    "own metric: a result that is a text",
    { metrics: [{ name: "text", reset() {}, update() {}, result: () => "1" as never }] },
    (model, twin) => {
      recompile(model, twin);
      twin.trainOnBatch(...batch);
    },
  ),
  spoilt("ERR_OPTION", "schedule: gives nothing", {
    optimizer: optimizers.sgd({ learningRate: () => undefined as never }),
  }),
  spoilt("ERR_OPTION", "schedule: async", {
    optimizer: optimizers.adam({ learningRate: (async () => 0.1) as never }),
  }),
];
