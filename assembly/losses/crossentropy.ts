import { exp, log } from "../math";
import { rowExpSum, rowMaximum, rowSum } from "../rows";
import { laneSum, lanesFrom, loadOr, madd, storeTail } from "../simd";
import { firstLanes, weightOf } from "./elementwise";

// @ts-ignore: decorator
@inline
function logOf(x: f32): f32 {
  return f32x4.extract_lane(log(f32x4.splat(x)), 0);
}

/**
 * Lanes of target j of row r, smoothed: t·(1 − s) + s/cols. Targets are class numbers, [rows] int32, or rows of shares,
 * [rows, cols] float32.
 */
// @ts-ignore: decorator
@inline
function targets(
  target: usize,
  labels: bool,
  r: i32,
  cols: i32,
  j: i32,
  keep: v128,
  spread: v128,
): v128 {
  const t = labels
    ? v128.and(i32x4.eq(lanesFrom(j), v128.load32_splat(target + (r << 2))), f32x4.splat(1))
    : v128.load(target + ((<usize>r * cols + j) << 2));
  return madd(keep, t, spread);
}

/**
 * −Σ tₖ·ln softmax(z)ₖ for rows [from, to), from logits: Σ t·(m + ln Σ eᶻ⁻ᵐ − z) with m the greatest logit, finite for
 * all finite logits. The slope is softmax(z)·Σt − t.
 */
export function crossentropyLogits(
  labels: bool,
  from: i32,
  to: i32,
  cols: i32,
  prediction: usize,
  target: usize,
  rowWeight: usize,
  loss: usize,
  gradient: usize,
  smoothing: f32,
): void {
  const keep = f32x4.splat(1 - smoothing);
  const spread = f32x4.splat(smoothing / <f32>cols);
  for (let r = from; r < to; r++) {
    const row = (<usize>r * cols) << 2;
    const z = prediction + row;
    const most = rowMaximum(z, cols);
    const total = rowExpSum(z, cols, most, 0);
    const shift = f32x4.splat(most);
    const height = f32x4.splat(logOf(total));
    let sum = f32x4.splat(0);
    let weight = f32x4.splat(0);
    for (let j = 0; j < cols; j += 4) {
      const t = firstLanes(targets(target, labels, r, cols, j, keep, spread), cols - j);
      const distance = f32x4.sub(height, f32x4.sub(v128.load(z + ((<usize>j) << 2)), shift));
      sum = f32x4.add(sum, firstLanes(f32x4.mul(t, distance), cols - j));
      weight = f32x4.add(weight, t);
    }
    store<f32>(loss + ((<usize>r) << 2), laneSum(sum));
    if (!gradient) continue;
    const scale = f32x4.splat(weightOf(rowWeight, r));
    const share = f32x4.splat(laneSum(weight) / total);
    for (let j = 0; j < cols; j += 4) {
      const at = row + ((<usize>j) << 2);
      const t = targets(target, labels, r, cols, j, keep, spread);
      const power = exp(f32x4.sub(v128.load(prediction + at), shift));
      const slope = f32x4.sub(f32x4.mul(power, share), t);
      storeTail(gradient + at, madd(scale, slope, v128.load(gradient + at)), cols - j);
    }
  }
}

/** q = p/Σp within [ε, 1 − ε]; a NaN stays one. */
// @ts-ignore: decorator
@inline
function clipped(q: v128, epsilon: v128): v128 {
  return f32x4.pmin(f32x4.pmax(q, epsilon), f32x4.sub(f32x4.splat(1), epsilon));
}

/** −t/q, the slope of −t·ln q; 0 where q was clipped, as in Keras. */
// @ts-ignore: decorator
@inline
function slopeOf(t: v128, q: v128, epsilon: v128): v128 {
  const held = clipped(q, epsilon);
  const moved = v128.and(f32x4.ne(held, q), f32x4.eq(q, q));
  return v128.andnot(f32x4.neg(f32x4.div(t, held)), moved);
}

/**
 * −Σ tₖ·ln qₖ for rows [from, to), from probabilities: q is p/Σp, clipped to [ε, 1 − ε].
 * With g the slope by q, the slope by p is (g − Σ gₖ·qₖ)/Σp.
 */
export function crossentropyProbabilities(
  labels: bool,
  from: i32,
  to: i32,
  cols: i32,
  prediction: usize,
  target: usize,
  rowWeight: usize,
  loss: usize,
  gradient: usize,
  smoothing: f32,
  epsilon: f32,
): void {
  const keep = f32x4.splat(1 - smoothing);
  const spread = f32x4.splat(smoothing / <f32>cols);
  const least = f32x4.splat(epsilon);
  for (let r = from; r < to; r++) {
    const row = (<usize>r * cols) << 2;
    const total = f32x4.splat(rowSum(prediction + row, cols));
    let sum = f32x4.splat(0);
    let mean = f32x4.splat(0);
    for (let j = 0; j < cols; j += 4) {
      const t = firstLanes(targets(target, labels, r, cols, j, keep, spread), cols - j);
      // Beyond the row 0 does, as t is 0 there.
      const q = f32x4.div(loadOr(prediction + row + ((<usize>j) << 2), cols - j, 0), total);
      sum = f32x4.sub(sum, f32x4.mul(t, log(clipped(q, least))));
      mean = f32x4.add(mean, f32x4.mul(slopeOf(t, q, least), q));
    }
    store<f32>(loss + ((<usize>r) << 2), laneSum(sum));
    if (!gradient) continue;
    const scale = f32x4.div(f32x4.splat(weightOf(rowWeight, r)), total);
    const means = f32x4.splat(laneSum(mean));
    for (let j = 0; j < cols; j += 4) {
      const at = row + ((<usize>j) << 2);
      const t = targets(target, labels, r, cols, j, keep, spread);
      const q = f32x4.div(v128.load(prediction + at), total);
      const slope = f32x4.sub(slopeOf(t, q, least), means);
      storeTail(gradient + at, madd(scale, slope, v128.load(gradient + at)), cols - j);
    }
  }
}
