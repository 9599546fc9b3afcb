import { GlissadeError, show, showReturned } from "./error.js";
import {
  field,
  isPlainObject,
  label,
  needed,
  optional,
  ownOptions,
  resolve,
  shape,
  whole,
} from "./options.js";
import type { DType, LayerDefinition, Stage, WeightSpec } from "./stage.js";

const isFunction = (value: unknown) => typeof value === "function";
const callable = needed(field("a function", isFunction));
const DTYPES: readonly unknown[] = ["float32", "int32", "uint8"];

export const definitionFields = {
  type: needed(label()),
  options: ownOptions(),
  build: callable,
};

export const stageFields = {
  output: needed(shape()),
  forward: callable,
  backward: callable,
  /** Words an example. */
  cache: whole(0),
  reads: optional(
    field<readonly DType[] | undefined>(
      'an array of "float32", "int32" or "uint8"',
      (value) => Array.isArray(value) && value.every((dtype) => DTYPES.includes(dtype)),
    ),
  ),
  weights: optional(
    field<object | undefined>("an object of { shape, initializer } by name", isPlainObject),
  ),
};

/** Arrays have a `fill` as well, and are none. */
export const isInitializer = (value: unknown) =>
  isFunction(value) ||
  (typeof value === "object" &&
    value !== null &&
    !(Symbol.iterator in value) &&
    isFunction((value as { fill?: unknown }).fill));

const initializerField = needed(
  field("a function, or an initializer such as initializers.zeros()", isInitializer),
);
export const weightFields = { shape: needed(shape()), initializer: initializerField };

/** @throws ERR_OPTION if it is no definition of a layer */
export function checkDefinition(definition: LayerDefinition): void {
  if (typeof definition !== "object" || definition === null) {
    throw new GlissadeError(
      "ERR_OPTION",
      `layer: it must get a definition { type, options, build }, got ${show(definition)}`,
    );
  }
  const { type, options, build } = definition;
  resolve("layer", definitionFields, { type, options, build });
}

/** Checks what `build` returned, and all that follows inside the layer. @throws ERR_OPTION if it is no stage */
export function checkStages(owner: string, stage: unknown): void {
  if (typeof stage !== "object" || stage === null || stage instanceof Promise) {
    throw new GlissadeError(
      "ERR_OPTION",
      `${owner}: build must return { output, forward, backward }, got ${showReturned(stage)}`,
    );
  }
  const { output, forward, backward, cache, reads, weights, then } = stage as Stage;
  const made = `${owner}: build`;
  resolve(made, stageFields, { output, forward, backward, cache, reads, weights });
  for (const [name, spec] of Object.entries(weights ?? {})) {
    if (spec !== undefined) checkWeight(`${made}: weights.${name}`, spec);
  }
  if (then !== undefined) checkStages(owner, then);
}

function checkWeight(owner: string, spec: WeightSpec | null): void {
  const { shape, initializer } = spec ?? {};
  resolve(owner, weightFields, { shape, initializer });
}
