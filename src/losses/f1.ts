import type { Kernels } from "../engine.js";
import { scratchOf } from "../memory.js";
import { choice, flag, type Options, positive, resolve } from "../options.js";
import { crossentropyFields, logitsPlan } from "./crossentropy.js";
import type { Loss, LossFrame, LossPlan, LossQuestion } from "./loss.js";
import { makeLoss } from "./rowLoss.js";

export const f1Fields = {
  /** How the scores of the classes become one. */
  average: choice(["macro", "micro", "weighted"], "macro"),
  /** How many times more recall counts than precision. */
  beta: positive(1),
  /** What a class without targets in the batch scores; "skip" leaves it out of the mean. */
  zeroDivision: choice(["skip", 0, 1], "skip"),
  /** Whether columns are labels of which a row may have several: logits then mean a sigmoid each. */
  multiLabel: flag(false),
  /** Whether predictions are logits; follows the last layer's activation unless given. */
  fromLogits: crossentropyFields.fromLogits,
};

const AVERAGES = { macro: 0, micro: 1, weighted: 2 } as const;
const EPSILON = 1e-7;

/** Three float64 sums and two coefficients a column; probabilities, their slopes and one-hot targets a row. */
const scratchCounts = (rows: number, cols: number) => {
  const values = rows * cols;
  return [2 * 3 * cols, 2 * cols, values, values, values];
};
type Pieces = [sums: number, coefficients: number, made: number, slopes: number, hot: number];

/**
 * Differentiable F-score: 1 − mean of Fₖ with Fₖ = (1 + β²)·TPₖ / (Σp + β²·Σy + ε), TPₖ = Σ p·y over the rows of the
 * batch; row weights enter the sums.
 *
 * Shapes: prediction [rows, classes]; target the same, or class numbers [rows]. It is a number of the batch, not a mean
 * over rows: batches should be large enough to hold every class. Micro averaging over exclusive classes is the mean
 * probability of the wrong classes, whose slopes are small: prefer macro.
 *
 * @throws ERR_OPTION if an option breaks its rule; from `compile` also if the last activation contradicts it.
 * @see van Rijsbergen 1979, ch. 7; the soft counts as in Milletari et al. 2016, eq. 4, without squares. Keras has it as
 *   Dice, pooled over all columns.
 */
export function f1(given?: Options<typeof f1Fields>): Loss {
  const options = resolve("f1", f1Fields, given);
  const { beta, multiLabel, fromLogits } = options;
  const average = AVERAGES[options.average];
  const zeroDivision = options.zeroDivision === "skip" ? -1 : options.zeroDivision;

  const plan = (question: LossQuestion): LossPlan => {
    const { cols, labels } = question;
    const own = cols === 1 || multiLabel ? "sigmoid" : "softmax";
    const { onLogits, absorbs } = logitsPlan("f1", own, fromLogits, question);
    const scratch = scratchOf((rows) => scratchCounts(rows, cols));
    const run = (k: Kernels, at: LossFrame) => {
      const { rows, weight, loss, gradient, scale } = at;
      const [sums, coefficients, made, slopes, hot] = scratch.at(at.scratch, rows) as Pieces;
      let { prediction, target } = at;
      if (labels) {
        k.oneHot(0, rows, cols, target, hot);
        target = hot;
      }
      if (onLogits) {
        k[own](0, rows, cols, prediction, made);
        prediction = made;
      }
      k.f1Sums(0, cols, rows, cols, prediction, target, weight, sums);
      k.f1Score(cols, average, beta * beta, zeroDivision, EPSILON, scale, sums, coefficients, loss);
      if (!gradient) return;
      const slope = onLogits ? slopes : gradient;
      if (onLogits) k.fill(0, rows * cols, slopes, 0);
      k.f1Gradient(0, rows, cols, target, weight, coefficients, slope);
      if (onLogits) k[`${own}Gradient`](0, rows, cols, at.prediction, made, slopes, gradient);
    };
    const logits = onLogits && !absorbs ? own : undefined;
    return { absorbs, logits, scratch: scratch.words, run };
  };
  return makeLoss({
    type: "f1",
    options,
    kind: "batch",
    reduction: "sum",
    targets: "either",
    plan,
  });
}
