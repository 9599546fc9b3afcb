import { memory } from "../memory.js";
import { seedWords } from "../stage.js";

const PURPOSE_TUNE = 5;
const BITS = 16777216;

/** Uniform numbers in [0, 1) of 48 bits, by seed, trial and place in the space alone. */
export function uniforms(seed: number, trial: number, place: number, count = 1): number[] {
  const heap = memory();
  const words = 2 * count;
  const address = heap.allocate(words, "random numbers");
  const [low, high] = seedWords(seed);
  heap.kernels.randomUniform(0, words, address, 0, BITS, low, high, trial, place, PURPOSE_TUNE);
  const drawn = Array.from(heap.floats(address, words));
  heap.release(address);
  return Array.from({ length: count }, (_, i) => (drawn[2 * i]! + drawn[2 * i + 1]! / BITS) / BITS);
}
