import { describe, expect, test } from "vitest";
import { diagnose } from "../src/diagnose.js";
import {
  graph,
  initializers,
  layers,
  losses,
  type Model,
  oneHot,
  optimizers,
  sequential,
  standardize,
  tensor,
} from "../src/index.js";
import { memory } from "../src/memory.js";
import { generator, numbers } from "./support/numbers.js";
import { settledBytes } from "./support/memory.js";

/** Rows about as many centres on a circle, one class each; `spread` is their deviation or so. */
function blobs(classes = 3, rows = 300, spread = 0.4) {
  const next = generator(7);
  const noise = () => spread * (next() + next() + next() + next() - 2);
  const labels = Int32Array.from({ length: rows }, (_, i) => i % classes);
  const x = Array.from(labels, (label) => {
    const angle = (2 * Math.PI * label) / classes;
    return [1.5 * Math.cos(angle) + noise(), 1.5 * Math.sin(angle) + noise()];
  });
  return { x, labels };
}

const { x, labels } = blobs();
const measured = x.map(([a, b]) => a! - 0.5 * b! + a! * b!);

const sgd = (learningRate: number) => optimizers.sgd({ learningRate });

interface Parts {
  readonly units?: number;
  readonly activation?: string;
  readonly loss?: unknown;
  readonly optimizer?: unknown;
  readonly hidden?: object;
  readonly last?: object;
}

/** Two columns, a hidden layer, and whatever a test wants to be wrong. */
function model({
  units = 3,
  activation = "softmax",
  loss = "sparseCategoricalCrossentropy",
  optimizer = "adam",
  hidden = {},
  last = {},
}: Parts = {}) {
  const made = sequential([
    layers.dense(16, { activation: "relu", inputShape: [2], name: "hidden", ...hidden }),
    layers.dense(units, { activation, name: "last", ...last }),
  ]);
  made.compile({ optimizer: optimizer as string, loss: loss as string, metrics: ["accuracy"] });
  return made;
}

const regression = (parts: Parts = {}) =>
  model({ units: 1, activation: "linear", loss: "mse", ...parts });
const binary = (parts: Parts = {}) =>
  model({ units: 1, activation: "sigmoid", loss: "binaryCrossentropy", ...parts });

const checksOf = ({ findings }: { findings: readonly { check: string }[] }) =>
  findings.map(({ check }) => check);

function twoOutputs() {
  const input = layers.input({ shape: [2], name: "point" });
  const shared = layers.dense(16, { activation: "relu" }).apply(input);
  const kind = layers.dense(3, { activation: "softmax" }).apply(shared);
  const size = layers.dense(1).apply(shared);
  const made = graph({ inputs: input, outputs: { kind, size } });
  made.compile({ optimizer: "adam", loss: { kind: "sparseCategoricalCrossentropy", size: "mse" } });
  return made;
}

describe("nothing stands out", () => {
  test.each([
    ["a classifier", model(), labels],
    [
      "one of logits and one-hot targets",
      model({ activation: "linear", loss: "categoricalCrossentropy" }),
      oneHot(labels),
    ],
    [
      "one with smoothed targets",
      model({ loss: losses.sparseCategoricalCrossentropy({ labelSmoothing: 0.2 }) }),
      labels,
    ],
    ["one that maximises f1", model({ loss: "f1" }), labels],
    [
      "one with plain gradient descent",
      model({ optimizer: optimizers.sgd({ learningRate: 0.1 }) }),
      labels,
    ],
    ["one that is slow, but comes along", model({ optimizer: sgd(0.001) }), labels],
    ["a binary classifier", binary(), labels.map((label) => Number(label > 0))],
    ["a regression", regression(), measured],
    ["one with absolute errors", regression({ loss: "mae" }), measured],
    ["several outputs", twoOutputs(), { kind: labels, size: measured }],
  ])("in %s", async (_, made, y) => {
    const diagnosis = await diagnose(made as Model, x, y as number[]);
    expect(diagnosis.findings).toEqual([]);
    expect(diagnosis.healthy).toBe(true);
    expect(String(diagnosis)).toMatch(/nothing stands out[^]*rows: 300[^]*gradient norms: /);
  });

  test("that is an error in a regression whose targets lie somewhat far from 0", async () => {
    const rows = numbers(64 * 8, { low: -1.7, high: 1.7 });
    const wide = tensor(rows, [64, 8]);
    for (const [mean, deviation] of [
      [22, 9],
      [50, 1],
    ] as const) {
      const made = sequential([
        layers.dense(16, { activation: "relu", inputShape: [8] }),
        layers.dense(1),
      ]);
      made.compile({ optimizer: "adam", loss: "mse" });
      const y = Array.from({ length: 64 }, (_, row) => mean + deviation * rows[8 * row]!);
      const { healthy, findings } = await diagnose(made, wide, y);
      expect(healthy, findings.map(({ says }) => says).join()).toBe(true);
      expect(checksOf({ findings }).includes("targetsNotScaled")).toBe(mean === 50);
    }
  });

  test("in a model that is trained, unbuilt, or has dropout", async () => {
    const made = sequential([
      layers.dense(16, { activation: "tanh" }),
      layers.dropout(0.3),
      layers.dense(3, { activation: "softmax" }),
    ]);
    made.compile({ optimizer: "adam", loss: "sparseCategoricalCrossentropy" });
    expect((await diagnose(made, x, labels)).findings).toEqual([]);
    await made.fit(x, labels, { epochs: 60 });
    const { findings, facts } = await diagnose(made, x, labels);
    expect(findings).toEqual([]);
    expect(facts.startLoss).toBeLessThan(0.2 * facts.chanceLoss!);
  });

  test("in a model that has the scale of its targets in it, or nothing left to learn", async () => {
    const made = sequential([
      layers.dense(16, { activation: "relu", inputShape: [2] }),
      layers.dense(1),
      layers.rescaling(1000),
    ]);
    made.compile({ optimizer: optimizers.adam({ learningRate: 0.01 }), loss: "mae" });
    const thousands = measured.map((value) => 1000 * value);
    await made.fit(x, thousands, { epochs: 30 });
    expect((await diagnose(made, x, thousands)).findings).toEqual([]);
    const sure = model({ optimizer: optimizers.adam({ learningRate: 0.05 }) });
    await sure.fit(blobs(3, 300, 0.1).x, labels, { epochs: 20 });
    const last = sure.getLayer("last");
    last.setWeights(
      last
        .getWeights()
        .map(({ data, shape }) => tensor(data.map((w) => 100 * w) as Float32Array, shape)),
    );
    const { findings, facts } = await diagnose(sure, blobs(3, 300, 0.1).x, labels);
    expect(facts.gradientNorms).toEqual({ hidden: 0, last: 0 });
    expect(findings).toEqual([]);
  });

  test("in what standardize and rescaling bring to scale, or what is 0 nearly everywhere", async () => {
    const wide = x.map(([a, b]) => [1000 * a!, 3 + 0.001 * b!]);
    expect((await diagnose(model(), standardize(wide).x, labels)).findings).toEqual([]);
    const bytes = Uint8Array.from(x.flat(), (value) => 128 + 40 * value);
    const made = sequential([
      layers.input({ shape: [2], dtype: "uint8" }),
      layers.rescaling(1 / 255),
      layers.dense(32, { activation: "relu" }),
      layers.dense(3, { activation: "softmax" }),
    ]);
    made.compile({
      optimizer: optimizers.adam({ learningRate: 0.02 }),
      loss: "sparseCategoricalCrossentropy",
    });
    expect((await diagnose(made, bytes, labels)).findings).toEqual([]);
    const rare = sequential([
      layers.dense(16, { activation: "relu", inputShape: [3] }),
      layers.dense(3),
    ]);
    rare.compile({ optimizer: "adam", loss: "sparseCategoricalCrossentropy" });
    const margin = x.map((row, i) => [...row, i % 60 === 0 ? 0.001 : 0]);
    expect((await diagnose(rare, margin, labels)).findings).toEqual([]);
  });
});

interface Case {
  readonly title: string;
  readonly model: () => Model;
  readonly x?: unknown;
  readonly y: unknown;
  /** All that is found, in order. */
  readonly checks: readonly string[];
  readonly severity: "error" | "warning";
  readonly says: RegExp;
  readonly advice: RegExp;
  readonly layer?: string;
}

const targets: Case[] = [
  {
    title: "targets for other rows",
    model: () => model(),
    y: labels.slice(1),
    checks: ["labelsAndOutputs"],
    severity: "error",
    says: /^y must have 300 rows.*got 299/,
    advice: /a row of y for each row of x/,
  },
  {
    title: "class numbers under a loss for one-hot rows",
    model: () => model({ loss: "categoricalCrossentropy" }),
    y: labels,
    checks: ["labelsAndOutputs"],
    severity: "error",
    says: /^y must have rows of shape \[3\]/,
    advice: /sparseCategoricalCrossentropy/,
  },
  {
    title: "labels that begin at 1",
    model: () => model({ units: 4 }),
    y: labels.map((label) => label + 1),
    checks: ["labelsAndOutputs"],
    severity: "warning",
    says: /begin at 1: class 0 is never seen, classes 1 to 3 are/,
    advice: /label - 1.*layers\.dense\(3\)/,
  },
  {
    title: "units without a class",
    model: () => model({ units: 10, loss: "categoricalCrossentropy" }),
    y: oneHot(labels, 10),
    checks: ["labelsAndOutputs"],
    severity: "warning",
    says: /10 units.*never has class 3, 4, 5, 6, 7, …: 3 of 10/,
    advice: /a unit for each class/,
  },
  {
    title: "rows of several labels under softmax",
    model: () => model({ loss: "categoricalCrossentropy" }),
    y: Array.from(labels, (label) => [label === 0, label < 2, label > 0].map(Number)),
    checks: ["labelsAndOutputs"],
    severity: "warning",
    says: /add up to 1, but 200 of 300 rows/,
    advice: /binaryCrossentropy/,
  },
  {
    title: "no and yes as -1 and 1",
    model: () => binary(),
    y: labels.map((label) => (label > 0 ? 1 : -1)),
    checks: ["labelsAndOutputs"],
    severity: "error",
    says: /from 0 to 1, but y reaches from -1 to 1: 100 of 300/,
    advice: /0 and 1/,
  },
  {
    title: "targets that tanh cannot give",
    model: () => regression({ activation: "tanh" }),
    y: measured.map((value) => 3 * value),
    checks: ["labelsAndOutputs"],
    severity: "error",
    says: /tanh gives numbers from -1 to 1, but y reaches from -/,
    advice: /without activation/,
  },
  {
    title: "targets that relu cannot give",
    model: () => regression({ activation: "relu" }),
    y: measured,
    checks: ["labelsAndOutputs"],
    severity: "error",
    says: /relu gives numbers from 0 to infinity/,
    advice: /layers\.dense\(1\)/,
  },
  {
    title: "the same target everywhere",
    model: () => model(),
    y: labels.map(() => 1),
    checks: ["labelsAndOutputs"],
    severity: "warning",
    says: /every row of y has the same value \(1\)/,
    advice: /shuffled/,
  },
  {
    title: "a target that is NaN",
    model: () => regression(),
    y: measured.map((value, i) => (i === 41 ? NaN : value)),
    checks: ["targetsNotFinite"],
    severity: "error",
    says: /NaN or infinity 1 time, first NaN in row 41, column 0/,
    advice: /drop/,
  },
  {
    title: "targets in the thousands",
    model: () => regression({ optimizer: optimizers.adam({ learningRate: 1 }) }),
    y: measured.map((value) => 1000 * value),
    checks: ["targetsNotScaled"],
    severity: "warning",
    says: /mean of column 0 is .*deviation \d+;/,
    advice: /standardize\(tensor\(y\)\.reshape\(\[-1, 1\]\)\)/,
  },
  {
    title: "such targets under a small rate",
    model: () => regression(),
    y: measured.map((value) => 1000 * value),
    checks: ["targetsNotScaled", "cannotOverfit"],
    severity: "error",
    says: /cannot be learnt by heart/,
    advice: /^scale x and y first; then give hidden layers more units: hidden has 16/,
  },
];

const inputs: Case[] = [
  {
    title: "NaN and infinity",
    model: () => model(),
    x: x.map((row, i) => (i === 17 ? [0, NaN] : i === 20 ? [Infinity, 0] : row)),
    y: labels,
    checks: ["inputsNotFinite"],
    severity: "error",
    says: /2 times, first NaN in row 17, column 1/,
    advice: /checkInputs/,
  },
  {
    title: "bytes",
    model: () => model({ optimizer: optimizers.adam({ learningRate: 0.01 }) }),
    x: x.map((row) => row.map((value) => Math.round(60 + 10 * value))),
    y: labels,
    checks: ["inputsNotScaled", "startLoss"],
    severity: "warning",
    says: /^hidden reads large numbers: column 1 is typically 61\.\d in size.*2 of 2 columns/,
    advice: /layers\.rescaling\(1 \/ 255\)/,
    layer: "hidden",
  },
  {
    title: "tiny numbers",
    model: () => model(),
    x: x.map((row) => row.map((value) => 0.001 * value)),
    y: labels,
    checks: ["inputsNotScaled", "cannotOverfit"],
    severity: "warning",
    says: /^hidden reads tiny numbers: column 0 is typically 0\.001\d+ in size/,
    advice: /standardize/,
    layer: "hidden",
  },
  {
    title: "columns of very different spread",
    model: () => model(),
    x: x.map(([a, b]) => [0.001 * a!, b!]),
    y: labels,
    checks: ["inputsNotScaled"],
    severity: "warning",
    says: /column 1 deviates by 1\.\d+ from its mean, column 0 by 0\.001/,
    advice: /standardize\(x\).*scaled\.apply/,
    layer: "hidden",
  },
];

const spread = (size: number) => initializers.randomNormal({ stddev: size });
/** So many biases of such a size, and 0. */
const biases = (count: number, size: number) => ({
  biasInitializer: ({ shape }: { shape: readonly number[] }) =>
    Float32Array.from({ length: shape[0]! }, (_, i) => (i < count ? size : 0)),
});

function deep(
  count: number,
  activation: string,
  kernelInitializer: unknown = "glorotUniform",
  optimizer: unknown = "adam",
) {
  const made = sequential([
    layers.input({ shape: [2] }),
    ...Array.from({ length: count }, () =>
      layers.dense(16, { activation, kernelInitializer: kernelInitializer as string }),
    ),
    layers.dense(3, { activation: "softmax" }),
  ]);
  made.compile({ optimizer: optimizer as string, loss: "sparseCategoricalCrossentropy" });
  return made;
}

const weights: Case[] = [
  {
    title: "predictions that begin far off",
    model: () => model({ last: { kernelInitializer: spread(20) } }),
    y: labels,
    checks: ["startLoss"],
    severity: "warning",
    says: /begins at \d\d.*neutral answer would have 1\.1:/,
    advice: /glorotUniform/,
  },
  {
    title: "predictions that miss the mean",
    model: () => regression({ optimizer: optimizers.adam({ learningRate: 0.1 }) }),
    y: measured.map((value) => 20 + value),
    checks: ["startLoss", "targetsNotScaled"],
    severity: "warning",
    says: /begins at \d+, where a neutral answer/,
    advice: /biasInitializer: initializers\.constant\(mean\)/,
  },
  {
    title: "weights that are NaN",
    model() {
      const made = model();
      made.setWeights(
        made.getWeights().map(({ data, shape }) => tensor(data.fill(NaN) as Float32Array, shape)),
      );
      return made;
    },
    y: labels,
    checks: ["startLoss"],
    severity: "error",
    says: /loss is NaN as the model is/,
    advice: /anew.*terminateOnNaN/,
  },
  {
    title: "dead relu units",
    model: () => model({ hidden: { units: 32, ...biases(24, -100) } }),
    y: labels,
    checks: ["deadUnits"],
    severity: "warning",
    says: /^24 of 32 relu units of hidden \(75 %\)/,
    advice: /heNormal/,
    layer: "hidden",
  },
  {
    title: "saturated tanh units",
    model: () => model({ hidden: { units: 32, activation: "tanh", ...biases(24, 100) } }),
    y: labels,
    checks: ["deadUnits"],
    severity: "warning",
    says: /^24 of 32 tanh units of hidden \(75 %\) stand at an end/,
    advice: /standardize/,
    layer: "hidden",
  },
  {
    title: "gradients that vanish",
    model: () => deep(16, "sigmoid"),
    y: labels,
    checks: ["gradientNorms", "cannotOverfit"],
    severity: "warning",
    says: /norm is \d\.\de-\d+ in dense, but .* in dense_16/,
    advice: /relu/,
    layer: "dense",
  },
  {
    title: "gradients that explode",
    model: () => deep(8, "relu", spread(2)),
    y: labels,
    checks: ["startLoss", "gradientNorms"],
    severity: "warning",
    says: /explodes: its norm is .* in dense_8/,
    advice: /globalClipNorm/,
    layer: "dense_8",
  },
];

const training: Case[] = [
  {
    title: "a rate too low",
    model: () => model({ optimizer: sgd(1e-4) }),
    y: labels,
    checks: ["cannotOverfit"],
    severity: "warning",
    says: /too low: 300 steps on one batch of 16 rows by sgd at a rate of 1\.0e-4/,
    advice: /model\.learningRate = 0\.001, or compile with optimizers\.adam\(\)/,
  },
  {
    title: "a rate so high that the loss is no number",
    model: () => regression({ optimizer: sgd(10) }),
    y: measured,
    checks: ["cannotOverfit"],
    severity: "error",
    says: /too high.*sgd at a rate of 10 takes the loss to (NaN|Infinity)/,
    advice: /model\.learningRate = 1$/,
  },
  {
    title: "a rate so high that the loss grows",
    model: () => deep(4, "tanh", "glorotUniform", sgd(20)),
    x: blobs(3, 300, 2).x,
    y: labels,
    checks: ["cannotOverfit"],
    severity: "error",
    says: /too high.*takes the loss to \d{3,} from/,
    advice: /model\.learningRate = 2$/,
  },
  {
    title: "a rate so high that units die",
    model: () => deep(4, "relu", "glorotUniform", sgd(2)),
    y: labels,
    checks: ["cannotOverfit"],
    severity: "error",
    says: /too high.*takes the loss to 1\.1 from 1\.07, .* and the weights \d+ times their own length/,
    advice: /model\.learningRate = 0\.2$/,
  },
  {
    title: "a schedule too low",
    model: () => model({ optimizer: optimizers.sgd({ learningRate: () => 1e-4 }) }),
    y: labels,
    checks: ["cannotOverfit"],
    severity: "warning",
    says: /too low/,
    advice: /optimizers\.sgd\(\{ learningRate: 0\.001 \}\), or a schedule/,
  },
  {
    title: "rows that x does not tell apart",
    model: () => model(),
    x: x.map((_, i) => [Math.floor(i / 3) % 2, 1]),
    y: labels,
    checks: ["cannotOverfit"],
    severity: "error",
    says: /of 16 rows, 10 have the same x as another, but not the same y/,
    advice: /how x is read/,
  },
  {
    title: "a layer too narrow",
    model() {
      const made = sequential([
        layers.dense(64, { activation: "relu", inputShape: [10] }),
        layers.dense(1, { name: "waist" }),
        layers.dense(10),
      ]);
      made.compile({ optimizer: "adam", loss: "mse" });
      return made;
    },
    x: tensor(numbers(3000), [300, 10]),
    y: tensor(numbers(3000), [300, 10]),
    checks: ["cannotOverfit"],
    severity: "error",
    says: /cannot be learnt by heart: 300 steps on one batch of 32 rows by adam/,
    advice: /more units: waist has 1;/,
  },
  {
    title: "nothing that trains",
    model() {
      const made = model();
      made.trainable = false;
      return made;
    },
    y: labels,
    checks: ["cannotOverfit"],
    severity: "error",
    says: /nothing trains/,
    advice: /trainable = true/,
  },
];

describe.each([
  ["targets", targets],
  ["inputs", inputs],
  ["weights", weights],
  ["training", training],
])("%s", (_, cases) => {
  test.each(cases)("$title", async ({ model: make, x: rows = x, y, checks, ...expected }) => {
    const diagnosis = await diagnose(make(), rows as number[][], y as number[]);
    expect(checksOf(diagnosis), String(diagnosis)).toEqual(checks);
    const found = diagnosis.findings.find(({ says }) => expected.says.test(says));
    expect(found, String(diagnosis)).toMatchObject({ severity: expected.severity });
    expect(found!.advice).toMatch(expected.advice);
    expect(found!.layer).toBe(expected.layer);
    expect(diagnosis.healthy).toBe(
      diagnosis.findings.every(({ severity }) => severity !== "error"),
    );
    expect(String(diagnosis)).toContain(found!.says);
  });
});

test("the report says what, why and what to do, and what was left out", async () => {
  const lines = String(await diagnose(model(), x, labels.slice(1))).split("\n");
  expect(lines.slice(0, 3)).toEqual([
    "sequential: 1 error, 0 warnings",
    "",
    expect.stringMatching(/^error \(labelsAndOutputs\): y must/),
  ]);
  expect(lines.slice(3)).toEqual([
    expect.stringMatching(/^ {2}→ bring x and y/),
    "",
    "Other checks wait until this is repaired.",
  ]);
});

describe("what is measured", () => {
  const entropy = (shares: number[]) =>
    -shares.reduce((sum, share) => sum + (share > 0 ? share * Math.log(share) : 0), 0);
  const skewed = labels.map((label, i) => (i % 10 < 8 ? 0 : label));
  const shares = [0, 1, 2].map((one) => skewed.filter((label) => label === one).length / 300);
  const chanceOf = async (made: unknown, y: unknown, options = {}) =>
    (await diagnose(made as Model, x, y as number[], { steps: 10, ...options })).facts.chanceLoss;

  test("chance is the entropy of classes, whatever form targets and predictions have", async () => {
    for (const [made, y] of [
      [model(), skewed],
      [model({ loss: "categoricalCrossentropy" }), oneHot(skewed)],
      [
        model({
          activation: "linear",
          loss: losses.sparseCategoricalCrossentropy({ fromLogits: true }),
        }),
        skewed,
      ],
    ]) {
      expect(await chanceOf(made, y)).toBeCloseTo(entropy(shares), 5);
    }
    const smooth = losses.sparseCategoricalCrossentropy({ labelSmoothing: 0.3 });
    const smoothed = shares.map((share) => 0.7 * share + 0.1);
    expect(await chanceOf(model({ loss: smooth }), skewed)).toBeCloseTo(entropy(smoothed), 5);
    const yes = skewed.map((label) => Number(label > 0));
    const two = [shares[0]!, 1 - shares[0]!];
    expect(await chanceOf(binary(), yes)).toBeCloseTo(entropy(two), 5);
    const logits = { activation: "linear", loss: losses.binaryCrossentropy({ fromLogits: true }) };
    expect(await chanceOf(binary(logits), yes)).toBeCloseTo(entropy(two), 5);
  });

  test("or the variance, or the mean distance from the median; of several outputs the weighted sum", async () => {
    const mean = measured.reduce((sum, value) => sum + value, 0) / 300;
    const variance = measured.reduce((sum, value) => sum + (value - mean) ** 2, 0) / 300;
    const median = measured.toSorted((a, b) => a - b)[150]!;
    const distance = measured.reduce((sum, value) => sum + Math.abs(value - median), 0) / 300;
    expect(await chanceOf(regression(), measured)).toBeCloseTo(variance, 4);
    expect(await chanceOf(regression({ loss: "mae" }), measured)).toBeCloseTo(distance, 4);
    const both = twoOutputs();
    both.compile({
      optimizer: "adam",
      loss: { kind: "sparseCategoricalCrossentropy", size: "mse" },
      lossWeights: { size: 0.25 },
    });
    const y = { kind: skewed, size: measured };
    expect(await chanceOf(both, y)).toBeCloseTo(entropy(shares) + 0.25 * variance, 4);
  });

  test("heeds weights as the loss does", async () => {
    const sampleWeight = skewed.map((label) => (label === 0 ? 0 : 1));
    const rest = [1, 2].map((one) => shares[one]! / (shares[1]! + shares[2]!));
    const chance = await chanceOf(model(), skewed, { sampleWeight });
    expect(chance).toBeCloseTo(entropy(rest) * (1 - shares[0]!), 5);
  });

  test("losses, gradients and units by layer; the same every time", async () => {
    const made = model();
    const first = await diagnose(made, x, labels);
    expect(await diagnose(made, x, labels)).toMatchObject({ facts: first.facts });
    expect(first.facts.startLoss).toBeCloseTo(made.evaluate(x, labels).loss!, 5);
    expect(Object.keys(first.facts.gradientNorms!)).toEqual(["hidden", "last"]);
    expect(first.facts).toMatchObject({ rows: 300, sampledRows: 300, learningRate: 0.001 });
    expect(first.facts.referenceLoss).toBeUndefined();
    expect(first.facts.deadUnits!.hidden).toBeLessThan(0.6);
    made.getLayer("hidden").trainable = false;
    const { facts } = await diagnose(made, x, labels);
    expect(Object.keys(facts.gradientNorms!)).toEqual(["last"]);
  });

  test("on some rows, but NaN in all of them", async () => {
    const many = blobs(3, 5000);
    const { findings, facts } = await diagnose(model(), many.x, many.labels);
    expect(findings).toEqual([]);
    expect(facts).toMatchObject({ rows: 5000, sampledRows: 2000 });
    const turns = blobs(3, 6000);
    const { chanceLoss } = (await diagnose(model(), turns.x, turns.labels)).facts;
    expect(chanceLoss).toBeCloseTo(Math.log(3), 3);
    many.x[4999] = [NaN, 0];
    expect(checksOf(await diagnose(model(), many.x, many.labels))).toEqual(["inputsNotFinite"]);
  });

  test("by a second attempt only where the first came to nothing but did not diverge", async () => {
    const noisy = blobs(3, 300, 2).x;
    const grown = await diagnose(deep(4, "tanh", "glorotUniform", sgd(20)), noisy, labels);
    expect(grown.facts.referenceLoss).toBeUndefined();
    const dead = await diagnose(deep(4, "relu", "glorotUniform", sgd(2)), x, labels);
    expect(dead.facts.referenceLoss).toBeLessThan(0.1);
  });

  test("with a rare class in the batch", async () => {
    const rare = labels.map((_, i) => Number(i === 150));
    const made = model({ units: 2, optimizer: sgd(1e-5) });
    expect(checksOf(await diagnose(made, x, rare))).toEqual(["cannotOverfit"]);
  });

  test("under a loss of the user's own, which does not tell chance", async () => {
    const own = (scale: number, optimizer: unknown = "adam") =>
      regression({
        optimizer,
        loss({
          prediction,
          target,
        }: {
          prediction: { data: Float32Array };
          target: { data: Float32Array };
        }) {
          if (new Set(prediction.data).size === 1) throw Error("constant");
          const gradient = prediction.data.map((value, i) => scale * (value - target.data[i]!));
          return { loss: gradient.reduce((sum, slope) => sum + slope * slope, 0), gradient };
        },
      });
    const good = await diagnose(own(1), x, measured);
    expect(good.findings).toEqual([]);
    const slow = await diagnose(own(1, sgd(1e-6)), x, measured);
    expect(slow.findings.map(({ says }) => says)).toEqual([expect.stringMatching(/too low/)]);
    expect(checksOf(await diagnose(own(0), x, measured))).toEqual(["gradientNorms"]);
  });

  test("and named where there are several outputs", async () => {
    const y = { kind: labels, size: measured.map((value) => 1e4 * value) };
    const { findings } = await diagnose(twoOutputs() as never, x, y);
    expect(findings[0]!.says).toMatch(/^y\.size is far from 1/);
    const lost = { kind: labels.map((label) => Math.min(label, 1)), size: measured };
    expect((await diagnose(twoOutputs() as never, x, lost)).findings[0]!.says).toMatch(
      /y\.kind never has class 2/,
    );
  });
});

describe("the model stays as it is", () => {
  const bits = (weights: readonly { data: ArrayLike<number> }[]) =>
    weights.map(({ data }) => Array.from(data));

  test("weights, optimizer, history, and every bit of the fit that follows", async () => {
    const [left, right] = (await Promise.all(
      [0, 1].map(async () => {
        const made = sequential([
          layers.dense(8, { activation: "relu", inputShape: [2] }),
          layers.dropout(0.2),
          layers.dense(3, { activation: "softmax" }),
        ]);
        made.compile({ optimizer: "adam", loss: "sparseCategoricalCrossentropy" });
        await made.fit(x, labels, { epochs: 2 });
        made.learningRate = 0.02;
        return made;
      }),
    )) as unknown as [Model, Model];
    const { history } = left;
    expect((await diagnose(left, x, labels, { seed: 5 })).facts.learningRate).toBe(0.02);
    expect(left.history).toBe(history);
    expect(left.learningRate).toBe(0.02);
    expect(bits(left.getWeights())).toEqual(bits(right.getWeights()));
    const fits = [left, right].map((made) => made.fit(x, labels, { epochs: 2 }));
    const [first, second] = await Promise.all(fits);
    expect(first!.loss).toEqual(second!.loss);
    expect(bits(left.getWeights())).toEqual(bits(right.getWeights()));
  });

  test("and metrics of the user's own, which keep state", async () => {
    const made = model();
    const calls: string[] = [];
    const metric = {
      name: "own",
      reset: () => void calls.push("reset"),
      update: () => void calls.push("update"),
      result: () => 0,
    };
    made.compile({ optimizer: "adam", loss: "sparseCategoricalCrossentropy", metrics: [metric] });
    await diagnose(made, x, labels);
    expect(calls).toEqual([]);
  });

  test("all memory comes back, also when it is aborted", async () => {
    const made = model({ optimizer: sgd(1e-6) });
    const before = await settledBytes();
    await diagnose(made, x, labels);
    await diagnose(made, x, labels.slice(1));
    expect(memory().bytesInUse).toBe(before);
    const stop = new AbortController();
    const running = diagnose(made, x, labels, { steps: 1e9, signal: stop.signal });
    setTimeout(() => stop.abort(new Error("enough")), 150);
    await expect(running).rejects.toThrow("enough");
    await expect(diagnose(made, x, labels, { signal: stop.signal })).rejects.toThrow("enough");
    expect(memory().bytesInUse).toBe(before);
  });

  test("it is refused before compile, during a fit, and once disposed", async () => {
    const refused = (given: Model) => expect(diagnose(given, x, labels)).rejects;
    const bare = sequential([layers.dense(3, { inputShape: [2] })]);
    await refused(bare).toMatchObject({
      code: "ERR_STATE",
      message: expect.stringMatching(/^diagnose.*compile/),
    });
    const made = model();
    const fit = made.fit(x, labels);
    await refused(made).toMatchObject({
      code: "ERR_STATE",
      message: expect.stringMatching(/during fit/),
    });
    await fit;
    made.dispose();
    await refused(made).toMatchObject({
      code: "ERR_STATE",
      message: expect.stringMatching(/disposed/),
    });
    const options = { batchsize: 3 } as object;
    await expect(diagnose(model(), x, labels, options)).rejects.toMatchObject({
      code: "ERR_OPTION",
    });
  });
});
