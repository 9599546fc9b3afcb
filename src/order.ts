import { counted } from "./error.js";
import { memory } from "./memory.js";
import { seedWords } from "./stage.js";

/** 0 … rows − 1 in random order: seed, step and purpose alone say which. @throws ERR_MEMORY */
export function shuffledOrder(
  rows: number,
  seed: number,
  step: number,
  purpose: number,
): Int32Array {
  const heap = memory();
  const address = heap.allocate(rows, `the order of ${counted(rows, "row")}`);
  const [low, high] = seedWords(seed);
  heap.kernels.shuffle(rows, address, low, high, step, purpose);
  const order = heap.integers(address, rows).slice();
  heap.release(address);
  return order;
}
