import { madd } from "./simd";

const SIGN: i32 = 0x80000000;
/** ln 2 in two parts: the first has few bits, so that its product with a small whole number is exact. */
const LN2_HIGH: f32 = 0.693359375;
const LN2_LOW: f32 = -2.1219444e-4;

// @ts-ignore: decorator
@inline
function polynomial(x: v128, c: f32, next: v128): v128 {
  return madd(next, x, f32x4.splat(c));
}

/**
 * eˣ for x ≤ 70, denormal results included; within 1 ulp.
 *
 * x = n·ln 2 + r with |r| ≤ ½·ln 2; eʳ by Cephes's polynomial of degree 7. Adding `rounder` rounds to a whole number,
 * which then stands in the lowest bits: n + 25 + 127, the exponent field of 2ⁿ⁺²⁵. That is never denormal, and eʳ·2ⁿ⁺²⁵
 * is exact, so that 2⁻²⁵ is what rounds.
 */
// @ts-ignore: decorator
@inline
export function expInline(x: v128): v128 {
  const rounder = f32x4.splat(12582912 + 25 + 127);
  // In this order pmax keeps a NaN.
  const held = f32x4.pmax(x, f32x4.splat(-104));
  const shifted = madd(held, f32x4.splat(1.44269504), rounder);
  const whole = f32x4.sub(shifted, rounder);
  const high = madd(whole, f32x4.splat(-LN2_HIGH), held);
  const r = madd(whole, f32x4.splat(-LN2_LOW), high);
  let p = f32x4.splat(1.98756915e-4);
  p = polynomial(r, 1.3981999507e-3, p);
  p = polynomial(r, 8.3334519073e-3, p);
  p = polynomial(r, 4.1665795894e-2, p);
  p = polynomial(r, 1.6666665459e-1, p);
  p = polynomial(r, 5.0000001201e-1, p);
  const power = f32x4.add(madd(f32x4.mul(r, r), p, r), f32x4.splat(1));
  const scaled = f32x4.mul(power, i32x4.shl(shifted, 23));
  return f32x4.mul(scaled, f32x4.splat(2.98023223876953125e-8));
}

/** The same by a call: fewer bytes, where training spends little time. */
export function exp(x: v128): v128 {
  return expInline(x);
}

const SQRT_HALF_BITS: i32 = 0x3f3504f3;

/**
 * ln x for every x; within 1 ulp. ln 0 = −∞, ln of less is NaN.
 *
 * x = 2ᵉ·m with m in [√½, √2); ln m by Cephes's polynomial in m − 1.
 */
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
  // The root of ∞ and NaN is what their logarithm is, and that of less than 0 is NaN.
  const zero = f32x4.splat(0);
  const edge = v128.bitselect(f32x4.sqrt(x), f32x4.splat(-Infinity), f32x4.ne(x, zero));
  const inside = v128.and(f32x4.lt(x, f32x4.splat(Infinity)), f32x4.gt(x, zero));
  return v128.bitselect(result, edge, inside);
}

/** −|x|. */
// @ts-ignore: decorator
@inline
export function negativeSize(x: v128): v128 {
  return v128.or(x, i32x4.splat(SIGN));
}

/** 1/(1 + e⁻ˣ) from e⁻|x|, which cannot overflow; within 2.6 ulp. */
// @ts-ignore: decorator
@inline
export function sigmoid(x: v128, e: v128): v128 {
  const one = f32x4.splat(1);
  const numerator = v128.bitselect(e, one, f32x4.lt(x, f32x4.splat(0)));
  return f32x4.div(numerator, f32x4.add(one, e));
}

/** tanh x for every x; within 1.5 ulp. Below 0.625 Cephes's polynomial, beyond 1 − 2/(e²ˣ + 1). */
// @ts-ignore: decorator
@inline
export function tanh(x: v128): v128 {
  const sign = v128.and(x, i32x4.splat(SIGN));
  const size = v128.xor(x, sign);
  const square = f32x4.mul(x, x);
  let p = f32x4.splat(-5.70498872745e-3);
  p = polynomial(square, 2.06390887954e-2, p);
  p = polynomial(square, -5.37397155531e-2, p);
  p = polynomial(square, 1.33314422036e-1, p);
  p = polynomial(square, -3.33332819422e-1, p);
  const near = madd(f32x4.mul(p, square), size, size);
  // From 40 on the result is 1 anyway. In this order pmin keeps a NaN.
  const power = expInline(f32x4.pmin(f32x4.add(size, size), f32x4.splat(40)));
  const one = f32x4.splat(1);
  const far = f32x4.sub(one, f32x4.div(f32x4.splat(2), f32x4.add(power, one)));
  return v128.or(v128.bitselect(near, far, f32x4.lt(size, f32x4.splat(0.625))), sign);
}

/** ln(1 + eˣ) = max(x, 0) + ln(1 + e) from e = e⁻|x|, without overflow. */
// @ts-ignore: decorator
@inline
export function softplus(x: v128, e: v128): v128 {
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
  const signed = v128.or(tail, v128.and(q, i32x4.splat(SIGN)));
  return v128.bitselect(central, signed, f32x4.le(size, f32x4.splat(0.425)));
}
