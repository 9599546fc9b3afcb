/* Forward, backward and update, each a few loops for the compiler to vectorise. */
#include "network.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "product.h"

static const float EPSILON = 1e-7f;

float *numbers(long count) {
  size_t bytes = (count * sizeof(float) + 63) / 64 * 64;
  float *start = aligned_alloc(64, bytes);
  return memset(start, 0, bytes);
}

Network network(long depth, const long *units, Rule rule, const float *first) {
  Network made = {.depth = depth, .rule = rule};
  for (long i = 0; i < depth; i++) {
    long count = (units[i] + 1) * units[i + 1], outputs = MAX_ROWS * units[i + 1];
    made.layers[i] = (Layer){
        .inputs = units[i],
        .units = units[i + 1],
        .count = count,
        .weights = numbers(count),
        .slopes = numbers(count),
        .mean = numbers(count),
        .square = numbers(count),
        .outputs = numbers(outputs),
        .output_slopes = numbers(outputs),
    };
    memcpy(made.layers[i].weights, first, count * sizeof(float));
    first += count;
  }
  return made;
}

void release(Network *network) {
  for (long i = 0; i < network->depth; i++) {
    Layer *layer = &network->layers[i];
    float *all[] = {layer->weights, layer->slopes,  layer->mean,
                    layer->square,  layer->outputs, layer->output_slopes};
    for (int j = 0; j < 6; j++) free(all[j]);
  }
}

const float *forward(Network *network, const float *x, long rows) {
  long last = network->depth - 1;
  for (long i = 0; i <= last; i++) {
    Layer *layer = &network->layers[i];
    long units = layer->units;
    const float *restrict bias = layer->weights + layer->inputs * units;
    float *restrict y = layer->outputs;
    multiply(rows, units, layer->inputs, (Matrix){x, layer->inputs, 1},
             (Matrix){layer->weights, units, 1}, y);
    for (long row = 0; row < rows; row++, y += units)
      for (long j = 0; j < units; j++) {
        float sum = y[j] + bias[j];
        y[j] = i < last && sum < 0 ? 0 : sum;
      }
    x = layer->outputs;
  }
  return x;
}

/* The mean of (outputs - y)^2, and its slopes. */
static float squared_error(const float *restrict outputs, const float *restrict y,
                           float *restrict slopes, long count) {
  float sum = 0;
  for (long i = 0; i < count; i++) {
    float error = outputs[i] - y[i];
    sum += error * error;
    slopes[i] = 2 * error / count;
  }
  return sum / count;
}

/* The mean of -sum(y log softmax(logits)), and its slopes. */
static float crossentropy(const float *restrict logits, const float *restrict y,
                          float *restrict slopes, long rows, long units) {
  float total = 0;
  for (long row = 0; row < rows; row++, logits += units, y += units, slopes += units) {
    float largest = logits[0], sum = 0, correct = 0;
    for (long j = 1; j < units; j++) largest = logits[j] > largest ? logits[j] : largest;
    for (long j = 0; j < units; j++) {
      slopes[j] = expf(logits[j] - largest);
      sum += slopes[j];
      correct += y[j] * (logits[j] - largest);
    }
    for (long j = 0; j < units; j++) slopes[j] = (slopes[j] / sum - y[j]) / rows;
    total += logf(sum) - correct;
  }
  return total / rows;
}

float loss(Network *network, const float *y, long rows) {
  Layer *last = &network->layers[network->depth - 1];
  if (network->rule == ADAM)
    return crossentropy(last->outputs, y, last->output_slopes, rows, last->units);
  return squared_error(last->outputs, y, last->output_slopes, rows * last->units);
}

static void backward(Network *network, const float *x, long rows) {
  for (long i = network->depth - 1; i >= 0; i--) {
    Layer *layer = &network->layers[i], *below = i ? layer - 1 : NULL;
    long inputs = layer->inputs, units = layer->units;
    const float *slopes = layer->output_slopes;
    float *restrict bias_slopes = layer->slopes + inputs * units;
    multiply(inputs, units, rows, (Matrix){below ? below->outputs : x, 1, inputs},
             (Matrix){slopes, units, 1}, layer->slopes);
    memset(bias_slopes, 0, units * sizeof(float));
    for (long row = 0; row < rows; row++)
      for (long j = 0; j < units; j++) bias_slopes[j] += slopes[row * units + j];
    if (!below) continue;
    float *restrict down = below->output_slopes;
    const float *restrict outputs = below->outputs;
    multiply(rows, inputs, units, (Matrix){slopes, units, 1}, (Matrix){layer->weights, 1, units},
             down);
    for (long j = 0; j < rows * inputs; j++) down[j] = outputs[j] > 0 ? down[j] : 0;
  }
}

static void update(Layer *layer, Rule rule, long steps) {
  float *restrict weights = layer->weights, *restrict slopes = layer->slopes;
  float *restrict mean = layer->mean, *restrict square = layer->square;
  long count = layer->count;
  if (rule == SGD) {
    for (long i = 0; i < count; i++) weights[i] -= 0.01f * slopes[i];
  } else if (rule == RMSPROP) {
    for (long i = 0; i < count; i++) {
      square[i] += 0.1f * (slopes[i] * slopes[i] - square[i]);
      weights[i] -= 0.001f * slopes[i] / (sqrtf(square[i]) + EPSILON);
    }
  } else {
    /* Both corrections of the bias are in the rate: Kingma & Ba 2015, end of section 2. */
    float rate = 0.001 * sqrt(1 - pow(0.999, steps)) / (1 - pow(0.9, steps));
    for (long i = 0; i < count; i++) {
      mean[i] += 0.1f * (slopes[i] - mean[i]);
      square[i] += 0.001f * (slopes[i] * slopes[i] - square[i]);
      weights[i] -= rate * mean[i] / (sqrtf(square[i]) + EPSILON);
    }
  }
}

float step(Network *network, const float *x, const float *y, long rows) {
  forward(network, x, rows);
  float result = loss(network, y, rows);
  backward(network, x, rows);
  network->steps++;
  for (long i = 0; i < network->depth; i++)
    update(&network->layers[i], network->rule, network->steps);
  return result;
}
