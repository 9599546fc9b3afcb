/** Builds everything that is published: `assembly/` into wasm, `src/` into `dist/`, with declarations. */
import { execFileSync } from "node:child_process";
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { sep } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { buildPage } from "./report.js";

const root = fileURLToPath(new URL("..", import.meta.url));
process.chdir(root);
const run = (script, ...args) =>
  execFileSync(process.execPath, [`node_modules/${script}`, ...args], { stdio: "inherit" });

/** The kernels, and the two ways in which a bundle can hold them. */
export function buildKernels() {
  mkdirSync("build", { recursive: true });
  run("assemblyscript/bin/asc.js", "assembly/index.ts", "--target", "simd");
  copyFileSync("build/simd.d.ts", "src/kernels.d.ts");
  const bytes = readFileSync("build/simd.wasm");
  // Hex compresses better than base64 does: gzip sees whole bytes. Where there is no Buffer, a word at a time; the last
  // one begins early enough to fit.
  writeFileSync(
    "build/wasm-bytes.js",
    `const hex = "${bytes.toString("hex")}";
export default () => {
  if (globalThis.Buffer) return globalThis.Buffer.from(hex, "hex");
  const bytes = new DataView(new ArrayBuffer(${bytes.length}));
  for (let i = 0; i < ${bytes.length}; i += 4) {
    const at = Math.min(i, ${bytes.length - 4});
    bytes.setUint32(at, parseInt(hex.slice(2 * at, 2 * at + 8), 16));
  }
  return bytes.buffer;
};
`,
  );
  writeFileSync(
    "build/wasm-module.js",
    'import module from "./simd.wasm";\nexport default () => module;\n',
  );
  const declaration =
    "declare const source: () => WebAssembly.Module | BufferSource;\nexport default source;\n";
  writeFileSync("build/wasm-bytes.d.ts", declaration);
  writeFileSync("build/wasm-module.d.ts", declaration);
}

const shared = {
  bundle: true,
  format: "esm",
  platform: "neutral",
  mainFields: ["module", "main"],
  target: "es2022",
  outbase: "src",
  logLevel: "warning",
};
const universal = ["src/index.ts", "src/core.ts", "src/reporting/index.ts"];
/** What users install themselves, where they want it. */
const external = ["node:*", "papaparse", "tinypool"];

/**
 * Few files without comments, for runtimes and pages: they start fastest. Names stay, for stack traces; lines are short,
 * as Node prints the one that throws.
 */
async function buildBundles() {
  const short = { minifyWhitespace: true, minifySyntax: true, lineLimit: 100 };
  const bundled = { ...shared, ...short, splitting: true };
  await build({
    ...bundled,
    entryPoints: [...universal, "src/csv.ts", "src/node/index.ts", "src/node/trialWorker.ts"],
    external,
    outdir: "dist",
  });
  await build({
    ...bundled,
    entryPoints: universal,
    conditions: ["workerd"],
    loader: { ".wasm": "copy" },
    outdir: "dist/workerd",
  });
}

/** A file for each source, for bundlers: what a program does not use, they can leave out. */
async function buildModules() {
  const sources = readdirSync("src", { recursive: true })
    .map((path) => `src/${path}`)
    .filter((path) => path.endsWith(".ts") && !path.endsWith(".d.ts"));
  const apart = {
    name: "apart",
    setup(plugins) {
      plugins.onResolve({ filter: /^\.\.?\// }, ({ path, kind, importer }) =>
        kind === "entry-point" || !importer.includes(`${sep}src${sep}`)
          ? undefined
          : { path, external: true },
      );
    },
  };
  const entryPoints = sources.map((path) => `./${path}`);
  const outdir = "dist/modules";
  await build({ ...shared, entryPoints, external, plugins: [apart], outdir });
}

function buildDeclarations() {
  run("typescript/bin/tsc", "-p", "tsconfig.build.json");
  copyFileSync("src/kernels.d.ts", "dist/kernels.d.ts");
}

if (process.argv[2] === "kernels") {
  buildKernels();
} else {
  rmSync("dist", { recursive: true, force: true });
  buildKernels();
  await buildPage();
  await buildBundles();
  await buildModules();
  if (existsSync("tsconfig.build.json")) buildDeclarations();
}
