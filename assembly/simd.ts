/** a·b + c on four lanes: one rounding in the relaxed builds, two in the plain ones. */
// @ts-ignore: decorator
@inline
export function madd(a: v128, b: v128, c: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return f32x4.relaxed_madd(a, b, c);
  return f32x4.add(f32x4.mul(a, b), c);
}

/** The four lanes added in a fixed order: (0 + 2) + (1 + 3). */
// @ts-ignore: decorator
@inline
export function laneSum(x: v128): f32 {
  const pairs = f32x4.add(x, i8x16.shuffle(x, x, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7));
  return f32x4.extract_lane(pairs, 0) + f32x4.extract_lane(pairs, 1);
}

/** Stores the first `count` (1 to 3) lanes of x and touches nothing beyond them. */
// @ts-ignore: decorator
@inline
export function storeTail(address: usize, x: v128, count: usize): void {
  if (count & 2) {
    v128.store64_lane(address, x, 0);
    if (count & 1) v128.store32_lane(address, x, 2, 8);
  } else {
    v128.store32_lane(address, x, 0);
  }
}
