export { halving } from "./halving.js";
export { median } from "./median.js";
