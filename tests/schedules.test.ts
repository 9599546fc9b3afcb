import { describe, expect, test } from "vitest";
import * as core from "../src/core.js";
import {
  callbacks,
  fromBytes,
  layers,
  optimizers,
  schedules,
  sequential,
  toBytes,
} from "../src/index.js";
import { known, named } from "../src/names.js";
import { power } from "../src/power.js";
import { halfCosine } from "../src/schedules/cosine.js";
import keras from "./golden/keras_schedules.json" with { type: "json" };
import torch from "./golden/torch_schedules.json" with { type: "json" };
import { expectClose, generator } from "./support/numbers.js";

const { oneCycle } = schedules;

type Name = keyof typeof schedules;

/** A schedule as the golden files name it. */
interface Described {
  readonly name: string;
  readonly options: object;
}

function make({ name, options }: Described): core.Schedule {
  const parts = (options as { schedules?: Described[] }).schedules;
  const given = parts ? { ...options, schedules: parts.map(make) } : options;
  return schedules[name as Name](given as never);
}

const x = Array.from({ length: 24 }, (_, i) => [(i % 5) / 5, (i % 7) / 7]);
const y = x.map(([a, b]) => a! - b!);
const options = { maxLearningRate: 0.05, totalSteps: 12 };

const build = (optimizer: core.Optimizer | "sgd") => {
  const model = sequential([
    layers.dense(4, { activation: "tanh", inputShape: [2] }),
    layers.dense(1),
  ]);
  model.compile({ optimizer, loss: "mse" });
  return model;
};
const bits = (model: core.AnyModel) => model.getWeights().flatMap(({ data }) => [...data]);

describe("half a wave of the cosine", () => {
  test("is the runtime's own within 1e-15, and symmetric", () => {
    for (let i = 0; i <= 10000; i++) {
      const t = i / 10000;
      expect(Math.abs(1 - 2 * halfCosine(t) - Math.cos(Math.PI * t))).toBeLessThan(1e-15);
    }
    expect([0, 0.25, 0.75, 1].map((t) => halfCosine(t) + halfCosine(1 - t))).toEqual([1, 1, 1, 1]);
    expect([halfCosine(0), halfCosine(1)]).toEqual([0, 1]);
  });

  test("has these bits everywhere", () => {
    expect([0.1, 1 / 3, 0.5, 0.6, 0.9].map(halfCosine)).toMatchInlineSnapshot(`
      [
        0.024471741852423214,
        0.24999999999999994,
        0.4999999999999999,
        0.6545084971874737,
        0.9755282581475768,
      ]
    `);
  });
});

describe("powers", () => {
  test("are the runtime's own within the error that is stated", () => {
    const random = generator(3);
    for (let i = 0; i < 3000; i++) {
      const base = 0.001 + 2 * random();
      const any = 40 * random();
      for (const exponent of [any, Math.floor(any), any / 40]) {
        const bound = (2 + exponent * (1 + Math.abs(Math.log(base)))) * 2 ** -52;
        const error = Math.abs(power(base, exponent) / base ** exponent - 1);
        expect(error, `${base} ** ${exponent}`).toBeLessThanOrEqual(bound);
      }
    }
  });

  test("of 0 and 1 and of small whole exponents are exact", () => {
    const got = [
      power(0, 0),
      power(0, 0.5),
      power(0, 2),
      power(1, 0.3),
      power(7, 0),
      power(0.5, 9),
    ];
    expect(got).toEqual([1, 0, 0, 1, 1, 1 / 512]);
    expect([power(3, 5), power(0.1, 1), power(0.5, 1e6)]).toEqual([243, 0.1, 0]);
  });

  test("have these bits everywhere", () => {
    expect([power(0.9, 0.5), power(0.1, 2.75), power(0.97, 100)]).toMatchInlineSnapshot(`
      [
        0.9486832980505138,
        0.0017782794100389236,
        0.047552507925405704,
      ]
    `);
  });
});

describe("oneCycle", () => {
  test("stays at the last rate", () => {
    const { at } = oneCycle({ ...options, initialDivisor: 10, finalDivisor: 5 });
    expect(at(11)).toBeCloseTo(0.05 / 50, 15);
    expect([at(12), at(1e9)]).toEqual([at(11), at(11)]);
  });

  test("reaches the peak also in the first update", () => {
    const { at } = oneCycle({ maxLearningRate: 1, totalSteps: 10, warmupFraction: 0.1 });
    expect(at(0)).toBe(1);
    expect(at(1)).toBeLessThan(1);
  });

  test("rules epochs as well", async () => {
    const schedule = oneCycle({ maxLearningRate: 0.05, totalSteps: 3 });
    const model = build("sgd");
    const epochs = callbacks.learningRateScheduler(schedule);
    const { learningRate } = await model.fit(x, y, { epochs: 3, callbacks: [epochs] });
    expect(learningRate).toEqual([0, 1, 2].map((epoch) => schedule.at(epoch)));
  });
});

/** What the answer says that a call refuses. */
const refusal = (call: () => unknown) => {
  try {
    call();
  } catch (error) {
    expect(error).toMatchObject({ name: "GlissadeError", code: "ERR_OPTION" });
    return (error as Error).message;
  }
  return undefined;
};

describe("what cannot be meant is refused", () => {
  const initialLearningRate = 0.1;

  test.each<[string, () => unknown, RegExp]>([
    [
      "a value too few",
      () => schedules.piecewiseConstantDecay({ boundaries: [3, 6], values: [0.1, 0.2] }),
      /^piecewiseConstantDecay: values must be one more than boundaries, got 2 values and 2 b/,
    ],
    [
      "boundaries out of order",
      () => schedules.piecewiseConstantDecay({ boundaries: [6, 3], values: [1, 2, 3] }),
      /^piecewiseConstantDecay: boundaries must be an array of whole numbers.* got \[6, 3\]/,
    ],
    [
      "a warm-up that leads nowhere",
      () => schedules.cosineDecay({ initialLearningRate, decaySteps: 9, warmupSteps: 3 }),
      /^cosineDecay: warmupTarget must be given with warmupSteps, got 3 steps without it/,
    ],
    [
      "decays that shrink",
      () => schedules.cosineDecayRestarts({ initialLearningRate, firstDecaySteps: 9, tMul: 0.5 }),
      /^cosineDecayRestarts: tMul must be a finite number, 1 or more, got 0.5/,
    ],
    [
      "no steps",
      () => schedules.step({ initialLearningRate }),
      /^step: one of stepSize and milestones must be given, got neither/,
    ],
    [
      "two kinds of steps",
      () => schedules.step({ initialLearningRate, stepSize: 3, milestones: [3] }),
      /^step: one of stepSize and milestones must be given, got both/,
    ],
    [
      "a mode of PyTorch's spelling",
      () =>
        schedules.cyclic({
          baseLearningRate: 0.1,
          maxLearningRate: 1,
          mode: "exp_range" as "expRange",
        }),
      /^cyclic: mode must be one of "triangular", "triangular2", "expRange", got "exp_range"/,
    ],
    [
      "a schedule too few",
      () => schedules.sequential({ schedules: [0.1], milestones: [3] }),
      /^schedules\.sequential: schedules must be one more than milestones, got 1 .* and 1 mil/,
    ],
    [
      "a schedule by name",
      () => schedules.sequential({ schedules: ["linear" as never], milestones: [] }),
      /^schedules\.sequential: schedules must be an array of schedules: .* got \["linear"\]/,
    ],
    [
      "a rate below 0",
      () => schedules.sequential({ schedules: [-0.1], milestones: [] }),
      /^schedules\.sequential: schedules must be/,
    ],
    [
      "no options",
      () => schedules.polynomialDecay(undefined as never),
      /^polynomialDecay: initialLearningRate must be given, got nothing/,
    ],
    [
      "Keras's spelling",
      () => schedules.exponentialDecay({ initial_learning_rate: 0.1 } as never),
      /^exponentialDecay: no option "initial_learning_rate"; did you mean "initialLearningRate"\?/,
    ],
  ])("%s", (_, call, message) => {
    expect(refusal(call)).toMatch(message);
  });
});

describe("sequential", () => {
  const halves = (step: number) => 1 / (step + 2);

  test("takes functions and numbers, and each counts from 0", () => {
    const { at } = schedules.sequential({
      schedules: [1, halves, schedules.linear({ learningRate: 3, totalSteps: 2, startFactor: 0 })],
      milestones: [2, 4],
    });
    expect([0, 1, 2, 3, 4, 5, 6, 99].map(at)).toEqual([1, 1, 1 / 2, 1 / 3, 0, 1.5, 3, 3]);
  });

  test("is loaded when functions of one's own in it are handed back", () => {
    const inner = schedules.sequential({ schedules: [halves, 0.5], milestones: [3] });
    const learningRate = schedules.sequential({ schedules: [0.25, inner], milestones: [1] });
    const bytes = toBytes(build(optimizers.sgd({ learningRate })));
    const model = fromBytes(bytes, { schedules: { halves } });
    expect(toBytes(model)).toEqual(bytes);
    expect(() => fromBytes(bytes)).toThrow(/the schedule "halves"; hand it in: .*halves/);
  });

  test("a rate that is none ends the training", async () => {
    const schedule = schedules.sequential({ schedules: [0.1, () => NaN], milestones: [2] });
    const model = build(optimizers.sgd({ learningRate: schedule }));
    await expect(model.fit(x, y, { epochs: 2, batchSize: 8 })).rejects.toThrow(
      /^sgd: a schedule must give a finite number, 0 or more, got NaN at step 2/,
    );
  });
});

/** One of each, that changes within 12 updates; `sequential` holds another one. */
const each: Readonly<Record<Name, core.Schedule>> = {
  cosineDecay: schedules.cosineDecay({
    initialLearningRate: 0,
    decaySteps: 8,
    warmupTarget: 0.05,
    warmupSteps: 3,
    alpha: 0.1,
  }),
  cosineDecayRestarts: schedules.cosineDecayRestarts({
    initialLearningRate: 0.05,
    firstDecaySteps: 3,
    mMul: 0.5,
  }),
  cyclic: schedules.cyclic({
    baseLearningRate: 0.001,
    maxLearningRate: 0.05,
    stepSizeUp: 2,
    mode: "triangular2",
  }),
  exponentialDecay: schedules.exponentialDecay({
    initialLearningRate: 0.05,
    decaySteps: 3,
    decayRate: 0.5,
  }),
  inverseTimeDecay: schedules.inverseTimeDecay({
    initialLearningRate: 0.05,
    decaySteps: 3,
    decayRate: 0.5,
    staircase: true,
  }),
  linear: schedules.linear({ learningRate: 0.05, totalSteps: 5 }),
  oneCycle: oneCycle({ ...options, warmupFraction: 0.5, anneal: "linear" }),
  piecewiseConstantDecay: schedules.piecewiseConstantDecay({
    boundaries: [2, 5],
    values: [0.05, 0.01, 0.002],
  }),
  polynomialDecay: schedules.polynomialDecay({
    initialLearningRate: 0.05,
    decaySteps: 5,
    power: 0.5,
    cycle: true,
  }),
  sequential: schedules.sequential({
    schedules: [
      schedules.linear({ learningRate: 0.05, totalSteps: 3 }),
      schedules.sequential({
        schedules: [0.05, schedules.step({ initialLearningRate: 0.05, stepSize: 2 })],
        milestones: [2],
      }),
      0.001,
    ],
    milestones: [3, 10],
  }),
  step: schedules.step({ initialLearningRate: 0.05, milestones: [2, 5], gamma: 0.5 }),
};

const golden = [
  ...keras.rows.map((row) => ({ ...row, from: "Keras" })),
  ...torch.rows.map((row) => ({ ...row, from: row.torch, steps: row.rates.map((_, i) => i) })),
];

describe.each(Object.entries(each))("%s", (name, schedule) => {
  const rates = Array.from({ length: 13 }, (_, step) => schedule.at(step));
  const optimizer = optimizers.sgd({ learningRate: schedule });

  test.each(golden.filter((row) => row.name === name))(
    "has the rates of $from: $options",
    (row) => {
      const { at } = make(row);
      const absolute = 1e-14 * Math.max(...row.rates);
      expectClose(row.steps.map(at), row.rates, { relative: 0, absolute });
    },
  );

  test("trains as rates that are set one by one, and goes on where it was", async () => {
    const [model, twin] = [build(optimizer), build("sgd")];
    let step = 0;
    const setRate = { onBatchBegin: () => void (twin.learningRate = rates[step++]!) };
    for (let i = 1; i <= 2; i++) {
      await model.fit(x, y, { epochs: 2, batchSize: 8 });
      await twin.fit(x, y, { epochs: 2, batchSize: 8, callbacks: [setRate] });
      expect(step).toBe(6 * i);
      expect(model.learningRate).toBe(rates[step]);
      expect(bits(model)).toEqual(bits(twin));
    }
    expect(new Set(rates).size).toBeGreaterThan(2);
  });

  test("comes back from a file: the twin trains with the same bits", async () => {
    const model = build(optimizer);
    const twin = fromBytes(toBytes(model));
    for (const each of [model, twin]) await each.fit(x, y, { epochs: 4, batchSize: 8 });
    expect(bits(twin)).toEqual(bits(model));
    expect(twin.learningRate).toBe(rates[12]);
    expect(toBytes(twin)).toEqual(toBytes(model));
  });

  test("is known by its name in any spelling", () => {
    const factory = schedules[name as Name];
    const snake = name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
    expect([known("schedule", name), named("test", "schedule", snake)]).toEqual([factory, factory]);
    expect(schedule.type).toBe(name);
  });
});

test("core has the same schedules", () => {
  expect(core.schedules).toEqual(schedules);
});
