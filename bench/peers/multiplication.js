/** Bare products by glissade's kernels, which are taken from the package as workerd gets them: a file of wasm. */
import { readdirSync } from "node:fs";
import { loadKernels, multiplication } from "../support/kernels.js";

const folder = new URL("node_modules/glissade/dist/workerd/", import.meta.url);

/** `multiply(shape, order)` of the packed kernels. */
export function packedMultiplication() {
  const file = readdirSync(folder).find((name) => name.endsWith(".wasm"));
  return multiplication(loadKernels(new URL(file, folder)));
}
