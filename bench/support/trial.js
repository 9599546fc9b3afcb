import { layers, sequential, tensor } from "glissade";

const ROWS = 3000;
const WIDTH = 64;

/** Noisy sums, from a linear congruential generator with Borland's constants. */
export function data() {
  let state = 1;
  const next = () => (state = (Math.imul(state, 22695477) + 1) >>> 0) / 4294967296;
  const x = Float32Array.from({ length: ROWS * WIDTH }, next);
  const y = Float32Array.from({ length: ROWS }, (_, row) =>
    x.subarray(row * WIDTH, (row + 1) * WIDTH).reduce((sum, value) => sum + value, next()),
  );
  return { x: tensor(x, [ROWS, WIDTH]), y: tensor(y) };
}

/** All models cost the same, whatever their rate. */
export function build({ learningRate }, { seed }) {
  const hidden = layers.dense({ units: 64, activation: "relu", inputShape: [WIDTH] });
  const model = sequential([hidden, layers.dense(1)], { seed });
  model.compile({ optimizer: "adam", loss: "mse" });
  model.learningRate = learningRate;
  return model;
}
