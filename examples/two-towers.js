/**
 * A recommender of two towers: one makes a vector of a user, the other of an item, and their dot
 * product tells how well they match. On one-hot rows a dense layer without bias is a table: its
 * kernel has a row for each user.
 */
import { graph, layers, oneHot, optimizers, sequential } from "glissade";

const [users, items, tastes] = [150, 100, 3];

/** Uniform in [−1, 1), the same numbers every run. */
let state = 7;
const random = () => (state = (1664525 * state + 1013904223) % 4294967296) / 2147483648 - 1;

// The world, which the model never sees: what users like, what items are, and stars from both.
const vectors = (count) =>
  Array.from({ length: count }, () => Array.from({ length: tastes }, random));
const [likes, traits] = [vectors(users), vectors(items)];
const pairs = Array.from({ length: users * items }, (_, i) => {
  const [user, item] = [Math.floor(i / items), i % items];
  const truth = 3 + 1.5 * likes[user].reduce((sum, like, j) => sum + like * traits[item][j], 0);
  return { user, item, truth, rating: truth + 0.2 * random() };
});

// A quarter of all pairs are rated. Every fifth of those is held out.
const rated = pairs.filter(() => random() < -0.5);
const known = rated.filter((_, i) => i % 5 !== 0);
const heldOut = rated.filter((_, i) => i % 5 === 0);

const tower = (count) =>
  sequential([layers.dense(tastes, { useBias: false, inputShape: [count] })]);
const user = layers.input({ shape: [users] });
const item = layers.input({ shape: [items] });
const match = layers.dot(1).apply([tower(users).apply(user), tower(items).apply(item)]);
const rating = layers.dense(1).apply(match); // from products to stars

const model = graph({ inputs: { user, item }, outputs: { rating } });
model.compile({ optimizer: optimizers.adam({ learningRate: 0.02 }), loss: "meanSquaredError" });

const column = (rows, name) => rows.map((row) => row[name]);
const inputsOf = (rows) => ({
  user: oneHot(column(rows, "user"), users),
  item: oneHot(column(rows, "item"), items),
});
await model.fit(inputsOf(known), { rating: column(known, "rating") }, { epochs: 60 });

const average = (numbers) => numbers.reduce((sum, one) => sum + one, 0) / numbers.length;
const mean = average(column(known, "rating"));
const guesses = model.predict(inputsOf(heldOut)).data;
const error = (guess) =>
  Math.sqrt(average(heldOut.map((row, i) => (guess(i) - row.rating) ** 2))).toFixed(2);
console.log(`held-out ratings: the mean is wrong by ${error(() => mean)} stars`);
console.log(`held-out ratings: the model is wrong by ${error((i) => guesses[i])} stars`);

// What one user has not rated yet, the best first.
const open = pairs.filter((pair) => pair.user === 5 && !rated.includes(pair));
const { data } = model.predict(inputsOf(open));
const best = [...open.keys()].sort((a, b) => data[b] - data[a]).slice(0, 3);
for (const row of best) {
  const [predicted, truth] = [data[row], open[row].truth].map((stars) => stars.toFixed(1));
  console.log(`user 5, item ${open[row].item}: ${predicted} stars (in truth ${truth})`);
}
