/**
 * A square of four by four numbers is turned in two steps: `low` and `high` of rows 0 and 1 and of rows 2 and 3 give
 * pairs (p, q), of which `firsts` and `seconds` take two columns.
 */
// @ts-ignore: decorator
@inline
export function low(a: v128, b: v128): v128 {
  return v128.shuffle<i32>(a, b, 0, 4, 1, 5);
}

// @ts-ignore: decorator
@inline
export function high(a: v128, b: v128): v128 {
  return v128.shuffle<i32>(a, b, 2, 6, 3, 7);
}

// @ts-ignore: decorator
@inline
export function firsts(p: v128, q: v128): v128 {
  return v128.shuffle<i64>(p, q, 0, 2);
}

// @ts-ignore: decorator
@inline
export function seconds(p: v128, q: v128): v128 {
  return v128.shuffle<i64>(p, q, 1, 3);
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
      let p = low(r0, r1);
      let q = low(r2, r3);
      v128.store(to, firsts(p, q));
      v128.store(to, seconds(p, q), 32);
      p = high(r0, r1);
      q = high(r2, r3);
      v128.store(to, firsts(p, q), 64);
      v128.store(to, seconds(p, q), 96);
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
