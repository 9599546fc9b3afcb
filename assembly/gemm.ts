import { column0, column1, column2, column3, packColumns, packRows, packTransposed } from "./pack";
import { madd, storeLeft } from "./simd";
import { tileByColumns, tileByRows } from "./tiles";

/** Steps of k, and columns of C, that one block of packed B holds. */
const BLOCK_K: i32 = 512;
const BLOCK_N: i32 = 512;
/** Sixteen packed columns of A lie before B in the scratch. */
const PACKED_A_BYTES: usize = 64 * 512;
/** What the transposing packer may write past its last panel. */
const SLACK_BYTES: i32 = 128;
/** B below this size stays in the nearer caches without packing; packing it would cost 2–4 %. */
const SMALL_BYTES: i32 = 262144;

/** Bytes of scratch that a product needs. */
export function gemmScratch(): i32 {
  return <i32>PACKED_A_BYTES + 4 * BLOCK_K * BLOCK_N + SLACK_BYTES;
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
  a += (<usize>from * rowA) << 2;
  c += (<usize>from * n) << 2;
  const rows = to - from;
  if (rows == 1) {
    if (colB == 1) vectorTimesRows(n, k, a, (<usize>colA) << 2, b, (<usize>rowB) << 2, c);
    else vectorTimesColumns(n, k, a, (<usize>colA) << 2, b, (<usize>colB) << 2, c);
    return;
  }
  const byColumns = colA != 1;
  const packsA = byColumns && 4 * k * rows >= SMALL_BYTES;
  const packsB = colB != 1 || packsA || (4 * k * n > SMALL_BYTES && rows > 16);
  const strideA = (<usize>(byColumns ? colA : rowA)) << 2;
  for (let j = 0; j < n; j += BLOCK_N) {
    const cols = min(BLOCK_N, n - j);
    for (let p = 0; p < k; p += BLOCK_K) {
      block(
        rows,
        cols,
        min(BLOCK_K, k - p),
        n,
        byColumns,
        packsA,
        packsB,
        a + ((<usize>p * colA) << 2),
        strideA,
        b + ((<usize>p * rowB + <usize>j * colB) << 2),
        rowB,
        colB,
        c + ((<usize>j) << 2),
        scratch,
      );
    }
  }
}

/** One block of B against all rows. */
// @ts-ignore: decorator
@inline
function block(
  rows: i32,
  cols: i32,
  k: i32,
  n: i32,
  byColumns: bool,
  packsA: bool,
  packsB: bool,
  a: usize,
  strideA: usize,
  b: usize,
  rowB: i32,
  colB: i32,
  c: usize,
  scratch: usize,
): void {
  const panels = scratch + PACKED_A_BYTES;
  if (packsB) {
    if (colB == 1) packRows(k, cols, b, (<usize>rowB) << 2, panels);
    else packTransposed(k, cols, b, (<usize>colB) << 2, panels);
  }
  const rowBytes = packsB ? <usize>32 : (<usize>rowB) << 2;
  const panelBytes = packsB ? (<usize>k) << 5 : 32;
  const firstPanel = packsB ? panels : b;
  const rowC = (<usize>n) << 2;
  const stepA = packsA ? <usize>64 : strideA;
  for (let i = 0; i < rows; i += 4) {
    const height = min(4, rows - i);
    let tileA = byColumns ? a + ((<usize>i) << 2) : a + <usize>i * strideA;
    if (packsA) {
      if (!(i & 15)) packColumns(k, tileA, strideA, scratch);
      tileA = scratch + ((i & 15) << 2);
    }
    let panel = firstPanel;
    let tileC = c + <usize>i * rowC;
    for (let left = cols; left > 0; left -= 8) {
      if (byColumns) tileByColumns(k, tileA, stepA, height, panel, rowBytes, tileC, rowC, left);
      else tileByRows(k, tileA, stepA, height, panel, rowBytes, tileC, rowC, left);
      panel += panelBytes;
      tileC += 32;
    }
  }
}

/** One row: eight rows of B are streamed at once, so that C is read and written an eighth as often. */
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

/** One row against a stored transpose: four columns at once, each lane adding through k in order. */
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
  for (let left = n; left > 0; left -= 4, b += colB << 2, c += 16) {
    let b0 = b;
    let b1 = left > 1 ? b0 + colB : b0;
    let b2 = left > 2 ? b1 + colB : b1;
    let b3 = left > 3 ? b2 + colB : b2;
    let x = a;
    let sum = v128.load(c);
    for (let rest = k; rest > 0; rest -= 4) {
      const r0 = v128.load(b0);
      const r1 = v128.load(b1);
      const r2 = v128.load(b2);
      const r3 = v128.load(b3);
      sum = madd(v128.load32_splat(x), column0(r0, r1, r2, r3), sum);
      if (rest == 1) break;
      sum = madd(v128.load32_splat((x += stepA)), column1(r0, r1, r2, r3), sum);
      if (rest == 2) break;
      sum = madd(v128.load32_splat((x += stepA)), column2(r0, r1, r2, r3), sum);
      if (rest == 3) break;
      sum = madd(v128.load32_splat((x += stepA)), column3(r0, r1, r2, r3), sum);
      x += stepA;
      b0 += 16;
      b1 += 16;
      b2 += 16;
      b3 += 16;
    }
    storeLeft(c, sum, left);
  }
}
