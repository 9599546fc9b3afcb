/** glissade as it is published: `fit` and `predict`; bare products through the kernels of the package. */
import { readRows, readWeights } from "../support/data.js";
import { operationsOf } from "../support/workloads.js";
import { serve } from "../support/serve.js";
import { packedMultiplication } from "./multiplication.js";
import { versionOf } from "./version.js";

const compilations = {
  article: { loss: "meanSquaredError", optimizer: "sgd" },
  larger: { loss: "categoricalCrossentropy", optimizer: "adam" },
  tiny: { loss: "meanSquaredError", optimizer: "rmsprop" },
};

function network({ sequential, layers }, { name, units: [inputs, ...units] }) {
  const model = sequential([
    layers.input({ shape: [inputs] }),
    ...units.map((count, i) =>
      layers.dense(count, i < units.length - 1 ? { activation: "relu" } : {}),
    ),
  ]);
  model.setWeights(readWeights(name).flatMap(({ kernel, bias }) => [kernel, bias]));
  return model;
}

/** So many products a call that the clock costs nothing. */
const repeated = (multiply) => (shape, order) => {
  const product = multiply(shape, order);
  const times = Math.ceil(4e6 / operationsOf(shape));
  return () => {
    for (let i = 0; i < times; i++) product();
    return times;
  };
};

serve(async (workload) => {
  const glissade = await import("glissade");
  const about = { name: "glissade", version: `glissade ${versionOf("glissade")}` };
  if (workload.kind === "products") return { ...about, multiply: repeated(packedMultiplication()) };

  const { tensor } = glissade;
  const { data, batchSize, rows } = workload;
  const all = readRows(data);
  const x = tensor(all.x, [-1, workload.units[0]]);
  const y = tensor(all.y, [-1, workload.units.at(-1)]);
  const model = network(glissade, workload);

  if (workload.kind === "inference") {
    const places = x.shape[0] / rows;
    return {
      ...about,
      check(count) {
        const outputs = model.predict(x.take(0, count)).data;
        return outputs.reduce((sum, output) => sum + Math.abs(output), 0) / outputs.length;
      },
      infer: (call) =>
        model.predict(x.take(rows * (call % places), rows), { batchSize: rows }).data[0],
    };
  }

  const compilation = compilations[workload.name];
  model.compile(compilation);
  return {
    ...about,
    async check(count) {
      const first = network(glissade, workload);
      first.compile(compilation);
      const [checkedX, checkedY] = [x, y].map((each) => each.take(0, count));
      await first.fit(checkedX, checkedY, { batchSize, shuffle: false, verbose: 0 });
      const { loss } = first.evaluate(checkedX, checkedY, { batchSize });
      first.dispose();
      return loss;
    },
    train(count) {
      const distinct = Math.min(count, x.shape[0]);
      const [someX, someY] = [x, y].map((each) => each.take(0, distinct));
      const options = { epochs: count / distinct, batchSize, verbose: 0 };
      return async () => (await model.fit(someX, someY, options)).loss.at(-1);
    },
  };
});
