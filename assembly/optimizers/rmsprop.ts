import { madd } from "../simd";
import { descend, runningMean } from "./descend";

/** η·g/√(s + ε), with s the running mean of g². Hinton's lecture 6e; ε inside the root, as in Keras. */
// @ts-ignore: decorator
@inline
function plain(g: v128, square: usize, rate: v128, mix: v128, epsilon: v128): v128 {
  const s = runningMean(square, f32x4.mul(g, g), mix);
  return f32x4.div(f32x4.mul(rate, g), f32x4.sqrt(f32x4.add(s, epsilon)));
}

/** The same with the variance s − m² in place of s; m the running mean of g. Graves 2013, eq. 38–41. */
// @ts-ignore: decorator
@inline
function centered(g: v128, square: usize, mean: usize, rate: v128, mix: v128, epsilon: v128): v128 {
  const s = runningMean(square, f32x4.mul(g, g), mix);
  const m = runningMean(mean, g, mix);
  // Rounding may take the variance below 0. In this order a NaN stays one.
  const variance = f32x4.pmax(f32x4.sub(s, f32x4.mul(m, m)), f32x4.splat(0));
  return f32x4.div(f32x4.mul(rate, g), f32x4.sqrt(f32x4.add(variance, epsilon)));
}

/** b ← μ·b + step; the change is −b. */
// @ts-ignore: decorator
@inline
function accelerated(velocity: usize, step: v128, momentum: v128): v128 {
  const b = madd(momentum, v128.load(velocity), step);
  v128.store(velocity, b);
  return f32x4.neg(b);
}


@final class Plain {
  // @ts-ignore: decorator
  @inline change(
    g: v128,
    square: usize,
    _1: usize,
    _2: usize,
    rate: v128,
    mix: v128,
    epsilon: v128,
    _: v128,
  ): v128 {
    return f32x4.neg(plain(g, square, rate, mix, epsilon));
  }
}


@final class Momentum {
  // @ts-ignore: decorator
  @inline change(
    g: v128,
    square: usize,
    velocity: usize,
    _: usize,
    rate: v128,
    mix: v128,
    epsilon: v128,
    momentum: v128,
  ): v128 {
    return accelerated(velocity, plain(g, square, rate, mix, epsilon), momentum);
  }
}


@final class Centered {
  // @ts-ignore: decorator
  @inline change(
    g: v128,
    square: usize,
    mean: usize,
    _2: usize,
    rate: v128,
    mix: v128,
    epsilon: v128,
    _: v128,
  ): v128 {
    return f32x4.neg(centered(g, square, mean, rate, mix, epsilon));
  }
}


@final class CenteredMomentum {
  // @ts-ignore: decorator
  @inline change(
    g: v128,
    square: usize,
    mean: usize,
    velocity: usize,
    rate: v128,
    mix: v128,
    epsilon: v128,
    momentum: v128,
  ): v128 {
    return accelerated(velocity, centered(g, square, mean, rate, mix, epsilon), momentum);
  }
}

export function rmsprop(
  from: i32,
  to: i32,
  parameter: usize,
  gradient: usize,
  square: usize,
  keep: f32,
  rate: f32,
  mix: f32,
  epsilon: f32,
): void {
  descend<Plain>(from, to, parameter, gradient, keep, square, 0, 0, rate, mix, epsilon, 0);
}

export function rmspropMomentum(
  from: i32,
  to: i32,
  parameter: usize,
  gradient: usize,
  square: usize,
  velocity: usize,
  keep: f32,
  rate: f32,
  mix: f32,
  epsilon: f32,
  momentum: f32,
): void {
  descend<Momentum>(
    from,
    to,
    parameter,
    gradient,
    keep,
    square,
    velocity,
    0,
    rate,
    mix,
    epsilon,
    momentum,
  );
}

export function rmspropCentered(
  from: i32,
  to: i32,
  parameter: usize,
  gradient: usize,
  square: usize,
  mean: usize,
  keep: f32,
  rate: f32,
  mix: f32,
  epsilon: f32,
): void {
  descend<Centered>(from, to, parameter, gradient, keep, square, mean, 0, rate, mix, epsilon, 0);
}

export function rmspropCenteredMomentum(
  from: i32,
  to: i32,
  parameter: usize,
  gradient: usize,
  square: usize,
  mean: usize,
  velocity: usize,
  keep: f32,
  rate: f32,
  mix: f32,
  epsilon: f32,
  momentum: f32,
): void {
  descend<CenteredMomentum>(
    from,
    to,
    parameter,
    gradient,
    keep,
    square,
    mean,
    velocity,
    rate,
    mix,
    epsilon,
    momentum,
  );
}
