/**
 * Two networks at odds: the generator makes points of noise, the discriminator tells them from
 * points of a ring. Each makes the other better, until what is made lies on the ring. See
 * Goodfellow et al. 2014.
 */
import { layers, optimizers, sequential, tensor } from "glissade";

/** Uniform in [0, 1), the same numbers every run. */
let state = 1;
const random = () => (state = (1664525 * state + 1013904223) % 4294967296) / 4294967296;

const points = (count, point) => tensor(Array.from({ length: count }, point));
const noise = () => [2 * random() - 1, 2 * random() - 1];

/** A point about 1 from the middle, in any direction. */
function real() {
  const angle = 2 * Math.PI * random();
  const radius = 0.9 + 0.2 * random();
  return [radius * Math.cos(angle), radius * Math.sin(angle)];
}

const generator = sequential([
  layers.dense(32, { activation: "relu", inputShape: [2] }),
  layers.dense(32, { activation: "relu" }),
  layers.dense(2),
]);
const discriminator = sequential([
  layers.dense(32, { activation: "relu", inputShape: [2] }),
  layers.dense(32, { activation: "relu" }),
  layers.dense(1, { activation: "sigmoid" }),
]);
const both = sequential([generator, discriminator]);
for (const model of [discriminator, both]) {
  model.compile({
    optimizer: optimizers.adam({ learningRate: 0.001, beta1: 0.5 }),
    loss: "binaryCrossentropy",
  });
}

const batch = 64;
const yes = new Float32Array(batch).fill(1);
const no = new Float32Array(batch);
for (let step = 0; step < 3000; step++) {
  discriminator.trainable = true;
  discriminator.trainOnBatch(points(batch, real), yes);
  discriminator.trainOnBatch(generator.predict(points(batch, noise)), no);
  // Now the judge holds still while the generator learns what passes for real.
  discriminator.trainable = false;
  both.trainOnBatch(points(batch, noise), yes);
}

const made = generator.predict(points(1000, noise)).toArray();
const canvas = Array.from({ length: 19 }, () => new Array(37).fill(" "));
for (const [x, y] of made) {
  const [column, row] = [Math.round(18 + 14 * x), Math.round(9 - 7 * y)];
  if (canvas[row]?.[column]) canvas[row][column] = "*";
}
console.log(canvas.map((row) => row.join("")).join("\n"));

const radii = made.map(([x, y]) => Math.hypot(x, y));
const mean = radii.reduce((sum, radius) => sum + radius, 0) / radii.length;
const near = radii.filter((radius) => Math.abs(radius - 1) < 0.15).length / radii.length;
const eighth = ([x, y]) => Math.floor((4 * Math.atan2(y, x)) / Math.PI + 8) % 8;
const directions = new Set(made.map(eighth));
console.log(`mean radius ${mean.toFixed(3)}, ${(100 * near).toFixed(1)} % within 0.15 of 1`);
console.log(`points in ${directions.size} of 8 directions`);
