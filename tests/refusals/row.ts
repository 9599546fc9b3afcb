import {
  type AnyModel,
  type CompileOptions,
  type Data,
  type ErrorCode,
  graph,
  layers,
  sequential,
} from "../../src/index.js";

/** A compiled model, and data that it takes. */
export interface Subject {
  readonly model: AnyModel;
  readonly x: unknown;
  readonly y: unknown;
  /** Makes it trainable, where the mistake needs one that is not. */
  readonly ready?: (model: AnyModel) => void;
}

/** What holds after the refusal; the twin is a model that nobody made the mistake with. */
export type After = (model: AnyModel, twin: AnyModel) => unknown;

/** One mistake. */
export interface Row {
  readonly code: ErrorCode;
  readonly title: string;
  /** The mistake, with a fresh model. */
  readonly run: (model: AnyModel) => unknown;
  readonly make?: () => Subject;
  /** Unless given, weights and the training that follows have the bits of the twin's. */
  readonly after?: After | "disposed";
}

export const row = (
  code: ErrorCode,
  title: string,
  run: Row["run"],
  rest: Pick<Row, "make" | "after"> = {},
): Row => ({ code, title, run, ...rest });

export const x = [
  [1, 2],
  [3, 4],
  [5, 6],
];
export const y = [0, 1, 2];
/** Targets for losses of differences. */
export const hot = [
  [1, 0, 0],
  [0, 1, 0],
  [0, 0, 1],
];

const compiled = <M extends AnyModel>(model: M, options: Partial<CompileOptions> = {}): M => {
  model.compile({ optimizer: "sgd", loss: "sparseCategoricalCrossentropy", ...options });
  return model;
};

/** Three classes of rows of two numbers. */
export const classifier = (
  options: Partial<CompileOptions> = { metrics: ["accuracy"] },
  activation = "linear",
  units = 3,
): Subject => {
  const last = layers.dense(units, { inputShape: [2], activation, name: "last" });
  return { model: compiled(sequential([last]), options), x, y };
};

/** Three numbers a row. */
export const regression = (options: Partial<CompileOptions> = {}): Subject => ({
  ...classifier({ loss: "mse", ...options }),
  y: hot,
});

/** One that learns the shape of its rows from data. */
export const unbuilt = (): Subject => ({
  model: compiled(sequential([layers.dense(3)])),
  x,
  y,
});

export const uncompiled = (): Subject => ({
  model: sequential([layers.dense(3, { inputShape: [2] })]),
  x,
  y,
  ready: compiled,
});

const port = (name: string) => layers.input({ shape: [2], name });

/** Two inputs, a and b; two outputs, p of three classes and q of one number. */
export const twoOfEach = (): Subject => {
  const [a, b] = [port("a"), port("b")];
  const both = layers.concatenate().apply([a, b]);
  const outputs = {
    p: layers.dense(3, { name: "p" }).apply(both),
    q: layers.dense(1, { name: "q" }).apply(both),
  };
  const loss = { p: "sparseCategoricalCrossentropy", q: "mse" };
  const model = compiled(graph({ inputs: { a, b }, outputs }), { loss });
  return { model, x: { a: x, b: x }, y: { p: y, q: [[1], [2], [3]] } };
};

/** So many columns that a batch of 70,000 rows needs more than 4 GB, while the weights take 130 KB. */
export const wide = (options: Partial<CompileOptions> = {}): Subject => ({
  model: compiled(sequential([layers.dense(16384, { inputShape: [1] })]), options),
  x: [[1], [2]],
  y: [0, 1],
});
export const manyRows = (rows: number) => new Float32Array(rows);
export const manyLabels = (rows: number) => new Int32Array(rows);

/** What users get wrong most often: the value of an async function that was not awaited. */
export const promised = (value: unknown) => Promise.resolve(value) as unknown as Data;
