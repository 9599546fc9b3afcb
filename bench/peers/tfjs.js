/** TensorFlow.js through its layers: `fit` without pauses for a page, `predict` in `tidy`. */
import { fileURLToPath } from "node:url";
import { readRows, readWeights } from "../support/data.js";
import { ROWS } from "../support/workloads.js";
import { serve } from "../support/serve.js";
import { versionOf } from "./version.js";

/** Where an epoch takes many seconds, a check sees fewer rows. */
const CHECK_ROWS = { larger: 1280 };
/** Its plain JavaScript takes two seconds for a thousand. */
const CPU_ROWS = 100;

async function backend(name) {
  const tf = await import("@tensorflow/tfjs");
  if (name === "wasm") {
    const { setThreadsCount, setWasmPaths } = await import("@tensorflow/tfjs-backend-wasm");
    const folder = new URL("node_modules/@tensorflow/tfjs-backend-wasm/dist/", import.meta.url);
    setWasmPaths(fileURLToPath(folder));
    setThreadsCount(1);
  }
  await tf.setBackend(name);
  return tf;
}

export const serveTensorFlow = (backendName) =>
  serve(async (workload) => {
    const tf = await backend(backendName);
    const { name, data, units, batchSize } = workload;
    const isCpu = backendName === "cpu";
    const rows = isCpu ? Math.min(workload.rows, CPU_ROWS) : workload.rows;
    const about = {
      name: `tfjs-${backendName}`,
      version: `TensorFlow.js ${versionOf("@tensorflow/tfjs")}, ${backendName}`,
      departs: workload.rows > rows ? `${rows} rows a call` : "",
    };
    const all = readRows(data);
    const [inputs, outputs] = [units[0], units.at(-1)];
    const compilations = {
      article: { loss: "meanSquaredError", optimizer: () => tf.train.sgd(0.01) },
      larger: { loss: tf.losses.softmaxCrossEntropy, optimizer: () => tf.train.adam(0.001) },
      tiny: { loss: "meanSquaredError", optimizer: () => tf.train.rmsprop(0.001, 0.9) },
    };

    const network = () => {
      const layers = units.slice(1).map((count, i) =>
        tf.layers.dense({
          units: count,
          ...(i === 0 && { inputShape: [inputs] }),
          ...(i < units.length - 2 && { activation: "relu" }),
        }),
      );
      const model = tf.sequential({ layers });
      const weights = readWeights(name).flatMap(({ kernel, bias, inputs, units }) => [
        tf.tensor2d(kernel, [inputs, units]),
        tf.tensor1d(bias),
      ]);
      model.setWeights(weights);
      tf.dispose(weights);
      if (workload.kind === "training") {
        const { loss, optimizer } = compilations[name];
        model.compile({ loss, optimizer: optimizer() });
      }
      return model;
    };
    const part = (values, width, from, to) =>
      tf.tensor2d(values.subarray(from * width, to * width), [to - from, width]);

    const model = network();
    if (workload.kind === "inference") {
      const predict = (from, to) =>
        tf.tidy(() => model.predict(part(all.x, inputs, from, to), { batchSize: rows }).dataSync());
      const places = ROWS[data] / rows;
      return {
        ...about,
        rows,
        check(count) {
          const answers = predict(0, count);
          return answers.reduce((sum, output) => sum + Math.abs(output), 0) / answers.length;
        },
        infer(call) {
          const from = rows * (call % places);
          return predict(from, from + rows)[0];
        },
      };
    }

    const pair = (count) => [part(all.x, inputs, 0, count), part(all.y, outputs, 0, count)];
    const options = { batchSize, yieldEvery: "never", verbose: 0 };
    return {
      ...about,
      checkRows: CHECK_ROWS[name],
      async check(count) {
        const first = network();
        const [x, y] = pair(count);
        await first.fit(x, y, { ...options, shuffle: false });
        const loss = tf.tidy(() => first.evaluate(x, y, { batchSize }).dataSync()[0]);
        tf.dispose([x, y]);
        return loss;
      },
      train(count) {
        const distinct = Math.min(count, ROWS[data]);
        const [x, y] = pair(distinct);
        return async () => {
          const { history } = await model.fit(x, y, { ...options, epochs: count / distinct });
          return history.loss.at(-1);
        };
      },
    };
  });
