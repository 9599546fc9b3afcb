import { appendFile, mkdir, stat, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import type { Storage } from "../storage.js";
import { fileJournal } from "./journal.js";
import { checkEnding, save } from "./files.js";

const makeFolder = (path: string) => mkdir(dirname(path), { recursive: true });

/** The file system, for callbacks that write. */
export const files: Storage = {
  checkPath: checkEnding,
  async saveModel(model, path, options) {
    await makeFolder(path);
    await save(model, path, options);
  },
  async isEmpty(path) {
    const { size } = await stat(path).catch((error: NodeJS.ErrnoException) => {
      if (error.code === "ENOENT") return { size: 0 };
      throw error;
    });
    return size === 0;
  },
  async writeText(path, text) {
    await makeFolder(path);
    await writeFile(path, text);
  },
  async appendText(path, text) {
    await makeFolder(path);
    await appendFile(path, text);
  },
  async appendBytes(path, bytes) {
    await makeFolder(path);
    await appendFile(path, bytes);
  },
  journal: fileJournal,
};
