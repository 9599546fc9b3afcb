/** Runs the README's first program, word for word. */
import "./setup.js";
import { readFileSync, rmSync, writeFileSync } from "node:fs";

const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8");
const [, program] = /```js\n([\s\S]*?)```/.exec(readme);
// It must lie in the package, so that "glissade" means this one.
const file = new URL("../build/readme.mjs", import.meta.url);
writeFileSync(file, program);
await import(file.href);
rmSync(file);
