/// <reference types="node" />
/** What needs files or a terminal: for Node, Deno and Bun. Importing it gives every fit in a terminal a progress bar. */
import { setReporter } from "../progress.js";
import { setStorage } from "../storage.js";
import { progressBar } from "./progressBar.js";
import { files } from "./storage.js";

export * as datasets from "./datasets.js";
export { load, save } from "./files.js";
export { progressBar };

setReporter((verbose) => (verbose === "auto" && !process.stderr.isTTY ? undefined : progressBar()));
setStorage(files);
