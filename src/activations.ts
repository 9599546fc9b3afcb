import type { Kernels } from "./engine.js";
import { resolve } from "./options.js";
import { type Activation, type Shape, sizeOf, type Stage } from "./stage.js";

type Kernel = "relu" | "sigmoid" | "tanh" | "softmax";

/** An activation whose kernels are called `type` and `typeGradient`; rows are all axes but the last. */
function activation(type: Kernel): Activation {
  const gradient = `${type}Gradient` as const;
  return Object.freeze({
    type,
    options: {},
    stage(shape: Shape): Stage {
      const cols = shape.at(-1) ?? 1;
      const rows = sizeOf(shape) / cols;
      return {
        output: shape,
        activation: type,
        forward: (k: Kernels, { x, y }, { batch }) => k[type](0, batch * rows, cols, x, y),
        backward: (k: Kernels, { x, dx, y, dy }, { batch }) => {
          if (dx) k[gradient](0, batch * rows, cols, x, y, dy, dx);
        },
      };
    },
  });
}

const refuseOptions = (type: string, given: unknown) => void resolve(type, {}, given);

/** y = x: nothing is done. Shapes: any. @throws ERR_OPTION if options are given. */
export function linear(given?: Record<string, never>): Activation {
  refuseOptions("linear", given);
  return Object.freeze({ type: "linear", options: {}, stage: () => undefined });
}

/**
 * y = max(x, 0); slope 1 above 0 and 0 elsewhere. Shapes: any, elementwise.
 *
 * @throws ERR_OPTION if options are given.
 * @see Nair & Hinton 2010.
 */
export function relu(given?: Record<string, never>): Activation {
  refuseOptions("relu", given);
  return activation("relu");
}

/**
 * y = 1/(1 + e⁻ˣ), in (0, 1); slope y·(1 − y). Shapes: any, elementwise.
 *
 * @throws ERR_OPTION if options are given.
 */
export function sigmoid(given?: Record<string, never>): Activation {
  refuseOptions("sigmoid", given);
  return activation("sigmoid");
}

/**
 * y = tanh x, in (−1, 1); slope 1 − y². Shapes: any, elementwise.
 *
 * @throws ERR_OPTION if options are given.
 */
export function tanh(given?: Record<string, never>): Activation {
  refuseOptions("tanh", given);
  return activation("tanh");
}

/**
 * yₖ = e^xₖ / Σⱼ e^xⱼ over the last axis: probabilities of exclusive classes. Shapes: [rows, classes].
 *
 * @throws ERR_OPTION if options are given.
 * @see Bridle 1990.
 */
export function softmax(given?: Record<string, never>): Activation {
  refuseOptions("softmax", given);
  return activation("softmax");
}
