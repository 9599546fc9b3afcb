import { execFile } from "node:child_process";
import { cpSync, existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import type { Worker } from "node:worker_threads";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type * as library from "../src/index.js";
import { tensor, type Tensor, type Trial } from "../src/index.js";
import type * as node from "../src/node/index.js";
import { restoreMaterial, shareTask } from "../src/node/shared.js";
import type { Material } from "../src/tune/parts.js";

/** Threads load what is built, so this process does as well. */
const built = (path: string) => pathToFileURL(resolve("dist", path)).href;
const { memoryJournal, pruners, search, space, split, tune } = (await import(
  built("index.js")
)) as typeof library;
const { threads } = (await import(built("node/index.js"))) as typeof node;

const trialOf = (name: string) => new URL(`./support/trials/${name}.js`, import.meta.url);

const { rows } = (await import(trialOf("rows").href)) as { rows: () => { x: Tensor; y: Tensor } };

/** Workers that run. */
const alive = new Set<Worker>();
const onWorker = (worker: Worker) => {
  alive.add(worker);
  worker.once("exit", () => alive.delete(worker));
};
beforeAll(() => void process.on("worker", onWorker));
afterAll(() => void process.off("worker", onWorker));
afterEach(() => expect(alive.size).toBe(0));

let folder: string;
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), "glissade-"))));
afterEach(() => rmSync(folder, { recursive: true }));

const options = {
  trial: trialOf("ring"),
  space: { units: space.int(2, 9), optimizer: space.choice(["adam", "rmsprop"]) },
  folds: split.kFold(3, { stratified: true }),
  search: search.random({ trials: 7 }),
  fit: { epochs: 4 },
  objective: "val_accuracy",
  seed: 3,
  verbose: 0,
} as const;

/** Everything but what the clock says. */
const facts = ({ trials }: library.TuneResult) => trials.map((trial) => ({ ...trial, seconds: 0 }));

describe("the same trials, whoever runs them", () => {
  const median = pruners.median({ startupTrials: 2, parallel: 2 });
  test.each([
    ["fold by fold", {}],
    ["side by side, where epochs decide", { pruner: median }],
  ])("%s", async (_, more) => {
    const here = await tune({ ...options, ...more });
    for (const size of [1, 2]) {
      const result = await tune({ ...options, ...more, executor: threads(size) });
      expect(result.table()).toBe(here.table());
      expect(facts(result)).toEqual(facts(here));
    }
  });

  test("a trial that began later may end sooner", async () => {
    const waiting = { ...options, space: { ...options.space, wait: 4 } };
    const here = await tune(waiting);
    const ends: number[] = [];
    const callbacks = [{ onTrialEnd: ({ number }: Trial) => void ends.push(number) }];
    const result = await tune({ ...waiting, callbacks, executor: threads(3) });
    expect(result.table()).toBe(here.table());
    expect(ends.toSorted((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5, 6]);
  });
});

describe("what goes to the threads", () => {
  test("records, targets by name, and rows to watch", async () => {
    const { x, y } = rows();
    const records = {
      ...options,
      trial: trialOf("records"),
      space: { units: space.int(2, 9) },
      folds: split.kFold(3),
    };
    const here = await tune(records);
    expect(facts(await tune({ ...records, executor: threads(2) }))).toEqual(facts(here));
    const sampleWeight = Float32Array.from(y.data, (one) => 1 + one);
    const watched = {
      ...options,
      folds: undefined,
      validationData: [x, y.data, sampleWeight] as const,
      fit: { ...options.fit, sampleWeight, classWeight: { 0: 1, 1: 2 } },
      seeds: 2,
    };
    const there = await tune({ ...watched, executor: threads(2) });
    expect(facts(there)).toEqual(facts(await tune(watched)));
  });

  test("numbers lie in memory that all of them see, other rows are copied", () => {
    const material: Material = {
      x: { a: tensor(Float32Array.of(1, 2, 3, 4), [2, 2]), b: [[5], [6]] },
      y: Buffer.from([5, 6]),
      sampleWeight: new Float64Array([7, 8]),
      splits: [{ train: Int32Array.of(0), test: Int32Array.of(1) }],
      validation: { x: tensor([[9, 10]]), y: [{ a: "text" }] },
    };
    const task = { fit: {}, material, objective: "loss", seeds: [1], together: true };
    const shared = shareTask({ ...task, build: () => undefined as never }, new URL("file:///a"));
    const [first, second] = [0, 1].map(() => restoreMaterial(structuredClone(shared)));
    const plain = (value: unknown) => JSON.stringify(value);
    expect(plain(first)).toBe(plain({ ...material, y: Uint8Array.of(5, 6) }));
    const buffers = ({ x, y, sampleWeight, splits, validation }: Material) =>
      [
        (x as { a: Tensor }).a.data,
        y,
        sampleWeight,
        splits[0]!.train,
        (validation!.x as Tensor).data,
      ].map((one) => (one as Float32Array).buffer);
    const values = (material: Material) => buffers(material).map((one) => [...new Uint8Array(one)]);
    for (const buffer of buffers(first!)) {
      expect(buffer).toBeInstanceOf(SharedArrayBuffer);
      new Uint8Array(buffer).fill(1);
    }
    expect(values(second!)).toEqual(values(first!));
  });

  test("a closure is refused, and options and rows that are functions", async () => {
    const { x, y } = rows();
    const build = () => undefined as never;
    const refused = async (given: object, rule: RegExp) => {
      await expect(tune({ ...options, executor: threads(2), ...given })).rejects.toMatchObject({
        code: "ERR_OPTION",
        message: expect.stringMatching(rule) as string,
      });
    };
    await refused(
      { trial: undefined, build, x, y },
      /^tune: with an executor that leaves .*trial: new URL/,
    );
    const fit = { epochs: 1, classWeight: () => ({ 0: 1 }) };
    await refused({ fit }, /^threads: classWeight of fit must be data, got a function/);
    await refused(
      { trial: trialOf("functions") },
      /^threads: rows and .* but \(\) => 1 could not be cloned/,
    );
  });

  test("size is a whole number above 0", () => {
    expect(() => threads(0)).toThrow("threads: size must be a whole number above 0, got 0");
    expect(threads().size).toBeGreaterThan(0);
    expect(threads({ size: 3 })).toMatchObject({ size: 3, isApart: true });
  });
});

describe("what goes wrong in a trial", () => {
  const faulty = (fault: string, units: library.Space[string] = space.int(2, 5)) => ({
    ...options,
    trial: trialOf("faulty"),
    space: { units, fault },
    search: search.grid(),
  });

  test.each([
    ["error", "no such model", undefined],
    ["refusal", "build: the layers must fit", "ERR_SHAPE"],
    ["text", "a text", undefined],
  ])("%s: later trials fail by it, the first one ends the study", async (fault, message, code) => {
    const result = await tune({ ...faulty(fault), executor: threads(2) });
    expect(facts(result)).toEqual(facts(await tune(faulty(fault))));
    expect(result.trials.map(({ error }) => error)).toEqual([
      undefined,
      undefined,
      message,
      message,
    ]);
    const error = await tune({ ...faulty(fault, 4), executor: threads(2) }).catch(
      (one: unknown) => one,
    );
    expect(error).toMatchObject({ message, ...(code && { code }) });
    if (fault !== "text") expect((error as Error).stack).toContain("faulty.js");
  });

  test("a trial that diverges fails alone", async () => {
    const diverging = {
      ...faulty("divergence", space.choice([4, 2])),
      objective: "val_loss",
    } as const;
    const result = await tune({ ...diverging, executor: threads(2) });
    expect(facts(result)).toEqual(facts(await tune(diverging)));
    expect(result.trials.map(({ status }) => status)).toEqual(["failed", "complete"]);
  });

  test("a callback that throws", async () => {
    const callbacks = [
      {
        onTrialEnd() {
          throw new Error("full disk");
        },
      },
    ];
    await expect(tune({ ...options, callbacks, executor: threads(2) })).rejects.toThrow(
      "full disk",
    );
  });

  test("at once, while the journal still writes down the next one", async () => {
    const slow = {
      ...memoryJournal(),
      append: () => new Promise<void>((end) => setTimeout(end, 20)),
    };
    const runner = { run: () => Promise.reject(new Error("at once")), close: () => undefined };
    const executor = { size: 2, isApart: true, open: () => runner };
    await expect(tune({ ...options, executor, journal: slow })).rejects.toThrow("at once");
  });

  test("an abort ends trials in the middle of a step, and the study goes on later", async () => {
    const stop = new AbortController();
    const callbacks = [{ onTrialEnd: () => stop.abort(new Error("enough")) }];
    const looping = { ...faulty("loop", space.choice([2, 4, 5])), executor: threads(2) };
    await expect(tune({ ...looping, callbacks, signal: stop.signal })).rejects.toThrow("enough");

    const journal = memoryJournal();
    const again = new AbortController();
    const ended: Trial[] = [];
    const some = [{ onTrialEnd: (one: Trial) => ended.push(one) > 2 && again.abort() }];
    const cut = { ...options, journal, executor: threads(2) };
    await expect(tune({ ...cut, callbacks: some, signal: again.signal })).rejects.toThrow(/abort/);
    const whole = await tune(cut);
    expect(facts(whole)).toEqual(facts(await tune(options)));
    expect(ended.length).toBeLessThan(7);
    for (const one of ended) expect(whole.trials[one.number]).toMatchObject(one);
  });
});

describe("a thread that dies", () => {
  const dying = (death: string, once: boolean, unlucky = 5) => ({
    ...options,
    trial: trialOf("dying"),
    space: { units: space.int(4, 7), unlucky, death, folder: once ? folder : "" },
    search: search.grid(),
    executor: threads(2),
  });
  const alike = (result: library.TuneResult) => facts(result).map(({ params: _, ...rest }) => rest);

  test.each(["exit", "error", "rejection"])("%s: its trial is run again", async (death) => {
    const epochs: number[] = [];
    const callbacks = [
      {
        onTrialEpoch: ({ number }: library.Trial, epoch: number) =>
          void (number === 1 && epochs.push(epoch)),
      },
    ];
    const pruner = pruners.median({ startupTrials: 9 });
    const result = await tune({ ...dying(death, true), callbacks, pruner });
    expect(existsSync(join(folder, "died-5"))).toBe(true);
    expect(epochs).toEqual([0, 0, 1, 2, 3]);
    const calm = await tune({ ...dying(death, true, 0), pruner });
    expect(alike(result)).toEqual(alike(calm));
  });

  test.each([4, 5])(
    "again and again, units %i: that trial fails, others go on",
    async (unlucky) => {
      const { trials } = await tune(dying("exit", false, unlucky));
      expect(trials.map(({ status }) => status)).toEqual(
        [4, 5, 6, 7].map((units) => (units === unlucky ? "failed" : "complete")),
      );
      expect(trials[unlucky - 4]!.error).toMatch(/^threads: .*it died: it exited with code 3$/);
    },
  );

  /** What a program of its own prints that tunes with such threads. */
  async function printed(...flags: string[]): Promise<string> {
    const program = `
      import { search, space, tune } from "${built("index.js")}";
      import { threads } from "${built("node/index.js")}";
      const { trials } = await tune({
        trial: new URL("${trialOf("dying").href}"),
        space: { units: space.int(4, 6), unlucky: 5, death: "memory", folder: "" },
        search: search.grid(), executor: threads(2), fit: { epochs: 3 }, validationSplit: 0.2,
      }).catch((error) => ({ trials: [error] }));
      for (const { status, error, message } of trials) console.log(status, error, message);`;
    const file = join(folder, "program.mjs");
    writeFileSync(file, program);
    const given = flags.includes("-e") ? program : file;
    const { stdout, stderr } = await promisify(execFile)(process.execPath, [...flags, given]);
    expect(stderr).toBe("");
    return stdout;
  }

  test("for lack of memory", async () => {
    expect((await printed("--max-old-space-size=100")).trim().split("\n")).toEqual([
      "complete undefined undefined",
      expect.stringMatching(/^failed threads: .* trial 1 .*died: .*reaching memory limit/),
      "complete undefined undefined",
    ]);
  });

  test("before it could take a trial, as under options of Node that workers refuse", async () => {
    expect(await printed("--input-type=module", "-e")).toMatch(
      /tune: .* all 3 failed; .* trial 0 .*died: --input-type can only be used/,
    );
  });
});

test("without the pool's package threads say what to install", async () => {
  cpSync("dist", join(folder, "dist"), { recursive: true });
  writeFileSync(join(folder, "package.json"), '{ "type": "module" }');
  const module = "export const build = () => {}; export const data = () => ({ x: [[1]], y: [1] });";
  writeFileSync(join(folder, "trial.js"), module);
  const program = `
    import { search, space, tune } from "./dist/index.js";
    import { threads } from "./dist/node/index.js";
    const trial = new URL("./trial.js", import.meta.url);
    const options = { trial, space: { units: 1 }, search: search.grid(), objective: "loss" };
    await tune({ ...options, executor: threads(2) }).catch(({ code, message }) => console.log(code, message));`;
  writeFileSync(join(folder, "program.js"), program);
  const { stdout } = await promisify(execFile)(process.execPath, [join(folder, "program.js")]);
  expect(stdout.trim()).toBe(
    "ERR_RUNTIME threads: the package tinypool must be installed, but is not; run npm install tinypool",
  );
});
