import { here } from "../../src/tune/executor.js";
import {
  callbacks,
  compare,
  layers,
  memoryJournal,
  search,
  sequential,
  space,
  split,
  Study,
  tune,
} from "../../src/index.js";
import { type Row, row } from "./row.js";

const x = Array.from({ length: 12 }, (_, i) => [i / 12, (i % 3) / 3]);
const y = x.map((_, i) => i % 2);

const build = (_: unknown, { seed }: { seed: number }) => {
  const model = sequential([layers.dense({ units: 1, activation: "sigmoid", inputShape: [2] })], {
    seed,
  });
  model.compile({ optimizer: "sgd", loss: "binaryCrossentropy" });
  return model;
};

const options = {
  build,
  space: { rate: space.uniform(0, 1) },
  x,
  y,
  folds: split.kFold(2),
  search: search.random({ trials: 1 }),
};

const { space: _space, search: _search, ...common } = options;
const pairs = { ...common, losses: ["mse"], optimizers: ["sgd"] };

/** A study that differs from a good one. */
const study = (title: string, changes: object, code: Row["code"] = "ERR_OPTION") =>
  row(code, `tune: ${title}`, () => tune({ ...options, ...changes } as never));

const domain = (title: string, make: () => unknown) => row("ERR_OPTION", `space: ${title}`, make);

export const tuning: Row[] = [
  study("an option that there is not", { trials: 3 }),
  study("no space", { space: undefined }),
  study("an empty space", { space: {} }),
  study("a domain that is a list", { space: { rate: [1, 2] } }),
  study("a domain whose function gives nonsense", { space: { rate: () => ({ low: 1 }) } }),
  study("no search", { search: "random" }),
  study("no build", { build: undefined }),
  study("no x", { x: undefined }),
  study("rows that cannot be counted", { x: "rows" }, "ERR_DTYPE"),
  study("build gives no model", { build: () => 3 }),
  study("folds and validationSplit at once", { validationSplit: 0.5 }),
  study("nothing to validate with", { folds: undefined }),
  study("a validationSplit that leaves nothing", {
    folds: undefined,
    validationSplit: 0.99,
    x: x.slice(0, 1),
    y: y.slice(0, 1),
  }),
  study("folds that are a number", { folds: 5 }),
  study("an objective that there is not", { objective: "val_accuracy" }),
  study("an objective without direction", { objective: { name: "val_loss" } }),
  study("prepare gives a tensor alone", { prepare: (rows: unknown) => rows }),
  study("fit settles what tune does", { fit: { validationSplit: 0.2 } }),
  study("fit has an unknown option", { fit: { epoch: 3 } }),
  study("fit has callbacks that all trainings would share", {
    fit: { callbacks: [{ onEpochEnd: () => undefined }] },
  }),
  study("a callback's hook is a number", { callbacks: [{ onTrialEnd: 3 }] }),
  study("a callback of a fit", { callbacks: [callbacks.earlyStopping()] }),
  study("a hook that nobody calls", { callbacks: [{ onTrialStart: () => undefined }] }),
  study("an executor that leaves the process, and a closure", {
    executor: { ...here, isApart: true },
  }),
  study("a trial beside x and y", { trial: new URL("file:///trial.js") }),
  study("a module that exports no data", {
    build: undefined,
    x: undefined,
    y: undefined,
    trial: new URL("data:text/javascript,export const build = () => 1"),
  }),
  study("a journal that is a number", { journal: 3 }),
  study(
    "a journal of something else",
    {
      journal: { read: () => "a,b\n", append: () => undefined, replace: () => undefined },
    },
    "ERR_FORMAT",
  ),
  row("ERR_STATE", "tune: a journal of another study", async () => {
    const journal = memoryJournal();
    await tune({ ...options, journal });
    await tune({ ...options, journal, seed: 5 });
  }),
  row("ERR_NUMERIC", "tune: every trial diverges", () =>
    tune({ ...options, x: x.map(() => [Infinity, 1]) }),
  ),
  row("ERR_STATE", "Study: tell of what was not asked for", async () => {
    const study = await Study.open({
      space: options.space,
      search: options.search,
      objective: { name: "cost", mode: "min" },
      seed: 0,
      epochs: 1,
      name: "mine",
    });
    await study.tell(0, { status: "failed" });
  }),
  row("ERR_OPTION", "compare: losses by the loss itself", () =>
    compare({ ...pairs, losses: ["mse", "mae"], objective: "val_loss" } as never),
  ),
  row("ERR_OPTION", "compare: no losses", () => compare({ ...pairs, losses: [] } as never)),
  row("ERR_OPTION", "compare: optimizers that are made already", () =>
    compare({ ...pairs, optimizers: { sgd: {} } } as never),
  ),
  domain("low above high", () => space.uniform(2, 1)),
  domain("a logarithm of 0", () => space.logUniform(0, 1)),
  domain("a whole number that is not", () => space.int(0.5, 2)),
  domain("no number", () => space.int("1" as never, 2)),
  domain("a step of 0", () => space.uniform(0, 1, { step: 0 })),
  domain("no choices", () => space.choice([])),
  domain("the same choice twice", () => space.choice(["a", "a"])),
  domain("a choice that is an object", () => space.choice([{}] as never)),
];
