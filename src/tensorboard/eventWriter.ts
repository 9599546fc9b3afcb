import { event, fileVersion, graphDef, record, summary } from "./events.js";
import { joined } from "./protobuf.js";
import type { Value } from "./summaries.js";

/** Takes the bytes that come next of a file; awaited. */
export type WriteBytes = (path: string, bytes: Uint8Array) => unknown;

/** Bytes that wait at most. */
const FULL = 1048576;

/** Milliseconds after which what waits is handed over with the next event. */
const LATE = 2000;

/** From here every step is one back. */
const LAST_STEP = Number.MAX_SAFE_INTEGER;

let files = 0;

/** Files of one directory are read in the order of their names, so a later one must sort after an earlier one. */
function fileName(milliseconds: number): string {
  const digits = (value: number, width: number) => String(value).padStart(width, "0");
  const seconds = digits(Math.floor(milliseconds / 1000), 10);
  const rest = digits(milliseconds % 1000, 3);
  return `events.out.tfevents.${seconds}.glissade.${rest}.${digits(files++, 6)}`;
}

/**
 * One file of events in a directory, which is what TensorBoard calls a run. Where the directory holds earlier files,
 * each tag goes on from the step that comes next for it, and what stood there and after it is dropped.
 *
 * Events wait until they are flushed; without any no file is made.
 */
export class EventWriter {
  private waiting: Uint8Array[] = [];
  private size = 0;
  /** When the oldest that waits came. */
  private since = 0;
  private path: string | undefined;
  private readonly tags = new Set<string>();

  constructor(
    private readonly directory: string,
    private readonly write: WriteBytes,
  ) {}

  /** Adds the graph; before all values. */
  graph(graph: Uint8Array): void {
    this.push(0, graphDef(graph));
  }

  /** Adds values of one step, one a tag; flushes if too much waits, or too long. @throws what writing throws */
  async add(step: number, values: readonly Value[]): Promise<void> {
    if (values.length === 0) return;
    if (values.some(({ tag }) => !this.tags.has(tag))) this.push(LAST_STEP, summary([]));
    for (const { tag } of values) this.tags.add(tag);
    this.push(step, summary(values));
    if (this.size > FULL || Date.now() - this.since >= LATE) await this.flush();
  }

  /** Hands over what waits. @throws what writing throws */
  async flush(): Promise<void> {
    if (this.path === undefined || this.waiting.length === 0) return;
    const bytes = joined(this.waiting);
    this.waiting = [];
    this.size = 0;
    await this.write(this.path, bytes);
  }

  private push(step: number, what: Uint8Array): void {
    const now = Date.now();
    if (this.waiting.length === 0) this.since = now;
    const first = this.path === undefined ? [record(event(now / 1000, 0, fileVersion()))] : [];
    this.path ??= `${this.directory}/${fileName(now)}`;
    for (const bytes of [...first, record(event(now / 1000, step, what))]) {
      this.waiting.push(bytes);
      this.size += bytes.length;
    }
  }
}
