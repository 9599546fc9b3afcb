export { earlyStopping } from "./earlyStopping.js";
export { terminateOnNaN } from "./terminateOnNaN.js";
