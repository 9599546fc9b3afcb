import { engine } from "../engine.js";

const DENSITY_AT_0 = 0.3989422804014327;
/** Beyond this many deviations there is nothing that a double beside 1 would hold. */
const FAR = 8.3;

/** φ(x) = exp(−x²/2) / √(2π). */
export const normalDensity = (x: number) => DENSITY_AT_0 * engine().kernels.scalarExp(-0.5 * x * x);

/**
 * Φ(x), the share of a standard normal distribution that lies below x, to 1e-15: ½ + φ(x)·(x + x³/3 + x⁵/(3·5) + …).
 *
 * @see Marsaglia 2004.
 */
export function normalBelow(x: number): number {
  if (!(Math.abs(x) <= FAR)) return x > 0 ? 1 : 0;
  let [sum, before, term] = [x, 0, x];
  for (let odd = 3; sum !== before; odd += 2) {
    before = sum;
    term *= (x * x) / odd;
    sum += term;
  }
  return 0.5 + normalDensity(x) * sum;
}

/**
 * The x below which a share of a standard normal distribution lies. Newton's steps from 0, where the slope is greatest,
 * come from one side; what turns back is rounding.
 */
export function normalQuantile(share: number): number {
  const side = share < 0.5 ? -1 : 1;
  let x = 0;
  for (;;) {
    const next = x + (share - normalBelow(x)) / normalDensity(x);
    if (!(side * (next - x) > 0) || Math.abs(x) > FAR) return x;
    x = next;
  }
}
