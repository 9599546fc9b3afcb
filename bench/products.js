/** Times the matrix product at the shapes of training, in the three orders, against the peak of this core. */
import { loadKernels } from "./support/kernels.js";
import { best } from "./support/timing.js";
import { measurePeak } from "./support/peak.js";

const SHAPES = [
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

const peak = await measurePeak();
console.log(`peak of one core, 128-bit multiplications and additions: ${peak.toFixed(1)} GFLOP/s`);
console.log(
  "rows x inputs x units     forward          dX               dW   (GFLOP/s, share of peak)",
);
for (const [m, k, n] of SHAPES) {
  const { kernels, allocate } = loadKernels();
  const scratch = allocate(kernels.gemmScratch());
  const [x, w, y] = [m * k, k * n, m * n].map((count) => allocate(4 * count));
  const orders = [
    () => kernels.gemm(0, m, n, k, x, k, 1, w, n, 1, y, scratch),
    () => kernels.gemm(0, m, k, n, y, n, 1, w, 1, n, x, scratch),
    () => kernels.gemm(0, k, n, m, x, 1, k, y, n, 1, w, scratch),
  ];
  const cells = orders.map((run) => {
    const rate = (2 * m * k * n) / best(run) / 1e9;
    return `${rate.toFixed(1).padStart(6)} ${((100 * rate) / peak).toFixed(0).padStart(3)} %`;
  });
  console.log(
    `${[m, k, n].join(" x ").padEnd(20)} ${cells.map((cell) => cell.padStart(14)).join("   ")}`,
  );
}
