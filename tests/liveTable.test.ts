import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import {
  layers,
  search,
  sequential,
  space,
  type Trial,
  tune,
  type TuneOptions,
} from "../src/index.js";
import { liveTable } from "../src/node/index.js";
import { ranked, type TuneResult } from "../src/tune/result.js";
import type { Progress } from "../src/tune/watch.js";

/** A terminal that does what is written: as slow and plain as can be. */
function terminal(columns = 100, rows = 30, colors = false) {
  const lines = [""];
  let [row, column] = [0, 0];
  let draws = 0;
  const put = (letter: string) => {
    const line = lines[row]!.padEnd(column);
    lines[row] = line.slice(0, column) + letter + line.slice(column + 1);
    column++;
  };
  const obey: Record<string, (count: number) => void> = {
    A: (count) => void (row = Math.max(0, row - count)),
    K: () => void (lines[row] = lines[row]!.slice(0, column)),
    J() {
      obey.K!(0);
      lines.length = row + 1;
    },
    m: () => {},
    h: () => {},
    l: () => void draws++,
  };
  const write = (text: string) => {
    for (const [one, count, command] of text.matchAll(/\u001b\[\??(\d*)([A-Za-z])|[^]/g)) {
      if (command) obey[command]!(Number(count ?? 1));
      else if (one === "\r") column = 0;
      else if (one === "\n") {
        [row, column] = [row + 1, 0];
        lines[row] ??= "";
      } else put(one);
    }
  };
  const stream = { isTTY: true, columns, rows, write, hasColors: () => colors };
  return { stream, lines, shown: () => lines.join("\n").trimEnd(), draws: () => draws };
}

const objective = { name: "val_accuracy", mode: "max" } as const;
const EPOCHS = 9;

const trialOf = (number: number, more: Partial<Trial> = {}): Trial => ({
  number,
  params: { rate: 0.001 * (number + 1) },
  status: "running",
  folds: [],
  curve: [],
  epochs: EPOCHS,
  seconds: 0,
  ...more,
});
const complete = (number: number, value: number, more: Partial<Trial> = {}) =>
  trialOf(number, { status: "complete", value, ...more });

/** How far a study of twelve trials is. */
function progressOf(trials: readonly Trial[], secondsLeft?: number): Progress {
  const all = ranked(trials, "max");
  const best = all.find(({ rank }) => rank === 1);
  return { objective, space: {}, total: 12, trials: all, best, secondsLeft };
}

const resultOf = (trials: readonly Trial[]) => ({ trials }) as unknown as TuneResult;

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe("the table", () => {
  test("shows what is done and left, the best first, then what runs, and stays at the end", () => {
    const { stream, shown } = terminal();
    const table = liveTable({ stream, best: 2 });
    const trials = [
      complete(0, 0.5),
      complete(1, 0.75, { std: 0.012 }),
      complete(2, 0.625),
      trialOf(3, { status: "pruned", value: 0.1 }),
      trialOf(4),
      trialOf(5, { params: { rate: 0.5, units: 16 } }),
    ];
    table.onStudyBegin!(progressOf(trials.slice(0, 4), 75));
    table.onTrialBegin!(trials[4]!, progressOf(trials.slice(0, 5), 75));
    table.onTrialBegin!(trials[5]!, progressOf(trials, 75));
    table.onTrialEpoch!(trials[5]!, 2, 0.25);
    vi.advanceTimersByTime(150);
    expect(shown().split("\n")).toEqual([
      "███████░░░░░░░░░░░░░ 4/12 trials, 1 pruned, 75 s left",
      "   rank  trial  epochs  val_accuracy    std   rate  units",
      "      1      1       9        0.7500  0.012  0.002       ",
      "      2      2       9        0.6250         0.003       ",
      "running      4                               0.005       ",
      "running      5     3/9        0.2500           0.5     16",
    ]);
    vi.advanceTimersByTime(10_000);
    table.onTrialEnd!(trials[5]!, progressOf([...trials.slice(0, 5), complete(5, 0.875)]));
    table.onStudyEnd!(resultOf(trials));
    expect(shown()).toMatch(/^█{8}░{12} 5\/12 trials, 1 pruned, in 10 s\n/);
    expect(shown()).toMatch(/\n {3}1 {6}5 {7}9 {8}0\.8750 /);
    expect(shown()).not.toContain("running");
  });

  test("a study that is aborted leaves the table as well, and nothing is drawn after it", () => {
    const { stream, shown, draws } = terminal();
    const { write } = stream;
    const table = liveTable({ stream });
    table.onStudyBegin!(progressOf([complete(0, 0.5), trialOf(1)]));
    table.onTrialBegin!(trialOf(1), progressOf([complete(0, 0.5), trialOf(1)]));
    table.onStudyAbort!(new Error("enough"));
    expect(stream.write).toBe(write);
    const before = draws();
    stream.write("aborted\n");
    vi.advanceTimersByTime(1000);
    expect(draws()).toBe(before);
    expect(shown()).toMatch(/ 1\/12 trials, in 0 s\n.*val_accuracy.*\n.*0\.5000.*\naborted$/);
  });

  test("is drawn ten times a second at most, and never misses the last news", () => {
    const { stream, shown, draws } = terminal();
    const table = liveTable({ stream });
    const trial = trialOf(0, { epochs: 1000 });
    table.onStudyBegin!(progressOf([]));
    table.onTrialBegin!(trial, progressOf([trial]));
    for (let epoch = 0; epoch < 1000; epoch++) {
      table.onTrialEpoch!(trial, epoch, epoch);
      vi.advanceTimersByTime(1);
    }
    expect(draws()).toBeGreaterThan(8);
    expect(draws()).toBeLessThan(12);
    vi.advanceTimersByTime(100);
    expect(shown()).toContain("1000/1000         999.0");
  });

  test.each([
    [40, 6],
    [100, 3],
    [20, 2],
    [200, 1],
  ])("keeps within %i columns and %i rows", (columns, rows) => {
    const { stream, lines } = terminal(columns, rows);
    const table = liveTable({ stream });
    const trials = Array.from({ length: 12 }, (_, i) =>
      i < 6 ? complete(i, i / 8, { params: { text: "long ".repeat(40) } }) : trialOf(i),
    );
    table.onStudyBegin!(progressOf(trials, 3));
    for (const trial of trials.slice(6)) table.onTrialBegin!(trial, progressOf(trials, 3));
    vi.advanceTimersByTime(150);
    expect(lines.length).toBeLessThanOrEqual(Math.max(2, rows));
    expect(lines.every(({ length }) => length < columns)).toBe(true);
  });

  test("a terminal that does not know its size has 80 × 24", () => {
    const { stream, lines } = terminal(0, 0);
    const trials = Array.from({ length: 30 }, (_, i) => complete(i, i / 30));
    liveTable({ stream, best: 30 }).onStudyBegin!(progressOf(trials));
    expect(lines).toHaveLength(24);
    expect(lines[1]).toBe("rank  trial  epochs  val_accuracy   rate");
  });

  test("hyper-parameters are cut, and cannot move the cursor", () => {
    const { stream, shown } = terminal(200);
    const table = liveTable({ stream });
    const params = { text: "two\nlines\u001b[2A", other: "x".repeat(30) };
    table.onStudyBegin!(progressOf([complete(0, 0.5, { params })]));
    expect(shown()).toMatch(/two lines \[2A {2}x{23}…$/);
  });

  test("has colours only where the stream has", () => {
    for (const colors of [false, true]) {
      const { stream } = terminal(100, 30, colors);
      const { write } = stream;
      let text = "";
      stream.write = (part) => {
        text += part;
        write(part);
      };
      liveTable({ stream }).onStudyBegin!(progressOf([complete(0, 0.5)]));

      expect(/\u001b\[\d+m/.test(text)).toBe(colors);
    }
  });
});

test("what others write stands above the table, whole", () => {
  const { stream, shown } = terminal();
  const table = liveTable({ stream });
  table.onStudyBegin!(progressOf([complete(0, 0.5)]));
  stream.write("one\n");
  stream.write("two");
  table.onTrialBegin!(trialOf(1), progressOf([complete(0, 0.5), trialOf(1)]));
  vi.advanceTimersByTime(150);
  stream.write("three\n");
  vi.advanceTimersByTime(150);
  table.onStudyEnd!(resultOf([]));
  stream.write("four\n");
  expect(shown().split("\n")).toEqual([
    "one",
    "two",
    "three",
    expect.stringContaining("1/12 trials"),
    expect.stringContaining("val_accuracy"),
    expect.stringContaining("0.5000"),
    "four",
  ]);
});

describe("verbose", () => {
  const options = {
    build: ({ rate }) => {
      const model = sequential([layers.dense(1, { inputShape: [1] })], { seed: 1 });
      model.compile({ optimizer: "sgd", loss: "mse" });
      model.learningRate = rate;
      return model;
    },
    space: { rate: space.choice([0.01, 1e30, 0.1]) },
    x: [[1], [2]],
    y: [1, 2],
    search: search.grid(),
    fit: { epochs: 9 },
    objective: "loss",
  } satisfies TuneOptions<{ rate: ReturnType<typeof space.choice<number>> }>;

  async function written(more: object): Promise<string> {
    vi.useRealTimers();
    const spy = vi.spyOn(process.stderr, "write").mockImplementation(() => true);
    await tune({ ...options, ...more });
    const text = spy.mock.calls.map(([part]) => String(part)).join("");
    spy.mockRestore();
    return text;
  }

  test("silent without a terminal, a line a trial when asked", async () => {
    expect(await written({})).toBe("");
    expect(await written({ verbose: 0 })).toBe("");
    for (const verbose of [1, 2]) {
      const lines = (await written({ verbose })).trim().split("\n");
      expect(lines).toHaveLength(3);
      expect(lines[0]).toMatch(
        /^\[1\/3\] trial 0 complete: loss \S+, best \S+ in trial 0, \d+ s left$/,
      );
      expect(lines[1]).toMatch(/^\[2\/3\] trial 1 failed: tune: loss must be a finite number/);
    }
  });

  test("a table of one's own is the only one", async () => {
    const { stream, shown } = terminal();
    expect(await written({ verbose: 1, callbacks: [liveTable({ stream })] })).toBe("");
    expect(shown()).toMatch(/^█{20} 3\/3 trials, 1 failed, in \d+ s\n/);
  });
});
