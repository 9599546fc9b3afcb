/**
 * Bytes to the first number of vector v. Vectors of n numbers lie `stride` at a time: number k of each, side by side,
 * before number k + 1 of any.
 */
// @ts-ignore: decorator
@inline
function vectorAt(v: i32, n: i32, stride: i32): usize {
  return (<usize>(v / stride) * (n * stride) + (v % stride)) << 2;
}

/** Σ xᵢ·yᵢ of n numbers `step` bytes apart. */
function dot(n: i32, step: usize, x: usize, y: usize): f64 {
  let sum: f64 = 0;
  for (; n > 0; n--, x += step, y += step) sum += <f64>load<f32>(x) * <f64>load<f32>(y);
  return sum;
}

/** y = x/max(‖x‖, floor), for vectors [from, to). */
export function unitVectors(
  from: i32,
  to: i32,
  n: i32,
  stride: i32,
  x: usize,
  y: usize,
  floor: f64,
): void {
  const step = (<usize>stride) << 2;
  for (let v = from; v < to; v++) {
    let at = vectorAt(v, n, stride);
    const scale = 1 / max(sqrt(dot(n, step, x + at, x + at)), floor);
    for (let i = 0; i < n; i++, at += step) {
      store<f32>(y + at, <f32>(scale * <f64>load<f32>(x + at)));
    }
  }
}

/** dx += (dy − x·(x·dy)/‖x‖²)/‖x‖, for vectors [from, to); nothing where ‖x‖ is not above floor. */
export function unitVectorsGradient(
  from: i32,
  to: i32,
  n: i32,
  stride: i32,
  x: usize,
  dy: usize,
  dx: usize,
  floor: f64,
): void {
  const step = (<usize>stride) << 2;
  for (let v = from; v < to; v++) {
    let at = vectorAt(v, n, stride);
    const squares = dot(n, step, x + at, x + at);
    const norm = sqrt(squares);
    if (norm <= floor) continue;
    const product = dot(n, step, x + at, dy + at);
    for (let i = 0; i < n; i++, at += step) {
      const along = (<f64>load<f32>(x + at) * product) / squares;
      const change = (<f64>load<f32>(dy + at) - along) / norm;
      store<f32>(dx + at, <f32>(<f64>load<f32>(dx + at) + change));
    }
  }
}
