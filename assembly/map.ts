import { storeLeft } from "./simd";

/**
 * y = F.value(x, y, p, q) for elements [from, to), where y is what stood there before. F is a class that is never made:
 * its method is found when the kernel is compiled, and no call remains.
 */
// @ts-ignore: decorator
@inline
export function map<F>(from: i32, to: i32, x: usize, y: usize, p: f32, q: f32): void {
  const ps = f32x4.splat(p);
  const qs = f32x4.splat(q);
  let at = (<usize>from) << 2;
  for (let left = to - from; left > 0; left -= 4, at += 16) {
    const value = changetype<F>(0).value(v128.load(x + at), v128.load(y + at), ps, qs);
    storeLeft(y + at, value, left);
  }
}

/** dx += dy·F.slope(x, y) for elements [from, to). */
// @ts-ignore: decorator
@inline
export function mapGradient<F>(from: i32, to: i32, x: usize, y: usize, dy: usize, dx: usize): void {
  let at = (<usize>from) << 2;
  for (let left = to - from; left > 0; left -= 4, at += 16) {
    const slope = changetype<F>(0).slope(v128.load(x + at), v128.load(y + at));
    const sum = f32x4.add(v128.load(dx + at), f32x4.mul(v128.load(dy + at), slope));
    storeLeft(dx + at, sum, left);
  }
}
