import { madd } from "../simd";
import { descend } from "./descend";

/** θ ← θ − η·g. Robbins & Monro 1951. */
@final class Plain {
  // @ts-ignore: decorator
  @inline change(
    g: v128,
    _0: usize,
    _1: usize,
    _2: usize,
    rate: v128,
    _b: v128,
    _c: v128,
    _d: v128,
  ): v128 {
    return f32x4.neg(f32x4.mul(rate, g));
  }
}

/** v ← μ·v − η·g; θ ← θ + v. Polyak 1964. */
@final class Momentum {
  // @ts-ignore: decorator
  @inline change(
    g: v128,
    velocity: usize,
    _1: usize,
    _2: usize,
    rate: v128,
    momentum: v128,
    _c: v128,
    _d: v128,
  ): v128 {
    const v = madd(momentum, v128.load(velocity), f32x4.neg(f32x4.mul(rate, g)));
    v128.store(velocity, v);
    return v;
  }
}

/** v ← μ·v − η·g; θ ← θ + μ·v − η·g. Sutskever et al. 2013, eq. 3–4. */
@final class Nesterov {
  // @ts-ignore: decorator
  @inline change(
    g: v128,
    velocity: usize,
    _1: usize,
    _2: usize,
    rate: v128,
    momentum: v128,
    _c: v128,
    _d: v128,
  ): v128 {
    const step = f32x4.neg(f32x4.mul(rate, g));
    const v = madd(momentum, v128.load(velocity), step);
    v128.store(velocity, v);
    return madd(momentum, v, step);
  }
}

export function sgd(
  from: i32,
  to: i32,
  parameter: usize,
  gradient: usize,
  keep: f32,
  rate: f32,
): void {
  descend<Plain>(from, to, parameter, gradient, keep, 0, 0, 0, rate, 0, 0, 0);
}

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
  descend<Momentum>(from, to, parameter, gradient, keep, velocity, 0, 0, rate, momentum, 0, 0);
}

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
  descend<Nesterov>(from, to, parameter, gradient, keep, velocity, 0, 0, rate, momentum, 0, 0);
}
