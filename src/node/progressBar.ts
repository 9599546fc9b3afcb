import type { Callback, Plan } from "../callbacks/callback.js";
import type { Logs } from "../compiled.js";
import { field, type Options, resolve } from "../options.js";

/** What the bar is drawn on: `process.stdout` is one. */
export interface Terminal {
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
  write(text: string): unknown;
}

export const progressBarFields = {
  /** What the bar is drawn on. */
  stream: field<Terminal>(
    "something to write on, such as process.stdout",
    (value) =>
      typeof value === "object" &&
      value !== null &&
      typeof (value as Partial<Terminal>).write === "function",
    process.stderr,
  ),
};

const WIDTH = 20;

/** Seconds as people read them: 8s, 1m05s, 2h03m. */
function duration(seconds: number): string {
  const whole = Math.round(seconds);
  const two = (value: number) => String(value).padStart(2, "0");
  if (whole < 60) return `${whole}s`;
  if (whole < 3600) return `${Math.floor(whole / 60)}m${two(whole % 60)}s`;
  return `${Math.floor(whole / 3600)}h${two(Math.floor((whole % 3600) / 60))}m`;
}

/** Numbers as people read them: 181,400. */
const thousands = (value: number) => Math.round(value).toLocaleString("en-US");

const series = (logs: Logs) =>
  Object.entries(logs)
    .map(([name, value]) => `${name} ${Number(value).toPrecision(4)}`)
    .join("  ");

/**
 * A line in the terminal that is redrawn while an epoch runs: share done, time left, rows a second, losses and metrics.
 * Where `stream` is no terminal, one line an epoch.
 */
export function progressBar(given: Options<typeof progressBarFields> = {}): Callback {
  const { stream } = resolve("progressBar", progressBarFields, given);
  let plan: Plan;
  let epoch = 0;
  let began = 0;

  const redraw = (text: string) => {
    // A terminal that does not know its width says 0.
    const columns = stream.columns || 120;
    stream.write(`\r${text.slice(0, columns - 1)}\u001b[K`);
  };
  const head = () =>
    `epoch ${String(epoch + 1).padStart(String(plan.epochs).length)}/${plan.epochs}`;
  const done = (steps: number, seconds: number) => {
    if (!plan.stepsPerEpoch) return `${thousands(steps)} batches`;
    const share = steps / plan.stepsPerEpoch;
    const bar = "█".repeat(Math.round(share * WIDTH)).padEnd(WIDTH, "░");
    return `${bar} ${duration((seconds * (1 - share)) / share)} left`;
  };
  const rate = (steps: number, seconds: number) =>
    plan.rows
      ? `${thousands((steps * plan.batchSize) / seconds)} rows/s`
      : `${thousands(steps / seconds)} batches/s`;
  return {
    isProgress: true,
    setModel(_, given) {
      plan = given;
    },
    onEpochBegin(index) {
      epoch = index;
      began = performance.now();
    },
    onProgress(batch, logs) {
      if (!stream.isTTY) return;
      const seconds = (performance.now() - began) / 1000;
      const pace = `${done(batch + 1, seconds)}  ${rate(batch + 1, seconds)}`;
      redraw(`${head()} ${pace}  ${series(logs)}`);
    },
    onEpochEnd(_, logs) {
      const seconds = (performance.now() - began) / 1000;
      const speed = plan.rows ? `${thousands(plan.rows / seconds)} rows/s  ` : "";
      const text = `${head()} ${seconds.toFixed(1)}s  ${speed}${series(logs)}`;
      if (stream.isTTY) redraw(text);
      else stream.write(text);
      stream.write("\n");
    },
  };
}
