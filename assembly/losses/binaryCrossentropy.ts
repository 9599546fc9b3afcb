import { exp, log, negativeSize, sigmoid, softplus } from "../math";
import { madd } from "../simd";
import { elementwise } from "./elementwise";

/** t·(1 − s) + s/2. */
// @ts-ignore: decorator
@inline
function smoothed(t: v128, smoothing: v128): v128 {
  return madd(smoothing, f32x4.sub(f32x4.splat(0.5), t), t);
}

/** p within [ε, 1 − ε]; a NaN stays one. */
// @ts-ignore: decorator
@inline
function clipped(p: v128, epsilon: v128): v128 {
  return f32x4.pmin(f32x4.pmax(p, epsilon), f32x4.sub(f32x4.splat(1), epsilon));
}

/** −t·ln p − (1 − t)·ln(1 − p), with p clipped; the slope is 0 where it is, as Keras's is. */
@final class Probabilities {
  // @ts-ignore: decorator
  @inline value(x: v128, t: v128, smoothing: v128, epsilon: v128): v128 {
    const p = clipped(x, epsilon);
    const soft = smoothed(t, smoothing);
    const one = f32x4.splat(1);
    const yes = f32x4.mul(soft, log(p));
    const no = f32x4.mul(f32x4.sub(one, soft), log(f32x4.sub(one, p)));
    return f32x4.neg(f32x4.add(yes, no));
  }
  // @ts-ignore: decorator
  @inline slope(x: v128, t: v128, smoothing: v128, epsilon: v128): v128 {
    const p = clipped(x, epsilon);
    const variance = f32x4.mul(p, f32x4.sub(f32x4.splat(1), p));
    const slope = f32x4.div(f32x4.sub(p, smoothed(t, smoothing)), variance);
    const moved = v128.and(f32x4.ne(p, x), f32x4.eq(x, x));
    return v128.andnot(slope, moved);
  }
}

/** ln(1 + eᶻ) − t·z, finite for every finite z; slope sigmoid z − t. */
@final class Logits {
  // @ts-ignore: decorator
  @inline value(z: v128, t: v128, smoothing: v128, _: v128): v128 {
    return f32x4.sub(softplus(z, exp(negativeSize(z))), f32x4.mul(smoothed(t, smoothing), z));
  }
  // @ts-ignore: decorator
  @inline slope(z: v128, t: v128, smoothing: v128, _: v128): v128 {
    return f32x4.sub(sigmoid(z, exp(negativeSize(z))), smoothed(t, smoothing));
  }
}

export function binaryCrossentropy(
  from: i32,
  to: i32,
  cols: i32,
  prediction: usize,
  target: usize,
  rowWeight: usize,
  loss: usize,
  gradient: usize,
  labelSmoothing: f32,
  epsilon: f32,
): void {
  elementwise<Probabilities>(
    from,
    to,
    cols,
    prediction,
    target,
    rowWeight,
    loss,
    gradient,
    labelSmoothing,
    epsilon,
  );
}

export function binaryCrossentropyLogits(
  from: i32,
  to: i32,
  cols: i32,
  prediction: usize,
  target: usize,
  rowWeight: usize,
  loss: usize,
  gradient: usize,
  labelSmoothing: f32,
): void {
  elementwise<Logits>(
    from,
    to,
    cols,
    prediction,
    target,
    rowWeight,
    loss,
    gradient,
    labelSmoothing,
    0,
  );
}
