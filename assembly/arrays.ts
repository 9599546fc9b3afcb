import { map } from "./map";
import { lanesFrom, madd, storeLeft } from "./simd";


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
  const values = f32x4.splat(value);
  let at = y + ((<usize>from) << 2);
  for (let left = to - from; left > 0; left -= 4, at += 16) storeLeft(at, values, left);
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
    let sum = v128.load(y + ((<usize>j) << 2));
    let at = x + ((<usize>j) << 2);
    for (let r = 0; r < rows; r++, at += stride) sum = f32x4.add(sum, v128.load(at));
    storeLeft(y + ((<usize>j) << 2), sum, to - j);
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
  const scales = f32x4.splat(scale);
  const offsets = f32x4.splat(offset);
  for (let i = from; i < to; i += 4) {
    const words = i32x4.extend_low_i16x8_u(i16x8.extend_low_i8x16_u(v128.load32_zero(x + i)));
    const value = madd(scales, f32x4.convert_i32x4_s(words), offsets);
    storeLeft(y + ((<usize>i) << 2), value, to - i);
  }
}

/** y[r, k] = 1 where k is row r's label, else 0; labels [rows] int32, y [rows, cols]. */
export function oneHot(from: i32, to: i32, cols: i32, labels: usize, y: usize): void {
  for (let r = from; r < to; r++) {
    const label = i32x4.splat(load<i32>(labels + ((<usize>r) << 2)));
    const row = y + ((<usize>r * cols) << 2);
    for (let j = 0; j < cols; j += 4) {
      const hit = v128.and(i32x4.eq(lanesFrom(j), label), f32x4.splat(1));
      storeLeft(row + ((<usize>j) << 2), hit, cols - j);
    }
  }
}
