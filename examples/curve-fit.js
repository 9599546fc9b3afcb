/**
 * A curve of two parameters, fitted to counts: how fast is a word forgotten, and how much does a
 * review help? The chance to recall it t days after the last of r reviews is p = 2^(−t/h), where
 * the half-life is h = first·growth^r. See Settles & Meeder 2016.
 */
import { minimize, optimizers } from "glissade";

/** Uniform in [0, 1), the same numbers every run. */
let state = 5;
const random = () => (state = (1664525 * state + 1013904223) % 4294967296) / 4294967296;

const chance = (days, reviews, first, growth) => 2 ** (-days / (first * growth ** reviews));

// Of 200 learners who waited so long after so many reviews, how many knew the word?
const truth = { first: 1.5, growth: 2.2 };
const asked = 200;
const counts = [0, 1, 2, 3, 4].flatMap((reviews) =>
  [1, 2, 4, 8, 16, 32].map((days) => {
    const p = chance(days, reviews, truth.first, truth.growth);
    const known = Array.from({ length: asked }, random).filter((draw) => draw < p).length;
    return { days, reviews, known };
  }),
);

/**
 * How unlikely the counts are, −Σ known·ln p + (asked − known)·ln(1 − p), by θ = [ln first,
 * ln growth]. As ln p = −ln 2·t/h, its slopes by θ are −ln p and −r·ln p.
 */
function unlikelihood([first, growth]) {
  let value = 0;
  const gradient = [0, 0];
  for (const { days, reviews, known } of counts) {
    const p = chance(days, reviews, Math.exp(first), Math.exp(growth));
    value -= known * Math.log(p) + (asked - known) * Math.log(1 - p);
    const slope = ((known - asked * p) / (1 - p)) * Math.log(p);
    gradient[0] += slope;
    gradient[1] += slope * reviews;
  }
  return { value, gradient };
}

const { theta, steps } = minimize(unlikelihood, [0, 0], {
  optimizer: optimizers.adam({ learningRate: 0.05 }),
  steps: 1000,
  tolerance: 0.01,
});
const [first, growth] = Array.from(theta, Math.exp);
console.log(`${steps} steps`);
console.log(`first half-life: ${first.toFixed(2)} days (in truth ${truth.first})`);
console.log(`longer by each review: ${growth.toFixed(2)} times (in truth ${truth.growth})`);
