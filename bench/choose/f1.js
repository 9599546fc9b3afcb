/**
 * Few mails are spam: does a loss that is the F-score beat cross-entropy with a threshold chosen on validation rows? Both,
 * their sum, and cross-entropy with balanced class weights, on the same splits, networks and learning rates.
 *
 *   node bench/choose/f1.js
 *
 * Writes build/choose/f1.json: for each seed and loss the F1 at ½, that at the chosen threshold, and average precision.
 */
import { writeFileSync } from "node:fs";
import { layers, losses, optimizers, sequential, split, threshold } from "glissade";
import { plan, readResult, rowsOfBags, target } from "./support.js";

const { seeds, share, units, epochs, batchSize, learningRates } = plan.f1;
const { bags, width, labels } = readResult("spam");

const parts = [losses.binaryCrossentropy({ fromLogits: true }), losses.f1({ fromLogits: true })];

/** The sum of both, a loss of the user's own. */
function crossentropyAndF1(given) {
  const [first, second] = parts.map((part) => part.evaluate(given));
  const gradient = first.gradient.data.map((slope, i) => slope + second.gradient.data[i]);
  return { loss: first.loss + second.loss, gradient };
}

const contestants = {
  crossentropy: { loss: losses.binaryCrossentropy() },
  balanced: { loss: losses.binaryCrossentropy(), fit: { classWeight: "balanced" } },
  f1: { loss: losses.f1() },
  both: { loss: crossentropyAndF1 },
};

const rowsOf = (rows) => ({
  x: rowsOfBags(
    rows.map((row) => bags[row]),
    width,
  ),
  y: rows.map((row) => labels[row]),
});

/** All ham and as much spam as makes its share; half to train with, a quarter to choose by, a quarter to test with. */
function splitOf(seed) {
  const ham = labels.flatMap((label, row) => (label ? [] : [row]));
  const spam = labels.flatMap((label, row) => (label ? [row] : []));
  const kept = Math.round((ham.length * share) / (1 - share));
  const [{ test: some }] = split.trainTest(kept, { seed }).split(spam.length);
  const rows = [...ham, ...Array.from(some, (i) => spam[i])];
  const cut = (rows, size) => {
    const classes = rows.map((row) => labels[row]);
    const [{ train, test }] = split
      .trainTest(size, { stratified: true, seed })
      .split(rows.length, { labels: classes });
    return [train, test].map((part) => Array.from(part, (i) => rows[i]));
  };
  const [rest, test] = cut(rows, 0.25);
  const [train, validation] = cut(rest, 1 / 3);
  return { train: rowsOf(train), validation: rowsOf(validation), test: rowsOf(test) };
}

/** F1 = 2·TP / (predicted + actual) of scores above a cut. */
function f1Above(cut, { scores, y }) {
  const predicted = scores.map((score) => Number(score > cut));
  const hits = y.reduce((sum, label, row) => sum + label * predicted[row], 0);
  const total = (list) => list.reduce((sum, value) => sum + value, 0);
  return (2 * hits) / (total(predicted) + total(y));
}

/** The mean, over rows that are so, of the precision down to them; of equal scores, which are rare, ham counts first. */
function averagePrecision({ scores, y }) {
  const order = y.map((_, row) => row).sort((a, b) => scores[b] - scores[a] || y[a] - y[b]);
  let hits = 0;
  let sum = 0;
  order.forEach((row, i) => {
    if (y[row]) sum += ++hits / (i + 1);
  });
  return sum / hits;
}

async function trained({ loss, fit }, learningRate, seed, { train, validation, test }) {
  const hidden = layers.dense(units, { activation: "relu" });
  const model = sequential([hidden, layers.dense(1)], { seed });
  model.compile({ optimizer: optimizers.adam({ learningRate }), loss });
  await model.fit(train.x, train.y, { epochs, batchSize, verbose: 0, ...fit });
  const scored = ({ x, y }) => ({ scores: Array.from(model.predict(x).data), y });
  const found = { validation: scored(validation), test: scored(test) };
  model.dispose();
  return found;
}

// Scores are logits: that of ½ is 0.
const measures = {
  atHalf: () => (part) => f1Above(0, part),
  atChosen({ validation }) {
    const { threshold: cut } = threshold(validation.scores, validation.y, { maximize: "f1" });
    return (part) => f1Above(cut, part);
  },
  averagePrecision: () => averagePrecision,
};

/** Each measure on the test rows, of the learning rate that has the best on the validation rows. */
function judged(candidates) {
  const scoreOf = (measure) => {
    const all = candidates.map((one) => {
      const score = measure(one);
      return { validation: score(one.validation), test: score(one.test) };
    });
    return all.reduce((a, b) => (b.validation > a.validation ? b : a)).test;
  };
  return Object.fromEntries(Object.entries(measures).map(([name, one]) => [name, scoreOf(one)]));
}

const results = [];
for (let seed = plan.seed; seed < plan.seed + seeds; seed++) {
  const rows = splitOf(seed);
  const result = {};
  for (const [name, contestant] of Object.entries(contestants)) {
    const candidates = [];
    for (const rate of learningRates) candidates.push(await trained(contestant, rate, seed, rows));
    result[name] = judged(candidates);
  }
  results.push(result);
  console.log(seed, JSON.stringify(result));
}
writeFileSync(`${target}/f1.json`, JSON.stringify(results));
