/** Everything that `npm run bench` does: sets up what is missing, then measures; it asserts nothing. */
import "./setup.js";

await import("../bench/run.js");
