import {
  activations,
  graph,
  initializers,
  layer,
  type LayerDefinition,
  layers,
  sequential,
  type Sequential,
  train,
} from "../../src/index.js";
import { promised, type Row, row, twoOfEach, unbuilt, x, y } from "./row.js";

const input = (...shape: number[]) => layers.input({ shape });
const build = (...items: unknown[]) => sequential(items as never).getWeights();

/** A layer of one's own, built with one thing wrong. */
const own = (wrong: object) => {
  const build = () => ({ output: [2], forward() {}, backward() {}, ...wrong });
  return layer({ type: "own", options: {}, build } as LayerDefinition).apply(input(2));
};
const weighing = (weight: unknown) => own({ weights: { gain: weight } });

/** A model of two outputs, as part of a stack. */
const twoOutputs = () => {
  const node = input(1);
  const outputs = { yes: layers.dense(1).apply(node), no: layers.dense(1).apply(node) };
  return graph({ inputs: node, outputs });
};

/** Layers, models, graphs, and layers of one's own. */
export const building: Row[] = [
  row("ERR_OPTION", "sequential: no array", () => sequential(layers.dense(1) as never)),
  row("ERR_OPTION", "sequential: something that is no layer", () => build("dense")),
  row("ERR_OPTION", "sequential: a factory that was not called", () => build(layers.flatten)),
  row("ERR_OPTION", "sequential: a loss among the layers", () => build({ type: "mse" })),
  row("ERR_OPTION", "sequential: no layer at all", () => build()),
  row("ERR_OPTION", "sequential: an option that it has not", () =>
    sequential([], { sede: 1 } as never),
  ),
  row("ERR_OPTION", "sequential: two layers of one name", () =>
    build(layers.dense(1, { name: "a", inputShape: [1] }), layers.dense(1, { name: "a" })),
  ),
  row("ERR_OPTION", "sequential: a model of two outputs", () =>
    build(input(2), sequential([input(2), layers.dense(1)]), twoOutputs()),
  ),
  row("ERR_SHAPE", "sequential: no input shape", () => build(layers.dense(1))),
  row("ERR_SHAPE", "sequential: layers that do not fit", () =>
    build(layers.reshape([3], { inputShape: [4] })),
  ),
  row("ERR_SHAPE", "sequential: rows without an axis", (model) => model.predict([1, 2]), {
    make: unbuilt,
  }),
  row("ERR_SHAPE", "sequential: first data without numbers", (model) => model.predict([[]]), {
    make: unbuilt,
  }),
  row(
    "ERR_SHAPE",
    "sequential: first data that are ragged",
    (model) => model.fit([[1, 2, 3], [4]], y),
    {
      make: unbuilt,
    },
  ),
  row(
    "ERR_DTYPE",
    "sequential: first data that are a promise",
    (model) => model.evaluate(promised(x), y),
    {
      make: unbuilt,
    },
  ),
  row("ERR_STATE", "sequential: a layer once it is built", (model) =>
    (model as Sequential).add(layers.dense(1)),
  ),

  row("ERR_OPTION", "graph: nothing", () => graph(undefined as never)),
  row("ERR_OPTION", "graph: a layer for an output", () =>
    graph({ inputs: input(2), outputs: layers.dense(1) as never }),
  ),
  row("ERR_OPTION", "graph: a name with a slash", () => {
    const node = input(2);
    graph({ inputs: node, outputs: layers.dense(1).apply(node), name: "a/b" });
  }),
  row("ERR_SHAPE", "graph: an input that is not listed", () =>
    graph({ inputs: input(2), outputs: layers.dense(1).apply(input(2)) }),
  ),
  row("ERR_OPTION", "apply: data for a node", () => layers.dense(1).apply(x as never)),
  row(
    "ERR_OPTION",
    "apply: a model gets one node of two",
    (model) => model.apply({ a: input(2) }),
    {
      make: twoOfEach,
    },
  ),
  row("ERR_SHAPE", "apply: a model gets another shape", (model) => model.apply(input(5))),
  row("ERR_SHAPE", "apply: a shared layer at two widths", () => {
    const shared = layers.dense(1, { name: "shared" });
    shared.apply(input(2));
    shared.apply(input(3));
  }),
  row("ERR_SHAPE", "add: one input", () => layers.add().apply(input(2))),
  row("ERR_SHAPE", "subtract: three inputs", () =>
    layers.subtract().apply([input(2), input(2), input(2)]),
  ),
  row("ERR_SHAPE", "multiply: other shapes", () => layers.multiply().apply([input(2), input(3)])),
  row("ERR_SHAPE", "concatenate: an axis that is not there", () =>
    layers.concatenate({ axis: 2 }).apply([input(2), input(2)]),
  ),
  row("ERR_SHAPE", "concatenate: other shapes beside the axis", () =>
    layers.concatenate().apply([input(2, 3), input(3, 3)]),
  ),
  row("ERR_SHAPE", "dot: three axes a row", () => layers.dot(1).apply([input(2, 2, 2), input(2)])),
  row("ERR_SHAPE", "dot: vectors of other lengths", () =>
    layers.dot(1).apply([input(2), input(3)]),
  ),

  row("ERR_OPTION", "dense: no units", () => layers.dense({} as never)),
  row("ERR_OPTION", "dense: half a unit", () => layers.dense(0.5)),
  row("ERR_OPTION", "dense: an option misspelt", () =>
    layers.dense(1, { activaton: "relu" } as never),
  ),
  row("ERR_OPTION", "dense: options that are an array", () => layers.dense(1, ["relu"] as never)),
  row("ERR_OPTION", "dense: an activation misspelt", () => layers.dense(1, { activation: "rleu" })),
  row("ERR_OPTION", "dense: an activation that was not called", () =>
    layers.dense(1, { activation: activations.tanh as never }),
  ),
  row("ERR_OPTION", "dense: an initializer that was not called", () =>
    layers.dense(1, { kernelInitializer: initializers.heNormal as never }),
  ),
  row("ERR_OPTION", "dense: an initializer that is an array", () =>
    layers.dense(1, { biasInitializer: [0] as never }),
  ),
  row("ERR_OPTION", "dropout: all of the values", () => layers.dropout(1)),
  row("ERR_OPTION", "input: no shape", () => layers.input(undefined as never)),
  row("ERR_OPTION", "input: a batch axis", () => layers.input({ shape: [null, 2] as never })),
  row("ERR_OPTION", "zeros: options", () => initializers.zeros(3 as never)),
  row("ERR_SHAPE", "initializer: too few numbers", () =>
    build(layers.dense(2, { inputShape: [2], kernelInitializer: () => [1, 2] })),
  ),
  row("ERR_SHAPE", "initializer: async", () =>
    build(
      layers.dense(1, {
        name: "slow",
        inputShape: [1],
        kernelInitializer: (async () => [1]) as never,
      }),
    ),
  ),

  row("ERR_OPTION", "layer: a function", () => layer((() => 0) as never)),
  row("ERR_OPTION", "layer: no type", () => layer({ build: () => 0 } as never)),
  row("ERR_OPTION", "layer: no build", () => layer({ type: "own", options: {} } as never)),
  row("ERR_OPTION", "layer: options that are an array", () =>
    layer({ type: "own", options: [], build: () => 0 } as never),
  ),
  row("ERR_OPTION", "own layer: build gives nothing", () =>
    layer({ type: "own", options: {}, build: () => undefined as never }).apply(input(2)),
  ),
  row("ERR_OPTION", "own layer: build is async", () =>
    layer({ type: "late", options: {}, build: (async () => 0) as never }).apply(input(2)),
  ),
  row("ERR_OPTION", "own layer: no output", () => own({ output: undefined })),
  row("ERR_OPTION", "own layer: an output of no size", () => own({ output: [0] })),
  row("ERR_OPTION", "own layer: no forward", () => own({ forward: undefined })),
  row("ERR_OPTION", "own layer: a backward that is no function", () => own({ backward: true })),
  row("ERR_OPTION", "own layer: a cache below 0", () => own({ cache: -1 })),
  row("ERR_OPTION", "own layer: a type that nobody has", () => own({ reads: ["float64"] })),
  row("ERR_OPTION", "own layer: weights in an array", () => own({ weights: [] })),
  row("ERR_OPTION", "own layer: a weight without a shape", () =>
    weighing({ initializer: () => [1] }),
  ),
  row("ERR_OPTION", "own layer: an initializer by name", () =>
    weighing({ shape: [1], initializer: "zeros" }),
  ),

  row("ERR_OPTION", "getLayer: a name that is not there", (model) => model.getLayer("lost")),
  row("ERR_OPTION", "getLayer: a place that is not there", (model) => model.getLayer(7)),
  row("ERR_OPTION", "summary: a text for print", (model) =>
    model.summary({ print: "log" as never }),
  ),
  row("ERR_OPTION", "train: data before the model", () => train(x as never, y, [])),
];
