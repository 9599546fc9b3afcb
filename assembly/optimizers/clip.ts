/** x within ±limit, for words [from, to); a NaN stays one. */
export function clipValue(from: i32, to: i32, x: usize, limit: f32): void {
  const most = f32x4.splat(limit);
  const least = f32x4.splat(-limit);
  for (let i = (<usize>from) << 2, end = (<usize>to) << 2; i < end; i += 16) {
    v128.store(x + i, f32x4.pmax(f32x4.pmin(v128.load(x + i), most), least));
  }
}

/** cell += Σ x² over words [from, to), in double precision. */
export function sumSquares(from: i32, to: i32, x: usize, cell: usize): void {
  let low = f64x2.splat(0);
  let high = f64x2.splat(0);
  for (let i = (<usize>from) << 2, end = (<usize>to) << 2; i < end; i += 16) {
    const value = v128.load(x + i);
    const a = f64x2.promote_low_f32x4(value);
    const b = f64x2.promote_low_f32x4(v128.shuffle<i64>(value, value, 1, 0));
    low = f64x2.add(low, f64x2.mul(a, a));
    high = f64x2.add(high, f64x2.mul(b, b));
  }
  const sum = f64x2.add(low, high);
  const total = f64x2.extract_lane(sum, 0) + f64x2.extract_lane(sum, 1);
  store<f64>(cell, load<f64>(cell) + total);
}

/** x·limit/max(√cell, limit), for words [from, to): a norm of √cell becomes `limit` at most; NaN spreads. */
export function clipNorm(from: i32, to: i32, x: usize, cell: usize, limit: f64): void {
  const norm = sqrt(load<f64>(cell));
  if (norm <= limit) return;
  const factor = f32x4.splat(<f32>(limit / norm));
  for (let i = (<usize>from) << 2, end = (<usize>to) << 2; i < end; i += 16) {
    v128.store(x + i, f32x4.mul(v128.load(x + i), factor));
  }
}
