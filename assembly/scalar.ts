/** √½ as the bits of a double. */
const SQRT_HALF_BITS: i64 = 0x3fe6a09e667f3bcd;

/**
 * ln x in double precision, for normal x, 0 and ∞: for `src/`, where the runtime's own `Math` would give other last bits
 * on another engine.
 *
 * x = 2ᵉ·m with m in [√½, √2); ln m = 2·artanh s, s = (m − 1)/(m + 1), by its series up to s²³.
 */
export function scalarLog(x: f64): f64 {
  if (!(x > 0 && x < Infinity)) return x < 0 ? NaN : x - 1 / x;
  const bits = reinterpret<i64>(x);
  const e = (bits - SQRT_HALF_BITS) >> 52;
  const m = reinterpret<f64>(bits - (e << 52));
  const s = (m - 1) / (m + 1);
  let series: f64 = 0;
  for (let power: f64 = 23; power > 0; power -= 2) series = series * s * s + 1 / power;
  return <f64>e * 0.6931471805599453 + 2 * s * series;
}

/**
 * eˣ in double precision, for the same reason.
 *
 * x = k·ln 2 + r with |r| ≤ ½·ln 2; eʳ by its series up to r¹⁴/14!. ln 2 comes in two parts, of which the first times k is
 * exact.
 */
export function scalarExp(x: f64): f64 {
  if (!(abs(x) < 708)) return x > 0 ? Infinity : x < 0 ? 0 : NaN;
  const k = nearest(x * 1.4426950408889634);
  const r = x - k * 0.6931471803691238 - k * 1.9082149292705877e-10;
  let series: f64 = 1;
  for (let n: f64 = 14; n > 0; n--) series = 1 + (series * r) / n;
  return series * reinterpret<f64>((<i64>k + 1023) << 52);
}
