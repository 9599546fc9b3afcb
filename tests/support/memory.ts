import { setTimeout as sleep } from "node:timers/promises";
import { memory } from "../../src/memory.js";

/** Bytes in use once models that earlier tests left behind were collected, so that none goes while a test counts. */
export async function settledBytes(): Promise<number> {
  for (let turn = 0; turn < 3; turn++) {
    globalThis.gc!();
    await sleep(1);
  }
  return memory().bytesInUse;
}
