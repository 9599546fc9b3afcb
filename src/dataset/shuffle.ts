import { memory } from "../memory.js";
import { seedWords } from "../stage.js";
import { after, AGAIN, type Awaitable, END, type Pass, until } from "./pass.js";

const PURPOSE_SHUFFLE = 1;
/** The shuffle of `fit` has stream 0. */
const STREAM_DATASET = 1;
const BLOCK = 1024;
/** After a billion draws they begin anew: elements are 32-bit numbers. */
const LAST_ELEMENT = 1073741823;

/** Uniform numbers in [0, 1), the same for a seed and pass on every runtime. */
export function draws(seed: number, pass: number): () => number {
  const [low, high] = seedWords(seed);
  let block = new Float32Array(0);
  let used = 0;
  let next = 0;
  const draw = () => {
    const { kernels } = memory();
    const address = memory().allocate(BLOCK);
    try {
      // The kernel writes element i at its address + 4i.
      const origin = address - 4 * next;
      kernels.randomUniform(
        next,
        next + BLOCK,
        origin,
        0,
        1,
        low,
        high,
        pass,
        STREAM_DATASET,
        PURPOSE_SHUFFLE,
      );
      return memory().floats(address, BLOCK).slice();
    } finally {
      memory().release(address);
    }
  };
  return () => {
    if (used === block.length) {
      block = draw();
      next = (next + BLOCK) & LAST_ELEMENT;
      used = 0;
    }
    return block[used++]!;
  };
}

/** Gives out a random one of `buffer` rows, whose gap the next one fills. */
export function shuffle<T>(up: Pass<T>, buffer: number, random: () => number): Pass<T> {
  const held: T[] = [];
  let ended = false;
  const hold = (row: T | typeof END): typeof AGAIN => {
    if (row === END) ended = true;
    else held.push(row);
    return AGAIN;
  };
  const step = (): Awaitable<T | typeof END | typeof AGAIN> => {
    if (held.length < buffer && !ended) return after(up.next(), hold);
    if (held.length === 0) return END;
    const at = Math.floor(random() * held.length);
    const row = held[at] as T;
    const last = held.pop() as T;
    if (at < held.length) held[at] = last;
    return row;
  };
  return { next: () => until(step), close: () => up.close() };
}
