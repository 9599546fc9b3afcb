import { madd, storeTail } from "./simd";

/**
 * The inner loop of the product: four rows by eight columns of C stay in registers while k runs.
 *
 * Leaving the loop conditionally after every step makes each step a block of its own: the compiler then moves no loads
 * across steps and spills nothing (37 → 46 GF), and needs no code for what is left of k.
 */

/** Stores the first `cols` of eight numbers. */
// @ts-ignore: decorator
@inline
function storeColumns(c: usize, low: v128, high: v128, cols: i32): void {
  if (cols >= 8) {
    v128.store(c, low);
    v128.store(c, high, 16);
  } else if (cols & 4) {
    v128.store(c, low);
    if (cols & 3) storeTail(c + 16, high, cols & 3);
  } else {
    storeTail(c, low, cols);
  }
}

/** Four rows of C from four rows of A: element (i, k) of A lies at a + i·rowA + 4k. */
// @ts-ignore: decorator
@inline
export function tileByRows(
  k: usize,
  a: usize,
  rowA: usize,
  rows: i32,
  b: usize,
  rowB: usize,
  c: usize,
  rowC: usize,
  cols: i32,
): void {
  const c1 = rows > 1 ? c + rowC : c;
  const c2 = rows > 2 ? c1 + rowC : c1;
  const c3 = rows > 3 ? c2 + rowC : c2;
  let a0 = a;
  let a1 = rows > 1 ? a0 + rowA : a0;
  let a2 = rows > 2 ? a1 + rowA : a1;
  let a3 = rows > 3 ? a2 + rowA : a2;
  let c00 = v128.load(c),
    c01 = v128.load(c, 16);
  let c10 = v128.load(c1),
    c11 = v128.load(c1, 16);
  let c20 = v128.load(c2),
    c21 = v128.load(c2, 16);
  let c30 = v128.load(c3),
    c31 = v128.load(c3, 16);
  let b0: v128, b1: v128, x: v128;
  while (true) {
    b0 = v128.load(b);
    b1 = v128.load(b, 16);
    x = v128.load32_splat(a0);
    c00 = madd(x, b0, c00);
    c01 = madd(x, b1, c01);
    x = v128.load32_splat(a1);
    c10 = madd(x, b0, c10);
    c11 = madd(x, b1, c11);
    x = v128.load32_splat(a2);
    c20 = madd(x, b0, c20);
    c21 = madd(x, b1, c21);
    x = v128.load32_splat(a3);
    c30 = madd(x, b0, c30);
    c31 = madd(x, b1, c31);
    b += rowB;
    if (k == 1) break;
    b0 = v128.load(b);
    b1 = v128.load(b, 16);
    x = v128.load32_splat(a0, 4);
    c00 = madd(x, b0, c00);
    c01 = madd(x, b1, c01);
    x = v128.load32_splat(a1, 4);
    c10 = madd(x, b0, c10);
    c11 = madd(x, b1, c11);
    x = v128.load32_splat(a2, 4);
    c20 = madd(x, b0, c20);
    c21 = madd(x, b1, c21);
    x = v128.load32_splat(a3, 4);
    c30 = madd(x, b0, c30);
    c31 = madd(x, b1, c31);
    b += rowB;
    if (k == 2) break;
    b0 = v128.load(b);
    b1 = v128.load(b, 16);
    x = v128.load32_splat(a0, 8);
    c00 = madd(x, b0, c00);
    c01 = madd(x, b1, c01);
    x = v128.load32_splat(a1, 8);
    c10 = madd(x, b0, c10);
    c11 = madd(x, b1, c11);
    x = v128.load32_splat(a2, 8);
    c20 = madd(x, b0, c20);
    c21 = madd(x, b1, c21);
    x = v128.load32_splat(a3, 8);
    c30 = madd(x, b0, c30);
    c31 = madd(x, b1, c31);
    b += rowB;
    if (k == 3) break;
    b0 = v128.load(b);
    b1 = v128.load(b, 16);
    x = v128.load32_splat(a0, 12);
    c00 = madd(x, b0, c00);
    c01 = madd(x, b1, c01);
    x = v128.load32_splat(a1, 12);
    c10 = madd(x, b0, c10);
    c11 = madd(x, b1, c11);
    x = v128.load32_splat(a2, 12);
    c20 = madd(x, b0, c20);
    c21 = madd(x, b1, c21);
    x = v128.load32_splat(a3, 12);
    c30 = madd(x, b0, c30);
    c31 = madd(x, b1, c31);
    b += rowB;
    k -= 4;
    a0 += 16;
    a1 += 16;
    a2 += 16;
    a3 += 16;
    if (!k) break;
  }
  storeColumns(c3, c30, c31, cols);
  storeColumns(c2, c20, c21, cols);
  storeColumns(c1, c10, c11, cols);
  storeColumns(c, c00, c01, cols);
}

/** Four rows of C from four columns of the stored A: element (i, k) lies at a + 4i + k·rowA. */
// @ts-ignore: decorator
@inline
export function tileByColumns(
  k: usize,
  a: usize,
  rowA: usize,
  rows: i32,
  b: usize,
  rowB: usize,
  c: usize,
  rowC: usize,
  cols: i32,
): void {
  const c1 = rows > 1 ? c + rowC : c;
  const c2 = rows > 2 ? c1 + rowC : c1;
  const c3 = rows > 3 ? c2 + rowC : c2;
  let c00 = v128.load(c),
    c01 = v128.load(c, 16);
  let c10 = v128.load(c1),
    c11 = v128.load(c1, 16);
  let c20 = v128.load(c2),
    c21 = v128.load(c2, 16);
  let c30 = v128.load(c3),
    c31 = v128.load(c3, 16);
  let b0: v128, b1: v128, x: v128;
  while (true) {
    b0 = v128.load(b);
    b1 = v128.load(b, 16);
    x = v128.load32_splat(a);
    c00 = madd(x, b0, c00);
    c01 = madd(x, b1, c01);
    x = v128.load32_splat(a, 4);
    c10 = madd(x, b0, c10);
    c11 = madd(x, b1, c11);
    x = v128.load32_splat(a, 8);
    c20 = madd(x, b0, c20);
    c21 = madd(x, b1, c21);
    x = v128.load32_splat(a, 12);
    c30 = madd(x, b0, c30);
    c31 = madd(x, b1, c31);
    a += rowA;
    b += rowB;
    if (k == 1) break;
    b0 = v128.load(b);
    b1 = v128.load(b, 16);
    x = v128.load32_splat(a);
    c00 = madd(x, b0, c00);
    c01 = madd(x, b1, c01);
    x = v128.load32_splat(a, 4);
    c10 = madd(x, b0, c10);
    c11 = madd(x, b1, c11);
    x = v128.load32_splat(a, 8);
    c20 = madd(x, b0, c20);
    c21 = madd(x, b1, c21);
    x = v128.load32_splat(a, 12);
    c30 = madd(x, b0, c30);
    c31 = madd(x, b1, c31);
    a += rowA;
    b += rowB;
    if (k == 2) break;
    b0 = v128.load(b);
    b1 = v128.load(b, 16);
    x = v128.load32_splat(a);
    c00 = madd(x, b0, c00);
    c01 = madd(x, b1, c01);
    x = v128.load32_splat(a, 4);
    c10 = madd(x, b0, c10);
    c11 = madd(x, b1, c11);
    x = v128.load32_splat(a, 8);
    c20 = madd(x, b0, c20);
    c21 = madd(x, b1, c21);
    x = v128.load32_splat(a, 12);
    c30 = madd(x, b0, c30);
    c31 = madd(x, b1, c31);
    a += rowA;
    b += rowB;
    if (k == 3) break;
    b0 = v128.load(b);
    b1 = v128.load(b, 16);
    x = v128.load32_splat(a);
    c00 = madd(x, b0, c00);
    c01 = madd(x, b1, c01);
    x = v128.load32_splat(a, 4);
    c10 = madd(x, b0, c10);
    c11 = madd(x, b1, c11);
    x = v128.load32_splat(a, 8);
    c20 = madd(x, b0, c20);
    c21 = madd(x, b1, c21);
    x = v128.load32_splat(a, 12);
    c30 = madd(x, b0, c30);
    c31 = madd(x, b1, c31);
    a += rowA;
    b += rowB;
    k -= 4;
    if (!k) break;
  }
  storeColumns(c3, c30, c31, cols);
  storeColumns(c2, c20, c21, cols);
  storeColumns(c1, c10, c11, cols);
  storeColumns(c, c00, c01, cols);
}
