import { normalQuantile } from "./math";
import { madd, storeLeft } from "./simd";

/** What a random number is for: numbers of different purposes never meet. */
const PURPOSE_DROPOUT: i32 = 2;
/** 2⁻²⁴: a float32 holds 24 random bits. */
const UNIT: f32 = 5.9604644775390625e-8;
/** The share of a normal distribution that lies within two deviations. */
const WITHIN_TWO: f32 = 0.9544997361036416;

/**
 * Four words of Philox4x32-10 for the counter (c0, c1, c2, c3) and a key of two words.
 *
 * Even and odd words stand in a vector each, so that one multiplication makes both products of a round.
 * Salmon et al. 2011, §3.
 */
// @ts-ignore: decorator
@inline
function philox(c0: i32, c1: i32, c2: i32, c3: i32, low: i32, high: i32): v128 {
  const factors = i32x4(0xd2511f53, 0xcd9e8d57, 0, 0);
  const weyl = i32x4(0x9e3779b9, 0xbb67ae85, 0, 0);
  let even = i32x4.replace_lane(i32x4.splat(c0), 1, c2);
  let odd = i32x4.replace_lane(i32x4.splat(c1), 1, c3);
  let key = i32x4.replace_lane(i32x4.splat(low), 1, high);
  let rounds = 10;
  do {
    const products = i64x2.extmul_low_i32x4_u(even, factors);
    even = v128.xor(v128.xor(v128.shuffle<i32>(products, products, 3, 1, 3, 1), odd), key);
    odd = v128.shuffle<i32>(products, products, 2, 0, 2, 0);
    key = i32x4.add(key, weyl);
  } while (--rounds);
  return v128.shuffle<i32>(even, odd, 0, 4, 1, 5);
}

/** The top 24 bits of each word as whole numbers. */
// @ts-ignore: decorator
@inline
function bits24(element: i32, step: i32, stream: i32, purpose: i32, low: i32, high: i32): v128 {
  return i32x4.shr_u(philox(element >> 2, step, stream, purpose, low, high), 8);
}

/** Multiples of 2⁻²⁴ in (−½, ½), half a step off both ends: exact in float32. */
// @ts-ignore: decorator
@inline
function centred(bits: v128): v128 {
  const whole = f32x4.convert_i32x4_s(i32x4.sub(bits, i32x4.splat(8388608)));
  return f32x4.mul(f32x4.add(whole, f32x4.splat(0.5)), f32x4.splat(UNIT));
}

/** p + q·u for u in [0, 1). */
@final class Uniform {
  // @ts-ignore: decorator
  @inline value(bits: v128, low: v128, width: v128): v128 {
    return madd(f32x4.convert_i32x4_s(bits), f32x4.mul(width, f32x4.splat(UNIT)), low);
  }
}


@final class Normal {
  // @ts-ignore: decorator
  @inline value(bits: v128, mean: v128, deviation: v128): v128 {
    return madd(normalQuantile(centred(bits)), deviation, mean);
  }
}


@final class TruncatedNormal {
  // @ts-ignore: decorator
  @inline value(bits: v128, mean: v128, deviation: v128): v128 {
    const q = f32x4.mul(centred(bits), f32x4.splat(WITHIN_TWO));
    return madd(normalQuantile(q), deviation, mean);
  }
}

/** y = F.value(24 random bits, p, q) for elements [from, to); the loop ends as `map` does. */
// @ts-ignore: decorator
@inline
function draw<F>(
  from: i32,
  to: i32,
  y: usize,
  p: f32,
  q: f32,
  seedLow: i32,
  seedHigh: i32,
  step: i32,
  stream: i32,
  purpose: i32,
): void {
  if (from >= to) return;
  const ps = f32x4.splat(p);
  const qs = f32x4.splat(q);
  let i = from;
  do {
    const bits = bits24(i, step, stream, purpose, seedLow, seedHigh);
    storeLeft(y + ((<usize>i) << 2), changetype<F>(0).value(bits, ps, qs), to - i);
    i += 4;
  } while (i < to);
}

/** Uniform in [low, high); where |low| is not small beside high − low, rounding may give high itself. */
export function randomUniform(
  from: i32,
  to: i32,
  y: usize,
  low: f32,
  high: f32,
  seedLow: i32,
  seedHigh: i32,
  step: i32,
  stream: i32,
  purpose: i32,
): void {
  draw<Uniform>(from, to, y, low, high - low, seedLow, seedHigh, step, stream, purpose);
}

/** Normal, by the inverse of the distribution: never by rejection, so that every number has its place. */
export function randomNormal(
  from: i32,
  to: i32,
  y: usize,
  mean: f32,
  deviation: f32,
  seedLow: i32,
  seedHigh: i32,
  step: i32,
  stream: i32,
  purpose: i32,
): void {
  draw<Normal>(from, to, y, mean, deviation, seedLow, seedHigh, step, stream, purpose);
}

/** Normal, cut at two deviations, by the inverse of the cut distribution. */
export function randomTruncatedNormal(
  from: i32,
  to: i32,
  y: usize,
  mean: f32,
  deviation: f32,
  seedLow: i32,
  seedHigh: i32,
  step: i32,
  stream: i32,
  purpose: i32,
): void {
  draw<TruncatedNormal>(from, to, y, mean, deviation, seedLow, seedHigh, step, stream, purpose);
}

/** x·scale where 24 random bits reach the threshold, else 0, whatever x is: infinities and NaN are dropped too. */
// @ts-ignore: decorator
@inline
function kept(
  x: v128,
  element: i32,
  threshold: i32,
  scale: f32,
  seedLow: i32,
  seedHigh: i32,
  step: i32,
  stream: i32,
): v128 {
  const bits = bits24(element, step, stream, PURPOSE_DROPOUT, seedLow, seedHigh);
  return v128.and(f32x4.mul(x, f32x4.splat(scale)), i32x4.ge_s(bits, i32x4.splat(threshold)));
}

/** y = x·scale where the value stays, else 0. */
export function dropout(
  from: i32,
  to: i32,
  x: usize,
  y: usize,
  threshold: i32,
  scale: f32,
  seedLow: i32,
  seedHigh: i32,
  step: i32,
  stream: i32,
): void {
  for (let i = from; i < to; i += 4) {
    const at = (<usize>i) << 2;
    const value = v128.load(x + at);
    const result = kept(value, i, threshold, scale, seedLow, seedHigh, step, stream);
    storeLeft(y + at, result, to - i);
  }
}

/** dx += dy·scale where the value stayed: the mask is drawn again, not kept. */
export function dropoutGradient(
  from: i32,
  to: i32,
  dy: usize,
  dx: usize,
  threshold: i32,
  scale: f32,
  seedLow: i32,
  seedHigh: i32,
  step: i32,
  stream: i32,
): void {
  for (let i = from; i < to; i += 4) {
    const at = (<usize>i) << 2;
    const slope = v128.load(dy + at);
    const change = kept(slope, i, threshold, scale, seedLow, seedHigh, step, stream);
    storeLeft(dx + at, f32x4.add(v128.load(dx + at), change), to - i);
  }
}

/** Writes 0 … count − 1 in random order: Fisher & Yates's shuffle, an index of i + 1 by multiplication and shift. */
export function shuffle(
  count: i32,
  indices: usize,
  seedLow: i32,
  seedHigh: i32,
  step: i32,
  purpose: i32,
): void {
  for (let i = 0; i < count; i++) store<i32>(indices + ((<usize>i) << 2), i);
  for (let i = count - 1; i > 0; i--) {
    const word = i32x4.extract_lane(philox(i, step, 0, purpose, seedLow, seedHigh), 0);
    const j = <usize>((<u64>(<u32>word) * (<u64>i + 1)) >> 32);
    const here = indices + ((<usize>i) << 2);
    const there = indices + (j << 2);
    const kept = load<i32>(here);
    store<i32>(here, load<i32>(there));
    store<i32>(there, kept);
  }
}
