export { adam } from "./adam.js";
export { rmsprop } from "./rmsprop.js";
export { sgd } from "./sgd.js";
