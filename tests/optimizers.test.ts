import { describe, expect, test } from "vitest";
import { optimizers, layers, sequential } from "../src/index.js";
import type { Kernels } from "../src/engine.js";
import type { Optimizer } from "../src/core.js";
import { clipGradients } from "../src/optimizers/clip.js";
import golden from "./golden/keras_numbers.json" with { type: "json" };
import { Arena } from "./support/arena.js";
import { expectClose, numbers } from "./support/numbers.js";

/** One weight and an optimizer's slots for it, stepped as a model does. */
class Descent {
  private readonly arena = new Arena();
  private readonly at;
  private readonly products: number[];
  private readonly cell = this.arena.allocate(8);

  constructor(
    private readonly optimizer: Optimizer,
    private readonly start: ArrayLike<number>,
  ) {
    const words = Math.ceil(start.length / 4) * 4;
    const run = (values: number[] = []) =>
      this.arena.put([...values, ...new Array<number>(words - values.length).fill(0)]);
    this.products = optimizer.decays.map(() => 1);
    this.at = {
      count: words,
      parameter: run(Array.from(start)),
      gradient: run(),
      slots: optimizer.slots.map(() => run()),
      keep: 1 - (optimizer.learningRate as number) * optimizer.weightDecay,
      rate: optimizer.learningRate as number,
      products: this.products,
      floats: (address: number, count: number) => this.arena.floats(address, count),
    };
  }

  get kernels(): Kernels {
    return this.arena.kernels;
  }

  step(gradient: ArrayLike<number>): Float32Array {
    const { at, optimizer, arena, cell } = this;
    arena.floats(at.gradient, gradient.length).set(Array.from(gradient));
    clipGradients(arena.kernels, optimizer, [{ gradient: at.gradient, count: at.count }], cell);
    optimizer.decays.forEach((decay, i) => (this.products[i]! *= decay));
    optimizer.update(arena.kernels, at);
    return arena.floats(at.parameter, this.start.length).slice();
  }

  /** Everything beyond the weight's own numbers. */
  get padding(): number[] {
    const { at, start, arena } = this;
    const runs = [at.parameter, at.gradient, ...at.slots];
    return runs.flatMap((run) => [
      ...arena.floats(run + 4 * start.length, at.count - start.length),
    ]);
  }
}

type Factory = (options: Record<string, unknown>) => Optimizer;
const make = (name: string, options: object) =>
  (optimizers as unknown as Record<string, Factory>)[name]!(options as Record<string, unknown>);

const { start, gradients, rows } = golden.optimizers;

describe("golden trajectories of Keras", () => {
  test.each(
    rows.map(
      (row) =>
        [`${row.name} ${JSON.stringify(row.options)}, gradients x ${row.scale}`, row] as const,
    ),
  )("%s", (_, { name, options, scale, steps }) => {
    const descent = new Descent(make(name, options), start.flat());
    gradients.forEach((gradient, t) => {
      const got = descent.step(gradient.flat().map((value) => value * scale));
      // What moved is compared, not where it got to: a float32 near 1 hides the last of it.
      expectClose(got, steps[t]!.flat(), { relative: 0, absolute: 4e-7 });
    });
  });

  test("the form of epsilon: Adam's first weight after three small steps", () => {
    const descent = new Descent(optimizers.adam(), start.flat());
    const moved = gradients.map((g) => descent.step(g.flat().map((value) => value * 1e-5))[0]!);
    expect(moved[2]).toBeCloseTo(0.9990337, 6);
  });
});

const every: [string, Optimizer][] = [
  ["sgd", optimizers.sgd({ learningRate: 0.1 })],
  ["sgd with momentum", optimizers.sgd({ learningRate: 0.02, momentum: 0.9 })],
  [
    "sgd with Nesterov's momentum",
    optimizers.sgd({ learningRate: 0.02, momentum: 0.9, nesterov: true }),
  ],
  ["rmsprop", optimizers.rmsprop({ learningRate: 0.005 })],
  ["rmsprop with momentum", optimizers.rmsprop({ learningRate: 0.001, momentum: 0.9 })],
  ["rmsprop centered", optimizers.rmsprop({ learningRate: 0.005, centered: true })],
  [
    "rmsprop centered with momentum",
    optimizers.rmsprop({ learningRate: 0.0005, centered: true, momentum: 0.9 }),
  ],
  ["adam", optimizers.adam({ learningRate: 0.02 })],
  ["adam amsgrad", optimizers.adam({ learningRate: 0.02, amsgrad: true })],
];

describe.each(every)("%s", (_, optimizer) => {
  test("reaches the bottom of a bowl", () => {
    const descent = new Descent(optimizer, [3, -2, 1]);
    let x: ArrayLike<number> = [3, -2, 1];
    for (let t = 0; t < 3000; t++)
      x = descent.step(Array.from(x, (value, i) => 2 * (i + 1) * value));
    expect(Math.max(...Array.from(x, Math.abs))).toBeLessThan(0.02);
  });

  test("goes down Rosenbrock's valley", () => {
    const calm = {
      ...optimizer.options,
      learningRate: (optimizer.options.learningRate as number) / 50,
    };
    const descent = new Descent(make(optimizer.type, calm), [-1, 1]);
    let [x, y] = [-1, 1];
    const height = () => (1 - x) ** 2 + 100 * (y - x * x) ** 2;
    const before = height();
    for (let t = 0; t < 20000; t++) {
      const slope = [-2 * (1 - x) - 400 * x * (y - x * x), 200 * (y - x * x)];
      [x, y] = descent.step(slope) as unknown as [number, number];
    }
    expect(height()).toBeLessThan(before / 20);
  });

  test.each([1, 3, 5, 7, 13, 33, 65, 785])(
    "padding stays zero, and a part steps as it does in the whole: %i",
    (count) => {
      const [weights, slope] = [numbers(count), numbers(count, { seed: 2 })];
      const whole = new Descent(optimizer, weights);
      const first = new Descent(optimizer, weights.slice(0, 1));
      for (let t = 0; t < 3; t++) {
        expect(first.step(slope.slice(0, 1))[0]).toBe(whole.step(slope)[0]);
      }
      expect(whole.padding.every((value) => value === 0)).toBe(true);
    },
  );

  test("a NaN in one gradient spoils that weight alone", () => {
    const got = new Descent(optimizer, [1, 1, 1, 1, 1]).step([0.1, NaN, 0.1, 0.1, 0.1]);
    expect(Array.from(got, Number.isNaN)).toEqual([false, true, false, false, false]);
  });
});

describe("clipping", () => {
  test.each([1, 3, 5, 7, 13, 33, 65, 785])("norms and values of %i numbers", (count) => {
    const slope = numbers(count, { low: -3, high: 3 });
    const norm = Math.sqrt(slope.reduce((sum, value) => sum + value * value, 0));
    const moved = (options: object) =>
      new Descent(optimizers.sgd({ learningRate: 1, ...options }), new Float32Array(count))
        .step(slope)
        .map((value) => -value);
    expectClose(
      moved({ clipNorm: norm / 2 }),
      slope.map((value) => value / 2),
    );
    expectClose(
      moved({ globalClipNorm: norm / 2 }),
      slope.map((value) => value / 2),
    );
    expectClose(moved({ clipNorm: norm * 2 }), slope);
    expectClose(
      moved({ clipValue: 0.5 }),
      slope.map((value) => Math.min(Math.max(value, -0.5), 0.5)),
    );
  });

  test("a norm beyond float32's range is still a norm; a NaN spreads", () => {
    const huge = new Descent(optimizers.sgd({ learningRate: 1, clipNorm: 1 }), [0, 0]).step([
      3e30, 4e30,
    ]);
    expectClose(huge, [-0.6, -0.8]);
    const spoiled = new Descent(optimizers.sgd({ clipNorm: 1 }), [0, 0]).step([1, NaN]);
    expect(Array.from(spoiled, Number.isNaN)).toEqual([true, true]);
  });
});

test("in a model: decay spares what is excluded, multipliers and frozen layers count, one optimizer serves two models", () => {
  const optimizer = optimizers.sgd({
    learningRate: 0.5,
    weightDecay: 0.1,
    excludeFromWeightDecay: ["bias"],
  });
  const build = () => {
    const model = sequential([
      layers.dense(1, {
        inputShape: [1],
        kernelInitializer: "ones",
        biasInitializer: "ones",
        name: "a",
      }),
      layers.dense(1, { kernelInitializer: "ones", name: "b", learningRateMultiplier: 0.5 }),
      layers.dense(1, { kernelInitializer: "ones", name: "c", trainable: false }),
    ]);
    model.compile({ optimizer, loss: "mse" });
    return model;
  };
  const [first, second] = [build(), build()];
  for (const model of [first, second]) {
    model.trainOnBatch([[1]], [[2]]);
    const [kernelA, biasA, kernelB, , kernelC] = model.getWeights().map(({ data }) => data[0]!);
    // The output is the target: only decay moves weights.
    expectClose([kernelA!, biasA!, kernelB!, kernelC!], [0.95, 1, 0.975, 1], { relative: 1e-6 });
    model.dispose();
  }
});
