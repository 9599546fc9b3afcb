import { madd } from "../simd";

/**
 * θ ← keep·θ + change. All optimizers walk words [from, to) of whole arrays, which own their padding, so there is no
 * tail: padding of parameters, gradients and slots is 0 and stays 0.
 */
// @ts-ignore: decorator
@inline
export function descend(parameter: usize, keep: v128, change: v128): void {
  v128.store(parameter, madd(keep, v128.load(parameter), change));
}

/** s ← s + mix·(x − s), the running mean in a slot. */
// @ts-ignore: decorator
@inline
export function runningMean(slot: usize, x: v128, mix: v128): v128 {
  const old = v128.load(slot);
  const mean = madd(mix, f32x4.sub(x, old), old);
  v128.store(slot, mean);
  return mean;
}
