/// <reference types="node" />
/**
 * What needs files, threads or a terminal: for Node, Deno and Bun. Importing it gives every fit in a terminal a progress bar,
 * every study a table.
 */
import { setReporter } from "../progress.js";
import { setStorage } from "../storage.js";
import { setTuneReporter } from "../tune/watch.js";
import { liveTable } from "./liveTable.js";
import { progressBar } from "./progressBar.js";
import { files } from "./storage.js";

export * as datasets from "./datasets.js";
export { load, save } from "./files.js";
export { liveTable, progressBar };
export { threads } from "./threads.js";

setReporter((verbose) => (verbose === "auto" && !process.stderr.isTTY ? undefined : progressBar()));
setTuneReporter((verbose) =>
  verbose === "auto" && !process.stderr.isTTY ? undefined : liveTable({ lines: verbose === 2 }),
);
setStorage(files);
