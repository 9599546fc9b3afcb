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
  const pairs = f32x4.add(x, v128.shuffle<i64>(x, x, 1, 0));
  return f32x4.extract_lane(pairs, 0) + f32x4.extract_lane(pairs, 1);
}

/** The greatest of the four lanes; a NaN may be passed over. */
// @ts-ignore: decorator
@inline
export function laneMaximum(x: v128): f32 {
  const pairs = f32x4.pmax(x, v128.shuffle<i64>(x, x, 1, 0));
  const first = f32x4.extract_lane(pairs, 0);
  const second = f32x4.extract_lane(pairs, 1);
  return first < second ? second : first;
}

/** The numbers of the four lanes at j: j, j + 1, j + 2, j + 3. */
// @ts-ignore: decorator
@inline
export function lanesFrom(j: i32): v128 {
  return i32x4.add(i32x4.splat(j), i32x4(0, 1, 2, 3));
}

/** Four numbers of which the first `left` count; the others are `fill`. */
// @ts-ignore: decorator
@inline
export function loadOr(address: usize, left: i32, fill: f32): v128 {
  const x = v128.load(address);
  if (left >= 4) return x;
  return v128.bitselect(x, f32x4.splat(fill), i32x4.lt_s(lanesFrom(0), i32x4.splat(left)));
}

/** Stores the first `left` lanes of x and touches nothing beyond them. */
// @ts-ignore: decorator
@inline
export function storeLeft(address: usize, x: v128, left: i32): void {
  if (left >= 4) {
    v128.store(address, x);
  } else if (left & 2) {
    v128.store64_lane(address, x, 0);
    if (left & 1) v128.store32_lane(address, x, 2, 8);
  } else {
    v128.store32_lane(address, x, 0);
  }
}

/** The same by a call: fewer bytes, for the end of a loop and for loops that call anyway. */
export function storeTail(address: usize, x: v128, left: i32): void {
  storeLeft(address, x, left);
}
