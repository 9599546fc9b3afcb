import { chanceLoss, isOfProbabilities, uniformLoss } from "./chance.js";
import { type Examined, type Finding, lossOf } from "./examined.js";
import { short } from "./words.js";

/** Cross-entropies of fresh weights come to little more than that of even odds. */
const FAR_FOR_PROBABILITIES = 2;
/** Differences of fresh weights from standardized targets may well be a few times those of the mean. */
const FAR_FOR_DIFFERENCES = 10;

/** Compares the model as it is with the best constant answer. */
export function startLoss(examined: Examined): Finding[] {
  const { model, judges, sample, options, facts } = examined;
  const start = lossOf(model, sample, options);
  const chance = chanceLoss(examined, sample);
  facts.startLoss = start;
  if (!Number.isFinite(start)) return [notFinite(start)];
  if (chance === undefined) return [];
  facts.chanceLoss = chance;
  const probabilities = judges.every(({ verdict }) => isOfProbabilities(verdict.loss));
  const uniform = probabilities ? (uniformLoss(examined, sample) ?? chance) : chance;
  const neutral = Math.max(chance, uniform);
  const far = neutral * (probabilities ? FAR_FOR_PROBABILITIES : FAR_FOR_DIFFERENCES);
  if (neutral <= 0 || start <= far) return [];
  return [
    {
      check: "startLoss",
      severity: "warning",
      says:
        `the loss begins at ${short(start)}, where a neutral answer would have ${short(neutral)}: first ` +
        "predictions are far from the targets, and the first steps only undo them",
      advice:
        'scale x (standardize), and begin with small weights and biases of 0 (kernelInitializer: "glorotUniform")' +
        (probabilities
          ? ""
          : "; scale y too, or give the last layer its mean: biasInitializer: initializers.constant(mean)"),
    },
  ];
}

const notFinite = (start: number): Finding => ({
  check: "startLoss",
  severity: "error",
  says: `the loss is ${start} as the model is: its weights are no finite numbers any more, or the loss makes none of them`,
  advice:
    "make the model anew and train it at a lower rate, with callbacks.terminateOnNaN(); where weights are finite, look " +
    "at a loss of your own",
});
