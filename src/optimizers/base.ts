import { GlissadeError } from "../error.js";
import { field, nonNegative, optional, positive } from "../options.js";
import type { Optimizer } from "./optimizer.js";

/** Options that every optimizer has. */
export const optimizerFields = (learningRate: number) => ({
  /** How far one update goes. */
  learningRate: nonNegative(learningRate),
  /** Share of each weight, times the rate, that an update takes off: decoupled decay. */
  weightDecay: nonNegative(0),
  /** Weights whose path holds one of these texts do not decay: ["bias"]. */
  excludeFromWeightDecay: field<readonly string[]>(
    "an array of texts to find in weights' paths",
    (value) =>
      Array.isArray(value) && value.every((text) => typeof text === "string" && text !== ""),
    ["bias", [3], [""], null],
    [],
  ),
  /** Greatest norm of each weight's gradient. */
  clipNorm: optional(positive()),
  /** Greatest norm of all gradients together. */
  globalClipNorm: optional(positive()),
  /** Greatest size of each number of a gradient. */
  clipValue: optional(positive()),
});

interface Base {
  readonly learningRate: number;
  readonly weightDecay: number;
  readonly excludeFromWeightDecay: readonly string[];
  readonly clipNorm: number | undefined;
  readonly globalClipNorm: number | undefined;
  readonly clipValue: number | undefined;
}

/** A frozen optimizer. @throws ERR_OPTION if more than one clipper is given */
export function makeOptimizer(
  type: string,
  options: Base & Readonly<Record<string, unknown>>,
  { slots = [] as readonly string[], decays = [] as readonly number[] },
  update: Optimizer["update"],
): Optimizer {
  const clippers = (["clipNorm", "globalClipNorm", "clipValue"] as const).filter(
    (name) => options[name] !== undefined,
  );
  if (clippers.length > 1) {
    throw new GlissadeError(
      "ERR_OPTION",
      `${type}: at most one of clipNorm, globalClipNorm and clipValue must be given, got ${clippers.join(" and ")}; ` +
        "keep one",
    );
  }
  const { learningRate, weightDecay, excludeFromWeightDecay } = options;
  return Object.freeze({
    type,
    options,
    learningRate,
    weightDecay,
    excludeFromWeightDecay,
    clipNorm: options.clipNorm ?? 0,
    globalClipNorm: options.globalClipNorm ?? 0,
    clipValue: options.clipValue ?? 0,
    slots,
    decays,
    update,
  });
}
