import { describe, expect, test } from "vitest";
import { normalBelow, normalQuantile } from "../src/tune/normal.js";
import { parzen } from "../src/tune/parzen.js";
import type { Past } from "../src/tune/search.js";
import * as search from "../src/tune/searches/index.js";
import { divided } from "../src/tune/searches/tpe.js";
import {
  choice,
  type Distribution,
  int,
  logInt,
  logUniform,
  uniform,
  type Values,
} from "../src/tune/space.js";
import optuna from "./golden/optuna_search.json" with { type: "json" };
import scipy from "./golden/scipy_search.json" with { type: "json" };
import { best, type Cost, medianOf, searched } from "./support/searching.js";
import { expectClose } from "./support/numbers.js";

describe("the normal distribution", () => {
  test("has SciPy's shares and quantiles", () => {
    expectClose(
      scipy.normal.map(([x]) => normalBelow(x!)),
      scipy.normal.map(([, share]) => share!),
      { relative: 0, absolute: 1e-15 },
    );
    expectClose(
      scipy.quantiles.map(([share]) => normalQuantile(share!)),
      scipy.quantiles.map(([, x]) => x!),
      { relative: 2e-8, absolute: 1e-15 },
    );
  });

  test("ends where doubles do", () => {
    expect([-9, -Infinity, 9, Infinity].map(normalBelow)).toEqual([0, 0, 1, 1]);
    expect(normalQuantile(0)).toBeLessThan(-8);
    expect(normalQuantile(1)).toBeGreaterThan(8);
    expect(normalQuantile(0.5)).toBe(0);
  });
});

const space: Record<string, Distribution> = {
  dropout: uniform(0, 0.5),
  rate: logUniform(1e-5, 1),
  depth: int(1, 4),
  units: logInt(4, 200),
  decay: uniform(0, 1, { step: 0.25 }),
  optimizer: choice(["sgd", "adam", "rmsprop"]),
};

const pickedFrom = (values: Values) =>
  Object.entries(space).map(([name, distribution]) => ({
    name,
    distribution,
    value: values[name]!,
  }));

describe.each(optuna.parzen.map((golden, i) => ({ ...golden, i })))("trials $i", (golden) => {
  const past = golden.trials.map(({ params, costs, pruned }, number): Past => ({
    number,
    params,
    epochs: 3,
    status: pruned ? "pruned" : "complete",
    cost: costs.at(-1)!,
    costs,
  }));
  const good = golden.good.map((number) => past[number]!.params);
  const others = past.filter(({ number }) => !golden.good.includes(number));

  test("Optuna takes the same ones as good", () => {
    expect(divided(past)).toEqual([good, others.map(({ params }) => params)]);
  });

  test("Optuna has the same densities", () => {
    for (const [trials, logarithms] of [
      [good, golden.logGood],
      [others.map(({ params }) => params), golden.logOthers],
    ] as const) {
      const { density } = parzen(trials);
      expectClose(
        golden.points.map((point) => density(pickedFrom(point))),
        logarithms.map(Math.exp),
        { relative: 1e-9, absolute: 0 },
      );
    }
  });
});

describe("a Parzen estimator", () => {
  const trials = optuna.parzen[0]!.trials.map(({ params }) => params as Values);
  const draws = 4000;

  test.each(["depth", "units", "decay", "optimizer"])("draws %s as densely as it says", (name) => {
    const distribution = space[name]!;
    const { draw, density } = parzen(trials);
    const found = new Map<unknown, number>();
    for (let kernel = 0; kernel <= trials.length; kernel++) {
      for (let i = 0; i < draws; i++) {
        const value = draw(kernel, name, distribution, (i + 0.5) / draws);
        found.set(value, (found.get(value) ?? 0) + 1);
      }
    }
    const values = [...found.keys()] as (string | number)[];
    const shares = values.map((value) => density([{ name, distribution, value }]));
    expectClose(
      values.map((value) => found.get(value)! / draws / (trials.length + 1)),
      shares,
      { absolute: 1 / draws, relative: 0 },
    );
    expect(shares.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 10);
  });

  test("draws numbers as densely as it says", () => {
    const { draw, density } = parzen(trials);
    const [name, distribution] = ["dropout", space.dropout!];
    const cells = new Array<number>(20).fill(0);
    for (let kernel = 0; kernel <= trials.length; kernel++) {
      for (let i = 0; i < draws; i++) {
        const value = draw(kernel, name, distribution, (i + 0.5) / draws) as number;
        cells[Math.min(19, Math.floor(40 * value))]! += 1 / draws / (trials.length + 1);
      }
    }
    const masses = cells.map((_, cell) => {
      const parts = Array.from({ length: 100 }, (__, i) => (cell + (i + 0.5) / 100) / 40);
      const sum = parts.reduce((all, value) => all + density([{ name, distribution, value }]), 0);
      return sum / 100 / 20;
    });
    expectClose(cells, masses, { absolute: 1e-3, relative: 0 });
  });

  test("draws kernels by their weights: the last 25 alike, older ones less", () => {
    const many = Array.from({ length: 50 }, (_, i) => ({ dropout: i / 100 }));
    const { kernelAt } = parzen(many);
    const found = new Array<number>(51).fill(0);
    for (let i = 0; i < 100000; i++) found[kernelAt((i + 0.5) / 100000)]!++;
    const expected = Array.from({ length: 51 }, (_, i) =>
      i >= 25 ? 1 : 1 / 50 + (i / 24) * (1 - 1 / 50),
    );
    const whole = expected.reduce((a, b) => a + b, 0);
    expectClose(
      found.map((one) => one / 100000),
      expected.map((one) => one / whole),
      { absolute: 2e-5, relative: 0 },
    );
  });

  test("without trials it knows nothing of choices, and little of numbers", () => {
    const { density } = parzen([]);
    const at = (name: string, value: number | string) =>
      density([{ name, distribution: space[name]!, value }]);
    expect(at("optimizer", "adam")).toBeCloseTo(1 / 3, 12);
    expect(at("dropout", 0.25) / at("dropout", 0)).toBeCloseTo(Math.exp(1 / 8), 12);
  });

  test("trials that lack a hyper-parameter, or had it from elsewhere, say nothing of it", () => {
    const momentum = uniform(0, 1);
    const at = (some: readonly Values[]) =>
      parzen(some).density([{ name: "momentum", distribution: momentum, value: 0.9 }]);
    const nothing = at([]);
    expect(at([{ rate: 0.1 }, { momentum: 3 }, { momentum: "high" }])).toBeCloseTo(nothing, 12);
    expect(at([{ momentum: 0.9 }])).toBeGreaterThan(nothing);
    expect(at([{ momentum: 0.1 }])).toBeLessThan(nothing);
  });

  test("has no trouble with a range of one number", () => {
    for (const distribution of [uniform(2, 2), logUniform(2, 2), int(2, 2), logInt(2, 2)]) {
      const { draw, density } = parzen([{ n: 2 }, { n: 2 }]);
      expect(draw(0, "n", distribution, 0.3)).toBe(2);
      expect(density([{ name: "n", distribution, value: 2 }])).toBeCloseTo(1, 12);
    }
  });
});

interface Params {
  readonly optimizer: "sgd" | "adam" | "rmsprop";
  readonly rate: number;
  readonly dropout: number;
  readonly depth: number;
  readonly momentum?: number;
}

const bowl: Cost<Params> = ({ rate, dropout }) =>
  (Math.log10(rate) + 2.7) ** 2 + 4 * (dropout - 0.3) ** 2;

const optimizers: Cost<Params> = ({ optimizer, rate, depth, momentum = 0.9 }) => {
  const [best, penalty] = ({ sgd: [-1, 0.5], adam: [-3, 0], rmsprop: [-3.5, 0.2] } as const)[
    optimizer
  ];
  const distance = (Math.log10(rate) - best) ** 2 + 2 * (momentum - 0.9) ** 2;
  return penalty + distance + 0.3 * Math.abs(depth - 2);
};

const problems = {
  bowl: { cost: bowl, space: { rate: logUniform(1e-5, 1), dropout: uniform(0, 1) } },
  optimizers: {
    cost: optimizers,
    space: {
      optimizer: choice(["sgd", "adam", "rmsprop"]),
      rate: logUniform(1e-5, 1),
      depth: int(1, 4),
      momentum: ({ optimizer }: { optimizer?: string }) =>
        optimizer === "sgd" ? uniform(0, 1) : undefined,
    },
  },
};

describe.each(["bowl", "optimizers"] as const)("%s", (name) => {
  const { cost, space } = problems[name];
  const reached = (make: () => ReturnType<typeof search.tpe>) =>
    medianOf(
      Array.from({ length: 21 }, (_, seed) => best(searched(make(), space, cost, { seed }))),
    );
  const random = reached(() => search.random({ trials: 50 }));

  test("TPE comes as near as Optuna's", () => {
    const own = reached(() => search.tpe({ trials: 50, parallel: 1 }));
    expect(own).toBeLessThan(3 * optuna.reached[name].tpe);
    expect(random).toBeGreaterThan(0.5 * optuna.reached[name].random);
  });

  test("with four at once it is still far better than random search", () => {
    expect(reached(() => search.tpe({ trials: 50 }))).toBeLessThan(random / 5);
  });
});

describe("TPE", () => {
  const { cost, space } = problems.optimizers;

  test("begins with random sets, and needs as many that did not fail", () => {
    const sets = (table: readonly Past[]) => table.map(({ params }) => params);
    const random = sets(searched(search.random({ trials: 20 }), space, cost));
    const own = sets(searched(search.tpe({ trials: 20, parallel: 1 }), space, cost));
    expect(own.slice(0, 10)).toEqual(random.slice(0, 10));
    expect(own[10]).not.toEqual(random[10]);
    const fails = [2, 5, 7];
    const failed = sets(searched(search.tpe({ trials: 20, parallel: 1 }), space, cost, { fails }));
    expect(failed.slice(0, 13)).toEqual(random.slice(0, 13));
    expect(failed[13]).not.toEqual(random[13]);
  });

  test("those under way count as others, and are known from the trials before them", () => {
    const own = search.tpe({ trials: 40, parallel: 4 });
    const table = searched(own, space, cost);
    const quest = { space, seed: 1, epochs: 1 };
    const ended = own.needs(30, quest);
    expect(ended).toBe(27);
    expect(own.suggest(30, table.slice(0, ended), quest).params).toEqual(table[30]!.params);
    // One after the other it would have learnt from three more.
    const alone = search.tpe({ trials: 40, parallel: 1 });
    expect(alone.suggest(30, table.slice(0, 30), quest).params).not.toEqual(table[30]!.params);
  });

  test("has these sets everywhere", () => {
    const table = searched(search.tpe({ trials: 30 }), problems.bowl.space, bowl);
    expect(table.at(-1)!.params).toMatchInlineSnapshot(`
      {
        "dropout": 0.4616858626368784,
        "rate": 0.00036895600864513824,
      }
    `);
  });
});
