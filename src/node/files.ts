import { readFile, rename, writeFile } from "node:fs/promises";
import { GlissadeError, show } from "../error.js";
import {
  type FromBytesOptions,
  readModel,
  type ToBytesOptions,
  writeModel,
} from "../formats/glissade.js";
import type { AnyModel, Model } from "../model.js";

/** @throws ERR_OPTION if it is no path, ERR_FORMAT if the ending names no format that is known here */
export function checkEnding(owner: string, path: string | URL): void {
  const isPath = typeof path === "string" || path instanceof URL;
  if (!isPath) {
    throw new GlissadeError(
      "ERR_OPTION",
      `${owner}: the path must be a text such as "model.safetensors", or a URL, got ${show(path)}`,
    );
  }
  if (String(path).endsWith(".safetensors")) return;
  throw new GlissadeError(
    "ERR_FORMAT",
    `${owner}: the path must end in .safetensors, got ${show(String(path))}; that file holds weights and architecture`,
  );
}

/**
 * Writes a model to one file. It is written beside and then renamed, so that a crash leaves the old file whole.
 *
 * @throws (rejects) ERR_FORMAT if the ending is not known, ERR_STATE if the model is disposed, and the system's errors.
 */
export async function save(
  model: AnyModel,
  path: string | URL,
  options?: ToBytesOptions,
): Promise<void> {
  checkEnding("save", path);
  const beside = path instanceof URL ? new URL(`${path.href}.part`) : `${path}.part`;
  await writeFile(beside, writeModel("save", model, options));
  await rename(beside, path);
}

/**
 * Reads a model that {@link save} wrote: it predicts the same bits.
 *
 * @throws (rejects) ERR_FORMAT if the ending is not known or the file is damaged, and the system's errors.
 */
export async function load(path: string | URL, options?: FromBytesOptions): Promise<Model> {
  checkEnding("load", path);
  return readModel("load", new Uint8Array(await readFile(path)), options);
}
