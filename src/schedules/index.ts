export { oneCycle } from "./oneCycle.js";
