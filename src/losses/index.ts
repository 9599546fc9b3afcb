export { binaryCrossentropy } from "./binaryCrossentropy.js";
export { categoricalCrossentropy } from "./categoricalCrossentropy.js";
export { f1 } from "./f1.js";
export { meanAbsoluteError } from "./meanAbsoluteError.js";
export { meanSquaredError } from "./meanSquaredError.js";
export { sparseCategoricalCrossentropy } from "./sparseCategoricalCrossentropy.js";
