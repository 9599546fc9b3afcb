import { expect } from "vitest";

/** Repeatable numbers for tests, in [0, 1): a 32-bit mixing generator (Steele, Lea, Flood 2014). */
export function generator(seed = 1): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x9e3779b9) >>> 0;
    let z = state;
    z = Math.imul(z ^ (z >>> 16), 0x85ebca6b);
    z = Math.imul(z ^ (z >>> 13), 0xc2b2ae35);
    return ((z ^ (z >>> 16)) >>> 0) / 2 ** 32;
  };
}

/** `count` float32 numbers spread evenly over [low, high). */
export function numbers(count: number, { low = -1, high = 1, seed = 1 } = {}): Float32Array {
  const next = generator(seed);
  return Float32Array.from({ length: count }, () => low + (high - low) * next());
}

/** Each number within `relative`·|expected| + `absolute` of its twin; NaN equals NaN. */
export function expectClose(
  got: ArrayLike<number>,
  expected: ArrayLike<number>,
  { relative = 1e-5, absolute = 1e-7 } = {},
): void {
  expect(got.length).toBe(expected.length);
  for (let i = 0; i < got.length; i++) {
    const a = got[i]!;
    const b = expected[i]!;
    const near = Object.is(a, b) || a === b || Math.abs(a - b) <= relative * Math.abs(b) + absolute;
    if (!near) expect.fail(`element ${i}: got ${a}, expected ${b}`);
  }
}

/** Central differences of a scalar function at x: the slow, obvious gradient. */
export function differences(
  f: (x: Float64Array) => number,
  x: ArrayLike<number>,
  step = 1e-4,
): Float64Array {
  const point = Float64Array.from(x);
  return point.map((centre, i) => {
    point[i] = centre + step;
    const above = f(point);
    point[i] = centre - step;
    const below = f(point);
    point[i] = centre;
    return (above - below) / (2 * step);
  });
}
