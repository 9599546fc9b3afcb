import { normalQuantile } from "./math";
import { madd, storeLeft, storeTail } from "./simd";

/** What a random number is for: numbers of different purposes never meet. */
const PURPOSE_DROPOUT: i32 = 2;
/** 2⁻²⁴: a float32 holds 24 random bits. */
const UNIT: f32 = 5.9604644775390625e-8;
/** The share of a normal distribution that lies within two deviations. */
const WITHIN_TWO: f32 = 0.9544997361036416;

/** Four words of Philox4x32-10 for the counter (c0, c1, c2, c3) and a key of two words. Salmon et al. 2011, §3. */
function philox(c0: u32, c1: u32, c2: u32, c3: u32, low: u32, high: u32): v128 {
  let rounds = 10;
  do {
    const a = <u64>c0 * 0xd2511f53;
    const b = <u64>c2 * 0xcd9e8d57;
    c0 = (<u32>(b >> 32)) ^ c1 ^ low;
    c2 = (<u32>(a >> 32)) ^ c3 ^ high;
    c1 = <u32>b;
    c3 = <u32>a;
    low += 0x9e3779b9;
    high += 0xbb67ae85;
  } while (--rounds);
  const even = i32x4.replace_lane(i32x4.splat(c0), 2, c2);
  return i32x4.replace_lane(i32x4.replace_lane(even, 1, c1), 3, c3);
}

/** The top 24 bits of each word as whole numbers. */
// @ts-ignore: decorator
@inline
function bits24(element: i32, step: i32, stream: i32, purpose: i32, low: i32, high: i32): v128 {
  return i32x4.shr_u(philox(element >> 2, step, stream, purpose, low, high), 8);
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
  const least = f32x4.splat(low);
  const width = f32x4.splat((high - low) * UNIT);
  for (let i = from; i < to; i += 4) {
    const bits = bits24(i, step, stream, purpose, seedLow, seedHigh);
    const value = madd(f32x4.convert_i32x4_s(bits), width, least);
    storeTail(y + ((<usize>i) << 2), value, to - i);
  }
}

/**
 * mean + deviation·z, with z the normal deviate below which a share ½ + q·within of all lie, for q a multiple of 2⁻²⁴ in
 * (−½, ½), half a step off both ends. By the inverse of the distribution, never by rejection, so that every number has
 * its place.
 */
function normal(
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
  within: f32,
): void {
  for (let i = from; i < to; i += 4) {
    const bits = bits24(i, step, stream, purpose, seedLow, seedHigh);
    const whole = f32x4.convert_i32x4_s(i32x4.sub(bits, i32x4.splat(8388608)));
    const centred = f32x4.mul(f32x4.add(whole, f32x4.splat(0.5)), f32x4.splat(UNIT));
    const z = normalQuantile(f32x4.mul(centred, f32x4.splat(within)));
    const value = madd(z, f32x4.splat(deviation), f32x4.splat(mean));
    storeTail(y + ((<usize>i) << 2), value, to - i);
  }
}

/** mean + deviation·z, with z normal. */
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
  normal(from, to, y, mean, deviation, seedLow, seedHigh, step, stream, purpose, 1);
}

/** Normal, cut at two deviations. */
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
  normal(from, to, y, mean, deviation, seedLow, seedHigh, step, stream, purpose, WITHIN_TWO);
}

/**
 * y = x·scale where 24 random bits reach the threshold, else 0, whatever x is: infinities and NaN are dropped too. Adds
 * that to y instead if `adds`.
 */
function drop(
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
  adds: bool,
): void {
  for (let i = from; i < to; i += 4) {
    const at = (<usize>i) << 2;
    const bits = bits24(i, step, stream, PURPOSE_DROPOUT, seedLow, seedHigh);
    const scaled = f32x4.mul(v128.load(x + at), f32x4.splat(scale));
    let value = v128.and(scaled, i32x4.ge_s(bits, i32x4.splat(threshold)));
    if (adds) value = f32x4.add(v128.load(y + at), value);
    storeLeft(y + at, value, to - i);
  }
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
  drop(from, to, x, y, threshold, scale, seedLow, seedHigh, step, stream, false);
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
  drop(from, to, dy, dx, threshold, scale, seedLow, seedHigh, step, stream, true);
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
