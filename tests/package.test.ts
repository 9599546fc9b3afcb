import { execSync, spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { build } from "esbuild";
import { describe, expect, test } from "vitest";

/** What a bundle of a small program holds, minified. */
async function bundle(contents: string, conditions: string[] = []): Promise<string> {
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: process.cwd(), loader: "ts" },
    bundle: true,
    write: false,
    minifySyntax: true,
    format: "esm",
    conditions,
    external: ["*.wasm"],
    treeShaking: true,
  });
  return outputFiles[0]!.text;
}

describe("the package", () => {
  test("packs what users need and nothing else", () => {
    const listing = execSync("npm pack --dry-run --json --ignore-scripts", {
      stdio: ["ignore", "pipe", "ignore"],
    });
    const [{ files }] = JSON.parse(String(listing)) as [{ files: { path: string }[] }];
    const roots = new Set(files.map(({ path }) => path.split("/")[0]));
    expect([...roots].sort()).toEqual(["LICENSE", "README.md", "dist", "package.json"]);
  });

  test("asks for nothing at run time, and runs nothing at install", () => {
    const { dependencies, scripts } = JSON.parse(readFileSync("package.json", "utf8")) as Record<
      string,
      Record<string, string>
    >;
    expect(dependencies).toBeUndefined();
    expect(Object.keys(scripts!).filter((name) => /install|prepare/.test(name))).toEqual([]);
  });

  test("the lock file holds no addresses", () => {
    expect(readFileSync("package-lock.json", "utf8")).not.toMatch(
      /"resolved"|https?:\/\/(?!.*(opencollective|github|funding|sponsors|tidelift|eslint|paulmillr))/,
    );
  });

  test("what Node prints of an error that nobody catches is short", () => {
    const program = `
      import { layers, sequential } from "./dist/index.js";
      const model = sequential([layers.dense(1, { inputShape: [2] })]);
      model.compile({ loss: "mse", optimizer: "addam" });`;
    const { stderr } = spawnSync(process.execPath, ["--input-type=module", "-e", program]);
    expect(String(stderr)).toContain('did you mean "adam"?');
    expect(
      Math.max(
        ...String(stderr)
          .split("\n")
          .map(({ length }) => length),
      ),
    ).toBeLessThan(300);
  });

  test("a family gives a bundle what is named and no more", async () => {
    const program =
      'import * as optimizers from "./src/optimizers/index.ts"; console.log(optimizers.sgd());';
    const text = await bundle(program);
    expect(text).toMatch(/sgdNesterov/);
    expect(text).not.toMatch(/averageGradient|amsgrad|earlyStopping|confusionMatrix/);
  });

  test("a bundle of the modules holds nothing that its program does not reach", async () => {
    const program = `
      import { sequential } from "./dist/modules/core.js";
      import { dense } from "./dist/modules/layers/dense.js";
      import { meanSquaredError } from "./dist/modules/losses/meanSquaredError.js";
      import { sgd } from "./dist/modules/optimizers/sgd.js";
      const model = sequential([dense(1, { inputShape: [1] })]);
      model.compile({ optimizer: sgd(), loss: meanSquaredError() });
      await model.fit([1], [1]);`;
    const text = await bundle(program);
    expect(text).toMatch(/sgdNesterov/);
    expect(text).not.toMatch(
      /amsgrad|dataset\.shuffle|minimize: |diagnose: |confusionMatrix|earlyStopping: |safetensors|concatenate/,
    );
  });

  test("the workerd condition takes the kernels as a module, not as bytes", async () => {
    const program =
      'import { sequential, layers } from "./src/core.ts"; sequential([layers.dense(1)]);';
    expect(await bundle(program, ["workerd"])).toMatch(/from "[^"]*simd\.wasm"/);
    expect((await bundle(program, ["workerd"])).length).toBeLessThan(
      (await bundle(program)).length - 30000,
    );
  });
});
