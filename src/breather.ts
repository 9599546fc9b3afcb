/** Where it exists, the way to let timers and sockets go first; pages have none. */
const { setImmediate, MessageChannel: Channel } = globalThis as {
  setImmediate?: (run: () => void) => unknown;
  MessageChannel?: typeof MessageChannel;
};

/** Pages make timers wait, so one is set only where there is nothing else. */
const later = setImmediate ?? ((run: () => void) => setTimeout(run));

/**
 * Lets the event loop turn, every so many milliseconds. On a page by a message to oneself, which comes back after
 * everything that waits; where there is `setImmediate` by that, as Node hands over up to a thousand messages before it
 * looks at a timer; by a timer where there is neither. The plain clock starts faster than `performance` does; where
 * somebody sets it, a turn comes early, or late by as much as the clock was set back, and never by more than one period.
 */
export class Breather {
  private readonly channel = setImmediate || !Channel ? undefined : new Channel();
  private last = Date.now();

  constructor(private readonly every: number) {}

  get due(): boolean {
    return Math.abs(Date.now() - this.last) >= this.every;
  }

  async breathe(): Promise<void> {
    await new Promise<void>((resolve) => {
      if (!this.channel) {
        later(resolve);
        return;
      }
      this.channel.port1.onmessage = () => resolve();
      this.channel.port2.postMessage(0);
    });
    this.last = Date.now();
  }

  close(): void {
    this.channel?.port1.close();
  }
}
