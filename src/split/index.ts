export { groupKFold } from "./groupKFold.js";
export { kFold } from "./kFold.js";
export { repeatedKFold } from "./repeatedKFold.js";
export { timeSeries } from "./timeSeries.js";
export { trainTest } from "./trainTest.js";
