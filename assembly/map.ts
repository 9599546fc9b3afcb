import { storeTail } from "./simd";

/**
 * y = F.value(x, y, p, q) for elements [from, to), where F reads what stood at address y itself, if it needs it. F is a
 * class that is never made: its method is found when the kernel is compiled, and no call remains.
 *
 * Every way out of the loop comes after the work: a compiler may then lift F's constants out of it, as it may not
 * where the loop can end before they are used. A test at its head costs a sigmoid a third of its speed.
 */
// @ts-ignore: decorator
@inline
export function map<F>(from: i32, to: i32, x: usize, y: usize, p: f32, q: f32): void {
  let left = to - from;
  if (left <= 0) return;
  const ps = f32x4.splat(p);
  const qs = f32x4.splat(q);
  let at = (<usize>from) << 2;
  do {
    const value = changetype<F>(0).value(v128.load(x + at), y + at, ps, qs);
    if (left < 4) {
      storeTail(y + at, value, left);
      return;
    }
    v128.store(y + at, value);
    at += 16;
    left -= 4;
  } while (left);
}

/** dx += dy·F.slope(x, y) for elements [from, to), where x and y are addresses. */
// @ts-ignore: decorator
@inline
export function mapGradient<F>(from: i32, to: i32, x: usize, y: usize, dy: usize, dx: usize): void {
  let left = to - from;
  if (left <= 0) return;
  let at = (<usize>from) << 2;
  do {
    const slope = changetype<F>(0).slope(x + at, y + at);
    const sum = f32x4.add(v128.load(dx + at), f32x4.mul(v128.load(dy + at), slope));
    if (left < 4) {
      storeTail(dx + at, sum, left);
      return;
    }
    v128.store(dx + at, sum);
    at += 16;
    left -= 4;
  } while (left);
}
