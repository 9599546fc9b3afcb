import { elementwise } from "./elementwise";

/** e²; slope 2e. */
@final class Square {
  // @ts-ignore: decorator
  @inline value(x: v128, t: v128, _p: v128, _q: v128): v128 {
    const e = f32x4.sub(x, t);
    return f32x4.mul(e, e);
  }
  // @ts-ignore: decorator
  @inline slope(x: v128, t: v128, _p: v128, _q: v128): v128 {
    const e = f32x4.sub(x, t);
    return f32x4.add(e, e);
  }
}

export function meanSquaredError(
  from: i32,
  to: i32,
  cols: i32,
  prediction: usize,
  target: usize,
  rowWeight: usize,
  loss: usize,
  gradient: usize,
): void {
  elementwise<Square>(from, to, cols, prediction, target, rowWeight, loss, gradient, 0, 0);
}
