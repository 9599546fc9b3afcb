/**
 * Time to accuracy on MNIST: seconds from the first call that makes a model to the end of its training, data in memory,
 * and its share of right answers on the 10,000 test digits. Every run has a process of its own. All recipes smooth
 * labels by 0.1, and take Adam through one cycle in batches of 128.
 *
 *   node bench/accuracy.js [seeds, 10 unless given] [one goal, such as "98 %"]
 */
import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { layers, losses, oneHot, optimizers, schedules, sequential, tensor } from "glissade";
import { datasets } from "glissade/node";
import { median } from "./support/statistics.js";

const BATCH = 128;
const STEPS = Math.ceil(60000 / BATCH);
const metrics = ["accuracy"];
const hidden = (units) => layers.dense(units, { activation: "relu" });
const loss = losses.categoricalCrossentropy({ labelSmoothing: 0.1 });

/** Each image moved by a pixel or none, down and to the right: in nine epochs to each of nine places. */
function moved(x, epoch) {
  const places = [-29, -28, -27, -1, 0, 1, 27, 28, 29];
  const data = new Float32Array(x.data.length);
  for (let row = 0; row < 60000; row++) {
    const by = places[(row + epoch) % 9];
    const image = x.data.subarray(784 * row, 784 * (row + 1));
    // Borders are black, so what leaves a line of pixels may enter the next one.
    data.set(image.subarray(Math.max(0, -by), 784 - Math.max(0, by)), 784 * row + Math.max(0, by));
  }
  return tensor(data, x.shape);
}

const recipes = [
  { goal: "97 %", limit: 0.7, units: [64, 64], epochs: 2, rate: 0.01, weightDecay: 0 },
  { goal: "98 %", limit: 2.2, units: [160], epochs: 3, rate: 0.008, weightDecay: 0 },
  { goal: "98.5 %", limit: 6, units: [192, 128], epochs: 6, rate: 0.006, weightDecay: 0.2 },
  {
    goal: "99 %",
    limit: 45,
    units: [512, 512],
    epochs: 9,
    rate: 0.003,
    weightDecay: 0.1,
    move: true,
  },
];

const nameOf = ({ units, epochs, rate, weightDecay, move }) =>
  `784-${units.join("-")}-10, ${epochs} epochs, rate ${rate}, weight decay ${weightDecay}` +
  (move ? ", images moved by a pixel" : "");

async function train({ units, epochs, rate, weightDecay, move }, x, y, seed) {
  const model = sequential([...units.map(hidden), layers.dense(10)], { seed });
  const learningRate = schedules.oneCycle({ maxLearningRate: rate, totalSteps: epochs * STEPS });
  model.compile({ optimizer: optimizers.adam({ learningRate, weightDecay }), loss, metrics });
  const targets = oneHot(y);
  if (!move) {
    await model.fit(x, targets, { epochs, batchSize: BATCH });
    return model;
  }
  for (let epoch = 0; epoch < epochs; epoch++) {
    const span = { initialEpoch: epoch, epochs: epoch + 1 };
    await model.fit(moved(x, epoch), targets, { ...span, batchSize: BATCH });
  }
  return model;
}

/** One training, timed, and what it came to. */
async function run(recipe, seed) {
  const { xTrain, yTrain, xTest, yTest } = await datasets.mnist();
  const began = performance.now();
  const model = await train(recipe, xTrain, yTrain, seed);
  const seconds = (performance.now() - began) / 1000;
  const { accuracy } = model.evaluate(xTest, oneHot(yTest), { batchSize: 1000 });
  return { seconds, accuracy };
}

/** The same in a process of its own: nothing is compiled or warm. */
const runAlone = (index, seed) =>
  JSON.parse(execFileSync(process.execPath, [fileURLToPath(import.meta.url), "run", index, seed]));

const percent = (share) => (100 * share).toFixed(2);

const [first = "10", second, third] = process.argv.slice(2);
if (first === "run") {
  console.log(JSON.stringify(await run(recipes[second], Number(third))));
} else {
  console.log("| goal | seconds: median, best | test accuracy, %: median, min..max | recipe |");
  console.log("|---|---|---|---|");
  for (const [index, recipe] of recipes.entries()) {
    const { goal, limit } = recipe;
    if (second && second !== goal) continue;
    const runs = Array.from({ length: Number(first) }, (_, seed) => runAlone(index, seed));
    const seconds = runs.map((each) => each.seconds);
    const shares = runs.map(({ accuracy }) => accuracy);
    console.log(
      `| ${goal} in ${limit} s | ${median(seconds).toFixed(2)}, ${Math.min(...seconds).toFixed(2)} | ` +
        `${percent(median(shares))}, ${percent(Math.min(...shares))}..${percent(Math.max(...shares))} | ${nameOf(recipe)} |`,
    );
  }
}
