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
  for (let round = 0; round < 10; round++) {
    const products = i64x2.extmul_low_i32x4_u(even, factors);
    even = v128.xor(v128.xor(v128.shuffle<i32>(products, products, 3, 1, 3, 1), odd), key);
    odd = v128.shuffle<i32>(products, products, 2, 0, 2, 0);
    key = i32x4.add(key, weyl);
  }
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

/** Uniform in [low, high). */
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
  const unit = f32x4.splat((high - low) * UNIT);
  for (let i = from; i < to; i += 4) {
    const bits = bits24(i, step, stream, purpose, seedLow, seedHigh);
    const value = madd(f32x4.convert_i32x4_s(bits), unit, f32x4.splat(low));
    storeLeft(y + ((<usize>i) << 2), value, to - i);
  }
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
  for (let i = from; i < to; i += 4) {
    const q = centred(bits24(i, step, stream, purpose, seedLow, seedHigh));
    const value = madd(normalQuantile(q), f32x4.splat(deviation), f32x4.splat(mean));
    storeLeft(y + ((<usize>i) << 2), value, to - i);
  }
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
  for (let i = from; i < to; i += 4) {
    const q = centred(bits24(i, step, stream, purpose, seedLow, seedHigh));
    const quantile = normalQuantile(f32x4.mul(q, f32x4.splat(WITHIN_TWO)));
    const value = madd(quantile, f32x4.splat(deviation), f32x4.splat(mean));
    storeLeft(y + ((<usize>i) << 2), value, to - i);
  }
}

/** scale where the value stays and 0 where it is dropped: where 24 random bits are below the threshold. */
// @ts-ignore: decorator
@inline
function keep(
  element: i32,
  threshold: i32,
  scale: f32,
  seedLow: i32,
  seedHigh: i32,
  step: i32,
  stream: i32,
): v128 {
  const bits = bits24(element, step, stream, PURPOSE_DROPOUT, seedLow, seedHigh);
  return v128.and(i32x4.ge_s(bits, i32x4.splat(threshold)), f32x4.splat(scale));
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
    const factor = keep(i, threshold, scale, seedLow, seedHigh, step, stream);
    storeLeft(y + at, f32x4.mul(v128.load(x + at), factor), to - i);
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
    const factor = keep(i, threshold, scale, seedLow, seedHigh, step, stream);
    storeLeft(dx + at, madd(v128.load(dy + at), factor, v128.load(dx + at)), to - i);
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
