import { field } from "../options.js";

/** Steps at which something changes. */
export const ascendingSteps = () =>
  field<readonly number[]>(
    "an array of whole numbers, 0 or more, each above the last",
    (value) =>
      Array.isArray(value) &&
      value.every(
        (step, i) => Number.isSafeInteger(step) && step >= 0 && (i === 0 || step > value[i - 1]),
      ),
  );
