import { losses, metrics, minimize, type Model, tensor } from "../../src/index.js";
import { promised, regression, type Row, row, twoOfEach, x, y } from "./row.js";

const mse = losses.meanSquaredError();
const scce = losses.sparseCategoricalCrossentropy();
const values = [[1, 2]];

/** A metric by itself that has seen a batch of two columns. */
const begun = () => {
  const metric = metrics.accuracy();
  metric.update({ prediction: values, target: values });
  return metric;
};

/** A search with one thing wrong. */
const search = (
  code: Row["code"],
  title: string,
  found: unknown,
  theta: unknown = [1, 2],
  options = {},
) =>
  row(code, `minimize: ${title}`, () =>
    minimize((typeof found === "function" ? found : () => found) as never, theta as never, {
      optimizer: "sgd",
      steps: 2,
      ...options,
    }),
  );
const good = { value: 1, gradient: [0, 1] };

/** Calls on one batch, weights, losses and metrics by themselves, minimize. */
export const calls: Row[] = [
  row("ERR_SHAPE", "predict: rows that only need another shape", (model) =>
    model.predict([[[1], [2]]]),
  ),
  row("ERR_SHAPE", "predict: one row without its batch", (model) => model.predict([1, 2])),
  row("ERR_SHAPE", "predict: one input of two", (model) => model.predict(x), { make: twoOfEach }),
  row("ERR_DTYPE", "predict: a promise", (model) => model.predict(promised(x))),
  row("ERR_DTYPE", "predict: a Map", (model) => model.predict(new Map() as never)),
  row("ERR_DTYPE", "predictOnBatch: a text", (model) => model.predictOnBatch("1, 2" as never)),
  row("ERR_OPTION", "predict: no rows a step", (model) => model.predict(x, { batchSize: 0 })),
  row("ERR_OPTION", "predict: a number for all options", (model) => model.predict(x, 32 as never)),
  row("ERR_NUMERIC", "evaluate: labels that are not whole", (model) =>
    model.evaluate(x, [0.5, 1, 2]),
  ),
  row("ERR_NUMERIC", "evaluate: infinite weights", (model) =>
    model.evaluate(x, y, { sampleWeight: [1, Infinity, 1] }),
  ),
  row("ERR_OPTION", "evaluate: an option of fit", (model) =>
    model.evaluate(x, y, { epochs: 1 } as never),
  ),
  row("ERR_SHAPE", "evaluate: targets for other rows", (model) => model.evaluate(x, [[1, 1, 1]]), {
    make: regression,
  }),
  row("ERR_OPTION", "trainOnBatch: weights in the place of options", (model) =>
    model.trainOnBatch(x, y, [1, 2, 1] as never),
  ),
  row(
    "ERR_OPTION",
    "trainOnBatch: one class weight for two outputs",
    (model) =>
      model.trainOnBatch({ a: x, b: x }, { p: y, q: [1, 2, 3] }, { classWeight: { 0: 2 } }),
    { make: twoOfEach },
  ),
  row("ERR_OPTION", "testOnBatch: an option misspelt", (model) =>
    model.testOnBatch(x, y, { sampleWeights: [1, 1, 1] } as never),
  ),
  row("ERR_SHAPE", "testOnBatch: no rows", (model) => model.testOnBatch([], [])),
  row("ERR_NUMERIC", "gradients: labels below 0", (model) => model.gradients(x, [0, 1, -2])),
  row("ERR_SHAPE", "applyGradients: one of two", (model) =>
    model.applyGradients(model.gradients(x, y).gradients.slice(1)),
  ),
  row("ERR_SHAPE", "applyGradients: in the wrong order", (model) =>
    model.applyGradients(model.gradients(x, y).gradients.reverse()),
  ),
  row("ERR_DTYPE", "applyGradients: nothing for one", (model) =>
    model.applyGradients([model.gradients(x, y).gradients[0]!, null as never]),
  ),
  row("ERR_SHAPE", "applyGradients: with the loss beside them", (model) =>
    model.applyGradients(model.gradients(x, y) as never),
  ),

  row("ERR_SHAPE", "setWeights: too few", (model) => model.setWeights([tensor([[1, 2]])])),
  row("ERR_SHAPE", "setWeights: another shape, after one that fits", (model) =>
    model.setWeights([
      tensor([
        [9, 9, 9],
        [9, 9, 9],
      ]),
      tensor([1]),
    ]),
  ),
  row("ERR_DTYPE", "setWeights: a text among numbers", (model) =>
    model.setWeights([
      [
        [1, 2, 3],
        [4, 5, 6],
      ],
      ["1", 2, 3],
    ] as never),
  ),
  row("ERR_SHAPE", "setWeights: a layer gets a number", (model) =>
    (model as Model).layers[0]!.setWeights(3 as never),
  ),
  row("ERR_OPTION", "learningRate: below 0", (model) => void (model.learningRate = -1)),
  row("ERR_OPTION", "learningRate: a text", (model) => void (model.learningRate = "0.1" as never)),
  row("ERR_OPTION", "trainable: a text", (model) => frozen(model, { trainable: "no" })),
  row("ERR_OPTION", "learningRateMultiplier: NaN", (model) =>
    frozen(model, { learningRateMultiplier: NaN }),
  ),

  row("ERR_OPTION", "a loss alone: nothing", () => mse.evaluate(undefined as never)),
  row("ERR_OPTION", "a loss alone: a name misspelt", () =>
    mse.evaluate({ predictions: values, target: values } as never),
  ),
  row("ERR_OPTION", "a loss alone: a prediction that is a promise", () =>
    mse.evaluate({ prediction: promised(values), target: values }),
  ),
  row("ERR_SHAPE", "a loss alone: targets of another width", () =>
    mse.evaluate({ prediction: values, target: [[1, 2, 3]] }),
  ),
  row("ERR_SHAPE", "a loss alone: targets for other rows", () =>
    scce.evaluate({ prediction: values, target: [0, 1] }),
  ),
  row("ERR_SHAPE", "a loss alone: weights for other rows", () =>
    mse.evaluate({ prediction: values, target: values, weight: [1, 1] }),
  ),
  row("ERR_NUMERIC", "a loss alone: a class beyond the columns", () =>
    scce.evaluate({ prediction: values, target: [2] }),
  ),
  row("ERR_OPTION", "a loss alone: one column of exclusive classes", () =>
    scce.evaluate({ prediction: [[1]], target: [0] }),
  ),
  row("ERR_DTYPE", "a metric alone: texts", () =>
    metrics.f1().update({ prediction: values, target: ["cat"] as never }),
  ),
  row("ERR_SHAPE", "a metric alone: other columns than before", () =>
    begun().update({ prediction: [[1, 2, 3]], target: [[1, 2, 3]] }),
  ),
  row("ERR_OPTION", "a metric alone: a threshold of 2", () => metrics.precision({ threshold: 2 })),

  search("ERR_OPTION", "no optimizer", good, [1, 2], { optimizer: undefined }),
  search("ERR_OPTION", "a function that gives a number", 3),
  search("ERR_OPTION", "an async function", async () => good),
  search("ERR_OPTION", "a gradient of texts", { value: 1, gradient: ["0", "1"] }),
  search("ERR_SHAPE", "a gradient for other numbers", { value: 1, gradient: [1] }),
  search("ERR_SHAPE", "no numbers", good, []),
  search("ERR_SHAPE", "a tensor of numbers", good, tensor([1, 2])),
  search("ERR_NUMERIC", "a value that is NaN", { value: NaN, gradient: [0, 1] }),
  row("ERR_OPTION", "minimize: the numbers before the function", () =>
    minimize([1, 2] as never, (() => good) as never, { optimizer: "sgd" }),
  ),
];

/** Trains with a setting that was spoilt by hand, then takes it back. */
function frozen(model: Parameters<Row["run"]>[0], wrong: object): unknown {
  const layer = model.layers[0]!;
  const { trainable, learningRateMultiplier } = layer;
  Object.assign(layer, wrong);
  try {
    return model.trainOnBatch(x, y);
  } finally {
    Object.assign(layer, { trainable, learningRateMultiplier });
  }
}
