import { map } from "./map";
import { madd, storeTail } from "./simd";


@final class AddScaled {
  // @ts-ignore: decorator
  @inline value(x: v128, y: usize, factor: v128, _: v128): v128 {
    return madd(factor, x, v128.load(y));
  }
}


@final class Rescale {
  // @ts-ignore: decorator
  @inline value(x: v128, _: usize, scale: v128, offset: v128): v128 {
    return madd(scale, x, offset);
  }
}


@final class RescaleInteger {
  // @ts-ignore: decorator
  @inline value(x: v128, _: usize, scale: v128, offset: v128): v128 {
    return madd(scale, f32x4.convert_i32x4_s(x), offset);
  }
}

/** y = value. */
export function fill(from: i32, to: i32, y: usize, value: f32): void {
  let at = y + ((<usize>from) << 2);
  let left = to - from;
  if (!reinterpret<u32>(value)) {
    memory.fill(at, 0, (<usize>left) << 2);
    return;
  }
  const values = f32x4.splat(value);
  for (; left >= 4; left -= 4, at += 16) v128.store(at, values);
  if (left > 0) storeTail(at, values, left);
}

/** y[r, :] = row, for rows [from, to) of y [rows, cols]. */
export function fillRows(from: i32, to: i32, cols: i32, row: usize, y: usize): void {
  const bytes = (<usize>cols) << 2;
  for (let r = from; r < to; r++) memory.copy(y + <usize>r * bytes, row, bytes);
}

/** y[j] += Σ x[r, j] over all rows of x [rows, cols], for columns [from, to). */
export function sumColumns(from: i32, to: i32, rows: i32, cols: i32, x: usize, y: usize): void {
  const stride = (<usize>cols) << 2;
  for (let j = from; j < to; j += 4) {
    const target = y + ((<usize>j) << 2);
    let sum = v128.load(target);
    let at = x + ((<usize>j) << 2);
    for (let r = 0; r < rows; r++, at += stride) sum = f32x4.add(sum, v128.load(at));
    if (to - j < 4) return storeTail(target, sum, to - j);
    v128.store(target, sum);
  }
}

/** y += factor·x. */
export function addScaled(from: i32, to: i32, x: usize, y: usize, factor: f32): void {
  map<AddScaled>(from, to, x, y, factor, 0);
}

/** y = scale·x + offset, from float32. */
export function rescale(from: i32, to: i32, x: usize, y: usize, scale: f32, offset: f32): void {
  map<Rescale>(from, to, x, y, scale, offset);
}

/** y = scale·x + offset, from int32. */
export function rescaleIntegers(
  from: i32,
  to: i32,
  x: usize,
  y: usize,
  scale: f32,
  offset: f32,
): void {
  map<RescaleInteger>(from, to, x, y, scale, offset);
}

/** y = scale·x + offset, from uint8. */
export function rescaleBytes(
  from: i32,
  to: i32,
  x: usize,
  y: usize,
  scale: f32,
  offset: f32,
): void {
  for (let i = from; i < to; i += 4) {
    const words = i32x4.extend_low_i16x8_u(i16x8.extend_low_i8x16_u(v128.load32_zero(x + i)));
    const value = madd(f32x4.splat(scale), f32x4.convert_i32x4_s(words), f32x4.splat(offset));
    const target = y + ((<usize>i) << 2);
    if (to - i < 4) return storeTail(target, value, to - i);
    v128.store(target, value);
  }
}

/** y[r, k] = 1 where k is row r's label, else 0; labels [rows] int32, y [rows, cols]. */
export function oneHot(from: i32, to: i32, cols: i32, labels: usize, y: usize): void {
  fill(from * cols, to * cols, y, 0);
  for (let r = from; r < to; r++) {
    const label = load<u32>(labels + ((<usize>r) << 2));
    if (label < <u32>cols) store<f32>(y + ((<usize>r * cols + label) << 2), 1);
  }
}
