import { describe, expect, test, vi } from "vitest";
import { layers, sequential } from "../src/index.js";
import { progressBar } from "../src/node/index.js";

/** A terminal that remembers what was written. */
function terminal(isTTY: boolean) {
  const written: string[] = [];
  const stream = { isTTY, columns: 100, write: (text: string) => void written.push(text) };
  return { written, stream };
}

async function fit(options: object) {
  const model = sequential([layers.dense(1, { inputShape: [1] })]);
  model.compile({ optimizer: "sgd", loss: "mse", metrics: ["mae"] });
  const rows = Array.from({ length: 200 }, (_, i) => [i / 200]);
  await model.fit(rows, rows.flat(), { epochs: 2, batchSize: 1, yieldEvery: 0, ...options });
}

describe("the progress bar", () => {
  test("redraws one line in a terminal: share, time left, rate, losses and metrics", async () => {
    const { written, stream } = terminal(true);
    await fit({ verbose: 0, callbacks: [progressBar({ stream })] });
    const half = written.find((text) => text.includes("█████░"))!;
    expect(half).toMatch(
      /^\repoch 1\/2 █+░+ \d+s left {2}[\d,]+ rows\/s {2}loss [\d.e-]+ {2}meanAbsoluteError/,
    );
    expect(written.filter((text) => text === "\n")).toHaveLength(2);
    expect(written.every((text) => text.length < 110)).toBe(true);
  });

  test("writes a line an epoch where there is no terminal", async () => {
    const { written, stream } = terminal(false);
    await fit({ verbose: 0, callbacks: [progressBar({ stream })] });
    expect(written.join("").trim().split("\n")).toHaveLength(2);
    expect(written.join("")).not.toContain("\r");
  });
});

test("verbose: silent without a terminal, lines when asked", async () => {
  const spy = vi.spyOn(process.stderr, "write").mockImplementation(() => true);
  await fit({});
  expect(spy).not.toHaveBeenCalled();
  await fit({ verbose: 2 });
  expect(spy.mock.calls.length).toBeGreaterThan(1);
  spy.mockRestore();
});

test("a bar of one's own is the only one", async () => {
  const spy = vi.spyOn(process.stderr, "write").mockImplementation(() => true);
  const { written, stream } = terminal(false);
  await fit({ verbose: 1, callbacks: [progressBar({ stream })] });
  expect(spy).not.toHaveBeenCalled();
  expect(written.join("").trim().split("\n")).toHaveLength(2);
  spy.mockRestore();
});

test("steps of a stream without a known end are counted", async () => {
  const { written, stream } = terminal(true);
  const model = sequential([layers.dense(1, { inputShape: [1] })]);
  model.compile({ optimizer: "sgd", loss: "mse" });
  const batches = Array.from({ length: 50 }, () => [[[1]], [1]] as const);
  await model.fitDataset(batches, {
    yieldEvery: 0,
    verbose: 0,
    callbacks: [progressBar({ stream })],
  });
  expect(written.find((text) => / 10 batches/.test(text))).toMatch(
    /^\repoch 1\/1 10 batches {2}[\d,]+ batches\/s {2}loss/,
  );
});
