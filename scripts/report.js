/** The script and the style of a report's page, with the chart library, as one module of texts. */
import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { build } from "esbuild";

/** What a page's policy knows an inline script or style by. */
const hashOf = (text) => `sha256-${createHash("sha256").update(text).digest("base64")}`;

/** Writes build/page.js. */
export async function buildPage() {
  const { outputFiles } = await build({
    entryPoints: ["src/reporting/page/main.js"],
    bundle: true,
    minify: true,
    format: "iife",
    target: "es2022",
    legalComments: "none",
    // The package calls its modules free of side effects; these are not.
    ignoreAnnotations: true,
    write: false,
    outdir: "build",
    logLevel: "warning",
  });
  const textOf = (ending) => outputFiles.find(({ path }) => path.endsWith(ending)).text.trim();
  const [script, style] = [textOf(".js"), textOf(".css")];
  const licence = readFileSync("node_modules/uplot/LICENSE", "utf8").trim();
  const texts = { script, scriptHash: hashOf(script), style, styleHash: hashOf(style), licence };
  const lines = (end) =>
    Object.entries(texts).map(([name, text]) => `export ${end(name, text)};\n`);
  const module = lines((name, text) => `const ${name} = ${JSON.stringify(text)}`);
  writeFileSync("build/page.js", module.join(""));
  writeFileSync("build/page.d.ts", lines((name) => `declare const ${name}: string`).join(""));
}
