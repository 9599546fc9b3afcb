import type { Shape, Stage } from "../stage.js";

/** The same numbers in another shape: no memory, no kernel. */
export const identity = (output: Shape): Stage => ({
  output,
  alias: true,
  forward() {},
  backward() {},
});
