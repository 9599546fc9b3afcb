import { madd } from "../simd";

/**
 * θ = keep·θ + R.change(…) for words [from, to): the one loop of all optimizers. R is a class that is never made; its
 * `change` reads and writes its slots at the same place and returns what is added, the rate included.
 *
 * Whole arrays own their padding, so there is no tail: padding of parameters, gradients and slots is 0 and stays 0.
 */
// @ts-ignore: decorator
@inline
export function descend<R>(
  from: i32,
  to: i32,
  parameter: usize,
  gradient: usize,
  keep: f32,
  slot0: usize,
  slot1: usize,
  slot2: usize,
  a: f32,
  b: f32,
  c: f32,
  d: f32,
): void {
  const kept = f32x4.splat(keep);
  const as = f32x4.splat(a);
  const bs = f32x4.splat(b);
  const cs = f32x4.splat(c);
  const ds = f32x4.splat(d);
  for (let i = (<usize>from) << 2, end = (<usize>to) << 2; i < end; i += 16) {
    const g = v128.load(gradient + i);
    const change = changetype<R>(0).change(g, slot0 + i, slot1 + i, slot2 + i, as, bs, cs, ds);
    v128.store(parameter + i, madd(kept, v128.load(parameter + i), change));
  }
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
