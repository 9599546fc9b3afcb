import type { Terminal } from "./progressBar.js";

/** A terminal as `process.stderr` is one. */
export interface Screen extends Terminal {
  readonly rows?: number | undefined;
  hasColors?(): boolean;
}

/** Milliseconds from one drawing to the next. */
const REST = 100;

const ESC = "\u001b[";
const END_OF_LINE = `${ESC}K\n`;
const ERASE_BELOW = `${ESC}J`;
const up = (lines: number) => (lines > 0 ? `${ESC}${lines}A` : "");
/** Lines that are wider than they look are cut by the terminal, not folded. */
const unfolded = (text: string) => `${ESC}?7l${text}${ESC}?7h`;

const endsLine = (text: unknown) =>
  (typeof text === "string" ? text.charCodeAt(text.length - 1) : (text as Uint8Array).at(-1)) ===
  10;

/** Hears what is written to a stream before it is; gives what ends that. */
function listen(stream: Terminal, hear: (text: unknown) => void): () => void {
  const { write } = stream;
  let isOver = false;
  const heard: Terminal["write"] = (...given) => {
    if (!isOver) hear(given[0]);
    return write.apply(stream, given);
  };
  stream.write = heard;
  return () => {
    isOver = true;
    if (stream.write === heard) stream.write = write;
  };
}

/** The last lines of a terminal, drawn again and again in place; what others write there goes above. */
export class Place {
  private readonly write: (text: string) => unknown;
  private readonly releases: (() => void)[];
  /** Lines that stand above the cursor. */
  private height = 0;
  /** Whether the cursor is at the start of a line. */
  private isFresh = true;
  private drawn = -Infinity;
  private timer: ReturnType<typeof setTimeout> | undefined;

  /** @param lines What is to be drawn, no line wider than the terminal. */
  constructor(
    screen: Screen,
    private readonly lines: () => readonly string[],
  ) {
    this.write = screen.write.bind(screen);
    const streams = new Set<Terminal>([screen, process.stdout, process.stderr]);
    this.releases = [...streams]
      .filter(({ isTTY }) => isTTY)
      .map((stream) => listen(stream, (text) => this.giveWay(text)));
  }

  private giveWay(text: unknown): void {
    if (this.height > 0) this.write(`\r${up(this.height)}${ERASE_BELOW}`);
    this.height = 0;
    this.isFresh = endsLine(text);
    this.drawAfter(REST);
  }

  private drawAfter(milliseconds: number): void {
    this.timer ??= setTimeout(() => this.draw(), milliseconds).unref();
  }

  /** Draws now, or as soon as the last drawing has been there for a while. */
  drawSoon(): void {
    const rest = this.drawn + REST - performance.now();
    if (rest > 0) this.drawAfter(rest);
    else this.draw();
  }

  private draw(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.drawn = performance.now();
    const lines = this.lines();
    const start = this.isFresh ? `\r${up(this.height)}` : "\n";
    const text = lines.map((line) => line + END_OF_LINE).join("");
    this.write(unfolded(start + text + ERASE_BELOW));
    this.height = lines.length;
    this.isFresh = true;
  }

  /** Draws for the last time, and leaves the terminal to others. */
  end(): void {
    this.draw();
    for (const release of this.releases) release();
  }
}
