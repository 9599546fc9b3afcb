import { isInitializer } from "../definition.js";
import type { LayerOptions } from "../layer.js";
import { type Field, field } from "../options.js";
import type { Activation, Initializer, InitializerFunction } from "../stage.js";

type AnyInitializer = Initializer | InitializerFunction | string;

const isName = (value: unknown) => typeof value === "string" && value !== "";

const isActivation = (value: unknown) =>
  typeof value === "object" &&
  value !== null &&
  typeof (value as Partial<Activation>).stage === "function";

/** An activation, or the name of one. */
export const activationField = (fallback?: Activation): Field<Activation | string, false> =>
  field<Activation | string>(
    'an activation such as activations.relu(), or its name such as "relu"',
    (value) => isName(value) || isActivation(value),
    fallback,
  );

/** An initializer, a function of the user's own, or the name of one. */
export const initializerField = (fallback: Initializer): Field<AnyInitializer, false> =>
  field<AnyInitializer>(
    'an initializer, a function of { shape, fanIn, fanOut, seed, stream }, or a name such as "heNormal"',
    (value) => isName(value) || isInitializer(value),
    fallback,
  );

type Common = "name" | "trainable" | "learningRateMultiplier" | "inputShape";

/** A layer's own options, and those that all layers have. */
export function splitCommon<T extends { readonly [K in Common]: LayerOptions[K] }>(
  options: T,
): [own: Omit<T, Common>, common: LayerOptions] {
  const { name, trainable, learningRateMultiplier, inputShape, ...own } = options;
  return [own, { name, trainable, learningRateMultiplier, inputShape }];
}
