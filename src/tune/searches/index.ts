export { asha } from "./asha.js";
export { grid } from "./grid.js";
export { halving } from "./halving.js";
export { quasiRandom } from "./quasiRandom.js";
export { random } from "./random.js";
export { tpe } from "./tpe.js";
