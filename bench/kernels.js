/** Times every kernel: products against the peak of this core, all others in elements and bytes a second. */
import { loadKernels, multiplication, secondsOf } from "./support/kernels.js";
import { measurePeak } from "./support/peak.js";
import { operationsOf, ORDERS, SHAPES } from "./support/workloads.js";

/** Rows, inputs and units of dense layers that the benchmark of peers leaves out. */
const MORE_SHAPES = [
  [1024, 1024, 1024],
  [16, 13, 32],
  [16, 32, 1],
  [1, 512, 10],
];

function printProducts(peak) {
  console.log(`\npeak: ${peak.toFixed(1)} GFLOP/s of 128-bit multiplications and additions`);
  console.log("rows x inputs x units       forward           dX           dW");
  for (const shape of [...SHAPES, ...MORE_SHAPES]) {
    const multiply = multiplication(loadKernels());
    const cells = ORDERS.map((order) => {
      const rate = operationsOf(shape) / secondsOf(multiply(shape, order)) / 1e9;
      return `${rate.toFixed(1)} ${((100 * rate) / peak).toFixed(0).padStart(3)} %`;
    });
    const row = cells.map((cell) => cell.padStart(13)).join("");
    console.log(shape.join(" x ").padEnd(22) + row);
  }
}

/** [name, run, elements, bytes read and written] of every kernel but the product, over `rows` x `cols` numbers. */
function kernelRows({ kernels: k, allocate }, rows, cols) {
  const n = rows * cols;
  const floats = (low, high) => {
    const address = allocate(4 * n);
    k.randomUniform(0, n, address, low, high, 1, 2, 3, 4, 5);
    return address;
  };
  const [x, y, dy, dx] = [floats(-4, 4), floats(0.01, 0.99), floats(-1, 1), floats(-1, 1)];
  // Products that are repeated in place must not end in denormal numbers.
  const ones = floats(1, 1);
  const [labels, guesses, loss, cells] = [n, n, n, 6 * n].map((count) => allocate(4 * count));
  k.argMax(0, rows, cols, x, labels);
  k.argMax(0, rows, cols, y, guesses);
  const indices = allocate(4 * n);
  const threshold = 0.1 * 2 ** 24;
  return [
    ["relu", () => k.relu(0, rows, cols, x, dx), n, 8 * n],
    ["reluGradient", () => k.reluGradient(0, rows, cols, x, y, dy, dx), n, 16 * n],
    ["sigmoid", () => k.sigmoid(0, rows, cols, x, dx), n, 8 * n],
    ["sigmoidGradient", () => k.sigmoidGradient(0, rows, cols, x, y, dy, dx), n, 16 * n],
    ["tanh", () => k.tanh(0, rows, cols, x, dx), n, 8 * n],
    ["tanhGradient", () => k.tanhGradient(0, rows, cols, x, y, dy, dx), n, 16 * n],
    ["softmax", () => k.softmax(0, rows, cols, x, dx), n, 8 * n],
    ["softmaxGradient", () => k.softmaxGradient(0, rows, cols, x, y, dy, dx), n, 16 * n],
    ["fill", () => k.fill(0, n, dx, 0), n, 4 * n],
    ["fillRows", () => k.fillRows(0, rows, cols, x, dx), n, 4 * n],
    ["copyColumns", () => k.copyColumns(0, rows, cols, cols, x, dx), n, 8 * n],
    ["addColumns", () => k.addColumns(0, rows, cols, cols, x, dx), n, 12 * n],
    ["sumColumns", () => k.sumColumns(0, cols, rows, cols, x, loss), n, 4 * n],
    ["addScaled", () => k.addScaled(0, n, x, dx, 1e-6), n, 12 * n],
    ["multiply", () => k.multiply(0, n, ones, dx), n, 12 * n],
    ["rescale", () => k.rescale(0, n, x, dx, 2, 1), n, 8 * n],
    ["rescaleIntegers", () => k.rescaleIntegers(0, n, indices, dx, 2, 1), n, 8 * n],
    ["rescaleBytes", () => k.rescaleBytes(0, n, indices, dx, 2, 1), n, 5 * n],
    ["oneHot", () => k.oneHot(0, rows, cols, labels, dx), n, 4 * n],
    ["takeGreater", () => k.takeGreater(0, n, x, dx, indices, 1, 1), n, 20 * n],
    ["addWhere", () => k.addWhere(0, n, dy, indices, dx, 1), n, 16 * n],
    ["unitVectors", () => k.unitVectors(0, rows, cols, 1, x, dx, 1e-6), n, 8 * n],
    [
      "unitVectorsGradient",
      () => k.unitVectorsGradient(0, rows, cols, 1, x, dy, dx, 1e-6),
      n,
      16 * n,
    ],
    ...["meanSquaredError", "meanAbsoluteError"].map((name) => [
      name,
      () => k[name](0, rows, cols, x, y, 0, loss, dx),
      n,
      16 * n,
    ]),
    ...[
      ["binaryCrossentropy", y, x],
      ["binaryCrossentropyLogits", x, y],
      ["categoricalCrossentropy", y, x],
      ["categoricalCrossentropyLogits", x, y],
      ["sparseCategoricalCrossentropy", y, labels],
      ["sparseCategoricalCrossentropyLogits", x, labels],
    ].map(([name, prediction, target]) => [
      name,
      () => k[name](0, rows, cols, prediction, target, 0, loss, dx, 0, 1e-7),
      n,
      16 * n,
    ]),
    ["f1Sums", () => k.f1Sums(0, cols, rows, cols, y, x, 0, cells), n, 8 * n],
    ["f1Score", () => k.f1Score(cols, 0, 1, 0, 1e-7, 1, cells, loss, indices), cols, 32 * cols],
    ["f1Gradient", () => k.f1Gradient(0, rows, cols, y, 0, loss, dx), n, 12 * n],
    ["accumulate", () => k.accumulate(0, n, x, 0, cells), n, 4 * n],
    ["addLoss", () => k.addLoss(0, n, x, 0, 1, cells), n, 4 * n],
    ["argMax", () => k.argMax(0, rows, cols, x, indices), n, 4 * n],
    ["equalLabels", () => k.equalLabels(0, n, x, y, dx), n, 12 * n],
    ["binaryMatches", () => k.binaryMatches(0, rows, cols, x, y, loss, 0.5), n, 8 * n],
    [
      "thresholdCounts",
      () => k.thresholdCounts(0, cols, rows, cols, y, x, 0, cells, 0.5),
      n,
      8 * n,
    ],
    ["classCounts", () => k.classCounts(rows, cols, guesses, labels, 0, cells), rows, 8 * rows],
    ["randomUniform", () => k.randomUniform(0, n, dx, -1, 1, 1, 2, 3, 4, 0), n, 4 * n],
    ["randomNormal", () => k.randomNormal(0, n, dx, 0, 1, 1, 2, 3, 4, 0), n, 4 * n],
    [
      "randomTruncatedNormal",
      () => k.randomTruncatedNormal(0, n, dx, 0, 1, 1, 2, 3, 4, 0),
      n,
      4 * n,
    ],
    ["dropout", () => k.dropout(0, n, x, dx, threshold, 1.1, 1, 2, 3, 4), n, 8 * n],
    [
      "dropoutGradient",
      () => k.dropoutGradient(0, n, dy, dx, threshold, 1.1, 1, 2, 3, 4),
      n,
      12 * n,
    ],
    ["shuffle", () => k.shuffle(n, indices, 1, 2, 3, 1), n, 8 * n],
  ];
}

/** The same of the optimizers, over n parameters. */
function optimizerRows({ kernels: k, allocate }, n) {
  const [w, g, s, t, u] = [1, 2, 3, 4, 5].map((seed) => {
    const address = allocate(4 * n);
    k.randomUniform(0, n, address, 0, 1, seed, 0, 0, 0, 0);
    return address;
  });
  const cell = allocate(8);
  const rmsprop = (mean, velocity) => () =>
    k.rmsprop(0, n, w, g, s, mean, velocity, 1, 1e-6, 0.1, 1e-7, 0.9);
  const adam = (maximum) => () => k.adam(0, n, w, g, s, t, maximum, 1, 1e-6, 0.1, 0.001, 1e-7);
  return [
    ["sgd", () => k.sgd(0, n, w, g, 1, 1e-6), n, 12 * n],
    ["sgdMomentum", () => k.sgdMomentum(0, n, w, g, s, 1, 1e-6, 0.9), n, 20 * n],
    ["sgdNesterov", () => k.sgdNesterov(0, n, w, g, s, 1, 1e-6, 0.9), n, 20 * n],
    ["rmsprop", rmsprop(0, 0), n, 20 * n],
    ["rmsprop, momentum", rmsprop(0, t), n, 28 * n],
    ["rmsprop, centered", rmsprop(t, 0), n, 28 * n],
    ["rmsprop, centered, momentum", rmsprop(t, u), n, 36 * n],
    ["adam", adam(0), n, 28 * n],
    ["adam, amsgrad", adam(u), n, 36 * n],
    ["clipValue", () => k.clipValue(0, n, g, 2), n, 8 * n],
    ["sumSquares", () => k.sumSquares(0, n, g, cell), n, 4 * n],
    ["clipNorm", () => k.clipNorm(0, n, g, cell, 1e-3), n, 8 * n],
  ];
}

function printRows(title, rows) {
  console.log(`\n${title.padEnd(36)}elements/ns    GB/s`);
  for (const [name, run, elements, bytes] of rows) {
    const nanoseconds = 1e9 * secondsOf(run);
    const rate = (count) => (count / nanoseconds).toFixed(2);
    console.log(name.padEnd(36) + rate(elements).padStart(11) + rate(bytes).padStart(8));
  }
}

// A disturbed measurement would flatter every share: the best of several counts.
const peaks = [];
for (let i = 0; i < 4; i++) peaks.push(await measurePeak());
printProducts(Math.max(...peaks));
printRows("32 x 512, in the second cache", kernelRows(loadKernels(), 32, 512));
printRows("32 x 10, a batch of classes", kernelRows(loadKernels(), 32, 10));
printRows("32,768 parameters, second cache", optimizerRows(loadKernels(), 2 ** 15));
printRows("524,288 parameters, third cache", optimizerRows(loadKernels(), 2 ** 19));
printRows("7,340,032 parameters, memory", optimizerRows(loadKernels(), 7 * 2 ** 20));
