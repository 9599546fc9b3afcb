import { madd } from "../simd";
import { descend } from "./descend";

/** θ ← keep·θ − η·g. Robbins & Monro 1951. */
export function sgd(
  from: i32,
  to: i32,
  parameter: usize,
  gradient: usize,
  keep: f32,
  rate: f32,
): void {
  const kept = f32x4.splat(keep);
  const down = f32x4.splat(-rate);
  for (let i = (<usize>from) << 2, end = (<usize>to) << 2; i < end; i += 16) {
    descend(parameter + i, kept, f32x4.mul(down, v128.load(gradient + i)));
  }
}

// @ts-ignore: decorator
@inline
function accelerated(
  from: i32,
  to: i32,
  parameter: usize,
  gradient: usize,
  velocity: usize,
  keep: f32,
  rate: f32,
  momentum: f32,
  looksAhead: bool,
): void {
  const kept = f32x4.splat(keep);
  const down = f32x4.splat(-rate);
  const share = f32x4.splat(momentum);
  for (let i = (<usize>from) << 2, end = (<usize>to) << 2; i < end; i += 16) {
    const step = f32x4.mul(down, v128.load(gradient + i));
    let v = madd(share, v128.load(velocity + i), step);
    v128.store(velocity + i, v);
    if (looksAhead) v = madd(share, v, step);
    descend(parameter + i, kept, v);
  }
}

/** v ← μ·v − η·g; θ ← keep·θ + v. Polyak 1964. */
export function sgdMomentum(
  from: i32,
  to: i32,
  parameter: usize,
  gradient: usize,
  velocity: usize,
  keep: f32,
  rate: f32,
  momentum: f32,
): void {
  accelerated(from, to, parameter, gradient, velocity, keep, rate, momentum, false);
}

/** v ← μ·v − η·g; θ ← keep·θ + μ·v − η·g. Sutskever et al. 2013, eq. 3–4. */
export function sgdNesterov(
  from: i32,
  to: i32,
  parameter: usize,
  gradient: usize,
  velocity: usize,
  keep: f32,
  rate: f32,
  momentum: f32,
): void {
  accelerated(from, to, parameter, gradient, velocity, keep, rate, momentum, true);
}
