import { GlissadeError } from "./error.js";
import type { AnyModel } from "./model.js";
import type { Journal } from "./tune/journal.js";

/** What a file of a model holds. */
export interface SaveOptions {
  /** Weights alone; the architecture as well otherwise. */
  readonly weightsOnly: boolean;
}

/** Writes a model to a path; awaited. */
export type Save = (model: AnyModel, path: string, options: SaveOptions) => unknown;

/** Where callbacks write. Folders that a path names are made. */
export interface Storage {
  /** @throws if a model cannot be saved under such a path */
  checkPath(owner: string, path: string): void;
  readonly saveModel: Save;
  /** Whether there is nothing, or no such file. */
  isEmpty(path: string): Promise<boolean>;
  /** Replaces what was there. */
  writeText(path: string, text: string): Promise<void>;
  /** Goes on after what was there. */
  appendText(path: string, text: string): Promise<void>;
  /** The same of bytes. */
  appendBytes(path: string, bytes: Uint8Array): Promise<void>;
  /** Where a study is kept, so that it can go on. */
  journal(path: string): Journal;
}

let registered: Storage | undefined;

/** Called by the entry points that know files. */
export function setStorage(storage: Storage): void {
  registered = storage;
}

/**
 * Where `owner` writes.
 *
 * @param instead What the user may give otherwise: `save(model, path)`.
 * @throws ERR_RUNTIME if this entry point knows no files.
 */
export function storageFor(owner: string, instead: string): Storage {
  if (registered) return registered;
  throw new GlissadeError(
    "ERR_RUNTIME",
    `${owner}: there must be files to write to, but this entry has none; import "glissade/node", or give ${instead}`,
  );
}
