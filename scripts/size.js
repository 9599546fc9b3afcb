/** What the article's program weighs in a bundle for browsers, minified and under gzip, the kernels inside; fails beyond the budgets. */
import "./setup.js";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import { rolldown } from "rolldown";

/** Most bytes under gzip, by entry and bundler. esbuild keeps a family whole where one of it is named. */
const BUDGETS = {
  glissade: { esbuild: 48600, rolldown: 47200 },
  "glissade/core": { esbuild: 46200, rolldown: 40000 },
};

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

const bundlers = {
  async esbuild(contents) {
    const stdin = { contents, resolveDir: import.meta.dirname };
    const { outputFiles } = await build({
      stdin,
      bundle: true,
      minify: true,
      format: "esm",
      write: false,
    });
    return outputFiles[0].text;
  },
  async rolldown(contents) {
    const name = `${import.meta.dirname}/program.js`;
    const given = {
      name: "given",
      resolveId: (id) => (id === name ? id : undefined),
      load: (id) => (id === name ? contents : undefined),
    };
    const bundle = await rolldown({ input: name, platform: "browser", plugins: [given] });
    const { output } = await bundle.generate({ minify: true });
    return output[0].code;
  },
};

const kilobytes = (bytes) => `${(bytes / 1000).toFixed(1)} KB`;
for (const [entry, budgets] of Object.entries(BUDGETS)) {
  for (const [bundler, bundle] of Object.entries(bundlers)) {
    const text = await bundle(program(entry));
    const zipped = gzipSync(text, { level: 9 }).length;
    const budget = budgets[bundler];
    console.log(
      `${entry.padEnd(14)} ${bundler.padEnd(8)} ${kilobytes(zipped)} under gzip (${kilobytes(text.length)} without), of ${kilobytes(budget)}`,
    );
    if (zipped > budget) process.exitCode = 1;
  }
}
