import type { Kernels } from "../engine.js";
import { GlissadeError } from "../error.js";
import { field, optional, type Options, resolve, share } from "../options.js";
import type { Loss, LossFrame, LossPlan, LossQuestion } from "./loss.js";
import { reductionFields, rowLoss } from "./rowLoss.js";

/** Keras's guard against ln 0: probabilities are held this far from 0 and 1. */
const EPSILON = 1e-7;

/** Options that all cross-entropies have. */
export const crossentropyFields = {
  /** Whether predictions are logits; follows the last layer's activation unless given. */
  fromLogits: optional(
    field<boolean | undefined>("true or false", (value) => typeof value === "boolean"),
  ),
  /** Share of every target that is spread evenly over all classes. */
  labelSmoothing: share(0),
  ...reductionFields,
};

export type CrossentropyOptions = Options<typeof crossentropyFields>;

/** Activations whose outputs are probabilities. */
const PROBABILITIES = ["sigmoid", "softmax", "probabilities"];

/**
 * Whether predictions are to be read as logits, and whether the loss then takes them from before the activation.
 *
 * @throws ERR_OPTION if option and last activation contradict each other.
 */
export function logitsPlan(
  type: string,
  own: "sigmoid" | "softmax",
  fromLogits: boolean | undefined,
  { owner, activation, absorbable }: LossQuestion,
): { readonly onLogits: boolean; readonly absorbs: boolean } {
  const refuse = (must: string, wayOut: string) =>
    new GlissadeError("ERR_OPTION", `${owner}: ${type} must ${must}, got ${activation}; ${wayOut}`);
  const isProbability = PROBABILITIES.includes(activation);
  if (!isProbability && activation !== "linear") {
    throw refuse(
      `follow a last layer that gives probabilities (${own}) or logits (linear)`,
      `give the last layer activation: "${own}", or none`,
    );
  }
  if (fromLogits === true && isProbability) {
    throw refuse(
      "get logits under fromLogits: true, so the last activation must be linear",
      "leave fromLogits out, or take the activation away",
    );
  }
  if (fromLogits === false && !isProbability) {
    throw refuse(
      "get probabilities under fromLogits: false, so the last activation must make them",
      `leave fromLogits out, or give the last layer activation: "${own}"`,
    );
  }
  const absorbs = activation === own && absorbable;
  return { onLogits: absorbs || activation === "linear", absorbs };
}

type Family = "binaryCrossentropy" | "categoricalCrossentropy" | "sparseCategoricalCrossentropy";

/** A cross-entropy whose kernels are called `type` and `typeLogits`. */
export function crossentropy(
  type: Family,
  own: "sigmoid" | "softmax",
  targets: Loss["targets"],
  given: unknown,
): Loss {
  const options = resolve(type, crossentropyFields, given);
  const { fromLogits, labelSmoothing } = options;
  const plan = (question: LossQuestion): LossPlan => {
    if (own === "softmax" && question.cols === 1) {
      throw new GlissadeError(
        "ERR_OPTION",
        `${question.owner}: ${type} must judge two or more columns, got 1, which softmax always makes 1; ` +
          "use binaryCrossentropy",
      );
    }
    const { onLogits, absorbs } = logitsPlan(type, own, fromLogits, question);
    const run = (k: Kernels, at: LossFrame) => {
      const { rows, cols, prediction, target, weight, loss, gradient } = at;
      if (onLogits) {
        k[`${type}Logits`](
          0,
          rows,
          cols,
          prediction,
          target,
          weight,
          loss,
          gradient,
          labelSmoothing,
        );
      } else {
        k[type](0, rows, cols, prediction, target, weight, loss, gradient, labelSmoothing, EPSILON);
      }
    };
    const logits = onLogits && !absorbs ? own : undefined;
    return { absorbs, logits, scratch: () => 0, run };
  };
  return rowLoss(type, options, targets, plan);
}
