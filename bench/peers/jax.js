/** jax-js on its wasm backend. It has no layers: a loop by hand over one compiled step, whose loss must be read each time. */
import { readRows, readWeights } from "../support/data.js";
import { ROWS } from "../support/workloads.js";
import { serve } from "../support/serve.js";
import { gather, shuffledBatches } from "./batches.js";
import { versionOf } from "./version.js";

const EPSILON = 1e-7;

/** Functions own their arguments: what is used again is passed as `.ref`. */
const rulesOf = ({ numpy: np }) => ({
  article: {
    slots: 0,
    rate: () => 0.01,
    update: (weight, gradient, rate) => [weight.sub(gradient.mul(rate))],
  },
  tiny: {
    slots: 1,
    rate: () => 0.001,
    update(weight, gradient, rate, square) {
      const next = square.mul(0.9).add(np.square(gradient.ref).mul(0.1));
      const change = gradient.mul(rate).div(np.sqrt(next.ref).add(EPSILON));
      return [weight.sub(change), next];
    },
  },
  larger: {
    slots: 2,
    /** Both corrections of the bias are in the rate: Kingma & Ba 2015, end of section 2. */
    rate: (step) => (0.001 * Math.sqrt(1 - 0.999 ** step)) / (1 - 0.9 ** step),
    update(weight, gradient, rate, mean, square) {
      const nextMean = mean.mul(0.9).add(gradient.ref.mul(0.1));
      const nextSquare = square.mul(0.999).add(np.square(gradient).mul(0.001));
      const change = rate.mul(nextMean.ref).div(np.sqrt(nextSquare.ref).add(EPSILON));
      return [weight.sub(change), nextMean, nextSquare];
    },
  },
});

serve(async (workload) => {
  const jax = await import("@jax-js/jax");
  await jax.init("wasm");
  const { numpy: np, nn, tree } = jax;
  const { name, data, units, batchSize, rows } = workload;
  const about = { name: "jax-js", version: `jax-js ${versionOf("@jax-js/jax")}, wasm` };
  const all = readRows(data);
  const [inputs, outputs] = [units[0], units.at(-1)];
  const matrix = (values, width) => np.array(values, { shape: [values.length / width, width] });

  const firstWeights = () =>
    readWeights(name).map(({ kernel, bias, units }) => ({
      kernel: matrix(kernel, units),
      bias: np.array(bias),
    }));
  const forward = (weights, x) =>
    weights.reduce((input, { kernel, bias }, i) => {
      const sums = np.matmul(input, kernel).add(bias);
      return i < weights.length - 1 ? nn.relu(sums) : sums;
    }, x);

  if (workload.kind === "inference") {
    const weights = firstWeights();
    const ask = jax.jit(forward);
    const predict = (x) => ask(tree.ref(weights), matrix(x, inputs)).data();
    const places = ROWS[data] / rows;
    return {
      ...about,
      async check(count) {
        const answers = await predict(all.x.subarray(0, count * inputs));
        return answers.reduce((sum, output) => sum + Math.abs(output), 0) / answers.length;
      },
      async infer(call) {
        const from = rows * inputs * (call % places);
        return (await predict(all.x.subarray(from, from + rows * inputs)))[0];
      },
    };
  }

  const lossOf =
    name === "larger"
      ? (weights, x, y) => nn.logSoftmax(forward(weights, x)).mul(y).sum(1).mean().neg()
      : (weights, x, y) => np.square(forward(weights, x).sub(y)).mean();
  const { slots, rate, update } = rulesOf(jax)[name];
  const judge = jax.jit(lossOf);
  const step = jax.jit((state, pace, x, y) => {
    const [loss, gradients] = jax.valueAndGrad(lossOf)(tree.ref(state[0]), x, y);
    const [leaves, shape] = tree.flatten(state[0]);
    const kept = state.slice(1).map((slot) => tree.flatten(slot)[0]);
    const slopes = tree.flatten(gradients)[0];
    const updated = leaves.map((leaf, i) =>
      update(leaf, slopes[i], pace.ref, ...kept.map((slot) => slot[i])),
    );
    pace.dispose();
    const next = Array.from({ length: slots + 1 }, (_, kind) =>
      tree.unflatten(
        shape,
        updated.map((each) => each[kind]),
      ),
    );
    return [loss, next];
  });

  const trainer = () => {
    const zeros = () => tree.map((each) => np.zeros(each.shape), firstWeights());
    let state = [firstWeights(), ...Array.from({ length: slots }, zeros)];
    let steps = 0;
    const train = async (x, y) => {
      const [loss, next] = step(state, rate(++steps), matrix(x, inputs), matrix(y, outputs));
      state = next;
      return (await loss.data())[0];
    };
    return { train, weights: () => tree.ref(state[0]) };
  };

  const lasting = trainer();
  return {
    ...about,
    async check(count) {
      const fresh = trainer();
      for (let row = 0; row < count; row += batchSize) {
        const part = (values, width) => values.subarray(row * width, (row + batchSize) * width);
        await fresh.train(part(all.x, inputs), part(all.y, outputs));
      }
      const loss = judge(
        fresh.weights(),
        matrix(all.x.subarray(0, count * inputs), inputs),
        matrix(all.y.subarray(0, count * outputs), outputs),
      );
      return (await loss.data())[0];
    },
    train: (count) => async () => {
      let loss;
      for (const batch of shuffledBatches(count, ROWS[data], batchSize)) {
        loss = await lasting.train(gather(all.x, inputs, batch), gather(all.y, outputs, batch));
      }
      return loss;
    },
  };
});
