/* The matrix product in plain loops: tiles of sums kept in registers, over copied panels of b. */
#include "product.h"

/* What the compiler keeps in registers: sixteen vectors of 16 numbers, or twelve of 8. */
#ifdef __AVX512F__
enum { ROWS = 8, COLUMNS = 32 };
#else
enum { ROWS = 4, COLUMNS = 24 };
#endif

enum { DEPTH = 1024 };

static float panel[DEPTH * COLUMNS];

/* The first `count` columns of b; the rest of the panel is zero. */
static void pack(long k, long count, Matrix b) {
  for (long l = 0; l < k; l++) {
    const float *restrict from = b.start + l * b.row;
    float *restrict to = panel + l * COLUMNS;
    for (long j = 0; j < count; j++) to[j] = from[j * b.column];
    for (long j = count; j < COLUMNS; j++) to[j] = 0;
  }
}

/* Rows of y under one panel. Inlined with `rows` constant, so that the sums need no memory. */
static inline __attribute__((always_inline)) void tile(int rows, long k, long count, Matrix a,
                                                       float *restrict y, long n) {
  float sums[ROWS][COLUMNS] = {0};
  for (long l = 0; l < k; l++) {
    const float *restrict b = panel + l * COLUMNS;
    for (int i = 0; i < rows; i++) {
      float factor = a.start[i * a.row + l * a.column];
      for (int j = 0; j < COLUMNS; j++) sums[i][j] += factor * b[j];
    }
  }
  for (int i = 0; i < rows; i++)
    for (long j = 0; j < count; j++) y[i * n + j] = sums[i][j];
}

static Matrix from_row(Matrix a, long i) {
  a.start += i * a.row;
  return a;
}

static Matrix from_column(Matrix b, long j) {
  b.start += j * b.column;
  return b;
}

/* One row reads each number of b once, so it does not copy b. */
static void multiply_row(long n, long k, Matrix a, Matrix b, float *restrict y) {
  if (b.column == 1) {
    for (long j = 0; j < n; j++) y[j] = 0;
    for (long l = 0; l < k; l++) {
      const float *restrict row = b.start + l * b.row;
      float factor = a.start[l * a.column];
      for (long j = 0; j < n; j++) y[j] += factor * row[j];
    }
    return;
  }
  for (long j = 0; j < n; j++) {
    const float *restrict column = b.start + j * b.column;
    float sum = 0;
    for (long l = 0; l < k; l++) sum += a.start[l] * column[l];
    y[j] = sum;
  }
}

void multiply(long m, long n, long k, Matrix a, Matrix b, float *restrict y) {
  if (m == 1) {
    multiply_row(n, k, a, b, y);
    return;
  }
  for (long j = 0; j < n; j += COLUMNS) {
    long count = n - j < COLUMNS ? n - j : COLUMNS;
    long i = 0;
    pack(k, count, from_column(b, j));
    for (; i + ROWS <= m; i += ROWS) tile(ROWS, k, count, from_row(a, i), y + i * n + j, n);
    for (; i < m; i++) tile(1, k, count, from_row(a, i), y + i * n + j, n);
  }
}
