import { isOfProbabilities } from "./chance.js";
import { type Examined, type Finding, isTrained } from "./examined.js";
import { short } from "./words.js";

/** Fresh weights answer with numbers of about 1: from here on losses and gradients begin thousands of times too large. */
const LARGE = 100;
/** A mean of so many deviations takes many steps to come near, before anything else is learnt. */
const FAR = 10;

/** Looks for measurements that are far from the size of what fresh weights answer. */
export function targetsNotScaled({ judges, sample, facts }: Examined): Finding[] {
  if (isTrained(facts)) return [];
  return judges.flatMap(({ port, verdict }, i): Finding[] => {
    const { data, labels, width, rows } = sample.feed.targets[i]!;
    if (labels || isOfProbabilities(verdict.loss)) return [];
    for (let column = 0; column < width; column++) {
      const values = Float64Array.from({ length: rows }, (_, row) => data[row * width + column]!);
      const mean = values.reduce((sum, value) => sum + value, 0) / rows;
      const variance =
        values.reduce((sum, value) => sum + (value - mean) * (value - mean), 0) / rows;
      const deviation = Math.sqrt(variance);
      const far = Math.abs(mean) > FAR * Math.max(deviation, 1);
      if (Math.abs(mean) <= LARGE && deviation <= LARGE && !far) continue;
      const what = judges.length === 1 ? "y" : `y.${port.name}`;
      return [
        {
          check: "targetsNotScaled",
          severity: "warning",
          says:
            `${what} is far from 1 in size: the mean of column ${column} is ${short(mean)}, its deviation ` +
            `${short(deviation)}; losses and gradients begin large`,
          advice:
            `train on standardized targets, const scaled = standardize(tensor(${what}).reshape([-1, ${width}])) and ` +
            "scaled.x, and take predictions back: value * scaled.std[0] + scaled.mean[0]",
        },
      ];
    }
    return [];
  });
}
