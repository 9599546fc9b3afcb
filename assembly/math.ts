import { madd } from "./simd";

/** Adding this rounds to a whole number, which then stands in the lowest bits. */
const ROUNDER: f32 = 12582912;
const ROUNDER_BITS: i32 = 0x4b400000;
/** ln 2 in two parts: the first has few bits, so that its product with a small whole number is exact. */
const LN2_HIGH: f32 = 0.693359375;
const LN2_LOW: f32 = -2.1219444e-4;

// @ts-ignore: decorator
@inline
function polynomial(x: v128, c: f32, next: v128): v128 {
  return madd(next, x, f32x4.splat(c));
}

/** 2ⁿ for whole n from −126 to 127. */
// @ts-ignore: decorator
@inline
function powerOfTwo(n: v128): v128 {
  return i32x4.shl(i32x4.add(n, i32x4.splat(127)), 23);
}

/**
 * eˣ for every x, denormal results included; within 1 ulp.
 *
 * x = n·ln 2 + r with |r| ≤ ½·ln 2; eʳ by Cephes's polynomial of degree 7; 2ⁿ in two factors, since n reaches −150.
 */
// @ts-ignore: decorator
@inline
export function exp(x: v128): v128 {
  // In this order pmin and pmax keep a NaN.
  const held = f32x4.pmax(f32x4.pmin(x, f32x4.splat(89)), f32x4.splat(-104));
  const shifted = madd(held, f32x4.splat(1.44269504), f32x4.splat(ROUNDER));
  const whole = f32x4.sub(shifted, f32x4.splat(ROUNDER));
  const high = madd(whole, f32x4.splat(-LN2_HIGH), held);
  const r = madd(whole, f32x4.splat(-LN2_LOW), high);
  let p = f32x4.splat(1.98756915e-4);
  p = polynomial(r, 1.3981999507e-3, p);
  p = polynomial(r, 8.3334519073e-3, p);
  p = polynomial(r, 4.1665795894e-2, p);
  p = polynomial(r, 1.6666665459e-1, p);
  p = polynomial(r, 5.0000001201e-1, p);
  const power = f32x4.add(madd(f32x4.mul(r, r), p, r), f32x4.splat(1));
  const n = i32x4.sub(shifted, i32x4.splat(ROUNDER_BITS));
  const half = i32x4.shr_s(n, 1);
  return f32x4.mul(f32x4.mul(power, powerOfTwo(half)), powerOfTwo(i32x4.sub(n, half)));
}

const SQRT_HALF_BITS: i32 = 0x3f3504f3;

/**
 * ln x for every x; within 1 ulp. ln 0 = −∞, ln of less is NaN.
 *
 * x = 2ᵉ·m with m in [√½, √2); ln m by Cephes's polynomial in m − 1.
 */
// @ts-ignore: decorator
@inline
export function log(x: v128): v128 {
  const denormal = f32x4.lt(x, f32x4.splat(1.17549435e-38));
  const normal = v128.bitselect(f32x4.mul(x, f32x4.splat(8388608)), x, denormal);
  const bits = i32x4.sub(normal, i32x4.splat(SQRT_HALF_BITS));
  const exponent = i32x4.sub(i32x4.shr_s(bits, 23), v128.and(denormal, i32x4.splat(23)));
  const e = f32x4.convert_i32x4_s(exponent);
  const mantissa = i32x4.add(v128.and(bits, i32x4.splat(0x7fffff)), i32x4.splat(SQRT_HALF_BITS));
  const f = f32x4.sub(mantissa, f32x4.splat(1));
  let p = f32x4.splat(7.0376836292e-2);
  p = polynomial(f, -1.151461031e-1, p);
  p = polynomial(f, 1.167699874e-1, p);
  p = polynomial(f, -1.2420140846e-1, p);
  p = polynomial(f, 1.4249322787e-1, p);
  p = polynomial(f, -1.6668057665e-1, p);
  p = polynomial(f, 2.0000714765e-1, p);
  p = polynomial(f, -2.4999993993e-1, p);
  p = polynomial(f, 3.3333331174e-1, p);
  const square = f32x4.mul(f, f);
  let small = f32x4.mul(f32x4.mul(f, square), p);
  small = madd(e, f32x4.splat(LN2_LOW), small);
  small = madd(square, f32x4.splat(-0.5), small);
  const result = madd(e, f32x4.splat(LN2_HIGH), f32x4.add(f, small));
  // ∞ and NaN are their own logarithms; zero and less are mended by division and root.
  const finite = f32x4.lt(x, f32x4.splat(Infinity));
  const positive = f32x4.gt(x, f32x4.splat(0));
  const edge = v128.bitselect(
    x,
    f32x4.div(f32x4.splat(-1), f32x4.abs(x)),
    f32x4.ne(x, f32x4.splat(0)),
  );
  const negative = f32x4.lt(x, f32x4.splat(0));
  const outside = v128.bitselect(f32x4.splat(NaN), edge, negative);
  return v128.bitselect(result, outside, v128.and(finite, positive));
}

/** 1/(1 + e⁻ˣ) for every x; within 2.6 ulp. */
// @ts-ignore: decorator
@inline
export function sigmoid(x: v128): v128 {
  // e⁻|x| cannot overflow: from it both halves follow.
  const e = exp(f32x4.neg(f32x4.abs(x)));
  const one = f32x4.splat(1);
  const numerator = v128.bitselect(e, one, f32x4.lt(x, f32x4.splat(0)));
  return f32x4.div(numerator, f32x4.add(one, e));
}

/** tanh x for every x; within 1.5 ulp. Below 0.625 Cephes's polynomial, beyond 1 − 2/(e²ˣ + 1). */
// @ts-ignore: decorator
@inline
export function tanh(x: v128): v128 {
  const size = f32x4.abs(x);
  const square = f32x4.mul(x, x);
  let p = f32x4.splat(-5.70498872745e-3);
  p = polynomial(square, 2.06390887954e-2, p);
  p = polynomial(square, -5.37397155531e-2, p);
  p = polynomial(square, 1.33314422036e-1, p);
  p = polynomial(square, -3.33332819422e-1, p);
  const near = madd(f32x4.mul(p, square), size, size);
  const power = exp(f32x4.add(size, size));
  const one = f32x4.splat(1);
  const far = f32x4.sub(one, f32x4.div(f32x4.splat(2), f32x4.add(power, one)));
  const value = v128.bitselect(near, far, f32x4.lt(size, f32x4.splat(0.625)));
  return v128.or(value, v128.and(x, i32x4.splat(0x80000000)));
}

/** ln(1 + eˣ) for every x, without overflow: max(x, 0) + ln(1 + e⁻|x|). */
// @ts-ignore: decorator
@inline
export function softplus(x: v128): v128 {
  const e = exp(f32x4.neg(f32x4.abs(x)));
  const one = f32x4.splat(1);
  const sum = f32x4.add(one, e);
  // What the sum lost of e is given back to first order.
  const lost = f32x4.div(f32x4.sub(e, f32x4.sub(sum, one)), sum);
  return f32x4.add(f32x4.pmax(x, f32x4.splat(0)), f32x4.add(log(sum), lost));
}

/**
 * The normal deviate below which a share ½ + q of all lie, for |q| < ½ that a 25-bit fraction can tell from ½.
 * Wichura 1988, AS 241, PPND7; relative error about 10⁻⁶.
 */
// @ts-ignore: decorator
@inline
export function normalQuantile(q: v128): v128 {
  const one = f32x4.splat(1);
  const r = madd(f32x4.neg(q), q, f32x4.splat(0.180625));
  let a = f32x4.splat(5.910937472e1);
  a = polynomial(r, 1.5929113202e2, a);
  a = polynomial(r, 5.0434271938e1, a);
  a = polynomial(r, 3.3871327179, a);
  let b = f32x4.splat(6.71875636e1);
  b = polynomial(r, 7.8757757664e1, b);
  b = polynomial(r, 1.7895169469e1, b);
  const central = f32x4.div(f32x4.mul(q, a), madd(b, r, one));
  const size = f32x4.abs(q);
  const root = f32x4.sqrt(f32x4.neg(log(f32x4.sub(f32x4.splat(0.5), size))));
  const t = f32x4.sub(root, f32x4.splat(1.6));
  let c = f32x4.splat(1.7023821103e-1);
  c = polynomial(t, 1.3067284816, c);
  c = polynomial(t, 2.75681539, c);
  c = polynomial(t, 1.4234372777, c);
  const d = polynomial(t, 7.370016425e-1, f32x4.splat(1.2021132975e-1));
  const tail = f32x4.div(c, madd(d, t, one));
  const signed = v128.or(tail, v128.and(q, i32x4.splat(0x80000000)));
  return v128.bitselect(central, signed, f32x4.le(size, f32x4.splat(0.425)));
}
