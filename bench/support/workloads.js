/** What is measured. Every contestant does the same arithmetic from the same first weights on the same data. */
const larger = { units: [784, 512, 512, 10], data: "digits" };

export const workloads = {
  article: {
    title: "784-64-64-10, mean squared error, SGD, batch 32",
    kind: "training",
    units: [784, 64, 64, 10],
    data: "digits",
    batchSize: 32,
  },
  larger: {
    title: "784-512-512-10, cross-entropy, Adam, batch 128",
    kind: "training",
    ...larger,
    batchSize: 128,
  },
  tiny: {
    title: "13-32-1, mean squared error, RMSprop, batch 16",
    kind: "training",
    units: [13, 32, 1],
    data: "table",
    batchSize: 16,
  },
  row: {
    title: "784-512-512-10, inference of one row a call",
    kind: "inference",
    ...larger,
    rows: 1,
  },
  rows: {
    title: "784-512-512-10, inference of 1,000 rows a call",
    kind: "inference",
    ...larger,
    rows: 1000,
  },
  products: {
    title: "bare matrix products in the three orders of training",
    kind: "products",
  },
};

/** Rows of the data that a window of training draws from. */
export const ROWS = { digits: 10_000, table: 16_384 };

/** Rows that a check trains and judges: whole batches. */
export const CHECK_ROWS = { digits: 9_984, table: 16_384 };

/** Rows of a batch, inputs, and units of a layer. */
export const SHAPES = [
  [32, 784, 64],
  [32, 64, 64],
  [32, 64, 10],
  [128, 784, 512],
  [128, 512, 512],
  [128, 512, 10],
  [512, 512, 512],
  [1, 784, 512],
  [33, 785, 65],
  [7, 13, 5],
];

/** Products that fill whole vectors, of which training mostly consists. */
export const isWide = ([m, , n]) => m >= 32 && n >= 64;

/** Outputs from inputs; what the outputs' slopes are by the inputs; and by the weights. */
export const ORDERS = ["forward", "dX", "dW"];

/** Shape and order of each product of a training step; nobody asks for the slopes by the data. */
export function productsOf({ units, batchSize }) {
  return units.slice(1).flatMap((count, i) => {
    const shape = [batchSize, units[i], count];
    const orders = i === 0 ? ["forward", "dW"] : ORDERS;
    return orders.map((order) => ({ shape, order }));
  });
}

/** Multiplications and additions of a product. */
export const operationsOf = ([m, k, n]) => 2 * m * k * n;
