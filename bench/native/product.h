/* A matrix of `float` in memory: element (i, j) is at start[i * row + j * column]. */
typedef struct {
  const float *start;
  long row, column;
} Matrix;

/* y = a b for a of m x k and b of k x n; y is packed by rows. */
void multiply(long m, long n, long k, Matrix a, Matrix b, float *restrict y);
