/*
 * The same steps in plain C: no intrinsics, no library, only loops that the compiler vectorises.
 *
 *   cc -O3 -march=native -ffast-math plain.c network.c product.c -lm -o plain
 *
 * -ffast-math lets sums be taken in any order, as every BLAS takes them.
 */
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "network.h"
#include "product.h"

static const double WINDOW = 0.2, PRODUCT_WINDOW = 0.008;

typedef struct {
  const char *name, *weights, *x, *y;
  long depth, units[LAYERS + 1], rows, check_rows, batch_size;
  int training;
  Rule rule;
} Workload;

#define DIGITS "digits.x.f32", "digits.onehot.f32", 3
#define LARGER "larger.weights.f32", DIGITS, {784, 512, 512, 10}, 10000

static const Workload workloads[] = {
    {"article", "article.weights.f32", DIGITS, {784, 64, 64, 10}, 10000, 9984, 32, 1, SGD},
    {"larger", LARGER, 9984, 128, 1, ADAM},
    {"tiny", "tiny.weights.f32", "table.x.f32", "table.y.f32", 2, {13, 32, 1}, 16384, 16384, 16, 1,
     RMSPROP},
    {"row", LARGER, 1000, 1, 0, ADAM},
    {"rows", LARGER, 1000, 1000, 0, ADAM},
};

static const Workload *workload;
static long inputs, outputs;
static float *x, *y;

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec + 1e-9 * time.tv_nsec;
}

static float *read_numbers(const char *name, long count) {
  char path[4096];
  snprintf(path, sizeof path, "%s/%s", getenv("GLISSADE_BENCH_DATA"), name);
  FILE *file = fopen(path, "rb");
  float *values = numbers(count);
  if (!file || fread(values, sizeof(float), count, file) != (size_t)count) {
    printf("{\"ready\": false, \"why\": \"%s cannot be read\"}\n", name);
    exit(0);
  }
  fclose(file);
  return values;
}

static Network first_network(void) {
  long count = 0;
  for (long i = 0; i < workload->depth; i++)
    count += (workload->units[i] + 1) * workload->units[i + 1];
  float *first = read_numbers(workload->weights, count);
  Network made = network(workload->depth, workload->units, workload->rule, first);
  free(first);
  return made;
}

static uint64_t random_number(void) {
  static uint64_t state = 88172645463325252u;
  state ^= state << 13;
  state ^= state >> 7;
  return state ^= state << 17;
}

static void gather(const float *from, const int *places, long rows, long width, float *to) {
  for (long row = 0; row < rows; row++)
    memcpy(to + row * width, from + places[row] * width, width * sizeof(float));
}

/* Shuffles, gathers each batch and trains on it; gives the mean of the losses. */
static float train_epoch(Network *network) {
  static int order[16384];
  static float some_x[128 * 784], some_y[128 * 10];
  long rows = workload->rows;
  float total = 0;
  for (long i = 0; i < rows; i++) order[i] = i;
  for (long i = rows - 1; i > 0; i--) {
    long other = random_number() % (i + 1);
    int kept = order[i];
    order[i] = order[other];
    order[other] = kept;
  }
  for (long row = 0; row < rows; row += workload->batch_size) {
    long count = rows - row < workload->batch_size ? rows - row : workload->batch_size;
    gather(x, order + row, count, inputs, some_x);
    gather(y, order + row, count, outputs, some_y);
    total += count * step(network, some_x, some_y, count);
  }
  return total / rows;
}

static void check(void) {
  Network judged = first_network();
  long rows = workload->check_rows, batch = workload->batch_size;
  double total = 0;
  for (long row = 0; workload->training && row < rows; row += batch)
    step(&judged, x + row * inputs, y + row * outputs, batch);
  for (long row = 0; row < rows; row += batch) {
    const float *answers = forward(&judged, x + row * inputs, batch);
    if (workload->training) total += batch * loss(&judged, y + row * outputs, batch);
    for (long i = 0; !workload->training && i < batch * outputs; i++)
      total += fabsf(answers[i]) / outputs;
  }
  release(&judged);
  printf("{\"loss\": %.9g}\n", total / rows);
}

static void training_window(Network *network) {
  long epochs = 0;
  float last;
  double began = now(), ended;
  do {
    last = train_epoch(network);
    epochs++;
    ended = now();
  } while (ended - began < WINDOW);
  printf("{\"count\": %ld, \"seconds\": %.9g, \"loss\": %.9g}\n", epochs * workload->rows,
         ended - began, last);
}

static void inference_window(Network *network) {
  long rows = workload->batch_size, calls = 0;
  volatile float answer;
  double began = now(), ended;
  do {
    long row = calls++ * rows % workload->rows;
    answer = *forward(network, x + row * inputs, rows);
    ended = now();
  } while (ended - began < WINDOW);
  (void)answer;
  printf("{\"count\": %ld, \"seconds\": %.9g}\n", calls * rows, ended - began);
}

static double gigaflops(long m, long k, long n, int order, float *a, float *w, float *b) {
  long made = 0;
  double began = now(), ended;
  do {
    for (long i = 0; i <= 2000000 / (m * k * n); i++, made++) {
      if (order == 0) multiply(m, n, k, (Matrix){a, k, 1}, (Matrix){w, n, 1}, b);
      if (order == 1) multiply(m, k, n, (Matrix){b, n, 1}, (Matrix){w, 1, n}, a);
      if (order == 2) multiply(k, n, m, (Matrix){a, 1, k}, (Matrix){b, n, 1}, w);
    }
    ended = now();
  } while (ended - began < PRODUCT_WINDOW);
  return 2e-9 * made * m * k * n / (ended - began);
}

static void products_window(void) {
  static const long shapes[][3] = {
      {32, 784, 64},  {32, 64, 64},    {32, 64, 10},  {128, 784, 512}, {128, 512, 512},
      {128, 512, 10}, {512, 512, 512}, {1, 784, 512}, {33, 785, 65},   {7, 13, 5},
  };
  static const char *orders[] = {"forward", "dX", "dW"};
  const char *separator = "";
  double began = now();
  printf("{\"count\": [");
  for (int i = 0; i < 10; i++) {
    long m = shapes[i][0], k = shapes[i][1], n = shapes[i][2];
    float *a = numbers(m * k), *w = numbers(k * n), *b = numbers(m * n);
    for (int order = 0; order < 3; order++, separator = ", ")
      printf("%s{\"shape\": [%ld, %ld, %ld], \"order\": \"%s\", \"gflops\": %.9g}", separator, m, k,
             n, orders[order], gigaflops(m, k, n, order, a, w, b));
    free(a), free(w), free(b);
  }
  printf("], \"seconds\": %.9g}\n", now() - began);
}

int main(int count, char **arguments) {
  const char *name = count > 1 ? arguments[1] : "article";
  int products = !strcmp(name, "products");
  Network network;
  char line[64];
  setvbuf(stdout, NULL, _IOLBF, 0);
  for (size_t i = 0; i < sizeof workloads / sizeof *workloads; i++)
    if (!strcmp(name, workloads[i].name)) workload = &workloads[i];
  if (!workload && !products) return 1;
  if (workload) {
    inputs = workload->units[0];
    outputs = workload->units[workload->depth];
    x = read_numbers(workload->x, workload->rows * inputs);
    y = read_numbers(workload->y, workload->rows * outputs);
    network = first_network();
    if (workload->training) train_epoch(&network);
  }
  printf("{\"ready\": true, \"name\": \"plain-c\", \"version\": \"cc " __VERSION__
         ", -O3 -march=native -ffast-math\", \"departs\": \"\"}\n");
  while (fgets(line, sizeof line, stdin) && strncmp(line, "end", 3)) {
    int window = !strncmp(line, "window", 6);
    if (products && window) products_window();
    else if (products) puts("{}");
    else if (!window) check();
    else if (workload->training) training_window(&network);
    else inference_window(&network);
  }
  return 0;
}
