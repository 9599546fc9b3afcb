/**
 * Members of one's own, in plain JavaScript: a loss, a metric, an optimizer, its schedule, an
 * initializer and a callback. The model learns the line below which nine of ten points lie. Saved
 * and loaded, it gets its members back by name.
 */
import { fromBytes, layers, sequential, toBytes } from "glissade";

/** A loss: one number a row, and its slope. It is least above that share of the targets. */
const pinball = ({ share }) => ({
  type: "pinball",
  options: { share },
  evaluate({ prediction, target }) {
    const short = target.data.map((y, i) => y - prediction.data[i]);
    return {
      loss: short.map((one) => Math.max(share * one, (share - 1) * one)),
      gradient: short.map((one) => (one > 0 ? -share : 1 - share)),
    };
  },
});

/** A metric with counts of its own: how many targets lie below the prediction. */
function below() {
  let [rows, found] = [0, 0];
  return {
    type: "below",
    reset: () => void ([rows, found] = [0, 0]),
    update({ prediction, target }) {
      rows += target.data.length;
      found += target.data.filter((y, i) => y < prediction.data[i]).length;
    },
    result: () => found / rows,
  };
}

/** An optimizer: of slopes and their momentum only the sign counts. See Chen et al. 2023. */
const lion = ({ learningRate, beta1 = 0.9, beta2 = 0.99 }) => ({
  type: "lion",
  options: { learningRate, beta1, beta2 },
  learningRate,
  slots: ["momentum"],
  update(_, { count, parameter, gradient, slots, keep, rate, floats }) {
    const [w, g, m] = [parameter, gradient, slots[0]].map((address) => floats(address, count));
    for (let i = 0; i < count; i++) {
      w[i] = keep * w[i] - rate * Math.sign(beta1 * m[i] + (1 - beta1) * g[i]);
      m[i] = beta2 * m[i] + (1 - beta2) * g[i];
    }
  },
});

/** A schedule: the rate of each update, half as high after so many of them. */
const halving = ({ from, steps }) => ({
  type: "halving",
  options: { from, steps },
  at: (step) => from / 2 ** (step / steps),
});

/** An initializer: the values of a weight, row by row. Units face both ways, some steeply. */
const facing = ({ shape: [inputs, units] }) =>
  Array.from({ length: inputs * units }, (_, i) => (2 * (i % units)) / (units - 1) - 1);

/** A callback: tells now and then how it goes. */
const teller = {
  onEpochEnd(epoch, { loss, below }) {
    if (epoch % 20 === 19)
      console.log(`epoch ${epoch + 1}: loss ${loss.toFixed(4)}, below ${below}`);
  },
};

/** Uniform in [0, 1), the same numbers every run. */
let state = 11;
const random = () => (state = (1664525 * state + 1013904223) % 4294967296) / 4294967296;

// A wave with noise between −1 and 1; nine of ten times the noise is below 0.55.
const x = Array.from({ length: 2000 }, () => [2 * random() - 1]);
const y = x.map(([one]) => Math.sin(3 * one) + random() + random() - 1);

const model = sequential([
  layers.dense(32, { activation: "tanh", kernelInitializer: facing, inputShape: [1] }),
  layers.dense(1),
]);
model.compile({
  optimizer: lion({ learningRate: halving({ from: 0.01, steps: 1000 }) }),
  loss: pinball({ share: 0.9 }),
  metrics: [below()],
});
await model.fit(x, y, { epochs: 60, callbacks: [teller] });
const [middle] = model.predict([[0]]).data;
console.log(`at 0, nine of ten points lie below ${middle.toFixed(2)} (in truth 0.55)`);

const again = fromBytes(toBytes(model), {
  losses: { pinball },
  metrics: { below },
  optimizers: { lion },
  schedules: { halving },
  initializers: { facing },
});
const [before, after] = [model, again].map((one) => one.predict(x).data);
console.log(`loaded, it predicts the same: ${before.every((one, i) => one === after[i])}`);

// It goes on from there; slots and schedule begin anew.
await again.fit(x, y, { epochs: 80, initialEpoch: 60, callbacks: [teller] });
