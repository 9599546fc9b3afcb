const LOW_RANGE = 4294967296;
const HIGH_RANGE = 2097152;

/** A seed that nobody knows in advance: 53 bits from the runtime's own source of randomness. */
export function randomSeed(): number {
  const [low, high] = crypto.getRandomValues(new Uint32Array(2)) as unknown as [number, number];
  return (high % HIGH_RANGE) * LOW_RANGE + low;
}
