/** The products of glissade's training step and nothing else: what of a step is arithmetic, taken in the same rounds. */
import { serve } from "../support/serve.js";
import { productsOf } from "../support/workloads.js";
import { packedMultiplication } from "./multiplication.js";

serve((workload) => {
  const multiply = packedMultiplication();
  const products = productsOf(workload).map(({ shape, order }) => multiply(shape, order));
  return {
    name: "glissade-bare",
    train: (rows) => () => {
      for (let row = 0; row < rows; row += workload.batchSize) {
        for (const product of products) product();
      }
    },
  };
});
