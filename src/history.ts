import type { Logs } from "./compiled.js";
import type { Epoch } from "./train.js";

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

/** A history that grows while its fit runs. */
export class HistoryBook {
  private readonly epoch: number[] = [];
  private readonly series: { [name: string]: number[] } = {};
  readonly history: History;

  constructor(seed: number) {
    const { epoch, series } = this;
    this.history = Object.defineProperties(
      {},
      {
        epoch: { value: epoch, enumerable: true },
        seed: { value: seed, enumerable: true },
        history: { value: series },
      },
    ) as History;
  }

  add({ epoch, ...logs }: Epoch): void {
    this.epoch.push(epoch);
    for (const [name, value] of Object.entries(logs as Logs)) {
      if (!this.series[name]) {
        this.series[name] = [];
        Object.defineProperty(this.history, name, { value: this.series[name], enumerable: true });
      }
      this.series[name].push(value);
    }
  }
}
