import type { Batch, Feed } from "./feed.js";
import { shuffledOrder } from "./order.js";

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
  close?(): unknown;
}

/**
 * Batches of data that lie in JavaScript memory.
 *
 * @param steps Batches an epoch: the next one goes on where it ended, with another pass after the last row.
 * @param seed Shuffles the rows anew for each pass; nothing leaves them in their order.
 */
export function arraySource(
  feed: Feed,
  batchSize: number,
  steps: number | undefined,
  seed: number | undefined,
): Source {
  const batches = Math.ceil(feed.rows / batchSize);
  const wanted = steps ?? batches;
  const batch = { feed, order: undefined as Int32Array | undefined, start: 0, rows: 0 };
  /** Steps since the very first of epoch 0. */
  let step = 0;
  let end = 0;
  let pass = -1;
  return {
    rows: steps === undefined ? feed.rows : undefined,
    steps: wanted,
    begin(epoch) {
      step = epoch * wanted;
      end = step + wanted;
    },
    next() {
      if (step === end) return undefined;
      const now = Math.floor(step / batches);
      if (seed !== undefined && pass !== now)
        batch.order = shuffledOrder(feed.rows, seed, now, PURPOSE_SHUFFLE);
      pass = now;
      batch.start = (step++ % batches) * batchSize;
      batch.rows = Math.min(batchSize, feed.rows - batch.start);
      return batch;
    },
  };
}
