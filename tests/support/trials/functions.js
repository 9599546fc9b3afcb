export { build } from "./ring.js";

/** Rows that cannot go to another thread. */
export const data = () => ({ x: Array(6).fill(() => 1), y: [0, 1, 0, 1, 0, 1] });
