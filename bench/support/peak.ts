// @ts-ignore: decorator
@inline
function step(sum: v128, zero: v128): v128 {
  return f32x4.add(f32x4.mul(sum, zero), zero);
}

/**
 * The most that 128-bit float32 arithmetic does on this core: as many independent multiplications and additions, all in
 * registers, as its pipes take. Fourteen sums that stay 0 run side by side, so that none is waited for; as in the inner
 * loop of the product, ways out keep a compiler from moving all multiplications before all additions.
 */
export function peak(rounds: i32, start: f32): f32 {
  const zero = f32x4.splat(start);
  let s0 = zero,
    s1 = zero,
    s2 = zero,
    s3 = zero,
    s4 = zero,
    s5 = zero,
    s6 = zero;
  let t0 = zero,
    t1 = zero,
    t2 = zero,
    t3 = zero,
    t4 = zero,
    t5 = zero,
    t6 = zero;
  while (true) {
    s0 = step(s0, zero);
    t0 = step(t0, zero);
    if (rounds == 1) break;
    s1 = step(s1, zero);
    t1 = step(t1, zero);
    if (rounds == 2) break;
    s2 = step(s2, zero);
    t2 = step(t2, zero);
    if (rounds == 3) break;
    s3 = step(s3, zero);
    t3 = step(t3, zero);
    if (rounds == 4) break;
    s4 = step(s4, zero);
    t4 = step(t4, zero);
    if (rounds == 5) break;
    s5 = step(s5, zero);
    t5 = step(t5, zero);
    if (rounds == 6) break;
    s6 = step(s6, zero);
    t6 = step(t6, zero);
    rounds -= 7;
    if (!rounds) break;
  }
  s0 = f32x4.add(f32x4.add(s0, t0), f32x4.add(s1, t1));
  s2 = f32x4.add(f32x4.add(s2, t2), f32x4.add(s3, t3));
  s4 = f32x4.add(f32x4.add(s4, t4), f32x4.add(s5, t5));
  s6 = f32x4.add(f32x4.add(s6, t6), f32x4.add(s0, s2));
  return f32x4.extract_lane(f32x4.add(s4, s6), 0);
}
