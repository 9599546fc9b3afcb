import {
  type AnyModel,
  dataset,
  fromBytes,
  layers,
  optimizers,
  ready,
  toBytes,
} from "../../src/index.js";
import { save } from "../../src/node/index.js";
import { classifier, type Row, row, type Subject, uncompiled, x, y } from "./row.js";

const before = (title: string, run: Row["run"]) =>
  row("ERR_STATE", `${title} before compile`, run, { make: uncompiled });

/** A method of a model that was disposed. */
const gone = (title: string, run: (model: AnyModel) => unknown) =>
  row(
    "ERR_STATE",
    `${title} after dispose`,
    (model) => {
      model.dispose();
      return run(model);
    },
    { after: "disposed" },
  );

/** A method that is called from a hook: the fit ends with its refusal, the last completed step stays. */
const during = (title: string, run: (model: AnyModel) => unknown) =>
  row("ERR_STATE", `${title} during a fit`, (model) =>
    model.fit(x, y, { callbacks: [{ onEpochBegin: () => run(model) }] }),
  );

/** Rates that are a schedule's. */
const scheduled = (): Subject =>
  classifier({ optimizer: optimizers.sgd({ learningRate: (step) => 0.1 / (1 + step) }) });

/** Rates that end after two steps. */
const ending = (): Subject => {
  const learningRate = (step: number) => (step < 2 ? 0.1 : NaN);
  return classifier({ optimizer: optimizers.sgd({ learningRate }) });
};

/** What comes at the wrong time. */
export const states: Row[] = [
  before("fit", (model) => model.fit(x, y)),
  before("fitDataset", (model) => model.fitDataset([[x, y]])),
  before("evaluate", (model) => model.evaluate(x, y)),
  before("evaluateDataset", (model) => model.evaluateDataset([[x, y]])),
  before("trainOnBatch", (model) => model.trainOnBatch(x, y)),
  before("testOnBatch", (model) => model.testOnBatch(x, y)),
  before("gradients", (model) => model.gradients(x, y)),
  before("applyGradients", (model) => model.applyGradients([])),
  before("learningRate", (model) => model.learningRate),

  gone("predict", (model) => model.predict(x)),
  gone("predictDataset", (model) => model.predictDataset([x])),
  gone("predictOnBatch", (model) => model.predictOnBatch(x)),
  gone("fit", (model) => model.fit(x, y)),
  gone("evaluate", (model) => model.evaluate(x, y)),
  gone("compile", (model) => model.compile({ optimizer: "sgd", loss: "mse" })),
  gone("getWeights", (model) => model.getWeights()),
  gone("setWeights", (model) => model.setWeights([])),
  gone("clone", (model) => model.clone()),
  gone("toBytes", (model) => toBytes(model)),
  gone("save", (model) => save(model, "gone.safetensors")),
  gone("fromBytes", (model) => fromBytes(toBytesOfTwin(), { into: model as never })),
  gone("weights of a layer", (model) => model.layers[0]!.getWeights()),

  during("fitDataset", (model) => model.fitDataset([[x, y]])),
  during("trainOnBatch", (model) => model.trainOnBatch(x, y)),
  during("gradients", (model) => model.gradients(x, y)),
  during("applyGradients", (model) => model.applyGradients([])),
  during("compile", (model) => model.compile({ optimizer: "sgd", loss: "mse" })),
  row(
    "ERR_STATE",
    "dispose during a fit",
    (model) => model.fit(x, y, { callbacks: [{ onEpochBegin: () => model.dispose() }] }),
    { after: "disposed" },
  ),
  row(
    "ERR_STATE",
    "dispose during a fitDataset",
    (model) => model.fitDataset([[x, y]], { callbacks: [{ onBatchEnd: () => model.dispose() }] }),
    { after: "disposed" },
  ),
  row(
    "ERR_STATE",
    "dispose during an evaluateDataset",
    (model) => {
      const rows = dataset([{ x, y }]).map((item) => (model.dispose(), item));
      return model.evaluateDataset(rows);
    },
    { after: "disposed" },
  ),
  row(
    "ERR_STATE",
    "a second fit that was not awaited",
    async (model) => {
      const first = model.fit(x, y, { epochs: 50, yieldEvery: 0 });
      await model.fit(x, y).finally(() => first);
    },
    { after: (_, twin) => twin.fit(x, y, { epochs: 50 }) },
  ),

  row(
    "ERR_STATE",
    "a rate that is set under a schedule",
    (model) => void (model.learningRate = 1),
    {
      make: scheduled,
    },
  ),
  row("ERR_STATE", "weights of a layer that no model holds", () => {
    const layer = layers.dense(1, { name: "alone" });
    layer.apply(layers.input({ shape: [1] }));
    return layer.getWeights();
  }),
  row("ERR_STATE", "a generator that was read before", async (model) => {
    const rows = generated();
    await model.predictDataset(rows);
    await model.predictDataset(rows);
  }),
  row("ERR_STATE", "another engine after the first model", (model) => {
    model.predict(x);
    ready({ module: new WebAssembly.Module(Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0)) });
  }),
  row(
    "ERR_OPTION",
    "a schedule that ends before the run",
    (model) => model.fit(x, y, { batchSize: 1 }),
    {
      make: ending,
      async after(model, twin) {
        await twin.fit(x, y, { batchSize: 1, stepsPerEpoch: 2 });
        for (const each of [model, twin]) each.compile({ optimizer: "sgd", loss: "scce" });
      },
    },
  ),
];

function* generated() {
  yield x;
}

const toBytesOfTwin = () => {
  const { model } = classifier();
  try {
    return toBytes(model);
  } finally {
    model.dispose();
  }
};
