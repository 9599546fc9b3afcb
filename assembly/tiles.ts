import { madd } from "./simd";

/**
 * The inner loop of the product: four rows by eight columns of C stay in registers while k runs. Element (i, k) of A
 * lies at a + i·rowA + k·colA, row k of B at b + k·rowB, row i of C at c + i·rowC.
 *
 * Leaving the loop conditionally after every step makes each step a block of its own: the compiler then moves no loads
 * across steps and spills nothing, and needs no code for what is left of k.
 */
// @ts-ignore: decorator
@inline
export function tile(
  k: usize,
  a: usize,
  rowA: usize,
  colA: usize,
  rows: i32,
  b: usize,
  rowB: usize,
  c: usize,
  rowC: usize,
  cols: i32,
): void {
  let c1 = rows > 1 ? c + rowC : c;
  let c2 = rows > 2 ? c1 + rowC : c1;
  let c3 = rows > 3 ? c2 + rowC : c2;
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
    a0 += colA;
    a1 += colA;
    a2 += colA;
    a3 += colA;
    b += rowB;
    if (k == 1) break;
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
    a0 += colA;
    a1 += colA;
    a2 += colA;
    a3 += colA;
    b += rowB;
    if (k == 2) break;
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
    a0 += colA;
    a1 += colA;
    a2 += colA;
    a3 += colA;
    b += rowB;
    if (k == 3) break;
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
    a0 += colA;
    a1 += colA;
    a2 += colA;
    a3 += colA;
    b += rowB;
    k -= 4;
    if (!k) break;
  }
  if (cols >= 8) {
    v128.store(c3, c30);
    v128.store(c3, c31, 16);
    v128.store(c2, c20);
    v128.store(c2, c21, 16);
    v128.store(c1, c10);
    v128.store(c1, c11, 16);
    v128.store(c, c00);
    v128.store(c, c01, 16);
    return;
  }
  if (cols & 4) {
    v128.store(c3, c30);
    v128.store(c2, c20);
    v128.store(c1, c10);
    v128.store(c, c00);
    c30 = c31;
    c20 = c21;
    c10 = c11;
    c00 = c01;
    c3 += 16;
    c2 += 16;
    c1 += 16;
    c += 16;
  }
  if (cols & 2) {
    v128.store64_lane(c3, c30, 0);
    v128.store64_lane(c2, c20, 0);
    v128.store64_lane(c1, c10, 0);
    v128.store64_lane(c, c00, 0);
    if (cols & 1) {
      v128.store32_lane(c3, c30, 2, 8);
      v128.store32_lane(c2, c20, 2, 8);
      v128.store32_lane(c1, c10, 2, 8);
      v128.store32_lane(c, c00, 2, 8);
    }
  } else if (cols & 1) {
    v128.store32_lane(c3, c30, 0);
    v128.store32_lane(c2, c20, 0);
    v128.store32_lane(c1, c10, 0);
    v128.store32_lane(c, c00, 0);
  }
}
