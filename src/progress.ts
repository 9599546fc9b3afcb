import type { Callback } from "./callbacks/callback.js";

/** How a fit shows its progress where there is something better than lines. */
export type Reporter = (verbose: "auto" | 1 | 2) => Callback | undefined;

/** One line an epoch. */
const lines: Reporter = (verbose) => {
  if (verbose === "auto") return undefined;
  let epochs = 0;
  return {
    isProgress: true,
    setModel: (_, plan) => void (epochs = plan.epochs),
    onEpochEnd(epoch, logs) {
      const values = Object.entries(logs).map(
        ([name, value]) => `${name} ${Number(value).toPrecision(4)}`,
      );
      console.log(`epoch ${epoch + 1}/${epochs}: ${values.join(", ")}`);
    },
  };
};

let reporter = lines;

/** Called by the entry points that know a terminal or a page. */
export function setReporter(better: Reporter): void {
  reporter = better;
}

/** The callback that shows a fit, if any does. */
export function progressFor(verbose: "auto" | 0 | 1 | 2): Callback | undefined {
  return verbose === 0 ? undefined : reporter(verbose);
}
