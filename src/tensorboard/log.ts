import { field, optional } from "../options.js";
import { storageFor } from "../storage.js";
import type { WriteBytes } from "./eventWriter.js";

/** Where logs go. */
export const logFields = {
  /** The directory that TensorBoard is started on, or one in it. */
  logDir: field<string>("a path", (value) => typeof value === "string" && value !== "", "logs"),
  /** What takes the bytes in place of the entry point's files. */
  write: optional(
    field<WriteBytes | undefined>(
      "a function (path, bytes)",
      (value) => typeof value === "function",
    ),
  ),
};

/** What writes, by the options of {@link logFields}. @throws ERR_RUNTIME if there are no files and no `write` */
export function writing(owner: string, write: WriteBytes | undefined): WriteBytes {
  if (write) return write;
  const files = storageFor(owner, "write(path, bytes)");
  return (path, bytes) => files.appendBytes(path, bytes);
}
