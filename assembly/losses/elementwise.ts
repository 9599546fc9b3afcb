import { laneSum, madd, storeLeft } from "../simd";

/** The weight of row r; 1 where no weights are given. */
// @ts-ignore: decorator
@inline
export function weightOf(rowWeight: usize, r: i32): f32 {
  return rowWeight ? load<f32>(rowWeight + ((<usize>r) << 2)) : 1;
}

/**
 * A loss that is the mean of F.value(prediction, target) over a row, for rows [from, to): writes it, and adds
 * weight/cols·F.slope(prediction, target) to the gradient. F is a class that is never made.
 */
// @ts-ignore: decorator
@inline
export function elementwise<F>(
  from: i32,
  to: i32,
  cols: i32,
  prediction: usize,
  target: usize,
  rowWeight: usize,
  loss: usize,
  gradient: usize,
  p: f32,
  q: f32,
): void {
  const ps = f32x4.splat(p);
  const qs = f32x4.splat(q);
  for (let r = from; r < to; r++) {
    const scale = f32x4.splat(weightOf(rowWeight, r) / <f32>cols);
    let at = (<usize>r * cols) << 2;
    let sum = f32x4.splat(0);
    for (let left = cols; left > 0; left -= 4, at += 16) {
      const x = v128.load(prediction + at);
      const t = v128.load(target + at);
      sum = f32x4.add(sum, firstLanes(changetype<F>(0).value(x, t, ps, qs), left));
      if (gradient) {
        const slope = changetype<F>(0).slope(x, t, ps, qs);
        storeLeft(gradient + at, madd(scale, slope, v128.load(gradient + at)), left);
      }
    }
    store<f32>(loss + ((<usize>r) << 2), laneSum(sum) / <f32>cols);
  }
}

/** The first `left` lanes of x, and 0 in the others. */
// @ts-ignore: decorator
@inline
export function firstLanes(x: v128, left: i32): v128 {
  if (left >= 4) return x;
  return v128.and(x, i32x4.lt_s(i32x4(0, 1, 2, 3), i32x4.splat(left)));
}
