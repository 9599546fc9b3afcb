import { counted } from "./error.js";
import type { Batch, Feed } from "./feed.js";
import { memory, type Run } from "./memory.js";
import { seedWords } from "./stage.js";

const PURPOSE_SHUFFLE = 1;

/** Where the batches of a fit come from. */
export interface Source {
  /** Rows of an epoch, and steps; nothing where they are not known beforehand. */
  readonly rows: number | undefined;
  readonly steps: number | undefined;
  /** Comes before the batches of each epoch. */
  begin(epoch: number): void;
  /** The next batch; nothing at the end of an epoch. It is good until the next call. */
  next(): Batch | undefined | Promise<Batch | undefined>;
  /** Comes once, after the last. */
  close(): unknown;
}

/** The order of an epoch's rows: 0 … rows − 1, shuffled by seed and epoch alone. */
class Order {
  private readonly run: Run;

  constructor(
    private readonly rows: number,
    private readonly seed: number,
  ) {
    this.run = memory().allocateRun([rows], `the order of ${counted(rows, "row")}`);
  }

  of(epoch: number): Int32Array {
    const [low, high] = seedWords(this.seed);
    memory().kernels.shuffle(this.rows, this.run.address, low, high, epoch, PURPOSE_SHUFFLE);
    return memory().integers(this.run.address, this.rows).slice();
  }

  release(): void {
    memory().release(this.run.address);
  }
}

/**
 * Batches of data that lie in JavaScript memory.
 *
 * @param steps Batches an epoch; beyond the last row they begin again with the first.
 * @param seed Shuffles the rows; nothing leaves them in their order.
 */
export function arraySource(
  feed: Feed,
  batchSize: number,
  steps: number | undefined,
  seed: number | undefined,
): Source {
  let shuffled: Order | undefined;
  const batches = Math.ceil(feed.rows / batchSize);
  const wanted = steps ?? batches;
  const batch = { feed, order: undefined as Int32Array | undefined, start: 0, rows: 0 };
  let step = 0;
  return {
    rows: feed.rows,
    steps: wanted,
    begin(epoch) {
      step = 0;
      if (seed === undefined) return;
      shuffled ??= new Order(feed.rows, seed);
      batch.order = shuffled.of(epoch);
    },
    next() {
      if (step === wanted) return undefined;
      batch.start = (step++ % batches) * batchSize;
      batch.rows = Math.min(batchSize, feed.rows - batch.start);
      return batch;
    },
    close: () => shuffled?.release(),
  };
}
