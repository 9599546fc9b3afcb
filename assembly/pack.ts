/** Four vectors as the rows of a 4x4 matrix; lane r of `column(c, …)` is element (r, c). */
// @ts-ignore: decorator
@inline
export function column0(r0: v128, r1: v128, r2: v128, r3: v128): v128 {
  return interleaveLow64(interleaveLow(r0, r1), interleaveLow(r2, r3));
}

// @ts-ignore: decorator
@inline
export function column1(r0: v128, r1: v128, r2: v128, r3: v128): v128 {
  return interleaveHigh64(interleaveLow(r0, r1), interleaveLow(r2, r3));
}

// @ts-ignore: decorator
@inline
export function column2(r0: v128, r1: v128, r2: v128, r3: v128): v128 {
  return interleaveLow64(interleaveHigh(r0, r1), interleaveHigh(r2, r3));
}

// @ts-ignore: decorator
@inline
export function column3(r0: v128, r1: v128, r2: v128, r3: v128): v128 {
  return interleaveHigh64(interleaveHigh(r0, r1), interleaveHigh(r2, r3));
}

// @ts-ignore: decorator
@inline
function interleaveLow(a: v128, b: v128): v128 {
  return v128.shuffle<i32>(a, b, 0, 4, 1, 5);
}

// @ts-ignore: decorator
@inline
function interleaveHigh(a: v128, b: v128): v128 {
  return v128.shuffle<i32>(a, b, 2, 6, 3, 7);
}

// @ts-ignore: decorator
@inline
function interleaveLow64(a: v128, b: v128): v128 {
  return v128.shuffle<i64>(a, b, 0, 2);
}

// @ts-ignore: decorator
@inline
function interleaveHigh64(a: v128, b: v128): v128 {
  return v128.shuffle<i64>(a, b, 1, 3);
}

/** Copies rows of B into panels of eight columns: element (k, j) of a panel at 32k + 4j. */
// @ts-ignore: decorator
@inline
export function packRows(k: usize, cols: usize, b: usize, rowB: usize, panels: usize): void {
  for (let j: usize = 0; j < cols; j += 8) {
    let from = b + (j << 2);
    for (let end = panels + (k << 5); panels < end; panels += 32) {
      v128.store(panels, v128.load(from));
      v128.store(panels, v128.load(from, 16), 16);
      from += rowB;
    }
  }
}

/**
 * The same panels from a stored transpose: element (k, j) at b + 4k + j·rowB. Works in squares of four, so up to three
 * rows too many are written, which the next panel overwrites.
 */
// @ts-ignore: decorator
@inline
export function packTransposed(k: usize, cols: usize, b: usize, rowB: usize, panels: usize): void {
  for (let j: usize = 0; j < cols; j += 4) {
    const left = cols - j;
    let b0 = b + j * rowB;
    let b1 = left > 1 ? b0 + rowB : b0;
    let b2 = left > 2 ? b1 + rowB : b1;
    let b3 = left > 3 ? b2 + rowB : b2;
    let to = panels + (j >> 3) * (k << 5) + ((j & 4) << 2);
    for (const end = to + (k << 5); to < end; to += 128) {
      const r0 = v128.load(b0);
      const r1 = v128.load(b1);
      const r2 = v128.load(b2);
      const r3 = v128.load(b3);
      v128.store(to, column0(r0, r1, r2, r3));
      v128.store(to, column1(r0, r1, r2, r3), 32);
      v128.store(to, column2(r0, r1, r2, r3), 64);
      v128.store(to, column3(r0, r1, r2, r3), 96);
      b0 += 16;
      b1 += 16;
      b2 += 16;
      b3 += 16;
    }
  }
}

/** Sixteen columns of a stored A side by side: 64 bytes a step of k instead of a long stride. */
// @ts-ignore: decorator
@inline
export function packColumns(k: usize, a: usize, rowA: usize, to: usize): void {
  for (const end = to + (k << 6); to < end; to += 64) {
    v128.store(to, v128.load(a));
    v128.store(to, v128.load(a, 16), 16);
    v128.store(to, v128.load(a, 32), 32);
    v128.store(to, v128.load(a, 48), 48);
    a += rowA;
  }
}
