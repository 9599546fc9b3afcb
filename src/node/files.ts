import { readFile, rename, writeFile } from "node:fs/promises";
import { GlissadeError } from "../error.js";
import {
  fromBytes,
  type FromBytesOptions,
  toBytes,
  type ToBytesOptions,
} from "../formats/glissade.js";
import type { AnyModel, Model } from "../model.js";

/** @throws ERR_FORMAT if the ending names no format that is known here */
function checkEnding(owner: string, path: string | URL): void {
  if (String(path).endsWith(".safetensors")) return;
  throw new GlissadeError(
    "ERR_FORMAT",
    `${owner}: the path must end in .safetensors, got ${String(path)}; that file holds weights and architecture`,
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
  await writeFile(beside, toBytes(model, options));
  await rename(beside, path);
}

/**
 * Reads a model that {@link save} wrote: it predicts the same bits.
 *
 * @throws (rejects) ERR_FORMAT if the ending is not known or the file is damaged, and the system's errors.
 */
export async function load(path: string | URL, options?: FromBytesOptions): Promise<Model> {
  checkEnding("load", path);
  return fromBytes(new Uint8Array(await readFile(path)), options);
}
