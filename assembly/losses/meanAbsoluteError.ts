import { elementwise } from "./elementwise";

/** |e|; slope the sign of e, 0 at 0. */
@final class Size {
  // @ts-ignore: decorator
  @inline value(x: v128, t: v128, _p: v128, _q: v128): v128 {
    return f32x4.abs(f32x4.sub(x, t));
  }
  // @ts-ignore: decorator
  @inline slope(x: v128, t: v128, _p: v128, _q: v128): v128 {
    const e = f32x4.sub(x, t);
    const above = v128.and(f32x4.gt(e, f32x4.splat(0)), f32x4.splat(1));
    const below = v128.and(f32x4.lt(e, f32x4.splat(0)), f32x4.splat(1));
    // A NaN stays one.
    return v128.bitselect(e, f32x4.sub(above, below), f32x4.ne(e, e));
  }
}

export function meanAbsoluteError(
  from: i32,
  to: i32,
  cols: i32,
  prediction: usize,
  target: usize,
  rowWeight: usize,
  loss: usize,
  gradient: usize,
): void {
  elementwise<Size>(from, to, cols, prediction, target, rowWeight, loss, gradient, 0, 0);
}
