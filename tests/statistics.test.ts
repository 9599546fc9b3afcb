import { expect, test } from "vitest";
import { deviation, mean, median } from "../src/statistics.js";
import { generator } from "./support/numbers.js";

test("mean, deviation and median are those of the formulas", () => {
  const next = generator(2);
  for (let n = 1; n < 40; n++) {
    const values = Array.from({ length: n }, () => 20 * next() - 10);
    let sum = 0;
    for (const value of values) sum += value;
    let squares = 0;
    for (const value of values) squares += (value - sum / n) ** 2;
    expect(mean(values)).toBeCloseTo(sum / n, 12);
    expect(deviation(values)).toBeCloseTo(Math.sqrt(squares / n), 12);
    if (n > 1) expect(deviation(values, n - 1)).toBeCloseTo(Math.sqrt(squares / (n - 1)), 12);
    const middle = median(values);
    const below = values.filter((value) => value < middle).length;
    expect(below).toBe(values.filter((value) => value > middle).length);
  }
  expect(median([4, 1, 3, 2])).toBe(2.5);
});

test("equal values have exactly that mean and no deviation", () => {
  for (const value of [0.1, -0.7, 1e9 / 7, 1e-300]) {
    for (const n of [1, 3, 10, 999]) {
      const values = new Array<number>(n).fill(value);
      expect([mean(values), deviation(values), median(values)]).toEqual([value, 0, value]);
    }
  }
});

test("small deviations of great numbers are kept", () => {
  const values = [0, 1, 2, 3, 4].map((one) => 1e15 + one);
  expect([mean(values), deviation(values)]).toEqual([1e15 + 2, Math.SQRT2]);
});

test("counts in another order have the same mean", () => {
  const next = generator(1);
  for (let i = 0; i < 200; i++) {
    const counts = Array.from({ length: 6 }, () => Math.floor(5 * next()));
    expect(mean(counts.toSorted((a, b) => a - b))).toBe(mean(counts));
  }
});
