/**
 * An autoencoder learns without labels: it squeezes the 784 pixels of a digit through 16 numbers,
 * and draws it again. It is made of two models whose weights it shares; each works alone
 * afterwards.
 */
import { layers, optimizers, sequential } from "glissade";
import { datasets } from "glissade/node";

const digits = await datasets.mnist();
const known = digits.xTrain.take(0, 10000);
const unseen = digits.xTest.take(0, 1000);

const size = 16;
const encoder = sequential([
  layers.dense(128, { activation: "relu", inputShape: [784] }),
  layers.dense(size),
]);
const decoder = sequential([
  layers.dense(128, { activation: "relu", inputShape: [size] }),
  layers.dense(784, { activation: "sigmoid" }),
]);
const autoencoder = sequential([encoder, decoder]);
autoencoder.compile({
  optimizer: optimizers.adam({ learningRate: 0.003 }),
  loss: "binaryCrossentropy",
});
await autoencoder.fit(known, known, { epochs: 5, batchSize: 64 });

const codes = encoder.predict(unseen);
const drawn = decoder.predict(codes);

/** A digit in characters, every second row of its pixels. */
function lines(pixels) {
  const shade = (pixel) => " .:*#"[Math.round(4 * pixel)];
  const row = (y) => Array.from(pixels.subarray(56 * y, 56 * y + 28), shade).join("");
  return Array.from({ length: 14 }, (_, y) => row(y));
}
const [before, after] = [unseen, drawn].map((images) => lines(images.take(0, 1).data));
console.log(before.map((line, y) => `${line} | ${after[y]}`).join("\n"));

/** The row of `others` that is nearest to a code. */
function nearest(code, others) {
  let [best, least] = [0, Infinity];
  for (let row = 0; row < others.shape[0]; row++) {
    let distance = 0;
    for (let i = 0; i < size; i++) distance += (code[i] - others.data[size * row + i]) ** 2;
    if (distance < least) [best, least] = [row, distance];
  }
  return best;
}

// The encoder saw no label, yet digits of a kind lie together.
const knownCodes = encoder.predict(known);
const labels = Array.from({ length: 1000 }, (_, i) => {
  const code = codes.take(i, 1).data;
  return digits.yTrain.data[nearest(code, knownCodes)];
});
const right = labels.filter((label, i) => label === digits.yTest.data[i]).length;
console.log(`the nearest code is of the same digit in ${right / 10} % of cases`);
