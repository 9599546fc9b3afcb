/** Everything that `npm run bench` does: sets up what is missing, then reports; it asserts nothing. */
import "./setup.js";

await import("../bench/training.js");
await import("../bench/products.js");
