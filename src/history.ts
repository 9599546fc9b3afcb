import type { Logs } from "./compiled.js";
import { GlissadeError, show } from "./error.js";

/** What every {@link History} has beside its series. */
interface Record {
  /** Numbers of the epochs that were run, from 0. */
  readonly epoch: readonly number[];
  readonly loss: readonly number[];
  /** The seed that shuffled: with it the run can be repeated. */
  readonly seed: number;
  /** All series by name, as Keras has them. */
  readonly history: Readonly<{ [name: string]: readonly number[] }>;
}

/** One number an epoch for the loss and each metric: `history.loss`, `history.val_accuracy`. */
export type History = Record & { readonly [name: string]: readonly number[] };

/** What a history has beside its series: no series can be called so. */
const TAKEN = ["epoch", "seed", "history"];

/** A history that grows while its fit runs. */
export class HistoryBook {
  private readonly epochs: number[] = [];
  private readonly series = Object.create(null) as { [name: string]: number[] };
  readonly history: History;

  constructor(seed: number) {
    this.history = Object.defineProperties(
      {},
      {
        epoch: { value: this.epochs, enumerable: true },
        seed: { value: seed, enumerable: true },
        history: { value: this.series },
      },
    ) as History;
    this.begin("loss");
  }

  /** @throws ERR_OPTION if a callback put something into the logs that is no series; nothing is added then */
  add(epoch: number, logs: Logs): void {
    const entries = Object.entries(logs);
    const wrong = entries.find(
      ([name, value]) => TAKEN.includes(name) || typeof (value as unknown) !== "number",
    );
    if (wrong) {
      throw new GlissadeError(
        "ERR_OPTION",
        `fit: what a callback puts into logs must be a number under a name other than ${TAKEN.join(", ")}, ` +
          `got ${wrong[0]}: ${show(wrong[1])}; keep other things in the callback`,
      );
    }
    this.epochs.push(epoch);
    for (const [name, value] of entries) (this.series[name] ?? this.begin(name)).push(value);
  }

  private begin(name: string): number[] {
    const series = (this.series[name] = []);
    Object.defineProperty(this.history, name, { value: series, enumerable: true });
    return series;
  }
}
