import { describe, expect, test } from "vitest";
import { createEngine, growMemory } from "../src/engine.js";
import * as core from "../src/core.js";
import {
  callbacks,
  graph,
  GlissadeError,
  layers,
  losses,
  oneHot,
  optimizers,
  ready,
  sequential,
  tensor,
  train,
} from "../src/index.js";
import { Memory } from "../src/memory.js";

const build = (
  activation = "linear",
  loss: unknown = "sparseCategoricalCrossentropy",
  units = 3,
) => {
  const model = sequential([layers.dense(units, { inputShape: [2], activation, name: "last" })]);
  model.compile({ optimizer: "sgd", loss: loss as string, metrics: ["accuracy"] });
  return model;
};
const x = [
  [1, 2],
  [3, 4],
  [5, 6],
];
const y = [0, 1, 2];

interface Case {
  readonly title: string;
  readonly code: string;
  /** Owner, rule, what was given, way out: each must be found in the message. */
  readonly says: readonly RegExp[];
  readonly run: () => unknown;
}

const shapes: Case[] = [
  {
    title: "rows of another width",
    code: "ERR_SHAPE",
    says: [/^fit: x/, /shape \[2\]/, /got \[3\]/],
    run: () => build().fit([[1, 2, 3]], [0]),
  },
  {
    title: "rows that only need another shape",
    code: "ERR_SHAPE",
    says: [/reshape\(\[-1, 2\]\)/],
    run: () => build().predict([[[1], [2]]]),
  },
  {
    title: "ragged rows",
    code: "ERR_SHAPE",
    says: [/^fit: x/, /data\[1\]/, /ragged/],
    run: () => build().fit([[1, 2], [3]], y),
  },
  {
    title: "no rows",
    code: "ERR_SHAPE",
    says: [/^fit: x/, /at least one row/, /got none/],
    run: () => build().fit([], []),
  },
  {
    title: "a typed array that does not divide",
    code: "ERR_SHAPE",
    says: [/\[2\]/, /3 numbers/],
    run: () => build().predict(new Float32Array(3)),
  },
  {
    title: "one-hot where class numbers belong",
    code: "ERR_SHAPE",
    says: [/^fit: y/, /class number/, /3 columns/, /categoricalCrossentropy/],
    run: () => build().fit(x, oneHot(y)),
  },
  {
    title: "class numbers where one-hot belongs",
    code: "ERR_SHAPE",
    says: [/^fit: y/, /shape \[3\]/, /class numbers/, /sparseCategoricalCrossentropy.*oneHot/],
    run: () => build("softmax", "categoricalCrossentropy").fit(x, y),
  },
  {
    title: "targets for other rows",
    code: "ERR_SHAPE",
    says: [/^fit: y/, /3 rows/, /got 2/],
    run: () => build().fit(x, [0, 1]),
  },
  {
    title: "weights for other rows",
    code: "ERR_SHAPE",
    says: [/sampleWeight/, /3 rows/, /got 2/],
    run: () => build().fit(x, y, { sampleWeight: [1, 2] }),
  },
  {
    title: "setWeights with other shapes",
    code: "ERR_SHAPE",
    says: [/setWeights/, /kernel.*\[2, 3\]/, /getWeights/],
    run: () => build().setWeights([tensor([[1, 2]]), tensor([1, 2, 3])]),
  },
  {
    title: "setWeights with too few",
    code: "ERR_SHAPE",
    says: [/setWeights/, /2 arrays/, /got 1/, /getWeights/],
    run: () => build().setWeights([tensor([[1, 2]])]),
  },
  {
    title: "reshape to another size",
    code: "ERR_SHAPE",
    says: [/^reshape/, /\[4\]/, /\[3\]/],
    run: () => sequential([layers.reshape([3], { inputShape: [4] })]).summary({ print() {} }),
  },
  {
    title: "a shared layer at two widths",
    code: "ERR_SHAPE",
    says: [/^shared/, /\[2, 1\]/, /\[3, 1\]/, /second layer/],
    run() {
      const shared = layers.dense(1, { name: "shared" });
      shared.apply(layers.input({ shape: [2] }));
      shared.apply(layers.input({ shape: [3] }));
    },
  },
  {
    title: "no input shape",
    code: "ERR_SHAPE",
    says: [/sequential/, /shape of a row/, /inputShape/],
    run: () => sequential([layers.dense(1)]).getWeights(),
  },
  {
    title: "an input that is not listed",
    code: "ERR_SHAPE",
    says: [/^graph: inputs/, /missing/, /add it/],
    run() {
      const [a, b] = [layers.input({ shape: [2] }), layers.input({ shape: [2] })];
      graph({ inputs: a, outputs: layers.dense(1).apply(b) });
    },
  },
];

const options: Case[] = [
  {
    title: "softmax under logits",
    code: "ERR_OPTION",
    says: [
      /^compile: categoricalCrossentropy/,
      /fromLogits: true/,
      /got softmax/,
      /leave fromLogits out/,
    ],
    run: () => build("softmax", losses.categoricalCrossentropy({ fromLogits: true })),
  },
  {
    title: "a linear layer under probabilities",
    code: "ERR_OPTION",
    says: [
      /^compile: binaryCrossentropy/,
      /fromLogits: false/,
      /got linear/,
      /activation: "sigmoid"/,
    ],
    run: () => build("linear", losses.binaryCrossentropy({ fromLogits: false })),
  },
  {
    title: "relu under a cross-entropy",
    code: "ERR_OPTION",
    says: [/^compile/, /got relu/, /softmax/],
    run: () => build("relu", "sparseCategoricalCrossentropy"),
  },
  {
    title: "relu under F1",
    code: "ERR_OPTION",
    says: [/^compile: f1/, /got relu/],
    run: () => build("relu", "f1"),
  },
  {
    title: "one column of exclusive classes",
    code: "ERR_OPTION",
    says: [/two or more columns/, /got 1/, /binaryCrossentropy/],
    run: () => build("linear", "categoricalCrossentropy", 1),
  },
  {
    title: "two layers of one name",
    code: "ERR_OPTION",
    says: [/name of its own/, /"a"/, /rename/],
    run: () =>
      sequential([
        layers.dense(1, { name: "a", inputShape: [1] }),
        layers.dense(1, { name: "a" }),
      ]).summary({ print() {} }),
  },
  {
    title: "something that is no layer",
    code: "ERR_OPTION",
    says: [/^sequential/, /layers\.dense\(64\)/, /got "dense"/],
    run: () => sequential(["dense"] as never),
  },
  {
    title: "no layer at all",
    code: "ERR_OPTION",
    says: [/at least one layer/, /got none/],
    run: () => sequential([]).summary({ print() {} }),
  },
  {
    title: "a metric that is none",
    code: "ERR_OPTION",
    says: [/^compile: metrics/, /"accuracy"/, /got 3/],
    run: () =>
      sequential([layers.dense(1, { inputShape: [1] })]).compile({
        optimizer: "sgd",
        loss: "mse",
        metrics: [3] as never,
      }),
  },
  {
    title: "early stopping on what is not there",
    code: "ERR_OPTION",
    says: [/^earlyStopping: monitor/, /val_loss/, /validationSplit/],
    run: () => build().fit(x, y, { callbacks: [callbacks.earlyStopping()] }),
  },
  {
    title: "a split that leaves nothing",
    code: "ERR_OPTION",
    says: [/^fit: validationSplit/, /0.9 of 3 rows/, /validationData/],
    run: () => build().fit(x, y, { validationSplit: 0.9 }),
  },
  {
    title: "class weights below 0",
    code: "ERR_OPTION",
    says: [/classWeight/, /-1/],
    run: () => build().fit(x, y, { classWeight: { 0: -1 } }),
  },
  {
    title: "a layer that is not there",
    code: "ERR_OPTION",
    says: [/getLayer/, /"lost"/, /"last"/],
    run: () => build().getLayer("lost"),
  },
  {
    title: "a name without the table of names",
    code: "ERR_OPTION",
    says: [/factory/, /"relu"/, /glissade\/core.*activations\.relu\(\)/],
    run: () => withoutNames(),
  },
];

/** What `glissade/core` does with a string; here the table is there, so the module is loaded afresh. */
async function withoutNames() {
  const { vi } = await import("vitest");
  vi.resetModules();
  const fresh = await import("../src/core.js");
  fresh.layers.dense(1, { activation: "relu" });
}

const states: Case[] = [
  {
    title: "fit before compile",
    code: "ERR_STATE",
    says: [/^fit/, /compiled/, /compile\(\{/],
    run: () => sequential([layers.dense(1, { inputShape: [2] })]).fit(x, y),
  },
  {
    title: "predict after dispose",
    code: "ERR_STATE",
    says: [/^predict/, /disposed/, /make a new one/],
    run() {
      const model = build();
      model.dispose();
      model.predict(x);
    },
  },
  {
    title: "a second fit during one",
    code: "ERR_STATE",
    says: [/^fit/, /during fit/, /await/],
    async run() {
      const model = build();
      const first = model.fit(x, y, { epochs: 50, yieldEvery: 0 });
      try {
        await model.fit(x, y);
      } finally {
        await first;
      }
    },
  },
  {
    title: "compile during a fit",
    code: "ERR_STATE",
    says: [/^compile/, /during fit/],
    async run() {
      const model = build();
      await model.fit(x, y, {
        callbacks: [{ onBatchEnd: () => model.compile({ optimizer: "sgd", loss: "mse" }) }],
      });
    },
  },
  {
    title: "trainOnBatch during a fit",
    code: "ERR_STATE",
    says: [/^trainOnBatch/, /during fit/],
    async run() {
      const model = build();
      await model.fit(x, y, { callbacks: [{ onEpochBegin: () => model.trainOnBatch(x, y) }] });
    },
  },
  {
    title: "dispose during a fit",
    code: "ERR_STATE",
    says: [/^fit/, /disposed/, /await the fit/],
    async run() {
      const model = build();
      await model.fit(x, y, { epochs: 3, callbacks: [{ onEpochBegin: () => model.dispose() }] });
    },
  },
  {
    title: "add after the model is built",
    code: "ERR_STATE",
    says: [/^sequential: add/, /built/, /make a new one/],
    run: () => {
      const model = sequential([layers.dense(1, { inputShape: [1] })]);
      model.predict([[1]]);
      model.add(layers.dense(1));
    },
  },
  {
    title: "weights of a layer that no model holds",
    code: "ERR_STATE",
    says: [/^alone/, /a model/],
    run() {
      const layer = layers.dense(1, { name: "alone" });
      layer.apply(layers.input({ shape: [1] }));
      layer.getWeights();
    },
  },
  {
    title: "another engine after the first model",
    code: "ERR_STATE",
    says: [/^ready/, /before the first model/],
    run() {
      build();
      ready({ module: new WebAssembly.Module(Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0)) });
    },
  },
];

const numeric: Case[] = [
  {
    title: "labels beyond the classes",
    code: "ERR_NUMERIC",
    says: [/^fit: y/, /0 to 2/, /got 3 in row 2/, /unit for each class/],
    run: () => build().fit(x, [0, 1, 3]),
  },
  {
    title: "labels below 0",
    code: "ERR_NUMERIC",
    says: [/^evaluate: y/, /-1 in row 0/],
    run: () => build().evaluate(x, [-1, 1, 2]),
  },
  {
    title: "labels that are not whole",
    code: "ERR_NUMERIC",
    says: [/whole/, /0\.5/],
    run: () => build().fit(x, [0.5, 1, 2]),
  },
  {
    title: "a NaN in the inputs, when asked to look",
    code: "ERR_NUMERIC",
    says: [/^fit: x/, /NaN in row 1, column 0/, /replace/],
    run: () =>
      build().fit(
        [
          [1, 2],
          [NaN, 4],
          [5, 6],
        ],
        y,
        { checkInputs: true },
      ),
  },
  {
    title: "negative sample weights",
    code: "ERR_NUMERIC",
    says: [/sampleWeight/, /-1 in row 1/],
    run: () => build().fit(x, y, { sampleWeight: [1, -1, 1] }),
  },
  {
    title: "a NaN loss that ends a run",
    code: "ERR_NUMERIC",
    says: [/^terminateOnNaN/, /finite/, /at batch/, /learning rate/],
    run: () =>
      build("linear", "mse", 1).fit([[NaN, 1]], [1], {
        callbacks: [callbacks.terminateOnNaN({ raiseError: true })],
      }),
  },
];

const others: Case[] = [
  {
    title: "texts for numbers",
    code: "ERR_DTYPE",
    says: [/^fit: x/, /numbers/, /"a"/],
    run: () => build().fit([["a", "b"]] as never, [0]),
  },
  {
    title: "texts for labels",
    code: "ERR_DTYPE",
    says: [/^fit: y/, /class numbers/, /indexOf/],
    run: () => build().fit(x, ["cat", "dog", "cat"] as never),
  },
  {
    title: "no data at all",
    code: "ERR_DTYPE",
    says: [/^predict: x/, /tensor/, /undefined/],
    run: () => build().predict(undefined as never),
  },
  {
    title: "floats for bytes",
    code: "ERR_DTYPE",
    says: [/^predict: x/, /Uint8Array/, /float32/],
    run: () =>
      sequential([layers.input({ shape: [1], dtype: "uint8" }), layers.dense(1)]).predict([[0.5]]),
  },
  {
    title: "more memory than there is",
    code: "ERR_MEMORY",
    says: [/memory/, /MB/, /batchSize/],
    run: () => growMemory(createEngine(), 5e9),
  },
  {
    title: "weights that do not fit",
    code: "ERR_MEMORY",
    says: [/must hold/, /dispose/],
    run: () => sequential([layers.dense(65536, { inputShape: [65536] })]).getWeights(),
  },
  {
    title: "a module that is none of ours",
    code: "ERR_RUNTIME",
    says: [/SIMD/, /ready\(\{ module \}\)/],
    run: () => createEngine(Uint8Array.of(1, 2, 3)),
  },
];

describe.each(
  [...shapes, ...options, ...states, ...numeric, ...others].map(
    (one) => [`${one.code}: ${one.title}`, one] as const,
  ),
)("%s", (_, { code, says, run }) => {
  test("is refused with its code, and says what to do", async () => {
    let error: GlissadeError | undefined;
    try {
      await run();
    } catch (thrown) {
      error = thrown as GlissadeError;
    }
    expect(error?.name).toBe("GlissadeError");
    expect(error!.code).toBe(code);
    for (const part of says) expect(error!.message).toMatch(part);
  });
});

describe("a refusal harms nothing", () => {
  test("weights, compilation and history are what they were, and training goes on", async () => {
    const model = build();
    await model.fit(x, y);
    const before = model.getWeights().map(({ data }) => Array.from(data));
    const refused = [
      () => model.fit(x, [0, 1, 9]),
      () => model.fit([[1]], [0]),
      () => model.trainOnBatch(x, oneHot(y)),
      () =>
        model.setWeights([
          tensor([
            [9, 9, 9],
            [9, 9, 9],
          ]),
          tensor([1]),
        ]),
      () =>
        model.compile({
          optimizer: optimizers.sgd(),
          loss: "categoricalCrossentropy",
          metrics: ["nosuch"],
        }),
      () => model.predict([["x"]] as never),
      async () => {
        for await (const _ of train(model, x, y, { epochs: -1 }));
      },
    ];
    for (const run of refused)
      await expect((async () => await run())()).rejects.toBeInstanceOf(GlissadeError);
    expect(model.getWeights().map(({ data }) => Array.from(data))).toEqual(before);
    const twin = build();
    await twin.fit(x, y);
    const [mine, other] = [
      await model.fit(x, y, { epochs: 2 }),
      await twin.fit(x, y, { epochs: 2 }),
    ];
    expect(mine.loss).toEqual(other.loss);
  });

  test("an engine that is full still serves what fits", () => {
    const heap = new Memory(createEngine());
    const before = heap.bytesInUse;
    expect(() => heap.allocate(2e9)).toThrow(/memory/);
    expect(heap.bytesInUse).toBe(before);
    expect(heap.allocate(4)).toBeGreaterThan(0);
  });
});

test("core and the whole entry have the same factories", () => {
  expect(Object.keys(core).sort()).toContain("sequential");
});
