import { vi } from "vitest";
import { createEngine, growMemory } from "../../src/engine.js";
import type * as library from "../../src/index.js";
import { layers, losses, metrics, minimize, ready, sequential } from "../../src/index.js";
import { manyLabels, manyRows, type Row, row, wide } from "./row.js";

/** What needs more than 4 GB, with a model whose weights take 130 KB. */
const tooMuch = (title: string, run: Row["run"], rest: Pick<Row, "make" | "after"> = {}) =>
  row("ERR_MEMORY", title, run, { make: wide, ...rest });

/** Runs with the modules of a fresh realm, where no engine has started and no files are known. */
async function elsewhere(run: (gl: typeof library) => unknown): Promise<unknown> {
  vi.resetModules();
  return run(await import("../../src/index.js"));
}

/** Runs with another `WebAssembly`. */
function under<T>(replacement: unknown, run: () => T): T {
  vi.stubGlobal("WebAssembly", replacement);
  try {
    return run();
  } finally {
    vi.unstubAllGlobals();
  }
}

function forbidden() {
  throw new Error("not allowed here");
}
/** A module of these sections. */
const wasm = (sections = "") => new TextEncoder().encode(`\0asm\x01\0\0\0${sections}`);
/** It wants a function `env.missing`. */
const wanting = () => wasm("\x01\x04\x01\x60\0\0\x02\x0f\x01\x03env\x07missing\0\0");

/** Memory, and what a runtime lacks. */
export const engines: Row[] = [
  row("ERR_MEMORY", "an engine of more than 4 GB", () => growMemory(createEngine(), 5e9)),
  row("ERR_MEMORY", "a runtime that gives no memory", () =>
    under({ Memory: forbidden }, () => createEngine()),
  ),
  row("ERR_MEMORY", "weights that do not fit", () =>
    sequential([layers.dense(65536, { inputShape: [65536], name: "huge" })]).getWeights(),
  ),
  row("ERR_MEMORY", "weights of which the second layer's do not fit", () => {
    const first = layers.dense(65536, { inputShape: [1] });
    sequential([first, layers.dense(65536, { name: "second" })]).getWeights();
  }),
  tooMuch("a batch of predict", (model) => model.predict(manyRows(70_000), { batchSize: 70_000 })),
  tooMuch("a batch of predictOnBatch", (model) => model.predictOnBatch(manyRows(71_000))),
  tooMuch("a batch of evaluate", (model) =>
    model.evaluate(manyRows(72_000), manyLabels(72_000), { batchSize: 72_000 }),
  ),
  tooMuch("a batch of fit", (model) =>
    model.fit(manyRows(73_000), manyLabels(73_000), { batchSize: 73_000 }),
  ),
  tooMuch(
    "a batch of validation data, after the first epoch",
    (model) => {
      const validationData = [manyRows(74_000), manyLabels(74_000)] as const;
      return model.fit([[1], [2]], [0, 1], { validationData, validationBatchSize: 74_000 });
    },
    { after: (_, twin) => twin.fit([[1], [2]], [0, 1]) },
  ),
  tooMuch(
    "what an optimizer keeps beside the weights",
    (model) => model.trainOnBatch([[1], [2]], [0, 1]),
    {
      make: () =>
        wide({ optimizer: { type: "hoard", slots: new Array(40_000).fill("slot"), update() {} } }),
      after(model, twin) {
        for (const each of [model, twin]) each.compile({ optimizer: "sgd", loss: "scce" });
      },
    },
  ),
  row("ERR_MEMORY", "a loss by itself", () => {
    const many = new Uint8Array(250_000_000);
    return losses.meanSquaredError().evaluate({ prediction: many, target: many });
  }),
  row("ERR_MEMORY", "a metric by itself", () => {
    const many = new Uint8Array(360_000_000);
    return metrics.meanAbsoluteError().update({ prediction: many, target: many });
  }),
  row("ERR_MEMORY", "minimize: what an optimizer keeps beside theta", () =>
    minimize((theta) => ({ value: 0, gradient: theta }), new Array<number>(100_000).fill(1), {
      optimizer: { slots: new Array(11_000).fill("slot"), update() {} },
    }),
  ),

  row("ERR_RUNTIME", "no WebAssembly at all", () => under(undefined, () => createEngine())),
  row("ERR_RUNTIME", "a runtime that forbids compiling", () =>
    under({ Memory: WebAssembly.Memory, Module: forbidden }, () => createEngine()),
  ),
  row("ERR_RUNTIME", "bytes that are no module", () => createEngine(Uint8Array.of(1, 2, 3))),
  row("ERR_RUNTIME", "a module that wants what nobody gives", () => createEngine(wanting())),
  row("ERR_RUNTIME", "a module that is none of ours", () =>
    elsewhere(({ ready, sequential, layers }) => {
      ready({ module: new WebAssembly.Module(wasm()) });
      sequential([layers.dense(1, { inputShape: [1] })]).getWeights();
    }),
  ),
  row("ERR_RUNTIME", "modelCheckpoint without files", () =>
    elsewhere(({ callbacks }) => callbacks.modelCheckpoint()),
  ),
  row("ERR_RUNTIME", "csvLogger without files", () =>
    elsewhere(({ callbacks }) => callbacks.csvLogger()),
  ),
  row("ERR_RUNTIME", "digits that are not installed", async () => {
    const lost = () => {
      throw new Error("not found");
    };
    vi.doMock("node:module", () => ({ createRequire: () => ({ resolve: lost }) }));
    try {
      vi.resetModules();
      const { datasets } = await import("../../src/node/index.js");
      await datasets.mnist();
    } finally {
      vi.doUnmock("node:module");
    }
  }),

  row("ERR_OPTION", "ready: bytes for a module", () => ready({ module: wasm() as never })),
  row("ERR_OPTION", "ready: threads", () => ready({ threads: 4 as never })),
  row("ERR_OPTION", "ready: relaxed arithmetic", () => ready({ relaxed: true as never })),
  row("ERR_OPTION", "core: a name without the table of names", async () => {
    vi.resetModules();
    const { layers } = await import("../../src/core.js");
    layers.dense(1, { activation: "relu" });
  }),
];
