import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { memoryJournal, search, space, split, Study, tune } from "../src/index.js";
import "../src/node/index.js";
import golden from "./golden/optuna_journal.json" with { type: "json" };
import { build, outOfOrder, study, timeless } from "./support/tuning.js";

/** A study of every kind of domain, with trials that fail and that are pruned. */
const everything = {
  ...study,
  name: "everything",
  build: (values: Parameters<typeof build>[0] & { width: number }, given: { seed: number }) => {
    if (values.width > 0.75) throw new Error("too wide");
    return build(values, given);
  },
  space: {
    ...study.space,
    units: space.int(2, 32, { step: 3 }),
    width: space.uniform(0, 1),
    step: space.uniform(0, 1, { step: 0.1 }),
    layers: space.logInt(1, 16),
    flag: space.boolean(),
    decay: space.choice([null, 0.5, "auto"]),
    momentum: ({ loss }: { loss?: string }) =>
      loss === "meanSquaredError" ? space.uniform(0, 0.9) : undefined,
    batch: 32,
  },
  fit: { epochs: 4, batchSize: 8 },
  search: search.asha({ trials: 12, factor: 2 }),
} as const;

/** Times and durations of a journal, which differ from run to run, as zeros. */
const frozen = (text: string) =>
  text
    .replace(/"datetime_(\w+)":"[^"]*"/g, '"datetime_$1":"2020-01-01T00:00:00.000Z"')
    .replace(/"seconds":[\d.e-]+/g, '"seconds":0');

async function written(): Promise<string> {
  const journal = memoryJournal();
  await tune({ ...everything, journal });
  await tune({ ...study, objective: "val_loss", name: "other", journal });
  return frozen(await journal.read());
}

const GOLDEN = new URL("golden/tune_journal.jsonl", import.meta.url);

test("is what it was when Optuna read it", async () => {
  const text = await written();
  if (process.env.GLISSADE_WRITE) writeFileSync(GOLDEN, text);
  expect(text).toBe(readFileSync(GOLDEN, "utf8"));
});

test("Optuna finds the same trials, values and hyper-parameters in it", async () => {
  const kinds = {
    float: "FloatDistribution",
    int: "IntDistribution",
    choice: "CategoricalDistribution",
  };
  const states = { complete: "COMPLETE", pruned: "PRUNED", failed: "FAIL", running: "RUNNING" };
  for (const options of [everything, { ...study, objective: "val_loss", name: "other" }] as const) {
    const { trials, best, objective } = await tune(options as typeof everything);
    const seen = golden.studies[options.name as keyof typeof golden.studies];
    expect(seen.direction).toBe(objective.mode === "max" ? "MAXIMIZE" : "MINIMIZE");
    expect(seen.metric_names).toEqual([objective.name]);
    expect(seen.trials.length).toBe(trials.length);
    const greatest = trials.filter(({ rank }) => rank).sort((a, b) => a.rank! - b.rank!)[0]!;
    expect([best.number, greatest.number]).toEqual([seen.best, seen.best]);
    trials.forEach((trial, i) => {
      const other = seen.trials[i]!;
      expect(other.number).toBe(trial.number);
      expect(other.state).toBe(states[trial.status]);
      expect(other.value ?? undefined).toBe(trial.value);
      expect(other.params).toEqual(trial.params);
      expect(Object.values(other.intermediate_values)).toEqual(trial.curve);
      const { epochs, folds, std } = other.user_attrs as unknown as typeof trial;
      expect({ epochs, folds, std }).toEqual({
        epochs: trial.epochs,
        folds: trial.folds,
        std: trial.std,
      });
    });
  }
  const [first] = golden.studies.everything.trials;
  for (const [name, domain] of Object.entries(everything.space)) {
    if (typeof domain !== "object") continue;
    const seen = (first!.distributions as Record<string, unknown>)[name] as {
      kind: string;
      low?: number;
      choices?: unknown[];
    };
    expect(seen.kind).toBe(kinds[domain.kind]);
    expect([seen.low, seen.choices]).toEqual([domain.low, domain.choices]);
  }
});

describe("a journal that was cut off", () => {
  test("anywhere goes on to the same trials", async () => {
    const options = { ...everything, search: search.tpe({ trials: 7, startupTrials: 3 }) };
    const journal = memoryJournal();
    const whole = timeless((await tune({ ...options, journal })).toJSON());
    const text = await journal.read();
    const step = Math.ceil(text.length / 60);
    for (let end = 0; end < text.length; end += step) {
      const part = memoryJournal();
      await part.append(text.slice(0, end));
      const result = await tune({ ...options, journal: part, executor: outOfOrder(2) });
      expect(timeless(result.toJSON())).toEqual(whole);
      const again = memoryJournal();
      await again.append(await part.read());
      expect((await tune({ ...options, journal: again })).toJSON()).toEqual(result.toJSON());
    }
  });

  test("among several studies stays that of each", async () => {
    const journal = memoryJournal();
    for (const name of ["first", "second"]) {
      await tune({ ...study, name, journal, search: search.random({ trials: 2 }) });
    }
    const lines = (await journal.read()).split(/(?<=\n)/);
    for (let end = 0; end <= lines.length; end++) {
      const part = memoryJournal();
      await part.append(lines.slice(0, end).join(""));
      for (const name of ["first", "second"]) {
        await tune({ ...study, name, journal: part, search: search.random({ trials: 2 }) });
      }
      const begun = (await part.read())
        .split("\n")
        .filter((line) => line.startsWith('{"op_code":0'));
      expect(begun.length).toBe(2);
    }
  });

  test("or that ended goes on with more trials", async () => {
    const journal = memoryJournal();
    for (const kind of ["random", "quasiRandom", "tpe", "asha"] as const) {
      const options = { ...study, name: kind, journal };
      await tune({ ...options, search: search[kind]({ trials: 3 }) });
      const more = await tune({ ...options, search: search[kind]({ trials: 5 }) });
      const { journal: _, ...fresh } = options;
      const whole = await tune({ ...fresh, search: search[kind]({ trials: 5 }) });
      expect(timeless(more.toJSON())).toEqual(timeless(whole.toJSON()));
    }
    await tune({ ...study, journal, search: search.halving({ trials: 3 }) });
    const halving = search.halving({ trials: 9 });
    await expect(tune({ ...study, journal, search: halving })).rejects.toThrow(/search/);
  });

  test("keeps what a trial came to, and trains it no second time", async () => {
    const journal = memoryJournal();
    await tune({ ...study, journal });
    let built = 0;
    const counting = (...given: Parameters<typeof build>) => (built++, build(...given));
    await tune({ ...study, build: counting, journal });
    expect(built).toBe(0);
  });
});

describe("a journal refuses", () => {
  const plan = {
    space: study.space,
    search: study.search,
    objective: { name: "val_accuracy", mode: "max" as const },
    seed: 1,
    epochs: 1,
    name: "tune",
  };

  test.each([
    ["seed", { seed: 2 }],
    ["epochs", { epochs: 2 }],
    ["objective", { objective: { name: "val_loss", mode: "min" as const } }],
    ["search", { search: search.tpe({ trials: 6 }) }],
    ["space", { space: { a: space.uniform(0, 1) } }],
  ])("to go on with another %s", async (name, other) => {
    const journal = memoryJournal();
    await Study.open({ ...plan, journal });
    const opened = Study.open({ ...plan, ...other, journal });
    await expect(opened).rejects.toMatchObject({ code: "ERR_STATE" });
    await expect(opened).rejects.toThrow(
      new RegExp(`^tune: ${name}\\S* must be as in the journal`),
    );
    await Study.open({ ...plan, journal });
  });

  test("a file of one line that is none, and leaves it as it was", async () => {
    for (const text of ['{"very":"important"}', "x", '{"op_code":0}\n{"very']) {
      const journal = memoryJournal();
      await journal.append(text);
      const opened = Study.open({ ...plan, journal });
      await expect(opened).rejects.toMatchObject({ code: "ERR_FORMAT" });
      expect(await journal.read()).toBe(text);
    }
  });

  test("to go on with other folds, seeds or options of fit", async () => {
    const journal = memoryJournal();
    await tune({ ...study, journal });
    for (const other of [
      { folds: split.kFold(4) },
      { seeds: 2 },
      { fit: { ...study.fit, batchSize: 4 } },
    ]) {
      const running = tune({ ...study, ...other, journal });
      await expect(running).rejects.toMatchObject({ code: "ERR_STATE" });
    }
  });

  test("what is no journal, and leaves it as it was", async () => {
    const journal = memoryJournal();
    await journal.append("a,b\n1,2\n");
    const opened = Study.open({ ...plan, journal });
    await expect(opened).rejects.toMatchObject({ code: "ERR_FORMAT" });
    expect(await journal.read()).toBe("a,b\n1,2\n");
  });
});

describe("a journal in a file", () => {
  let folder: string;
  beforeAll(() => void (folder = mkdtempSync(join(tmpdir(), "glissade-journal-"))));
  afterAll(() => rmSync(folder, { recursive: true }));

  test("is made with its folder, and read again", async () => {
    const journal = join(folder, "deep", "study.log");
    const first = await tune({ ...study, journal });
    const again = await tune({ ...study, journal });
    expect(again.toJSON()).toEqual(first.toJSON());
  });

  test("loses the line that a crash cut short", async () => {
    const journal = join(folder, "torn.log");
    const whole = await tune({ ...study, journal });
    const text = readFileSync(journal);
    writeFileSync(journal, text.subarray(0, text.length - 30));
    expect(timeless((await tune({ ...study, journal })).toJSON())).toEqual(
      timeless(whole.toJSON()),
    );
    const lines = readFileSync(journal, "utf8").trimEnd().split("\n");
    expect(() => lines.map((line) => JSON.parse(line) as unknown)).not.toThrow();
  });

  test("refuses two that write at once", async () => {
    const journal = join(folder, "two.log");
    const other = { onTrialBegin: () => writeFileSync(journal, "{}\n", { flag: "a" }) };
    const run = tune({ ...study, journal, callbacks: [other] });
    await expect(run).rejects.toMatchObject({ code: "ERR_STATE" });
  });
});
