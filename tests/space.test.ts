import { describe, expect, test } from "vitest";
import type { GlissadeError } from "../src/error.js";
import { uniforms } from "../src/tune/random.js";
import {
  boolean,
  choice,
  type Distribution,
  distributionsOf,
  fixed,
  gridOf,
  int,
  logInt,
  logUniform,
  positionOf,
  sizeOfDistribution,
  uniform,
  valueAt,
  valuesOf,
} from "../src/tune/space.js";
import { expectClose } from "./support/numbers.js";

const codeOf = (act: () => unknown) => {
  try {
    act();
    return "nothing";
  } catch (error) {
    return (error as GlissadeError).code;
  }
};

/** How often each value comes at evenly spread positions. */
function counts(distribution: Distribution, positions: number) {
  const found = new Map<unknown, number>();
  for (let i = 0; i < positions; i++) {
    const value = valueAt(distribution, (i + 0.5) / positions);
    found.set(value, (found.get(value) ?? 0) + 1);
  }
  return found;
}

describe("random numbers of a trial", () => {
  test("follow from seed, trial and place alone, whatever was drawn before", () => {
    const alone = uniforms(3, 5, 2, 4);
    uniforms(3, 6, 2, 100);
    uniforms(4, 5, 2);
    expect(uniforms(3, 5, 2, 4)).toEqual(alone);
    expect(uniforms(3, 5, 2)).toEqual(alone.slice(0, 1));
    const others = [uniforms(4, 5, 2), uniforms(3, 6, 2), uniforms(3, 5, 3)].flat();
    expect(new Set([...others, ...alone]).size).toBe(7);
  });

  test("are evenly spread over trials, places and within one", () => {
    const size = 4096;
    const series = [
      Array.from({ length: size }, (_, trial) => uniforms(1, trial, 0)[0]!),
      Array.from({ length: size }, (_, place) => uniforms(1, 0, place)[0]!),
      uniforms(1, 0, 0, size),
    ];
    for (const one of series) {
      expect(one.every((value) => value >= 0 && value < 1)).toBe(true);
      const bins = new Array<number>(16).fill(0);
      for (const value of one) bins[Math.floor(16 * value)]!++;
      const expected = size / 16;
      const chiSquare = bins.reduce((sum, n) => sum + (n - expected) ** 2 / expected, 0);
      // Of 15 degrees of freedom: 1 in 10000 lies above 44.
      expect(chiSquare).toBeLessThan(44);
    }
  });

  test("have more bits than a float32", () => {
    expect(uniforms(1, 0, 0, 64).some((value) => Math.fround(value) !== value)).toBe(true);
  });
});

describe("a distribution", () => {
  const all: [string, Distribution, readonly unknown[]][] = [
    ["whole numbers", int(-2, 3), [-2, -1, 0, 1, 2, 3]],
    ["whole numbers in steps", int(4, 20, { step: 5 }), [4, 9, 14, 19]],
    ["numbers in steps", uniform(0, 0.3, { step: 0.1 }), [0, 0.1, 0.2, 0.3]],
    ["numbers in steps that pass by the end", uniform(0, 1, { step: 0.3 }), [0, 0.3, 0.6, 0.9]],
    ["one number", uniform(2, 2), [2]],
    ["one whole number", logInt(7, 7), [7]],
    ["choices", choice(["a", 1, null, false]), ["a", 1, null, false]],
    ["booleans", boolean(), [false, true]],
    ["one choice", fixed("adam"), ["adam"]],
  ];
  test.each(all)("of %s: each comes equally often, and back", (_, distribution, values) => {
    expect(sizeOfDistribution(distribution)).toBe(values.length);
    const found = counts(distribution, 100 * values.length);
    const shown = (value: unknown) => (typeof value === "number" ? value.toFixed(9) : value);
    expect([...found.keys()].map(shown)).toEqual(values.map(shown));
    expect([...found.values()]).toEqual(values.map(() => 100));
    for (const [i, value] of [...found.keys()].entries()) {
      expect(positionOf(distribution, value as never)).toBeCloseTo((i + 0.5) / values.length, 12);
    }
  });

  test.each<[string, Distribution]>([
    ["uniform", uniform(-3, 5)],
    ["logUniform", logUniform(1e-5, 10)],
  ])("%s comes back from each of its values", (_, distribution) => {
    for (const position of [0, 0.1, 0.5, 0.75, 1 - 2 ** -48]) {
      const value = valueAt(distribution, position);
      expect(positionOf(distribution, value)).toBeCloseTo(position, 12);
    }
    expect(valueAt(distribution, 0)).toBeCloseTo(distribution.low!, 12);
    expect(valueAt(distribution, 1)).toBeCloseTo(distribution.high!, 12);
  });

  test("logUniform has as many values in each decade", () => {
    const found = Array.from({ length: 4000 }, (_, i) =>
      Math.floor(Math.log10(valueAt(logUniform(1e-4, 1), (i + 0.5) / 4000) as number)),
    );
    for (const decade of [-4, -3, -2, -1]) {
      expect(found.filter((one) => one === decade)).toHaveLength(1000);
    }
  });

  test("logInt gives each whole number its share of the logarithms", () => {
    const found = counts(logInt(1, 8), 10000);
    const whole = Math.log(8.5 / 0.5);
    expectClose(
      [1, 2, 3, 4, 5, 6, 7, 8].map((value) => found.get(value)! / 10000),
      [1, 2, 3, 4, 5, 6, 7, 8].map((value) => Math.log((value + 0.5) / (value - 0.5)) / whole),
      { absolute: 2e-4 },
    );
  });

  test("ends where the last step does", () => {
    expect(uniform(0, 1, { step: 0.3 }).high).toBeCloseTo(0.9, 12);
    expect(uniform(0, 0.3, { step: 0.1 }).high).toBe(0.3);
    expect(int(4, 20, { step: 5 }).high).toBe(19);
    expect(uniform(0, 1, { step: 3 }).high).toBe(0);
  });

  test("is refused where it cannot be", () => {
    const refused = [
      () => uniform(1, 0),
      () => uniform(Number.NaN, 1),
      () => uniform(0, Infinity),
      () => uniform(0, 1, { step: 0 }),
      () => logUniform(0, 1),
      () => int(0.5, 2),
      () => int(0, 4, { step: 0.5 }),
      () => logInt(0, 3),
      () => choice([]),
      () => choice(["a", "a"]),
      () => choice([Number.NaN]),
      () => choice("adam" as never),
      () => choice([{} as never]),
    ];
    expect(refused.map(codeOf)).toEqual(refused.map(() => "ERR_OPTION"));
  });
});

describe("a grid of a distribution", () => {
  test("has all values where they are few, and both ends where they are many", () => {
    expect(gridOf(int(1, 4), 5)).toEqual([1, 2, 3, 4]);
    expect(gridOf(int(1, 9), 5)).toEqual([1, 3, 5, 7, 9]);
    expect(gridOf(int(1, 10), 4)).toEqual([1, 4, 7, 10]);
    expect(gridOf(uniform(0, 1), 5)).toEqual([0, 0.25, 0.5, 0.75, 1]);
    expect(gridOf(uniform(0, 1), 1)).toEqual([0.5]);
    expect(gridOf(uniform(2, 2), 5)).toEqual([2]);
    expect(gridOf(logInt(1, 3), 5)).toEqual([1, 2, 3]);
    expect(gridOf(logInt(1, 64), 4)).toEqual([1, 4, 16, 64]);
    expect(gridOf(choice(["a", "b", "c"]), 2)).toEqual(["a", "b", "c"]);
    expectClose(gridOf(logUniform(1e-4, 1), 5) as number[], [1e-4, 1e-3, 1e-2, 0.1, 1]);
  });

  test("keeps to the steps", () => {
    expect(gridOf(uniform(0, 1, { step: 0.3 }), 3)).toEqual(
      [0, 0.6, 0.9].map((v) => expect.closeTo(v, 12)),
    );
    expect(gridOf(int(0, 100, { step: 10 }), 3)).toEqual([0, 50, 100]);
  });
});

describe("hyper-parameters of a space", () => {
  const space = {
    optimizer: choice(["sgd", "adam"]),
    rate: logUniform(1e-4, 1),
    momentum: ({ optimizer }: { optimizer?: string }) =>
      optimizer === "sgd" ? uniform(0, 1) : undefined,
    epochs: 5,
    nesterov: ({ momentum }: { momentum?: number }) => momentum !== undefined && momentum > 0.5,
  };

  test("are picked in order, those that depend on others by what these became", () => {
    const first = valuesOf(space, (distribution) => valueAt(distribution, 0));
    const last = valuesOf(space, (distribution) => valueAt(distribution, 0.75));
    expect(Object.keys(first)).toEqual(["optimizer", "rate", "momentum", "epochs", "nesterov"]);
    expect(first).toMatchObject({ optimizer: "sgd", momentum: 0, epochs: 5, nesterov: false });
    expect(last).not.toHaveProperty("momentum");
    expect(last).toMatchObject({ optimizer: "adam", epochs: 5, nesterov: false });
  });

  test("know where they came from", () => {
    const values = valuesOf(space, (distribution) => valueAt(distribution, 0.25));
    const found = distributionsOf(space, values);
    expect(found).toEqual({
      optimizer: space.optimizer,
      rate: space.rate,
      momentum: uniform(0, 1),
      epochs: fixed(5),
      nesterov: fixed(false),
    });
  });

  test("places stay the same whichever domains exist", () => {
    const places = (position: number) => {
      const found: Record<string, number> = {};
      valuesOf({ ...space, last: boolean() }, (distribution, name, place) => {
        found[name] = place;
        return valueAt(distribution, position);
      });
      return found;
    };
    expect(places(0)).toEqual({ optimizer: 0, rate: 1, momentum: 2, last: 5 });
    expect(places(0.9)).toEqual({ optimizer: 0, rate: 1, last: 5 });
  });

  test.each([{}, [[1, 2]], Number.NaN, { low: 0 }, Symbol("rate")])("are refused: %o", (domain) => {
    const pick = (distribution: Distribution) => valueAt(distribution, 0);
    expect(codeOf(() => valuesOf({ rate: domain as never }, pick))).toBe("ERR_OPTION");
    expect(codeOf(() => valuesOf({ rate: () => domain as never }, pick))).toBe("ERR_OPTION");
  });
});
