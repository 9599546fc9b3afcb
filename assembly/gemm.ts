import { firsts, high, low, packColumns, packRows, packTransposed, seconds } from "./pack";
import { madd, storeLeft, storeTail } from "./simd";
import { tile } from "./tiles";

/** Steps of k, and columns of C, that one block of packed B holds. */
const BLOCK_K: i32 = 512;
const BLOCK_N: i32 = 256;
/** Sixteen packed columns of A lie before B in the scratch. */
const PACKED_A_BYTES: i32 = 64 * BLOCK_K;
/** A matrix of fewer numbers stays in the nearer caches without packing; packing it would cost 2–4 %. */
const SMALL: i32 = 65536;

/** Bytes of scratch that a product needs. */
export function gemmScratch(): i32 {
  return PACKED_A_BYTES + 4 * BLOCK_K * BLOCK_N;
}

/**
 * C += A·B for rows [from, to) of C, which is [rows, n] without gaps.
 *
 * Element (i, k) of A lies at a + 4(i·rowA + k·colA), element (k, j) of B at b + 4(k·rowB + j·colB); for each of them
 * one of the two strides must be 1. Every element of C starts from what C holds and adds its products one by one
 * through k in order, whatever form serves it: its bits depend on its row and column alone.
 */
export function gemm(
  from: i32,
  to: i32,
  n: i32,
  k: i32,
  a: usize,
  rowA: i32,
  colA: i32,
  b: usize,
  rowB: i32,
  colB: i32,
  c: usize,
  scratch: usize,
): void {
  const rowC = n << 2;
  const rowBytesA = rowA << 2;
  const colBytesA = colA << 2;
  const rowBytesB = rowB << 2;
  const colBytesB = colB << 2;
  a += from * rowBytesA;
  c += from * rowC;
  const rows = to - from;
  if (rows == 1) {
    vector(n, k, a, colA, b, rowB, colB, c);
    return;
  }
  if (n == 1) {
    // A column of C is the row of its transpose.
    vector(rows, k, b, rowB, a, colA, rowA, c);
    return;
  }
  const packsA = colA != 1 && k * rows >= SMALL;
  const packsB = colB != 1 || packsA || (k * n >= SMALL && rows > 16);
  for (let j = 0; j < n; j += BLOCK_N) {
    const cols = min(BLOCK_N, n - j);
    for (let p = 0; p < k; p += BLOCK_K) {
      const depth = min(BLOCK_K, k - p);
      const blockA = a + p * colBytesA;
      const blockC = c + (j << 2);
      let panels = b + p * rowBytesB + j * colBytesB;
      let rowOfPanel = rowBytesB;
      let panelBytes = 32;
      if (packsB) {
        const block = panels;
        panels = scratch + PACKED_A_BYTES;
        if (colB == 1) packRows(depth, cols, block, rowBytesB, panels);
        else packTransposed(depth, cols, block, colBytesB, panels);
        rowOfPanel = 32;
        panelBytes = depth << 5;
      }
      for (let i = 0; i < rows; i += 4) {
        let tileA = blockA + i * rowBytesA;
        if (packsA) {
          if (!(i & 15)) packColumns(depth, tileA, colBytesA, scratch);
          tileA = scratch + ((i & 15) << 2);
        }
        strip(
          depth,
          cols,
          rows - i,
          tileA,
          packsA ? 4 : rowBytesA,
          packsA ? 64 : colBytesA,
          panels,
          rowOfPanel,
          panelBytes,
          blockC + i * rowC,
          rowC,
        );
      }
    }
  }
}

/** Up to four rows of C against all panels of B. */
// @ts-ignore: decorator
@inline
function strip(
  k: i32,
  cols: i32,
  rows: i32,
  a: usize,
  rowA: usize,
  colA: usize,
  panel: usize,
  rowOfPanel: usize,
  panelBytes: usize,
  c: usize,
  rowC: usize,
): void {
  for (let left = cols; left > 0; left -= 8) {
    tile(k, a, rowA, colA, rows, panel, rowOfPanel, c, rowC, left);
    panel += panelBytes;
    c += 32;
  }
}

/** One row of C, or one column, from a vector whose elements lie `stepA` apart. */
function vector(
  n: i32,
  k: i32,
  a: usize,
  stepA: usize,
  b: usize,
  rowB: usize,
  colB: usize,
  c: usize,
): void {
  if (colB == 1) vectorTimesRows(n, k, a, stepA << 2, b, rowB << 2, c);
  else vectorTimesColumns(n, k, a, stepA << 2, b, colB << 2, c);
}

/** Eight rows of B are streamed at once, so that C is read and written an eighth as often. */
// @ts-ignore: decorator
@inline
function vectorTimesRows(
  n: i32,
  k: i32,
  a: usize,
  stepA: usize,
  b: usize,
  rowB: usize,
  c: usize,
): void {
  for (; k >= 8; k -= 8) {
    const a0 = v128.load32_splat(a);
    const a1 = v128.load32_splat((a += stepA));
    const a2 = v128.load32_splat((a += stepA));
    const a3 = v128.load32_splat((a += stepA));
    const a4 = v128.load32_splat((a += stepA));
    const a5 = v128.load32_splat((a += stepA));
    const a6 = v128.load32_splat((a += stepA));
    const a7 = v128.load32_splat((a += stepA));
    a += stepA;
    let row = b;
    for (let left = n, to = c; left > 0; left -= 4, to += 16, row += 16) {
      let at = row;
      let sum = madd(a0, v128.load(at), v128.load(to));
      sum = madd(a1, v128.load((at += rowB)), sum);
      sum = madd(a2, v128.load((at += rowB)), sum);
      sum = madd(a3, v128.load((at += rowB)), sum);
      sum = madd(a4, v128.load((at += rowB)), sum);
      sum = madd(a5, v128.load((at += rowB)), sum);
      sum = madd(a6, v128.load((at += rowB)), sum);
      sum = madd(a7, v128.load((at += rowB)), sum);
      storeLeft(to, sum, left);
    }
    b += rowB << 3;
  }
  for (; k > 0; k--) {
    const x = v128.load32_splat(a);
    let row = b;
    for (let left = n, to = c; left > 0; left -= 4, to += 16, row += 16) {
      const sum = madd(x, v128.load(row), v128.load(to));
      storeLeft(to, sum, left);
    }
    a += stepA;
    b += rowB;
  }
}

/** B is a stored transpose: eight of its columns at once, each lane adding through k in order. */
// @ts-ignore: decorator
@inline
function vectorTimesColumns(
  n: i32,
  k: i32,
  a: usize,
  stepA: usize,
  b: usize,
  colB: usize,
  c: usize,
): void {
  for (let left = n; left > 0; left -= 8, b += colB << 3, c += 32) {
    let b0 = b;
    let b1 = left > 1 ? b0 + colB : b0;
    let b2 = left > 2 ? b1 + colB : b1;
    let b3 = left > 3 ? b2 + colB : b2;
    let b4 = left > 4 ? b3 + colB : b3;
    let b5 = left > 5 ? b4 + colB : b4;
    let b6 = left > 6 ? b5 + colB : b5;
    let b7 = left > 7 ? b6 + colB : b6;
    let at = a;
    let sum0 = v128.load(c);
    let sum1 = v128.load(c, 16);
    for (let rest = k; rest > 0; rest -= 4) {
      const r0 = v128.load(b0);
      const r1 = v128.load(b1);
      const r2 = v128.load(b2);
      const r3 = v128.load(b3);
      const r4 = v128.load(b4);
      const r5 = v128.load(b5);
      const r6 = v128.load(b6);
      const r7 = v128.load(b7);
      let p0 = low(r0, r1);
      let q0 = low(r2, r3);
      let p1 = low(r4, r5);
      let q1 = low(r6, r7);
      let x = v128.load32_splat(at);
      sum0 = madd(x, firsts(p0, q0), sum0);
      sum1 = madd(x, firsts(p1, q1), sum1);
      if (rest == 1) break;
      x = v128.load32_splat((at += stepA));
      sum0 = madd(x, seconds(p0, q0), sum0);
      sum1 = madd(x, seconds(p1, q1), sum1);
      if (rest == 2) break;
      p0 = high(r0, r1);
      q0 = high(r2, r3);
      p1 = high(r4, r5);
      q1 = high(r6, r7);
      x = v128.load32_splat((at += stepA));
      sum0 = madd(x, firsts(p0, q0), sum0);
      sum1 = madd(x, firsts(p1, q1), sum1);
      if (rest == 3) break;
      x = v128.load32_splat((at += stepA));
      sum0 = madd(x, seconds(p0, q0), sum0);
      sum1 = madd(x, seconds(p1, q1), sum1);
      at += stepA;
      b0 += 16;
      b1 += 16;
      b2 += 16;
      b3 += 16;
      b4 += 16;
      b5 += 16;
      b6 += 16;
      b7 += 16;
    }
    storeTail(c, sum0, left);
    if (left > 4) storeTail(c + 16, sum1, left - 4);
  }
}
