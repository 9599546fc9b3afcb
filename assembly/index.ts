/** The first byte that TypeScript may hand out: whatever static data the module has lies below. */
export function heapBase(): usize {
  return __heap_base;
}

export * from "./activations";
export * from "./arrays";
export * from "./gemm";
export * from "./layers/dot";
export * from "./layers/merge";
export * from "./losses/binaryCrossentropy";
export * from "./losses/categoricalCrossentropy";
export * from "./losses/f1";
export * from "./losses/meanAbsoluteError";
export * from "./losses/meanSquaredError";
export * from "./losses/sparseCategoricalCrossentropy";
export * from "./metrics";
export * from "./optimizers/adam";
export * from "./optimizers/clip";
export * from "./optimizers/rmsprop";
export * from "./optimizers/sgd";
export * from "./random";
export * from "./scalar";
