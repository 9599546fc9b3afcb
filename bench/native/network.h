/* A network of dense layers: relu between them, its loss, its slopes and its optimizer. */
enum { LAYERS = 3, MAX_ROWS = 1000 };

/* Mean squared error goes with SGD and RMSprop, softmax cross-entropy with Adam. */
typedef enum { SGD, ADAM, RMSPROP } Rule;

/* `weights` holds the kernel [inputs, units], then the bias; `slopes` the loss by each of them. */
typedef struct {
  long inputs, units, count;
  float *weights, *slopes, *mean, *square, *outputs, *output_slopes;
} Layer;

typedef struct {
  Layer layers[LAYERS];
  long depth, steps;
  Rule rule;
} Network;

/* Zeros, at the start of a cache line. */
float *numbers(long count);

/* A network of `depth` layers of so many units, with first weights layer after layer. */
Network network(long depth, const long *units, Rule rule, const float *first);
void release(Network *network);

/* Outputs of so many rows. */
const float *forward(Network *network, const float *x, long rows);

/* The mean loss of the outputs that `forward` made last. */
float loss(Network *network, const float *y, long rows);

/* Trains on one batch and gives its loss. */
float step(Network *network, const float *x, const float *y, long rows);
