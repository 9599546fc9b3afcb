/**
 * One row an activation: its name, the textbook formula of a row in double precision, and its slopes by differences of
 * that formula. To add one, write its row: the properties in `activations.test.ts` then hold it to them.
 */
export interface ActivationRow {
  readonly name: "relu" | "sigmoid" | "tanh" | "softmax";
  readonly row: (x: Float64Array) => Float64Array;
}

export const activations: readonly ActivationRow[] = [
  { name: "relu", row: (x) => x.map((value) => Math.max(value, 0)) },
  { name: "sigmoid", row: (x) => x.map((value) => 1 / (1 + Math.exp(-value))) },
  { name: "tanh", row: (x) => x.map(Math.tanh) },
  {
    name: "softmax",
    row(x) {
      const most = x.reduce((a, b) => Math.max(a, b));
      const powers = x.map((value) => Math.exp(value - most));
      const sum = powers.reduce((a, b) => a + b);
      return powers.map((power) => power / sum);
    },
  },
];
