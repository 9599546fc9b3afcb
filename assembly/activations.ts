import { map, mapGradient } from "./map";
import { expInline, negativeSize, sigmoid as sigmoidOf, tanh as tanhOf } from "./math";
import { rowExpSum, rowMaximum } from "./rows";
import { laneSum, loadOr, madd, storeLeft } from "./simd";

/** max(x, 0); slope 1 above 0. */
@final class Relu {
  // @ts-ignore: decorator
  @inline value(x: v128, _y: usize, _p: v128, _q: v128): v128 {
    return f32x4.pmax(x, f32x4.splat(0));
  }
  // @ts-ignore: decorator
  @inline slope(x: usize, _: usize): v128 {
    return v128.and(f32x4.gt(v128.load(x), f32x4.splat(0)), f32x4.splat(1));
  }
}

/** 1/(1 + e⁻ˣ); slope y·(1 − y). */
@final class Sigmoid {
  // @ts-ignore: decorator
  @inline value(x: v128, _y: usize, _p: v128, _q: v128): v128 {
    return sigmoidOf(x, expInline(negativeSize(x)));
  }
  // @ts-ignore: decorator
  @inline slope(_: usize, y: usize): v128 {
    const share = v128.load(y);
    return f32x4.mul(share, f32x4.sub(f32x4.splat(1), share));
  }
}

/** tanh x; slope 1 − y². */
@final class Tanh {
  // @ts-ignore: decorator
  @inline value(x: v128, _y: usize, _p: v128, _q: v128): v128 {
    return tanhOf(x);
  }
  // @ts-ignore: decorator
  @inline slope(_: usize, y: usize): v128 {
    const value = v128.load(y);
    return f32x4.sub(f32x4.splat(1), f32x4.mul(value, value));
  }
}

export function relu(from: i32, to: i32, cols: i32, x: usize, y: usize): void {
  map<Relu>(from * cols, to * cols, x, y, 0, 0);
}

export function reluGradient(
  from: i32,
  to: i32,
  cols: i32,
  x: usize,
  y: usize,
  dy: usize,
  dx: usize,
): void {
  mapGradient<Relu>(from * cols, to * cols, x, y, dy, dx);
}

export function sigmoid(from: i32, to: i32, cols: i32, x: usize, y: usize): void {
  map<Sigmoid>(from * cols, to * cols, x, y, 0, 0);
}

export function sigmoidGradient(
  from: i32,
  to: i32,
  cols: i32,
  x: usize,
  y: usize,
  dy: usize,
  dx: usize,
): void {
  mapGradient<Sigmoid>(from * cols, to * cols, x, y, dy, dx);
}

export function tanh(from: i32, to: i32, cols: i32, x: usize, y: usize): void {
  map<Tanh>(from * cols, to * cols, x, y, 0, 0);
}

export function tanhGradient(
  from: i32,
  to: i32,
  cols: i32,
  x: usize,
  y: usize,
  dy: usize,
  dx: usize,
): void {
  mapGradient<Tanh>(from * cols, to * cols, x, y, dy, dx);
}

/** yₖ = e^xₖ / Σ e^xⱼ, row by row; the greatest is taken off first, so that nothing overflows. */
export function softmax(from: i32, to: i32, cols: i32, x: usize, y: usize): void {
  for (let r = from; r < to; r++) {
    const row = (<usize>r * cols) << 2;
    const sum = rowExpSum(x + row, cols, rowMaximum(x + row, cols), y + row);
    const share = f32x4.splat(1 / sum);
    for (let left = cols, at = y + row; left > 0; left -= 4, at += 16) {
      storeLeft(at, f32x4.mul(v128.load(at), share), left);
    }
  }
}

/** dxₖ += yₖ·(dyₖ − Σ dyⱼ·yⱼ), row by row. */
export function softmaxGradient(
  from: i32,
  to: i32,
  cols: i32,
  _x: usize,
  y: usize,
  dy: usize,
  dx: usize,
): void {
  for (let r = from; r < to; r++) {
    const row = (<usize>r * cols) << 2;
    let products = f32x4.splat(0);
    for (let left = cols, at = row; left > 0; left -= 4, at += 16) {
      products = madd(loadOr(y + at, left, 0), loadOr(dy + at, left, 0), products);
    }
    const mean = f32x4.splat(laneSum(products));
    for (let left = cols, at = row; left > 0; left -= 4, at += 16) {
      const change = f32x4.sub(v128.load(dy + at), mean);
      storeLeft(dx + at, madd(v128.load(y + at), change, v128.load(dx + at)), left);
    }
  }
}
