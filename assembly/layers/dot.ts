/**
 * Address of the first number of vector v. Vectors of n numbers lie `stride` at a time: number k of each, side by side,
 * before number k + 1 of any.
 */
// @ts-ignore: decorator
@inline
function vectorAt(x: usize, v: i32, n: i32, stride: i32): usize {
  return x + ((<usize>(v / stride) * (n * stride) + (v % stride)) << 2);
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
    const source = vectorAt(x, v, n, stride);
    const target = vectorAt(y, v, n, stride);
    let squares: f64 = 0;
    for (let i = 0, at = source; i < n; i++, at += step) {
      const value = <f64>load<f32>(at);
      squares += value * value;
    }
    const scale = 1 / max(sqrt(squares), floor);
    for (let i = 0, at: usize = 0; i < n; i++, at += step) {
      store<f32>(target + at, <f32>(scale * <f64>load<f32>(source + at)));
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
    const source = vectorAt(x, v, n, stride);
    const slope = vectorAt(dy, v, n, stride);
    const target = vectorAt(dx, v, n, stride);
    let squares: f64 = 0;
    let product: f64 = 0;
    for (let i = 0, at: usize = 0; i < n; i++, at += step) {
      const value = <f64>load<f32>(source + at);
      squares += value * value;
      product += value * <f64>load<f32>(slope + at);
    }
    const norm = sqrt(squares);
    if (norm <= floor) continue;
    for (let i = 0, at: usize = 0; i < n; i++, at += step) {
      const along = (<f64>load<f32>(source + at) * product) / squares;
      const change = (<f64>load<f32>(slope + at) - along) / norm;
      store<f32>(target + at, <f32>(<f64>load<f32>(target + at) + change));
    }
  }
}
