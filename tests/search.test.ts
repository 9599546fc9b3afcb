import { describe, expect, test } from "vitest";
import type { GlissadeError } from "../src/error.js";
import * as pruners from "../src/tune/pruners/index.js";
import { uniforms } from "../src/tune/random.js";
import type { Past, Pruner, Search } from "../src/tune/search.js";
import * as search from "../src/tune/searches/index.js";
import { DIMENSIONS, sobol } from "../src/tune/sobol.js";
import { boolean, choice, int, logUniform, uniform } from "../src/tune/space.js";
import optuna from "./golden/optuna_search.json" with { type: "json" };
import scipy from "./golden/scipy_search.json" with { type: "json" };
import { searched } from "./support/searching.js";

const space = {
  optimizer: choice(["sgd", "adam"]),
  rate: logUniform(1e-4, 1),
  momentum: ({ optimizer }: { optimizer?: string }) =>
    optimizer === "sgd" ? uniform(0, 1) : undefined,
  layers: int(1, 3),
};
interface Params {
  readonly optimizer: string;
  readonly rate: number;
  readonly momentum?: number;
  readonly layers: number;
}

/** Falls with the epochs to what the hyper-parameters are worth. */
const cost = ({ optimizer, rate, momentum = 0.9, layers }: Params, epoch: number) =>
  (Math.log10(rate) + (optimizer === "sgd" ? 1 : 3)) ** 2 +
  (momentum - 0.9) ** 2 +
  Math.abs(layers - 2) / 5 +
  (1 + rate) / epoch;

const codeOf = (act: () => unknown) => {
  try {
    act();
    return "nothing";
  } catch (error) {
    return (error as GlissadeError).code;
  }
};

describe("a whole search", () => {
  const members: [string, () => Search, pruner?: Pruner][] = [
    ["random", () => search.random({ trials: 30 })],
    ["grid", () => search.grid({ points: 3 })],
    ["quasiRandom", () => search.quasiRandom({ trials: 30 })],
    ["halving", () => search.halving({ trials: 18 })],
    ["asha", () => search.asha({ trials: 40, factor: 2 })],
    ["tpe", () => search.tpe({ trials: 30 })],
    ["tpe, one after the other", () => search.tpe({ trials: 25, parallel: 1 })],
    ["random with a median", () => search.random({ trials: 30 }), pruners.median()],
    ["tpe with halving", () => search.tpe({ trials: 30 }), pruners.halving({ factor: 2 })],
  ];

  test.each(members)("%s: the same table whoever was faster", (_, make, pruner) => {
    const run = (workers: number, times: number) =>
      searched(make(), space, cost, { epochs: 9, workers, times, pruner, fails: [3, 13] });
    const table = run(1, 1);
    expect(table).toHaveLength(make().trials({ space, seed: 1, epochs: 9 }));
    for (const [workers, times] of [
      [2, 1],
      [4, 2],
      [4, 3],
      [9, 4],
    ] as const) {
      expect(run(workers, times)).toEqual(table);
    }
  });

  test.each(members)("%s: another seed, other sets", (name, make, pruner) => {
    const run = (seed: number) =>
      searched(make(), space, cost, { epochs: 9, seed, pruner }).map(({ params }) => params);
    if (name === "grid") expect(run(2)).toEqual(run(1));
    else expect(run(2)).not.toEqual(run(1));
  });

  test.each(members)("%s: values lie in their domains", (_, make, pruner) => {
    for (const { params } of searched(make(), space, cost, { epochs: 9, pruner })) {
      const { optimizer, rate, momentum, layers } = params as unknown as Params;
      expect(["sgd", "adam"]).toContain(optimizer);
      expect(rate >= 1e-4 && rate <= 1).toBe(true);
      expect([1, 2, 3]).toContain(layers);
      expect(optimizer === "sgd" ? momentum! >= 0 && momentum! <= 1 : momentum === undefined).toBe(
        true,
      );
    }
  });

  test("learns nothing from trials that it does not wait for, and keeps as many workers busy", () => {
    const { needs } = search.tpe({ trials: 99, parallel: 4, startupTrials: 10 });
    const quest = { space, seed: 1, epochs: 1 };
    expect([0, 9, 12, 13, 14, 50].map((number) => needs(number, quest))).toEqual([
      0, 0, 0, 10, 11, 47,
    ]);
    expect([0, 3, 4].map((number) => pruners.halving({ parallel: 1 }).needs(number))).toEqual([
      0, 3, 4,
    ]);
    expect([7, 8, 9].map((number) => pruners.median().needs(number))).toEqual([0, 5, 6]);
  });
});

describe("random search", () => {
  test("a trial's set follows from seed and number alone", () => {
    const whole = searched(search.random({ trials: 9 }), space, cost);
    const quest = { space, seed: 1, epochs: 1 };
    expect(search.random({ trials: 40 }).suggest(8, [], quest)).toEqual({
      params: whole[8]!.params,
    });
  });

  test("a domain more at the end changes none before", () => {
    const sets = (one: typeof space) =>
      searched(search.random({ trials: 9 }), one, cost).map(({ params }) => params);
    const more = sets({ ...space, last: boolean() } as typeof space);
    expect(more.map(({ last: _, ...rest }) => rest)).toEqual(sets(space));
  });
});

describe("grid search", () => {
  test("has every combination once, the last domain fastest", () => {
    const two = { a: choice(["x", "y"]), b: int(1, 3) };
    const sets = searched(search.grid(), two, () => 0).map(({ params }) => Object.values(params));
    expect(sets).toEqual(["x", "y"].flatMap((a) => [1, 2, 3].map((b) => [a, b])));
  });

  test("has what depends on others where it exists", () => {
    const sets = searched(search.grid({ points: 2 }), space, cost).map(({ params }) =>
      Object.values(params).join(" "),
    );
    // 1e-4 comes from a logarithm and back.
    const rounded = sets.map((set) => set.replace(/0\.0001\d*|0\.00009\d+/, "1e-4"));
    const own = ["1e-4", "1"].flatMap((rate) =>
      ["0", "1"].flatMap((momentum) => ["1", "3"].map((n) => `sgd ${rate} ${momentum} ${n}`)),
    );
    const others = ["1e-4", "1"].flatMap((rate) => ["1", "3"].map((n) => `adam ${rate} ${n}`));
    expect(rounded).toEqual([...own, ...others]);
  });
});

/** Warnock's formula for the L2 star discrepancy, squared. */
function discrepancy(points: readonly (readonly number[])[]) {
  const [count, dimensions] = [points.length, points[0]!.length];
  const product = (values: readonly number[]) => values.reduce((a, b) => a * b, 1);
  let [one, two] = [0, 0];
  for (const x of points) {
    one += product(x.map((v) => (1 - v * v) / 2));
    for (const z of points) two += product(x.map((v, i) => 1 - Math.max(v, z[i]!)));
  }
  return 3 ** -dimensions - (2 / count) * one + two / count ** 2;
}

describe("quasi-random search", () => {
  test("Sobol's points are SciPy's", () => {
    const row = (index: number) => Array.from({ length: DIMENSIONS }, (_, d) => sobol(index, d));
    expect(scipy.sobol.first.map((_, i) => row(i))).toEqual(scipy.sobol.first);
    expect(scipy.sobol.later.map((_, i) => row(scipy.sobol.from + i))).toEqual(scipy.sobol.later);
  });

  const unit = Object.fromEntries(["a", "b", "c", "d"].map((name) => [name, uniform(0, 1)]));
  const points = (one: Search, seed: number) =>
    searched(one, unit, () => 0, { seed }).map(({ params }) => Object.values(params) as number[]);

  test("shifted, they have one in each interval of a power of two", () => {
    for (const seed of [1, 2, 3]) {
      for (let axis = 0; axis < 4; axis++) {
        const cells = points(search.quasiRandom({ trials: 64 }), seed).map((point) =>
          Math.floor(64 * point[axis]!),
        );
        expect(cells.sort((a, b) => a - b)).toEqual(Array.from({ length: 64 }, (_, i) => i));
      }
    }
  });

  test.each([16, 50, 64])("%i of them are more even than random ones", (trials) => {
    const over = (one: Search) =>
      [1, 2, 3, 4, 5, 6, 7, 8].reduce((sum, seed) => sum + discrepancy(points(one, seed)), 0);
    expect(over(search.quasiRandom({ trials }))).toBeLessThan(
      0.5 * over(search.random({ trials })),
    );
  });

  test("dimensions that the sequence does not have are random", () => {
    const names = Array.from({ length: DIMENSIONS + 2 }, (_, i) => `x${i}`);
    const wide = Object.fromEntries(names.map((name) => [name, uniform(0, 1)]));
    const [, second] = searched(search.quasiRandom({ trials: 2 }), wide, () => 0);
    const random = names.map((_, place) => uniforms(1, 1, place)[0]!);
    const own = Object.values(second!.params);
    expect(own.slice(DIMENSIONS)).toEqual(random.slice(DIMENSIONS));
    expect(own.slice(0, DIMENSIONS).some((value) => random.includes(value as number))).toBe(false);
  });
});

describe("successive halving", () => {
  test.each(scipy.halving)("$trials sets, $epochs epochs, $options: as scikit-learn", (golden) => {
    const { trials, epochs, options, rungs, tried } = golden;
    const own = search.halving({ trials, ...options });
    const quest = { space: { x: uniform(0, 1) }, seed: 1, epochs };
    expect(own.trials(quest)).toBe(tried.length);
    const past: Past[] = tried.map(([x, cost], number) => ({
      number,
      params: { x: x! },
      epochs: 0,
      status: "complete",
      cost: cost!,
      costs: [],
    }));
    let first = 0;
    for (const [rung, [size, length]] of rungs.entries()) {
      const numbers = Array.from({ length: size! }, (_, i) => first + i);
      expect(new Set(numbers.map((number) => own.needs(number, quest)))).toEqual(new Set([first]));
      const suggested = numbers.map((n) => own.suggest(n, past.slice(0, first), quest));
      expect(new Set(suggested.map((one) => one.epochs))).toEqual(new Set([length]));
      // scikit-learn has the best one last.
      const sets = tried.slice(first, first + size!).map(([x]) => x);
      if (rung > 0) expect(suggested.map(({ params }) => params.x).reverse()).toEqual(sets);
      first += size!;
    }
    expect(first).toBe(tried.length);
  });

  test("failed sets go on only where there are no others", () => {
    const own = search.halving({ trials: 4, factor: 2 });
    const table = searched(own, space, cost, { epochs: 4, fails: [0, 1, 2] });
    expect(table.slice(4).map(({ params }) => params)).toEqual(
      [3, 0, 3].map((number) => table[number]!.params),
    );
    expect(table.map(({ epochs }) => epochs)).toEqual([1, 1, 1, 1, 2, 2, 4]);
  });

  test("no more epochs than a whole training has", () => {
    const own = search.halving({ trials: 4, minEpochs: 5 });
    expect(codeOf(() => own.trials({ space, seed: 1, epochs: 4 }))).toBe("ERR_OPTION");
    expect(own.trials({ space, seed: 1, epochs: 5 })).toBe(4);
    expect(codeOf(() => search.halving({ trials: 4, factor: 1 }))).toBe("ERR_OPTION");
  });
});

/** How many epochs each of these trials runs, where each knows all before it. */
function endsOf(pruner: Pruner, costs: readonly (readonly number[])[]) {
  const unit = { number: uniform(0, 1) };
  let trial = -1;
  const next = (_: never, epoch: number) => costs[epoch === 1 ? ++trial : trial]![epoch - 1]!;
  const table = searched(search.random({ trials: costs.length }), unit, next, {
    epochs: costs[0]!.length,
    pruner,
  });
  for (const { status, costs: own, epochs } of table) {
    expect(status).toBe(own.length < epochs ? "pruned" : "complete");
  }
  return table.map((one) => one.costs.length);
}

describe("pruners", () => {
  test.each(optuna.median)("median $options: Optuna's decisions", ({ options, costs, ends }) => {
    expect(endsOf(pruners.median({ ...options, parallel: 1 }), costs)).toEqual(ends);
  });

  test.each(optuna.halving)("halving $options: Optuna's decisions", ({ options, costs, ends }) => {
    expect(endsOf(pruners.halving({ ...options, parallel: 1 }), costs)).toEqual(ends);
  });

  test("asha is random search with halving", () => {
    const rule = { factor: 2, minEpochs: 2, parallel: 3 };
    const asha = searched(search.asha({ trials: 30, ...rule }), space, cost, { epochs: 16 });
    const random = searched(search.random({ trials: 30 }), space, cost, {
      epochs: 16,
      pruner: pruners.halving(rule),
    });
    expect(asha).toEqual(random);
    const spent = asha.reduce((sum, { costs }) => sum + costs.length, 0);
    expect(spent).toBeLessThan(0.75 * 30 * 16);
    expect(asha.some(({ status }) => status === "pruned")).toBe(true);
  });

  test("failed trials are no measure", () => {
    const past = (status: Past["status"], ...costs: number[]): Past => ({
      number: 0,
      params: {},
      epochs: 2,
      status,
      cost: status === "failed" ? undefined : costs.at(-1)!,
      costs,
    });
    const quest = { space, seed: 1, epochs: 9 };
    for (const pruner of [pruners.median({ startupTrials: 1 }), pruners.halving()]) {
      expect(pruner.prune([2], [past("complete", 1)], quest)).toBe(true);
      expect(pruner.prune([2], [past("complete", 3)], quest)).toBe(false);
      expect(pruner.prune([2], [past("failed", 1)], quest)).toBe(false);
    }
  });
});
