import { evaluateAlone } from "../alone.js";
import type { Kernels } from "../engine.js";
import { choice, resolve } from "../options.js";
import type { Loss, LossFrame, LossPlan, LossQuestion, Reduction } from "./loss.js";

/** Options that every row loss has. */
export const reductionFields = {
  /** How the losses of rows become one number. */
  reduction: choice<Reduction>(
    ["sumOverBatchSize", "sum", "meanWithSampleWeight"],
    "sumOverBatchSize",
  ),
};

/** A frozen loss that can also be asked by itself. */
export function makeLoss(parts: Omit<Loss, "evaluate">): Loss {
  const loss: Loss = Object.freeze({
    ...parts,
    evaluate: (given: Parameters<Loss["evaluate"]>[0]) => evaluateAlone(loss, given),
  });
  return loss;
}

/** A loss of one number a row. */
export function rowLoss(
  type: string,
  options: Readonly<Record<string, unknown>> & { readonly reduction: Reduction },
  targets: Loss["targets"],
  plan: (question: LossQuestion) => LossPlan,
): Loss {
  return makeLoss({ type, options, kind: "row", reduction: options.reduction, targets, plan });
}

/** A loss of a difference: it takes predictions as they are. */
export function differenceLoss(
  type: "meanSquaredError" | "meanAbsoluteError",
  given: unknown,
): Loss {
  const options = resolve(type, reductionFields, given);
  const run = (k: Kernels, at: LossFrame) =>
    k[type](0, at.rows, at.cols, at.prediction, at.target, at.weight, at.loss, at.gradient);
  return rowLoss(type, options, "values", () => ({ absorbs: false, scratch: () => 0, run }));
}
