/**
 * Siamese twins: one tower looks at two digits, and learns to bring them together if they are of a
 * kind, and apart if not. The distance of its two answers is a layer of one's own; so are the loss
 * and the metric.
 */
import { dataset, fromBytes, graph, layer, layers, sequential, toBytes } from "glissade";
import { datasets } from "glissade/node";

/** d = √(Σ (aᵢ − bᵢ)² + 10⁻⁶), its slope by aᵢ is (aᵢ − bᵢ)/d. Two of [rows, n] → [rows, 1]. */
const distance = () =>
  layer({
    type: "distance",
    options: {},
    build: ([size]) => ({
      output: [1],
      forward(_, { inputs, y }, { batch, floats }) {
        const [a, b] = inputs.map((address) => floats(address, batch * size));
        const d = floats(y, batch);
        d.fill(1e-6);
        for (let i = 0; i < a.length; i++) d[Math.floor(i / size)] += (a[i] - b[i]) ** 2;
        for (let row = 0; row < batch; row++) d[row] = Math.sqrt(d[row]);
      },
      backward(_, { inputs, dInputs, y, dy }, { batch, floats }) {
        const [a, b] = inputs.map((address) => floats(address, batch * size));
        const [da, db] = dInputs.map((address) => floats(address, batch * size));
        const [d, dd] = [y, dy].map((address) => floats(address, batch));
        for (let i = 0; i < a.length; i++) {
          const row = Math.floor(i / size);
          const slope = (dd[row] * (a[i] - b[i])) / d[row];
          da[i] += slope;
          db[i] -= slope;
        }
      },
    }),
  });

/** y·d² + (1 − y)·max(1 − d, 0)², one number a row. See Hadsell, Chopra & LeCun 2006. */
function contrastive({ prediction, target }) {
  const [d, y] = [prediction.data, target.data];
  const short = d.map((one) => Math.max(1 - one, 0));
  return {
    loss: d.map((one, i) => y[i] * one ** 2 + (1 - y[i]) * short[i] ** 2),
    gradient: d.map((one, i) => 2 * (y[i] * one - (1 - y[i]) * short[i])),
  };
}

/** Whether the distance tells rightly what is of a kind: the metric is the mean over rows. */
const correct = ({ prediction, target }) =>
  prediction.data.map((d, i) => d < 0.5 === (target.data[i] === 1));

/** Uniform in [0, 1), the same numbers every run. */
let state = 3;
const random = () => (state = (1664525 * state + 1013904223) % 4294967296) / 4294967296;

/** Pairs of random digits, of a kind and not by turns; every pass has others. */
const pairsOf = (images, labels, count) =>
  dataset(function* () {
    const draw = () => Math.floor(random() * labels.length);
    const image = (row) => images.take(row, 1).data;
    for (let i = 0; i < count; i++) {
      const same = i % 2;
      const a = draw();
      let b = draw();
      while (Number(labels[a] === labels[b]) !== same) b = draw();
      yield { x: { left: image(a), right: image(b) }, y: [same] };
    }
  });

const { xTrain, yTrain, xTest, yTest } = await datasets.mnist({ dtype: "uint8" });
const known = pairsOf(xTrain, yTrain.data, 16000);
const unseen = pairsOf(xTest, yTest.data, 4000).batch(500).cache();

const image = () => layers.input({ shape: [784], dtype: "uint8" });
const inputs = { left: image(), right: image() };
const tower = sequential([
  image(),
  layers.rescaling(1 / 255),
  layers.dense(128, { activation: "relu" }),
  layers.dense(64, { activation: "relu" }),
  layers.dense(16, { activation: "sigmoid" }),
]);
const twins = [tower.apply(inputs.left), tower.apply(inputs.right)];
const model = graph({ inputs, outputs: distance().apply(twins) });
model.compile({ optimizer: "adam", loss: contrastive, metrics: [correct] });
await model.fitDataset(known.batch(64), { epochs: 6 });
const { correct: share } = await model.evaluateDataset(unseen);
console.log(`of a kind or not, for unseen pairs: ${(100 * share).toFixed(1)} % right`);

// What is ours comes back by name: as the factory that made it, or as the function that it is.
const again = fromBytes(toBytes(model), {
  layers: { distance },
  losses: { contrastive },
  metrics: { correct },
});
const loaded = await again.evaluateDataset(unseen);
console.log(`loaded, it is right as often: ${loaded.correct === share}`);
