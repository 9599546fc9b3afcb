import { descend, runningMean } from "./descend";

/**
 * m ← m + mix₁·(g − m); v ← v + mix₂·(g² − v); θ ← θ − α·m/(√v + ε), with mix = 1 − β and
 * α = η·√(1 − β₂ᵗ)/(1 − β₁ᵗ). Kingma & Ba 2015, the form at the end of §2: ε is not corrected, as in Keras.
 */
@final class Adam {
  // @ts-ignore: decorator
  @inline change(
    g: v128,
    mean: usize,
    square: usize,
    _: usize,
    rate: v128,
    mix1: v128,
    mix2: v128,
    epsilon: v128,
  ): v128 {
    const m = runningMean(mean, g, mix1);
    const v = runningMean(square, f32x4.mul(g, g), mix2);
    const root = f32x4.add(f32x4.sqrt(v), epsilon);
    return f32x4.neg(f32x4.div(f32x4.mul(rate, m), root));
  }
}

/** The same under the greatest v so far. Reddi et al. 2018, Algorithm 2. */
@final class Amsgrad {
  // @ts-ignore: decorator
  @inline change(
    g: v128,
    mean: usize,
    square: usize,
    maximum: usize,
    rate: v128,
    mix1: v128,
    mix2: v128,
    epsilon: v128,
  ): v128 {
    const m = runningMean(mean, g, mix1);
    const v = runningMean(square, f32x4.mul(g, g), mix2);
    // In this order a NaN in v stays one.
    const most = f32x4.pmax(v, v128.load(maximum));
    v128.store(maximum, most);
    const root = f32x4.add(f32x4.sqrt(most), epsilon);
    return f32x4.neg(f32x4.div(f32x4.mul(rate, m), root));
  }
}

export function adam(
  from: i32,
  to: i32,
  parameter: usize,
  gradient: usize,
  mean: usize,
  square: usize,
  keep: f32,
  rate: f32,
  mix1: f32,
  mix2: f32,
  epsilon: f32,
): void {
  descend<Adam>(from, to, parameter, gradient, keep, mean, square, 0, rate, mix1, mix2, epsilon);
}

export function adamAmsgrad(
  from: i32,
  to: i32,
  parameter: usize,
  gradient: usize,
  mean: usize,
  square: usize,
  maximum: usize,
  keep: f32,
  rate: f32,
  mix1: f32,
  mix2: f32,
  epsilon: f32,
): void {
  descend<Amsgrad>(
    from,
    to,
    parameter,
    gradient,
    keep,
    mean,
    square,
    maximum,
    rate,
    mix1,
    mix2,
    epsilon,
  );
}
