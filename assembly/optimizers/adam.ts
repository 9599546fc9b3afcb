import { descend, runningMean } from "./descend";

/**
 * m ← m + mix₁·(g − m); v ← v + mix₂·(g² − v); θ ← keep·θ − α·m/(√v + ε), with mix = 1 − β and
 * α = η·√(1 − β₂ᵗ)/(1 − β₁ᵗ). Kingma & Ba 2015, the form at the end of §2: ε is not corrected, as in Keras.
 * Where there is a slot for it, the greatest v so far stands in for v. Reddi et al. 2018, Algorithm 2.
 */
export function adam(
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
  const kept = f32x4.splat(keep);
  const down = f32x4.splat(-rate);
  const mixes1 = f32x4.splat(mix1);
  const mixes2 = f32x4.splat(mix2);
  const epsilons = f32x4.splat(epsilon);
  for (let i = (<usize>from) << 2, end = (<usize>to) << 2; i < end; i += 16) {
    const g = v128.load(gradient + i);
    const m = runningMean(mean + i, g, mixes1);
    let v = runningMean(square + i, f32x4.mul(g, g), mixes2);
    if (maximum) {
      // In this order a NaN in v stays one.
      v = f32x4.pmax(v, v128.load(maximum + i));
      v128.store(maximum + i, v);
    }
    const root = f32x4.add(f32x4.sqrt(v), epsilons);
    descend(parameter + i, kept, f32x4.div(f32x4.mul(down, m), root));
  }
}
