import { engine } from "./engine.js";

/** Logits as probabilities, in place: 1/(1 + e⁻ˣ) of each number, or eˣⁱ/Σⱼ eˣʲ of each row of `cols` numbers. */
export function squash(scores: Float32Array, cols: number, kind: "sigmoid" | "softmax"): void {
  const { scalarExp } = engine().kernels;
  if (kind === "sigmoid") {
    scores.forEach((logit, i) => (scores[i] = 1 / (1 + scalarExp(-logit))));
    return;
  }
  for (let start = 0; start < scores.length; start += cols) {
    const row = scores.subarray(start, start + cols);
    const most = row.reduce((a, b) => Math.max(a, b), -Infinity);
    const powers = Array.from(row, (logit) => scalarExp(logit - most));
    const sum = powers.reduce((a, b) => a + b, 0);
    row.set(powers.map((power) => power / sum));
  }
}
