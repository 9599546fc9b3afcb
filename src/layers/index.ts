export { activation } from "./activation.js";
export { dense } from "./dense.js";
export { dropout } from "./dropout.js";
export { flatten } from "./flatten.js";
export { input } from "./input.js";
export { rescaling } from "./rescaling.js";
export { reshape } from "./reshape.js";
