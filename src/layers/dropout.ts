import { layer, type Layer, layerFields } from "../layer.js";
import { fraction, leading, needed, type Options, resolve } from "../options.js";
import { type Shape, sizeOf, type Stage } from "../stage.js";
import { splitCommon } from "./fields.js";

export const dropoutFields = {
  /** Share of the values that a step of training drops. */
  rate: needed(fraction(0)),
  ...layerFields,
};

type DropoutOptions = Options<typeof dropoutFields>;

/** Random numbers have 24 bits: a value is dropped where they are below this much of rate. */
const RANDOM_RANGE = 16777216;

/**
 * In training y = x/(1 − rate) for a random share of the values and 0 for the others, another mask every step;
 * elsewhere y = x. Shapes: any, elementwise.
 *
 * @throws ERR_OPTION if an option breaks its rule.
 * @see Srivastava et al. 2014; scaled in training, as Keras and PyTorch do.
 */
export function dropout(
  first: number | DropoutOptions,
  rest?: Omit<DropoutOptions, "rate">,
): Layer {
  const given = leading("rate", first, rest);
  const [{ rate }, common] = splitCommon(resolve("dropout", dropoutFields, given));
  const threshold = Math.round(rate * RANDOM_RANGE);
  const scale = 1 / (1 - rate);
  const build = (input: Shape): Stage => {
    const size = sizeOf(input);
    return {
      output: input,
      forward(k, { x, y, stream }, { batch, training, step, seedLow, seedHigh }) {
        const count = batch * size;
        if (!training) k.rescale(0, count, x, y, 1, 0);
        else k.dropout(0, count, x, y, threshold, scale, seedLow, seedHigh, step, stream);
      },
      backward(k, { dx, dy, stream }, { batch, step, seedLow, seedHigh }) {
        const count = batch * size;
        if (dx)
          k.dropoutGradient(0, count, dy, dx, threshold, scale, seedLow, seedHigh, step, stream);
      },
    };
  };
  return layer({ type: "dropout", options: { rate }, build }, common);
}
