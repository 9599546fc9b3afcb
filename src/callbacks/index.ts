export { csvLogger } from "./csvLogger.js";
export { earlyStopping } from "./earlyStopping.js";
export { learningRateScheduler } from "./learningRateScheduler.js";
export { modelCheckpoint } from "./modelCheckpoint.js";
export { progressBar } from "./progressBar.js";
export { reduceLROnPlateau } from "./reduceLROnPlateau.js";
export { terminateOnNaN } from "./terminateOnNaN.js";
