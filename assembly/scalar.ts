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
