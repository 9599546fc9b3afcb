import { count } from "../options.js";

export const parallelFields = {
  /** How many trials may be under way at once: a trial knows all before it but the last ones, whoever is faster. */
  parallel: count(4),
};

/** How many trials have ended when one begins; 0 where they are fewer than `least`, as none are asked about then. */
export function endedBefore(number: number, parallel: number, least = 0): number {
  const ended = Math.max(0, number - parallel + 1);
  return ended < least ? 0 : ended;
}
