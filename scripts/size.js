/** Prints what the article's program weighs in a bundle for browsers, minified, the kernels inside. */
import "./setup.js";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";

const program = (entry) => `
  import { activations, layers, losses, metrics, optimizers, sequential } from "${entry}";
  const relu = activations.relu();
  const model = sequential([
    layers.dense({ units: 64, activation: relu, inputShape: [784] }),
    layers.dense({ units: 64, activation: relu }),
    layers.dense({ units: 10 }),
  ]);
  model.compile({
    optimizer: optimizers.sgd({ learningRate: 0.01 }),
    loss: losses.meanSquaredError(),
    metrics: [metrics.accuracy()],
  });
  await model.fit(x, y, { epochs: 10, batchSize: 32 });
  console.log(model.evaluate(x, y));
`;

for (const entry of ["glissade", "glissade/core"]) {
  const { outputFiles } = await build({
    stdin: { contents: program(entry), resolveDir: import.meta.dirname },
    bundle: true,
    minify: true,
    format: "esm",
    write: false,
  });
  const [{ contents }] = outputFiles;
  const kilobytes = (bytes) => `${(bytes / 1000).toFixed(1)} KB`;
  const zipped = kilobytes(gzipSync(contents, { level: 9 }).length);
  console.log(`${entry.padEnd(14)} ${kilobytes(contents.length)}, ${zipped} under gzip`);
}
