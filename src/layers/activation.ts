import { layer, type Layer, layerFields } from "../layer.js";
import { member } from "../names.js";
import { leading, needed, type Options, resolve } from "../options.js";
import type { Activation, Shape, Stage } from "../stage.js";
import { activationField, splitCommon } from "./fields.js";
import { identity } from "./identity.js";

export const activationFields = {
  /** What is applied. */
  activation: needed(activationField()),
  ...layerFields,
};

type ActivationOptions = Options<typeof activationFields>;

/**
 * An activation as a layer of its own: the same as giving it to the layer before. Shapes: any.
 *
 * @throws ERR_OPTION if an option breaks its rule.
 */
export function activation(
  first: Activation | string | ActivationOptions,
  rest?: Omit<ActivationOptions, "activation">,
): Layer {
  const given = isActivation(first)
    ? { activation: first, ...rest }
    : leading("activation", first, rest);
  const [own, common] = splitCommon(resolve("activation", activationFields, given));
  const applied = member<Activation>("activation", "activation", own.activation);
  const build = (input: Shape): Stage => applied.stage(input) ?? identity(input);
  return layer({ type: "activation", options: { activation: applied }, build }, common);
}

const isActivation = (value: unknown): value is Activation =>
  typeof value === "object" && value !== null && "stage" in value;
