import { layer, type Layer, layerFields } from "../layer.js";
import { field, type Options, resolve } from "../options.js";
import { type Shape, sizeOf, type Stage } from "../stage.js";
import { splitCommon } from "./fields.js";
import { checkCount, placeOf, refusal } from "./merge.js";

export const concatenateFields = {
  /** The axis along which inputs follow each other: 1 is the first after the batch, −1 the last. */
  axis: field<number>(
    "a whole number other than 0, which is the batch",
    (value) => Number.isSafeInteger(value) && value !== 0,
    -1,
  ),
  ...layerFields,
};

/**
 * Inputs one after the other along an axis. Shapes: [rows, …before, sizeᵢ, …after] → [rows, …before, Σ sizeᵢ, …after].
 *
 * @throws ERR_OPTION if an option breaks its rule; ERR_SHAPE, when applied, if rows lack the axis, if shapes differ in
 *   another one or are fewer than two.
 */
export function concatenate(given?: Options<typeof concatenateFields>): Layer {
  const resolved = resolve("concatenate", concatenateFields, given);
  const [{ axis }, common] = splitCommon(resolved);
  const build = (...inputs: Shape[]): Stage => {
    const place = commonPlace(inputs, axis);
    const before = inputs[0]!.slice(0, place);
    const after = inputs[0]!.slice(place + 1);
    const sizes = inputs.map((shape) => shape[place]!);
    const total = sizes.reduce((sum, size) => sum + size, 0);
    const rows = sizeOf(before);
    const inner = sizeOf(after);
    const width = total * inner;
    let start = 0;
    const pieces = sizes.map((size) => {
      const piece = { cols: size * inner, offset: 4 * start * inner };
      start += size;
      return piece;
    });
    return {
      output: [...before, total, ...after],
      forward(k, { inputs, y }, { batch }) {
        pieces.forEach(({ cols, offset }, i) => {
          k.copyColumns(0, batch * rows, cols, width, inputs[i]!, y + offset);
        });
      },
      backward(k, { dInputs, dy }, { batch }) {
        pieces.forEach(({ cols, offset }, i) => {
          const dx = dInputs[i]!;
          if (dx) k.addColumns(0, batch * rows, cols, width, dy + offset, dx);
        });
      },
    };
  };
  return layer({ type: "concatenate", options: { axis }, build }, common);
}

/** Where the axis stands in all shapes, which may differ there alone. */
function commonPlace(inputs: readonly Shape[], axis: number): number {
  checkCount("concatenate", inputs);
  const [first = []] = inputs;
  const place = placeOf(axis, first);
  const others = (shape: Shape) => `${shape.map((size, i) => (i === place ? "" : size))}`;
  const wayOut = "choose another axis, or bring them to one shape with layers.reshape";
  if (first[place] === undefined) {
    throw refusal("concatenate", `inputs must have the axis ${axis}`, inputs, wayOut);
  }
  if (inputs.some((shape) => others(shape) !== others(first))) {
    const rule = `inputs must have one shape but for axis ${axis}`;
    throw refusal("concatenate", rule, inputs, wayOut);
  }
  return place;
}
