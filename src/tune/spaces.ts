/** What users write as `space.uniform(0, 1)`. */
export { boolean, choice, fixed, int, logInt, logUniform, uniform } from "./space.js";
