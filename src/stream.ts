import { stack } from "./dataset/collate.js";
import { GlissadeError, show } from "./error.js";
import { type Batch, type Feed, isKeyed, type Named, wholeBatch } from "./feed.js";
import type { Port } from "./graph.js";
import { END, type Pass, read, type Stream } from "./dataset/pass.js";
import type { Source } from "./source.js";
import { sizeOf } from "./stage.js";
import { type Data, isTensor, isTypedArray } from "./tensor.js";

/** One batch, or one row, with its targets and weights. */
export type Item =
  | readonly [x: unknown, y: unknown]
  | readonly [x: unknown, y: unknown, sampleWeight: unknown]
  | { readonly x: unknown; readonly y: unknown; readonly sampleWeight?: unknown }
  | { readonly xs: unknown; readonly ys: unknown };

/** What stands in one item. */
export interface Parts {
  readonly x: Named<Data>;
  readonly y: Named<Data> | undefined;
  readonly sampleWeight: Named<Data> | undefined;
}

/** What each item is for, in all the forms that {@link Item} has; or inputs alone where no targets are asked. */
function partsOf(owner: string, item: unknown, ports: readonly Port[], targets: boolean): Parts {
  const keys = isKeyed(item) ? Object.keys(item) : [];
  const isInputs = keys.length === ports.length && ports.every(({ name }) => keys.includes(name));
  if (isKeyed(item) && ("x" in item || "xs" in item) && (targets || !isInputs)) {
    const { x = item.xs, y = item.ys, sampleWeight } = item;
    return { x, y, sampleWeight } as Parts;
  }
  const isPair = Array.isArray(item) && (item.length === 2 || item.length === 3);
  if (isPair && (targets || isTuple(item, ports))) {
    const [x, y, sampleWeight] = item as unknown[];
    return { x, y, sampleWeight } as Parts;
  }
  if (!targets) return { x: item as Data, y: undefined, sampleWeight: undefined };
  throw new GlissadeError(
    "ERR_SHAPE",
    `${owner}: an item of the dataset must be [x, y], [x, y, sampleWeight] or { x, y }, got ${show(item)}`,
  );
}

/** How many axes data have; a number has none. */
function axesOf(data: unknown): number {
  if (isTensor(data)) return data.shape.length;
  if (isTypedArray(data)) return 1;
  return Array.isArray(data) ? 1 + axesOf(data[0]) : 0;
}

/** Whether an array where inputs alone would do is [x, y] all the same: it is unless all that it holds are rows. */
function isTuple(item: readonly unknown[], ports: readonly Port[]): boolean {
  const { shape } = ports[0]!.node;
  const plain = item.every((one) => Array.isArray(one) || typeof one === "number");
  if (ports.length > 1 || !plain || axesOf(item) > shape.length + 1) return true;
  if (axesOf(item) <= shape.length) return false;
  return !item.every((row) => [row].flat(Infinity).length === sizeOf(shape));
}

/** Whether x is one row: no axis more than a row of the first input, and no more numbers. */
function isRow(x: unknown, [{ name, node }]: readonly [Port]): boolean {
  const first = isKeyed(x) ? x[name] : x;
  if (typeof first === "number") return true;
  if (axesOf(first) > node.shape.length) return false;
  const numbers = Array.isArray(first)
    ? first.flat(Infinity)
    : isTensor(first)
      ? first.data
      : first;
  const isData = Array.isArray(numbers) || isTypedArray(numbers);
  return isData && numbers.length === sizeOf(node.shape);
}

/** Reads items one after another, rows put together to batches. */
export class Reader {
  private readonly pass: Pass<unknown>;
  private readonly aborted: Promise<never> | undefined;
  private heedNoMore: () => void = () => {};
  private done = false;
  private waiting = false;

  constructor(
    private readonly owner: string,
    stream: Stream<unknown>,
    private readonly ports: readonly Port[],
    private readonly targets: boolean,
    private readonly batchSize: number,
    signal: AbortSignal | undefined,
  ) {
    this.pass = read(owner, stream);
    this.aborted = signal && this.heed(signal);
  }

  /** The next batch; nothing at the end. @throws what the stream throws, or the signal's reason */
  async next(): Promise<Parts | undefined> {
    const first = await this.item();
    if (!first || !isRow(first.x, this.ports as readonly [Port])) return first;
    const rows = [first];
    while (rows.length < this.batchSize) {
      const row = await this.item();
      if (!row) break;
      rows.push(row);
    }
    return stack(rows, this.owner) as Parts;
  }

  /** Lets the stream go. What it still makes us wait for is not waited for: it may never come. */
  async close(): Promise<void> {
    this.heedNoMore();
    const closing = this.pass.close();
    if (this.waiting) closing.catch(() => {});
    else await closing;
  }

  private async item(): Promise<Parts | undefined> {
    if (this.done) return undefined;
    const coming = this.pass.next();
    this.waiting = coming instanceof Promise;
    // A stream may let us wait for long: the signal need not.
    const item = await (this.waiting && this.aborted
      ? Promise.race([coming, this.aborted])
      : coming);
    this.waiting = false;
    if (item !== END) return partsOf(this.owner, item, this.ports, this.targets);
    this.done = true;
    return undefined;
  }

  /** Rejects with the signal's reason. */
  private heed(signal: AbortSignal): Promise<never> {
    const aborted = new Promise<never>((_, reject) => {
      const abort = () => reject(signal.reason as Error);
      signal.addEventListener("abort", abort);
      this.heedNoMore = () => signal.removeEventListener("abort", abort);
    });
    aborted.catch(() => {});
    return aborted;
  }
}

/** How a stream becomes batches. */
export interface StreamOptions {
  readonly owner: string;
  readonly ports: readonly Port[];
  readonly batchSize: number;
  /** Batches an epoch, which then go on where the last epoch ended; the whole stream otherwise. */
  readonly steps: number | undefined;
  readonly signal: AbortSignal | undefined;
  readonly feed: (parts: Parts) => Feed;
}

/** Batches of a stream: a pass an epoch, or so many steps of a stream that goes on. */
export function streamSource(stream: Stream<unknown>, options: StreamOptions): Source {
  const { owner, ports, batchSize, steps, signal, feed } = options;
  let reader: Reader | undefined;
  let step = 0;
  const open = () => new Reader(owner, stream, ports, true, batchSize, signal);
  const pull = async (): Promise<Parts | undefined> => {
    const fresh = !reader;
    reader ??= open();
    const parts = await reader.next();
    if (parts) return parts;
    await reader.close();
    reader = undefined;
    if (!fresh) return steps === undefined ? undefined : pull();
    throw new GlissadeError(
      "ERR_SHAPE",
      `${owner}: the dataset must give batches for every epoch, got none in this pass; ` +
        "a generator can be read once only: pass the function that makes it",
    );
  };
  return {
    rows: undefined,
    steps,
    begin: () => void (step = 0),
    async next(): Promise<Batch | undefined> {
      if (step === steps) return undefined;
      const parts = await pull();
      step++;
      return parts && wholeBatch(feed(parts));
    },
    close: () => reader?.close(),
  };
}
