/** Everything that runs wherever WebAssembly does; names may be written as strings. */
import * as activations from "./activations.js";
import * as initializers from "./initializers/index.js";
import * as layers from "./layers/index.js";
import * as losses from "./losses/index.js";
import * as metrics from "./metrics/index.js";
import { register } from "./names.js";
import * as optimizers from "./optimizers/index.js";
import * as schedules from "./schedules/index.js";

export * from "./core.js";

register("activation", activations);
register("initializer", initializers, {
  glorot: "glorotUniform",
  he: "heNormal",
  lecun: "lecunNormal",
  normal: "randomNormal",
  uniform: "randomUniform",
});
register("layer", layers);
register("loss", losses, {
  bce: "binaryCrossentropy",
  cce: "categoricalCrossentropy",
  mae: "meanAbsoluteError",
  mse: "meanSquaredError",
  scce: "sparseCategoricalCrossentropy",
});
register("metric", metrics, {
  acc: "accuracy",
  f1score: "f1",
  mae: "meanAbsoluteError",
  mse: "meanSquaredError",
});
register("optimizer", optimizers);
register("schedule", schedules);
