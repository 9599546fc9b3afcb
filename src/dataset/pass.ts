import { GlissadeError, show } from "../error.js";
import { stack, type Stacked } from "./collate.js";

/** A value, or a promise of it where it has to be waited for. */
export type Awaitable<T> = T | PromiseLike<T>;

export type Readable<T> = Iterable<Awaitable<T>> | AsyncIterable<T>;

/** Where rows or batches come from: anything that `for await` reads, or a function that gives it anew for every pass. */
export type Stream<T> = Readable<T> | (() => Readable<T>);

/** What {@link Pass.next} gives after the last row. */
export const END = Symbol("end");
/** What a step gives that has no row yet. */
export const AGAIN = Symbol("again");

/**
 * One pass over rows. A row comes bare where it is there, and as a promise only where something has to be waited for:
 * an await for each row would cost more than all else. {@link after} and {@link until} go on from either.
 */
export interface Pass<T> {
  /** Nobody calls it after the end, after an error, or before the last promise is settled. */
  next(): Awaitable<T | typeof END>;
  /** Closes all that is read; only the first call does something. */
  close(): Promise<void>;
}

const isPromise = <T>(value: Awaitable<T>): value is PromiseLike<T> =>
  typeof value === "object" &&
  value !== null &&
  typeof (value as { then?: unknown }).then === "function";

/** use(value), now or once it is there. */
export const after = <A, B>(value: Awaitable<A>, use: (value: A) => Awaitable<B>): Awaitable<B> =>
  isPromise(value) ? value.then(use) : use(value);

type Step<T> = () => Awaitable<T | typeof AGAIN>;

/** Repeats a step until it gives something, without a promise as long as none comes up. */
export function until<T>(step: Step<T>): Awaitable<T> {
  for (;;) {
    const given = step();
    if (isPromise(given)) return untilLater(given, step);
    if (given !== AGAIN) return given;
  }
}

async function untilLater<T>(first: PromiseLike<T | typeof AGAIN>, step: Step<T>): Promise<T> {
  let given = await first;
  while (given === AGAIN) given = await step();
  return given;
}

/** Iterators that were read and begin only once, as generators do. */
const spent = new WeakSet<object>();

/** @throws ERR_DTYPE if it cannot be read, ERR_STATE if it was read and cannot begin anew */
function iteratorOf<T>(
  owner: string,
  stream: Stream<T>,
): Iterator<Awaitable<T>> | AsyncIterator<T> {
  const readable = typeof stream === "function" ? stream() : stream;
  if (!isReadable(readable)) throw unreadable(owner, readable);
  const { [Symbol.asyncIterator]: later, [Symbol.iterator]: now } = readable as AsyncIterable<T> &
    Iterable<T>;
  const iterator = later ? later.call(readable) : now.call(readable);
  if (iterator !== (readable as unknown)) return iterator;
  if (spent.has(iterator)) {
    throw new GlissadeError(
      "ERR_STATE",
      `${owner}: the source must begin anew for every pass, got a generator that was already read; ` +
        "pass the function that makes it: () => rows()",
    );
  }
  spent.add(iterator);
  return iterator;
}

const isReadable = (value: unknown) =>
  typeof value === "object" &&
  value !== null &&
  (Symbol.asyncIterator in value || Symbol.iterator in value);

const unreadable = (owner: string, given: unknown) =>
  new GlissadeError(
    "ERR_DTYPE",
    `${owner}: the source must be an iterable or async iterable, or a function that gives one, ` +
      `got ${show(given)}; pass an array, or a generator function (function* or async function*)`,
  );

/** @throws ERR_DTYPE if it is no stream */
export function checkStream<T>(owner: string, given: Stream<T>): Stream<T> {
  if (typeof given === "function" || isReadable(given)) return given;
  throw unreadable(owner, given);
}

/** What a stream gives; it is opened at the first. */
export function read<T>(owner: string, stream: Stream<T>): Pass<T> {
  let iterator: ReturnType<typeof iteratorOf<T>> | undefined;
  let done = false;
  const take = (result: IteratorResult<Awaitable<T>>): Awaitable<T | typeof END> => {
    done ||= result.done === true;
    return result.done ? END : result.value;
  };
  const fail = (error: unknown): never => {
    done = true;
    throw error;
  };
  return {
    next() {
      // Only work that a prefetch began comes here after the end: it stops, and nobody hears of it.
      if (done) throw new GlissadeError("ERR_STATE", `${owner}: the pass is over`);
      let result;
      try {
        iterator ??= iteratorOf(owner, stream);
        result = iterator.next();
      } catch (error) {
        return fail(error);
      }
      return isPromise(result) ? result.then(take, fail) : take(result);
    },
    async close() {
      if (done) return;
      done = true;
      await iterator?.return?.();
    },
  };
}

/** f(row, index) in place of each row. */
export function map<T, U>(up: Pass<T>, f: (row: T, index: number) => Awaitable<U>): Pass<U> {
  let index = 0;
  const use = (row: T | typeof END) => (row === END ? END : f(row, index++));
  return { next: () => after(up.next(), use), close: () => up.close() };
}

/** The rows for which f gives something true. */
export function filter<T>(up: Pass<T>, f: (row: T) => unknown): Pass<T> {
  const use = (row: T | typeof END) =>
    row === END ? END : after(f(row), (keep) => (keep ? row : AGAIN));
  const step = () => after(up.next(), use);
  return { next: () => until(step), close: () => up.close() };
}

/** The first rows. */
export function take<T>(up: Pass<T>, count: number): Pass<T> {
  let left = count;
  return { next: () => (left-- > 0 ? up.next() : END), close: () => up.close() };
}

/** All but the first rows. */
export function skip<T>(up: Pass<T>, count: number): Pass<T> {
  let left = count;
  const use = (row: T | typeof END) => (row !== END && left-- > 0 ? AGAIN : row);
  const step = () => after(up.next(), use);
  return { next: () => until(step), close: () => up.close() };
}

/** Pairs, up to the end of the shorter: b is read only where a has a row. */
export function zip<A, B>(a: Pass<A>, b: Pass<B>): Pass<[A, B]> {
  const pair = (first: A | typeof END) =>
    first === END
      ? END
      : after(b.next(), (second): typeof END | [A, B] => (second === END ? END : [first, second]));
  return {
    next: () => after(a.next(), pair),
    async close() {
      try {
        await a.close();
      } finally {
        await b.close();
      }
    },
  };
}

/** Rows stacked, `size` each. */
export function batch<T>(up: Pass<T>, size: number, dropRemainder: boolean): Pass<Stacked<T>> {
  let rows: T[] = [];
  let start = 0;
  let ended = false;
  const use = (row: T | typeof END) => {
    if (row === END) ended = true;
    else rows.push(row);
    if (rows.length === 0 || (ended && dropRemainder)) return END;
    if (rows.length < size && !ended) return AGAIN;
    const batch = stack(rows, "dataset.batch", start);
    start += rows.length;
    rows = [];
    return batch;
  };
  const step = () => (ended ? END : after(up.next(), use));
  return { next: () => until(step), close: () => up.close() };
}

/** Pass after pass. One without rows ends it: all others would be like it. */
export function repeat<T>(open: () => Pass<T>, times: number): Pass<T> {
  let pass = open();
  let passes = 1;
  let empty = true;
  let closed = false;
  const begin = () => {
    if (closed) return END;
    pass = open();
    empty = true;
    return AGAIN;
  };
  const use = (row: T | typeof END) => {
    if (row === END) return empty || passes++ >= times ? END : after(pass.close(), begin);
    empty = false;
    return row;
  };
  const step = () => after(pass.next(), use);
  return {
    next: () => until(step),
    close() {
      closed = true;
      return pass.close();
    },
  };
}

/** Hands all rows over to `keep` at the end. */
export function record<T>(up: Pass<T>, keep: (rows: T[]) => void): Pass<T> {
  const rows: T[] = [];
  const use = (row: T | typeof END) => {
    if (row === END) keep(rows);
    else rows.push(row);
    return row;
  };
  return { next: () => after(up.next(), use), close: () => up.close() };
}

/** Keeps `count` pulls ahead, one under way at a time. */
export function prefetch<T>(up: Pass<T>, count: number): Pass<T> {
  const ahead: Awaitable<T | typeof END>[] = [];
  let last: Awaitable<T | typeof END | undefined>;
  let closed = false;
  const pull = (previous: unknown) => (closed || previous === END ? END : up.next());
  const fill = (length: number) => {
    while (ahead.length < length) {
      ahead.push((last = settled(() => after(last, pull))));
    }
  };
  return {
    next() {
      fill(1);
      const row = ahead.shift() as Awaitable<T | typeof END>;
      fill(count);
      return row;
    },
    close() {
      closed = true;
      return up.close();
    },
  };
}

/** The outcome of a call, an error as a rejection that may stay unheard. */
function settled<T>(call: () => Awaitable<T>): Awaitable<T> {
  let outcome: Awaitable<T>;
  try {
    outcome = call();
  } catch (error) {
    outcome = Promise.reject(error as Error);
  }
  if (isPromise(outcome)) outcome.then(undefined, () => {});
  return outcome;
}
