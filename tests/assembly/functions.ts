import { exp, log, negativeSize, normalQuantile, softplus } from "../../assembly/math";
import { storeLeft } from "../../assembly/simd";

/** The functions that kernels use inside, each over a run of numbers: for tests alone. */
export function expOf(count: i32, x: usize, y: usize): void {
  for (let i = 0; i < count; i += 4) {
    storeLeft(y + ((<usize>i) << 2), exp(v128.load(x + ((<usize>i) << 2))), count - i);
  }
}

export function logOf(count: i32, x: usize, y: usize): void {
  for (let i = 0; i < count; i += 4) {
    storeLeft(y + ((<usize>i) << 2), log(v128.load(x + ((<usize>i) << 2))), count - i);
  }
}

export function softplusOf(count: i32, x: usize, y: usize): void {
  for (let i = 0; i < count; i += 4) {
    const value = v128.load(x + ((<usize>i) << 2));
    storeLeft(y + ((<usize>i) << 2), softplus(value, exp(negativeSize(value))), count - i);
  }
}

export function normalQuantileOf(count: i32, q: usize, y: usize): void {
  for (let i = 0; i < count; i += 4) {
    storeLeft(y + ((<usize>i) << 2), normalQuantile(v128.load(q + ((<usize>i) << 2))), count - i);
  }
}
