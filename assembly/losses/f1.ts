import { madd, storeTail } from "../simd";
import { weightOf } from "./elementwise";

/** How the scores of the classes become one; numbers as `src/losses/f1.ts` writes them. */
const MICRO: i32 = 1;
const WEIGHTED: i32 = 2;

/**
 * Sums of columns [from, to) over all rows: Σ w·p·y, Σ w·p and Σ w·y, in double precision, three runs of `cols`.
 */
export function f1Sums(
  from: i32,
  to: i32,
  rows: i32,
  cols: i32,
  prediction: usize,
  target: usize,
  rowWeight: usize,
  sums: usize,
): void {
  const run = (<usize>cols) << 3;
  for (let j = from; j < to; j++) {
    let both: f64 = 0,
      predicted: f64 = 0,
      actual: f64 = 0;
    for (let r = 0; r < rows; r++) {
      const at = (<usize>r * cols + j) << 2;
      const w = <f64>weightOf(rowWeight, r);
      const p = <f64>load<f32>(prediction + at);
      const y = <f64>load<f32>(target + at);
      both += w * p * y;
      predicted += w * p;
      actual += w * y;
    }
    const cell = sums + ((<usize>j) << 3);
    store<f64>(cell, both);
    store<f64>(cell + run, predicted);
    store<f64>(cell + 2 * run, actual);
  }
}

/**
 * loss = 1 − F from the sums, and for each column the a and b of the slope scale·w·(a + b·y) by p.
 *
 * With A = (1 + β²)·Σpy and D = Σp + β²·Σy + ε, F = A/D, so that a = A/D² and b = −(1 + β²)/D, each times the column's
 * part in the mean. Micro pools the sums first; weighted takes Σy as parts. A class without targets is left out of the
 * mean when `zeroDivision` is below 0, and counts as that score otherwise.
 */
export function f1Score(
  cols: i32,
  average: i32,
  betaSquared: f64,
  zeroDivision: f64,
  epsilon: f64,
  scale: f64,
  sums: usize,
  coefficients: usize,
  loss: usize,
): void {
  const run = (<usize>cols) << 3;
  let both: f64 = 0,
    predicted: f64 = 0,
    actual: f64 = 0,
    parts: f64 = 0;
  for (let j = 0; j < cols; j++) {
    const cell = sums + ((<usize>j) << 3);
    const support = load<f64>(cell + 2 * run);
    both += load<f64>(cell);
    predicted += load<f64>(cell + run);
    actual += support;
    parts += part(average, support, zeroDivision);
  }
  let score: f64 = 0;
  for (let j = 0; j < cols; j++) {
    const cell = sums + ((<usize>j) << 3);
    const support = average == MICRO ? actual : load<f64>(cell + 2 * run);
    const share =
      average == MICRO ? 1 : parts > 0 ? part(average, support, zeroDivision) / parts : 0;
    const empty = support == 0;
    const top = (1 + betaSquared) * (average == MICRO ? both : load<f64>(cell));
    const under =
      (average == MICRO ? predicted : load<f64>(cell + run)) + betaSquared * support + epsilon;
    if (average != MICRO || j == 0) {
      score += share * (empty ? max(zeroDivision, 0) : top / under);
    }
    const factor = empty ? 0 : scale * share;
    const place = coefficients + ((<usize>j) << 2);
    store<f32>(place, <f32>((factor * top) / (under * under)));
    store<f32>(place + ((<usize>cols) << 2), <f32>((-factor * (1 + betaSquared)) / under));
  }
  const judged = average == MICRO ? actual > 0 || zeroDivision >= 0 : parts > 0;
  store<f32>(loss, judged ? <f32>(1 - score) : 0);
}

/** A column's part in the mean, before parts are made to add up to 1. */
// @ts-ignore: decorator
@inline
function part(average: i32, support: f64, zeroDivision: f64): f64 {
  if (average == WEIGHTED) return support;
  return support > 0 || zeroDivision >= 0 ? 1 : 0;
}

/** gradient += w·(a + b·y), for rows [from, to). */
export function f1Gradient(
  from: i32,
  to: i32,
  cols: i32,
  target: usize,
  rowWeight: usize,
  coefficients: usize,
  gradient: usize,
): void {
  const slopes = coefficients + ((<usize>cols) << 2);
  for (let r = from; r < to; r++) {
    const weight = f32x4.splat(weightOf(rowWeight, r));
    const row = (<usize>r * cols) << 2;
    for (let j = 0; j < cols; j += 4) {
      const at = (<usize>j) << 2;
      const y = v128.load(target + row + at);
      const change = madd(v128.load(slopes + at), y, v128.load(coefficients + at));
      const sum = madd(weight, change, v128.load(gradient + row + at));
      storeTail(gradient + row + at, sum, cols - j);
    }
  }
}
