import { count, field, flag, needed, type Options, resolve, whole } from "../options.js";
import type { Stacked } from "./collate.js";
import {
  type Awaitable,
  batch,
  checkStream,
  END,
  filter,
  map,
  type Pass,
  prefetch,
  read,
  record,
  repeat,
  skip,
  type Stream,
  take,
  zip,
} from "./pass.js";
import { draws, shuffle } from "./shuffle.js";

const callable = needed(
  field<(...given: never[]) => unknown>("a function", (value) => typeof value === "function"),
);

export const datasetFields = {
  map: { f: callable },
  filter: { f: callable },
  shuffle: {
    /** Rows among which the next one is drawn. */
    buffer: count(),
    /** Rules the order, together with the number of the pass. */
    seed: whole(0),
  },
  batch: {
    /** Whether a last batch with fewer rows is left out. */
    dropRemainder: flag(false),
  },
  batchSize: { size: count() },
  take: { count: whole() },
  skip: { count: whole() },
  repeat: {
    times: field<number>(
      "a whole number above 0, or Infinity",
      (value) => value === Infinity || (Number.isSafeInteger(value) && (value as number) > 0),
      Infinity,
    ),
  },
  prefetch: { count: whole() },
};

/**
 * Rows or batches, one after another, made while they are read: what they come from may be larger than memory.
 *
 * Every method gives a new dataset and reads nothing. Each `for await`, and each epoch of a fit, is a pass of its own;
 * leaving it early closes the source. Errors of the source and of your functions come out as they are.
 *
 * ```js
 * const batches = dataset(() => readRows("clicks.csv"))
 *   .map((row) => ({ x: row.features, y: row.label }))
 *   .shuffle(10_000)
 *   .batch(128)
 *   .prefetch(2);
 * for await (const { x, y } of batches) model.trainOnBatch(x, y);
 * ```
 *
 * @see Keras's and PyTorch's counterparts: tf.data.Dataset, torch.utils.data.DataLoader.
 */
export class Dataset<T> implements AsyncIterable<T> {
  /** @param begin Begins a pass; reads nothing yet. */
  constructor(private readonly begin: () => Pass<T>) {}

  /**
   * A pass over the rows.
   *
   * ```js
   * for await (const row of dataset([1, 2, 3])) console.log(row);
   * ```
   */
  async *[Symbol.asyncIterator](): AsyncGenerator<T, void, void> {
    const pass = this.begin();
    try {
      for (let row = await pass.next(); row !== END; row = await pass.next()) yield row;
    } catch (error) {
      // What went wrong first is what is heard of.
      await pass.close().catch(() => {});
      throw error;
    } finally {
      await pass.close();
    }
  }

  /**
   * f(row, index) in place of each row; f may be async, and is then waited for row by row.
   *
   * ```js
   * dataset([1, 2, 3]).map((x) => ({ x, y: 2 * x + 1 }));
   * ```
   *
   * @throws ERR_OPTION if f is no function.
   */
  map<U>(f: (row: T, index: number) => Awaitable<U>): Dataset<U> {
    resolve("dataset.map", datasetFields.map, { f });
    return new Dataset(() => map(this.begin(), f));
  }

  /**
   * The rows for which f, which may be async, gives something true.
   *
   * ```js
   * dataset(rows).filter(({ y }) => y !== undefined);
   * ```
   *
   * @throws ERR_OPTION if f is no function.
   */
  filter<S extends T>(f: (row: T) => row is S): Dataset<S>;
  filter(f: (row: T) => unknown): Dataset<T>;
  filter(f: (row: T) => unknown): Dataset<T> {
    resolve("dataset.filter", datasetFields.filter, { f });
    return new Dataset(() => filter(this.begin(), f));
  }

  /**
   * The rows in random order: each is drawn from a buffer of so many, which the next one fills up. Only a buffer as
   * large as the data makes all orders equally likely; rows that are sorted need such a one. The seed and the number of
   * the pass rule the order, the same on every machine: a second fit on the same dataset goes on with other orders, and
   * a dataset made anew begins with the first.
   *
   * ```js
   * dataset(rows).shuffle(10_000, 7).batch(32);
   * ```
   *
   * @throws ERR_OPTION if buffer is no whole number above 0, or seed none of 0 or more.
   * @see tf.data's shuffle, which works alike.
   */
  shuffle(buffer: number, seed = 0): Dataset<T> {
    resolve("dataset.shuffle", datasetFields.shuffle, { buffer, seed });
    let passes = 0;
    return new Dataset(() => shuffle(this.begin(), buffer, draws(seed, passes++)));
  }

  /**
   * Rows put together, `size` each; the last batch may have fewer. Shapes: row → [size, …row].
   *
   * A row is a number, a typed array, a tensor or an array of numbers; or an object keyed by name, or a tuple such as
   * [x, y], which are stacked part by part. An array that is all numbers is no tuple, and below the top no array is.
   * Numbers and float arrays become float32, whole-number arrays int32, bytes and booleans uint8.
   *
   * ```js
   * dataset([{ x: [0, 1], y: 1 }, { x: [1, 1], y: 0 }]).batch(2); // one batch: x [2, 2], y [2]
   * ```
   *
   * @throws ERR_OPTION if size is no whole number above 0; during a pass ERR_SHAPE if a row has another form than the
   *   first of its batch, ERR_DTYPE if it holds no numbers or those of another type.
   */
  batch(size: number, options?: Options<typeof datasetFields.batch>): Dataset<Stacked<T>> {
    resolve("dataset.batch", datasetFields.batchSize, { size });
    const { dropRemainder } = resolve("dataset.batch", datasetFields.batch, options);
    return new Dataset(() => batch(this.begin(), size, dropRemainder));
  }

  /**
   * The first `count` rows; no more are read.
   *
   * ```js
   * const validation = dataset(rows).take(1000);
   * ```
   *
   * @throws ERR_OPTION if count is no whole number.
   */
  take(count: number): Dataset<T> {
    resolve("dataset.take", datasetFields.take, { count });
    return new Dataset(() => take(this.begin(), count));
  }

  /**
   * All but the first `count` rows.
   *
   * ```js
   * const training = dataset(rows).skip(1000);
   * ```
   *
   * @throws ERR_OPTION if count is no whole number.
   */
  skip(count: number): Dataset<T> {
    resolve("dataset.skip", datasetFields.skip, { count });
    return new Dataset(() => skip(this.begin(), count));
  }

  /**
   * Pass after pass, without end unless `times` is given. It ends where a pass has no rows.
   *
   * ```js
   * dataset(rows).shuffle(1000).repeat(); // another order each time
   * ```
   *
   * @throws ERR_OPTION if times is neither a whole number above 0 nor Infinity.
   */
  repeat(times = Infinity): Dataset<T> {
    resolve("dataset.repeat", datasetFields.repeat, { times });
    return new Dataset(() => repeat(this.begin, times));
  }

  /**
   * Keeps in memory what the first complete pass gives; later ones do not touch the source. A pass that is left early
   * keeps nothing. The rows are the same objects each time.
   *
   * ```js
   * dataset(files).map(decode).cache().shuffle(1000); // decoded once, shuffled anew each pass
   * ```
   */
  cache(): Dataset<T> {
    let kept: T[] | undefined;
    return new Dataset(() => {
      const rows = kept;
      return rows ? read("dataset", rows) : record(this.begin(), (all) => (kept = all));
    });
  }

  /**
   * Reads up to `count` rows ahead, in order: what has to be waited for comes in while the last row is worked on.
   * Behind `batch` it counts batches. Rows are made one after another, never two at a time.
   *
   * ```js
   * dataset(urls).map(download).batch(32).prefetch(2);
   * ```
   *
   * @throws ERR_OPTION if count is no whole number.
   */
  prefetch(count: number): Dataset<T> {
    resolve("dataset.prefetch", datasetFields.prefetch, { count });
    return new Dataset(() => prefetch(this.begin(), count));
  }

  /**
   * Pairs [a, b] of the rows of both, up to the end of the shorter.
   *
   * ```js
   * dataset(images).zip(labels).batch(32); // batches [x, y]
   * ```
   *
   * @throws ERR_DTYPE if other is no source.
   */
  zip<U>(other: Stream<U>): Dataset<[T, U]> {
    const second = dataset(other);
    return new Dataset(() => zip(this.begin(), second.begin()));
  }

  /**
   * All rows of a pass.
   *
   * ```js
   * await dataset([1, 2, 3]).map((x) => x * x).toArray(); // [1, 4, 9]
   * ```
   */
  async toArray(): Promise<T[]> {
    const rows: T[] = [];
    for await (const row of this) rows.push(row);
    return rows;
  }
}

/**
 * A lazy stream of rows from an iterable, an async iterable, or a function that gives one and is called for every pass.
 * A generator object can be read once; its function as often as you like. Rows are not copied: a source that fills the
 * same array again and again needs `.map((row) => row.slice())` before what holds several rows (`batch`, `shuffle`,
 * `cache`, `prefetch`).
 *
 * ```js
 * const numbers = dataset(function* () {
 *   for (let i = 0; i < 1_000_000_000; i++) yield i;
 * });
 * ```
 *
 * @throws ERR_DTYPE if source is none of these; during a pass ERR_STATE if a generator was already read.
 */
export function dataset<T>(source: Stream<T>): Dataset<T> {
  if (source instanceof Dataset) return source as Dataset<T>;
  const stream = checkStream("dataset", source);
  return new Dataset(() => read("dataset", stream));
}
