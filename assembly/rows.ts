import { expInline } from "./math";
import { laneMaximum, laneSum, loadOr, storeLeft } from "./simd";

/** The greatest of a row; a NaN may be passed over. */
export function rowMaximum(x: usize, cols: i32): f32 {
  let most = f32x4.splat(-Infinity);
  for (let left = cols; left > 0; left -= 4, x += 16) {
    most = f32x4.pmax(most, loadOr(x, left, -Infinity));
  }
  return laneMaximum(most);
}

/** Σ x over a row. */
// @ts-ignore: decorator
@inline
export function rowSum(x: usize, cols: i32): f32 {
  let sum = f32x4.splat(0);
  for (let left = cols; left > 0; left -= 4, x += 16) sum = f32x4.add(sum, loadOr(x, left, 0));
  return laneSum(sum);
}

/** Σ eˣ⁻ᵐ over a row whose greatest is m, the powers written to y if that is not 0; a NaN in the row makes it NaN. */
export function rowExpSum(x: usize, cols: i32, m: f32, y: usize): f32 {
  const shift = f32x4.splat(m);
  let sum = f32x4.splat(0);
  for (let left = cols; left > 0; left -= 4, x += 16) {
    const power = expInline(f32x4.sub(loadOr(x, left, -Infinity), shift));
    sum = f32x4.add(sum, power);
    if (y) {
      storeLeft(y, power, left);
      y += 16;
    }
  }
  return laneSum(sum);
}
