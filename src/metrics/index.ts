export {
  accuracy,
  binaryAccuracy,
  categoricalAccuracy,
  f1,
  meanAbsoluteError,
  meanSquaredError,
  precision,
  recall,
  sparseCategoricalAccuracy,
} from "./members.js";
