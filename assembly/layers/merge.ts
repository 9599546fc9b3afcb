import { addScaled } from "../arrays";
import { map } from "../map";
import { storeTail } from "../simd";


@final class Multiply {
  // @ts-ignore: decorator
  @inline value(x: v128, y: usize, _p: v128, _q: v128): v128 {
    return f32x4.mul(x, v128.load(y));
  }
}

/** y *= x. */
export function multiply(from: i32, to: i32, x: usize, y: usize): void {
  map<Multiply>(from, to, x, y, 0, 0);
}

/** y = x and winner = index where sign·x > sign·y; a NaN wins, and stays. */
export function takeGreater(
  from: i32,
  to: i32,
  x: usize,
  y: usize,
  winner: usize,
  index: i32,
  sign: f32,
): void {
  const signs = f32x4.splat(sign);
  const indices = i32x4.splat(index);
  let at = (<usize>from) << 2;
  for (let left = to - from; left > 0; left -= 4, at += 16) {
    const value = v128.load(x + at);
    const best = v128.load(y + at);
    const holds = f32x4.le(f32x4.mul(signs, value), f32x4.mul(signs, best));
    const taken = v128.andnot(f32x4.eq(best, best), holds);
    const most = v128.bitselect(value, best, taken);
    const won = v128.bitselect(indices, v128.load(winner + at), taken);
    if (left < 4) {
      storeTail(y + at, most, left);
      return storeTail(winner + at, won, left);
    }
    v128.store(y + at, most);
    v128.store(winner + at, won);
  }
}

/** dx += dy where winner = index. */
export function addWhere(
  from: i32,
  to: i32,
  dy: usize,
  winner: usize,
  dx: usize,
  index: i32,
): void {
  const indices = i32x4.splat(index);
  let at = (<usize>from) << 2;
  for (let left = to - from; left > 0; left -= 4, at += 16) {
    const won = i32x4.eq(v128.load(winner + at), indices);
    const slope = v128.and(v128.load(dy + at), won);
    const sum = f32x4.add(v128.load(dx + at), slope);
    if (left < 4) return storeTail(dx + at, sum, left);
    v128.store(dx + at, sum);
  }
}

/** y[r, :cols] = x[r, :] for rows [from, to) of x [rows, cols] and y [rows, stride]. */
export function copyColumns(from: i32, to: i32, cols: i32, stride: i32, x: usize, y: usize): void {
  const bytes = (<usize>cols) << 2;
  for (let r = from; r < to; r++) {
    memory.copy(y + ((<usize>r * stride) << 2), x + <usize>r * bytes, bytes);
  }
}

/** dx[r, :] += dy[r, :cols] for rows [from, to) of dx [rows, cols] and dy [rows, stride]. */
export function addColumns(from: i32, to: i32, cols: i32, stride: i32, dy: usize, dx: usize): void {
  for (let r = from; r < to; r++) {
    addScaled(0, cols, dy + ((<usize>r * stride) << 2), dx + ((<usize>r * cols) << 2), 1);
  }
}
