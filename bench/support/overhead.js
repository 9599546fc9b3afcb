/** What of a training step is arithmetic: the products of its layers, at the peak and as measured beside the steps. */
import { operationsOf, productsOf, workloads } from "./workloads.js";

/**
 * Microseconds of glissade's median step, if its products alone were measured too: the step, its products at the peak, and its products alone; GFLOP/s of the
 * step, and their share of the peak.
 */
export function breakdown({ peak, workloads: measured }, name) {
  const { batchSize } = workloads[name];
  const operations = productsOf(workloads[name]).reduce(
    (sum, { shape }) => sum + operationsOf(shape),
    0,
  );
  const medianOf = (contestant) => measured[name].find((each) => each.name === contestant)?.median;
  if (!medianOf("glissade-bare")) return undefined;
  const timeOf = (contestant) => (1e6 * batchSize) / medianOf(contestant);
  const step = timeOf("glissade");
  const gflops = operations / step / 1e3;
  return {
    step,
    atPeak: operations / peak / 1e3,
    products: timeOf("glissade-bare"),
    gflops,
    share: gflops / peak,
  };
}
