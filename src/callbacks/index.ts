export { earlyStopping } from "./earlyStopping.js";
export { progressBar } from "./progressBar.js";
export { terminateOnNaN } from "./terminateOnNaN.js";
