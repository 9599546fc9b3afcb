import { mkdir, open, readFile, rename, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { GlissadeError } from "../error.js";
import type { Journal } from "../tune/journal.js";

/**
 * A journal in a file. What was appended is on the disk before the study goes on.
 *
 * @throws (rejects) ERR_STATE if another writes to the file at the same time, and the system's errors
 */
export function fileJournal(path: string): Journal {
  /** Bytes that the file has by what was read and written here. */
  let size = 0;
  /** Appends follow each other, whoever asked. */
  let last: Promise<void> = Promise.resolve();

  async function read(): Promise<string> {
    await mkdir(dirname(path), { recursive: true });
    const bytes = await readFile(path).catch((error: NodeJS.ErrnoException) => {
      if (error.code === "ENOENT") return Buffer.alloc(0);
      throw error;
    });
    size = bytes.length;
    return bytes.toString();
  }

  async function write(text: string): Promise<void> {
    const file = await open(path, "a");
    try {
      const { size: there } = await file.stat();
      if (there !== size) {
        throw new GlissadeError(
          "ERR_STATE",
          `tune: nobody else may write to the journal ${path}, but it has ${there} bytes in place of ${size}; ` +
            "give each study that runs a journal of its own",
        );
      }
      await file.writeFile(text);
      await file.datasync();
      size += Buffer.byteLength(text);
    } finally {
      await file.close();
    }
  }

  return {
    read,
    append: (text) => (last = last.then(() => write(text))),
    async replace(text) {
      await writeFile(`${path}.part`, text, { flush: true });
      await rename(`${path}.part`, path);
      size = Buffer.byteLength(text);
    },
  };
}
