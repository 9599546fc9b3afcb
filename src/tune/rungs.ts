import { field } from "../options.js";

/** Of how many trials one goes on, and how many times longer. */
export const factor = (fallback: number) =>
  field<number>(
    "a whole number, 2 or more",
    (value) => Number.isSafeInteger(value) && (value as number) > 1,
    fallback,
  );
