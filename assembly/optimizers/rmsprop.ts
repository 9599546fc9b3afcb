import { madd } from "../simd";
import { descend, runningMean } from "./descend";

/**
 * b ← μ·b + η·g/√(s + ε); θ ← keep·θ − b, with s the running mean of g². Hinton's lecture 6e; ε inside the root, as in
 * Keras. Where there is a slot for m, the running mean of g, the variance s − m² stands in for s (Graves 2013, eq.
 * 38–41); where there is none for b, b is the step alone.
 */
export function rmsprop(
  from: i32,
  to: i32,
  parameter: usize,
  gradient: usize,
  square: usize,
  mean: usize,
  last: usize,
  keep: f32,
  rate: f32,
  mix: f32,
  epsilon: f32,
  momentum: f32,
): void {
  const kept = f32x4.splat(keep);
  const rates = f32x4.splat(rate);
  const mixes = f32x4.splat(mix);
  const epsilons = f32x4.splat(epsilon);
  const share = f32x4.splat(momentum);
  for (let i = (<usize>from) << 2, end = (<usize>to) << 2; i < end; i += 16) {
    const g = v128.load(gradient + i);
    let s = runningMean(square + i, f32x4.mul(g, g), mixes);
    if (mean) {
      const m = runningMean(mean + i, g, mixes);
      // Rounding may take the variance below 0. In this order a NaN stays one.
      s = f32x4.pmax(f32x4.sub(s, f32x4.mul(m, m)), f32x4.splat(0));
    }
    let step = f32x4.div(f32x4.mul(rates, g), f32x4.sqrt(f32x4.add(s, epsilons)));
    if (last) {
      step = madd(share, v128.load(last + i), step);
      v128.store(last + i, step);
    }
    descend(parameter + i, kept, f32x4.neg(step));
  }
}
