/** ONNX Runtime Web on one thread: inference, and bare products. It trains nothing. */
import { readRows, readWeights } from "../support/data.js";
import { ROWS } from "../support/workloads.js";
import { serve } from "../support/serve.js";
import { constant, input, model, node, output } from "./onnx.js";
import { versionOf } from "./version.js";

/** Products of one call: so many operations in all, but not endless graphs. */
const OPERATIONS = 2e7;
const MOST = 2000;

/** The network with constant weights, which the runtime lays out once for its kernels. */
function networkModel(name, units, rows) {
  const layers = readWeights(name);
  const parts = layers.flatMap(({ kernel, bias, inputs, units }, i) => {
    const last = i === layers.length - 1;
    const from = i === 0 ? "x" : `relu${i - 1}`;
    const sums = last ? "y" : `sums${i}`;
    return [
      node("Gemm", [from, `kernel${i}`, `bias${i}`], sums),
      ...(last ? [] : [node("Relu", [sums], `relu${i}`)]),
      constant(`kernel${i}`, [inputs, units], kernel),
      constant(`bias${i}`, [units], bias),
    ];
  });
  return model([...parts, input("x", [rows, units[0]]), output("y", [rows, units.at(-1)])]);
}

/**
 * So many products that a call's own cost does not count. None may be left out as unused or as the same as another, so
 * no rewriting is asked for, and a row of each is put out.
 */
function productsModel([m, k, n], order, times) {
  const [a, b, out, attributes] = {
    forward: [[m, k], [k, n], [m, n], {}],
    dX: [[m, n], [k, n], [m, k], { transB: 1 }],
    dW: [[m, k], [m, n], [k, n], { transA: 1 }],
  }[order];
  const products = Array.from({ length: times }, (_, i) => [
    node("Gemm", ["a", "b"], `product${i}`, attributes),
    node("Gather", [`product${i}`, "first"], `row${i}`),
  ]);
  const names = Array.from({ length: times }, (_, i) => `row${i}`);
  return {
    bytes: model([
      ...products,
      node("Sum", names, "rows"),
      constant("first", [], BigInt64Array.of(0n)),
      input("a", a),
      input("b", b),
      output("rows", [out[1]]),
    ]),
    shapes: { a, b },
  };
}

serve(async (workload) => {
  const ort = await import("onnxruntime-web/wasm");
  ort.env.wasm.numThreads = 1;
  ort.env.logLevel = "error";
  const { name, kind, data, units, rows } = workload;
  const about = {
    name: "onnxruntime-web",
    version: `ONNX Runtime Web ${versionOf("onnxruntime-web")}`,
  };
  const open = (bytes, options) =>
    ort.InferenceSession.create(bytes, { executionProviders: ["wasm"], ...options });
  const tensor = (values, shape) => new ort.Tensor("float32", values, shape);

  if (kind === "products") {
    return {
      ...about,
      async multiply(shape, order) {
        const operations = 2 * shape.reduce((all, size) => all * size);
        const times = Math.min(MOST, Math.ceil(OPERATIONS / operations));
        const { bytes, shapes } = productsModel(shape, order, times);
        const session = await open(bytes, { graphOptimizationLevel: "disabled" });
        const filled = ([height, width]) =>
          tensor(new Float32Array(height * width).fill(0.5), [height, width]);
        const feeds = { a: filled(shapes.a), b: filled(shapes.b) };
        return async () => {
          await session.run(feeds);
          return times;
        };
      },
    };
  }
  if (kind === "training") throw new Error("it trains nothing");

  const inputs = units[0];
  const all = readRows(data);
  const session = await open(networkModel(name, units, rows));
  const ask = async (session, from, count) => {
    const x = tensor(all.x.subarray(from * inputs, (from + count) * inputs), [count, inputs]);
    return (await session.run({ x })).y.data;
  };
  return {
    ...about,
    async check(count) {
      const answers = await ask(await open(networkModel(name, units, count)), 0, count);
      return answers.reduce((sum, output) => sum + Math.abs(output), 0) / answers.length;
    },
    infer: async (call) => (await ask(session, (rows * call) % ROWS[data], rows))[0],
  };
});
