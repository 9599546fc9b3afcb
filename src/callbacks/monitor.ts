import type { Logs } from "../compiled.js";
import { GlissadeError } from "../error.js";
import { choice, field, type Resolved } from "../options.js";
import type { Plan } from "./callback.js";

/** Options of a callback that watches a series. */
export const monitorFields = {
  /** The series that is watched. */
  monitor: field<string>(
    "the name of a loss or metric",
    (value) => typeof value === "string" && value !== "",
    "val_loss",
  ),
  /** Whether less or more is better; "auto" goes by the name: more for accuracy, F1, AUC and their like. */
  mode: choice(["auto", "min", "max"], "auto"),
};

/** A series that is watched. */
export interface Monitor {
  /** What every number is better than. */
  readonly worst: number;
  /** Comes first in each fit. */
  begin(plan: Plan): void;
  /** The series' value; nothing in epochs without validation. @throws ERR_OPTION if there is no such series */
  read(logs: Logs): number | undefined;
  /** Whether a value is better than another by more than `minDelta`; NaN never is. */
  better(value: number, than: number): boolean;
}

/** Series of which more is better. */
const MORE_IS_BETTER =
  /acc(?![a-z])|accuracy|precision|recall|specificity|sensitivity|f1|f_?beta|auc|r2|iou(?!s)|dice|correlation|similarity|true_?(pos|neg)itive/i;

/** How names end of which less is better, whatever comes before: an output may be called anything. */
const LESS_IS_BETTER = /(loss|error|crossentropy|mae|mse)$/i;

/** Whether more of a series is better; "auto" goes by its name. */
export const isRising = (name: string, mode: "auto" | "min" | "max"): boolean =>
  mode === "auto" ? MORE_IS_BETTER.test(name) && !LESS_IS_BETTER.test(name) : mode === "max";

/** What `owner` watches, by the options of {@link monitorFields}. */
export function monitorOf(
  owner: string,
  { monitor, mode }: Resolved<typeof monitorFields>,
  minDelta: number,
): Monitor {
  const rises = isRising(monitor, mode);
  let sparse = false;
  return {
    worst: rises ? -Infinity : Infinity,
    begin({ validationFreq = 1 }) {
      sparse = validationFreq > 1 && monitor.startsWith("val_");
    },
    read(logs) {
      const value = logs[monitor];
      if (value !== undefined || sparse) return value;
      throw new GlissadeError(
        "ERR_OPTION",
        `${owner}: monitor must be one of ${Object.keys(logs).join(", ")}, got ${monitor}; ` +
          "val_ series need validationSplit or validationData",
      );
    },
    better: (value, than) => (rises ? value - minDelta > than : value + minDelta < than),
  };
}
