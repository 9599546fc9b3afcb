import { layer, type Layer, layerFields } from "../layer.js";
import { finite, leading, type Options, resolve } from "../options.js";
import { type Shape, sizeOf, type Stage } from "../stage.js";
import { splitCommon } from "./fields.js";

export const rescalingFields = {
  /** Factor: 1/255 takes bytes to [0, 1]. */
  scale: finite(),
  /** What is added after. */
  offset: finite(0),
  ...layerFields,
};

type RescalingOptions = Options<typeof rescalingFields>;

/**
 * y = scale·x + offset, from bytes, whole numbers or floats. Under `layers.input({ dtype: "uint8" })` pixels stay
 * bytes until here: all of MNIST takes 47 MB. Shapes: any, elementwise.
 *
 * @throws ERR_OPTION if an option breaks its rule.
 */
export function rescaling(
  first: number | RescalingOptions,
  rest?: Omit<RescalingOptions, "scale">,
): Layer {
  const given = leading("scale", first, rest);
  const [options, common] = splitCommon(resolve("rescaling", rescalingFields, given));
  const { scale, offset } = options;
  const build = (input: Shape): Stage => {
    const size = sizeOf(input);
    return {
      output: input,
      reads: ["float32", "int32", "uint8"],
      forward(k, { x, y, dtype }, { batch }) {
        k[KERNELS[dtype]](0, batch * size, x, y, scale, offset);
      },
      backward(k, { dx, dy }, { batch }) {
        if (dx) k.addScaled(0, batch * size, dy, dx, scale);
      },
    };
  };
  return layer({ type: "rescaling", options, build }, common);
}

const KERNELS = {
  float32: "rescale",
  int32: "rescaleIntegers",
  uint8: "rescaleBytes",
} as const;
