import { describe, expect, test } from "vitest";
import * as core from "../src/core.js";
import { createEngine } from "../src/engine.js";
import * as gl from "../src/index.js";
import { evaluateAloneFields } from "../src/alone.js";
import * as definition from "../src/definition.js";
import { weightingFields } from "../src/fitOptions.js";
import { Memory, memory } from "../src/memory.js";
import { Model } from "../src/model.js";
import { ModelGraph, summaryFields } from "../src/modelGraph.js";
import * as node from "../src/node/index.js";
import { progressBarFields } from "../src/node/progressBar.js";
import * as optimizerBase from "../src/optimizers/base.js";
import type { Fields } from "../src/options.js";
import { ownLossFields, ownMetricFields } from "../src/own.js";
import { building } from "./refusals/building.js";
import { calls } from "./refusals/calls.js";
import { compiling } from "./refusals/compiling.js";
import { data } from "./refusals/data.js";
import { engines } from "./refusals/engines.js";
import { files } from "./refusals/files.js";
import { fitting } from "./refusals/fitting.js";
import { classifier, hot, type Row, type Subject, unbuilt, x, y } from "./refusals/row.js";
import { states } from "./refusals/states.js";
import { streams } from "./refusals/streams.js";
import { tuning } from "./refusals/tuning.js";
import { refusedBy } from "./rows/refused.js";
import { settledBytes } from "./support/memory.js";

const { GlissadeError, oneHot, optimizers, tensor, train } = gl;

const table: Row[] = [
  ...data,
  ...building,
  ...compiling,
  ...fitting,
  ...calls,
  ...states,
  ...streams,
  ...files,
  ...engines,
  ...tuning,
];

const CODES: readonly gl.ErrorCode[] = [
  "ERR_SHAPE",
  "ERR_DTYPE",
  "ERR_OPTION",
  "ERR_STATE",
  "ERR_NUMERIC",
  "ERR_MEMORY",
  "ERR_FORMAT",
  "ERR_RUNTIME",
];

/** What the mistake throws, or rejects with. */
async function refusalOf(run: () => unknown): Promise<gl.GlissadeError> {
  try {
    await run();
  } catch (error) {
    // Modules that were loaded afresh have a class of their own.
    if ((error as Error).name === "GlissadeError") return error as gl.GlissadeError;
    throw error;
  }
  throw new Error("nothing was refused");
}

const bits = (model: gl.AnyModel) => model.getWeights().map(({ data }) => [...data]);

/** A fit of two epochs, and what it leaves. */
async function trained({ model, x, y }: Subject): Promise<unknown> {
  const history = await model.fit(x as never, y as never, { epochs: 2, batchSize: 2 });
  return [history.history, bits(model)];
}

async function expectUntouched(subject: Subject, twin: Subject, { after }: Row): Promise<void> {
  if (typeof after === "function") await after(subject.model, twin.model);
  for (const { model, ready } of [subject, twin]) ready?.(model);
  if (subject.model.isBuilt && twin.model.isBuilt) {
    expect(bits(subject.model)).toEqual(bits(twin.model));
  }
  expect(await trained(subject)).toEqual(await trained(twin));
}

/** What users write, and so may be said to refuse something: exported names, members, methods, names in the rows. */
const OWNERS = new Set([
  ...Object.keys({ ...gl, ...node }),
  ...Object.values(gl).flatMap((family) => Object.keys(family as object)),
  ...[gl.Layer, Model, ModelGraph].flatMap((one) => Object.getOwnPropertyNames(one.prototype)),
  ...["argMax", "take", "reshape", "engine", "optimizer"],
  ...["last", "shared", "slow", "own", "late", "alone"],
]);
/** One sentence: who refuses, what must be, what was given; no list of data, and nothing that was not filled in. */
function expectReadable({ code, message }: gl.GlissadeError): void {
  const [, owner] = /^([A-Za-z0-9]+)[.:]/.exec(message) ?? [];
  expect(OWNERS).toContain(owner);
  expect(message).toMatch(/\bmust\b|\bno \w+ "|there are no options/);
  expect(message).toMatch(/\bgot |\bbut |\bno \w+ "/);
  expect(message).not.toMatch(/\[object |\n|\. [A-Z]|\.$| {2}|;;/);
  expect(message.length).toBeLessThan(360);
  // For shapes, types and options the rule itself is the way out.
  if (!["ERR_SHAPE", "ERR_DTYPE", "ERR_OPTION"].includes(code)) expect(message).toMatch(/; \w/);
}

const messages = new Map<Row, string>();

describe.each(CODES)("%s", (code) => {
  const rows = table.filter((row) => row.code === code);

  test.each(rows.map((row) => [row.title, row] as const))("%s", async (_, row) => {
    const before = await settledBytes();
    const make = row.make ?? classifier;
    const [subject, twin] = [make(), make()];
    try {
      const refusal = await refusalOf(() => row.run(subject.model));
      const { code, message } = refusal;
      messages.set(row, message);
      // What the runtime says itself differs from one to the next, and what is held already by a megabyte.
      const lasting = message.replace(/"WebAssembly.*"/, '"…"').replace(/hold \d+ MB/, "hold … MB");
      expect(lasting).toMatchSnapshot();
      expect(code).toBe(row.code);
      expectReadable(refusal);
      if (row.after === "disposed") expect(() => subject.model.predict([])).toThrow(/disposed/);
      else await expectUntouched(subject, twin, row);
    } finally {
      subject.model.dispose();
      twin.model.dispose();
    }
    expect(memory().bytesInUse, "bytes that stay").toBe(before);
  });
});

/** What must be, whoever asks and whatever was given. */
const ruleOf = (message: string) =>
  message
    .replace(/^[^:]*: /, "")
    .replace(/, (got|but) .*$/, "")
    .replace(/\d+/g, "N");

describe("the table", () => {
  test.each(CODES)("reaches %s by five different mistakes or more", (code) => {
    const reached = [...messages].filter(([row]) => row.code === code);
    expect(new Set(reached.map(([, message]) => ruleOf(message))).size).toBeGreaterThanOrEqual(5);
  });

  test("holds no mistake twice: every message is unlike the others", () => {
    const titles = new Map<string, string[]>();
    for (const [{ title }, message] of messages) {
      titles.set(message, [...(titles.get(message) ?? []), title]);
    }
    expect(messages.size).toBe(table.length);
    expect([...titles.values()].filter(({ length }) => length > 1)).toEqual([]);
  });
});

describe("a refusal harms nothing", () => {
  test("weights, compilation and history are what they were, and training goes on", async () => {
    const [{ model }, { model: twin }] = [classifier(), classifier()];
    await model.fit(x, y);
    const [before, history] = [bits(model), model.history];
    const refused = [
      () => model.fit(x, [0, 1, 9]),
      () => model.fit([[1]], [0]),
      () => model.fit(x, y, { callbacks: [{ onEpochEnd: 3 as never }] }),
      () => model.trainOnBatch(x, oneHot(y)),
      () => model.setWeights([tensor(hot).take(0, 2), tensor([1])]),
      () => model.compile({ optimizer: optimizers.sgd(), loss: "scce", metrics: ["nosuch"] }),
      () => model.predict([["x"]] as never),
      async () => {
        for await (const _ of train(model, x, y, { epochs: -1 }));
      },
    ];
    for (const run of refused) expect(await refusalOf(run)).toBeInstanceOf(GlissadeError);
    expect(bits(model)).toEqual(before);
    expect(model.history).toBe(history);
    await twin.fit(x, y);
    expect(await trained({ model, x, y })).toEqual(await trained({ model: twin, x, y }));
    for (const each of [model, twin]) each.dispose();
  });

  test("a model that is built from data learns no shape from bad ones", async () => {
    const { model } = unbuilt();
    await refusalOf(() => model.fit([[1, 2, 3], [4]], y));
    await refusalOf(() => model.predict([["a"]] as never));
    await model.fit(x, y);
    model.dispose();
  });

  test("an engine that is full still serves what fits", () => {
    const heap = new Memory(createEngine());
    const before = heap.bytesInUse;
    expect(() => heap.allocate(2e9)).toThrow(/memory/);
    expect(heap.bytesInUse).toBe(before);
    expect(heap.allocate(4)).toBeGreaterThan(0);
  });
});

describe("what a field says it refuses, it refuses", () => {
  const declared: Record<string, Fields> = {
    ...definition,
    ...optimizerBase,
    ownLossFields,
    ownMetricFields,
    evaluateAloneFields,
    summaryFields,
    weightingFields,
    progressBarFields,
  } as never;
  const fields = Object.entries(declared)
    .filter(([, value]) => typeof value === "object" && !("rule" in value))
    .flatMap(([owner, value]) =>
      Object.entries(value).map(([name, one]) => ({ owner, name, one })),
    );

  test.each(fields.map((each) => [`${each.owner}.${each.name}`, each.one] as const))(
    "%s",
    (_, { rule, accepts }) => {
      expect(refusedBy(rule).filter(accepts)).toEqual([]);
    },
  );
});

test("core and the whole entry have the same factories", () => {
  expect(Object.keys(core).sort()).toContain("sequential");
});
