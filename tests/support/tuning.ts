import type { Executor } from "../../src/tune/executor.js";
import { here } from "../../src/tune/executor.js";
import { layers, search, sequential, space, split, type TuneJson } from "../../src/index.js";

const rows = 60;
export const x = Array.from({ length: rows }, (_, i) => [
  ((i * 37) % 61) / 30 - 1,
  ((i * 53) % 59) / 30 - 1,
  (i % 7) / 7,
]);
export const y = x.map(([a, b]) => Number(a! + b! > 0));

/** What it is searched for. */
export interface Hyper {
  readonly learningRate: number;
  readonly units: number;
  readonly loss: string;
}

/** A small classifier that is quickly trained. */
export function build({ learningRate, units, loss }: Hyper, { seed }: { seed: number }) {
  const model = sequential(
    [
      layers.dense({ units, activation: "tanh", inputShape: [3] }),
      layers.dense({ units: 1, activation: "sigmoid" }),
    ],
    { seed },
  );
  model.compile({ optimizer: "adam", loss, metrics: ["accuracy"] });
  model.learningRate = learningRate;
  return model;
}

/** A study of it, as `tune` takes it. */
export const study = {
  build,
  space: {
    learningRate: space.logUniform(1e-3, 1e-1),
    units: space.logInt(2, 32),
    loss: space.choice(["binaryCrossentropy", "meanSquaredError"]),
  },
  x,
  y,
  folds: split.kFold(3, { stratified: true }),
  search: search.random({ trials: 6 }),
  fit: { epochs: 3, batchSize: 8 },
  objective: "val_accuracy",
  seed: 7,
} as const;

/** `size` trials at once, which end in another order than they began. */
export const outOfOrder = (size: number): Executor => ({
  ...here,
  size,
  open: async (assignment) => {
    const runner = await here.open(assignment);
    return {
      ...runner,
      async run(trial, report, signal) {
        const outcome = await runner.run(trial, report, signal);
        for (let i = (trial.number * 7) % 5; i > 0; i--) await new Promise((go) => setTimeout(go));
        return outcome;
      },
    };
  },
});

/** What a study came to but for the time that it took. */
export const timeless = ({ trials, ...rest }: TuneJson) => ({
  ...rest,
  trials: trials.map(({ seconds: _, ...trial }) => trial),
});
