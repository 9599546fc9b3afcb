/** A cyclic redundancy check of 32 bits, by its reflected polynomial. */
function crc(polynomial: number): (bytes: Uint8Array) => number {
  const table = Uint32Array.from({ length: 256 }, (_, byte) => {
    let rest = byte;
    for (let bit = 0; bit < 8; bit++) rest = rest & 1 ? (rest >>> 1) ^ polynomial : rest >>> 1;
    return rest;
  });
  return (bytes) => {
    let rest = 0xffffffff;
    for (const byte of bytes) rest = table[(rest ^ byte) & 255]! ^ (rest >>> 8);
    return ~rest >>> 0;
  };
}

/** Castagnoli's, of records. */
export const crc32c = crc(0x82f63b78);

/** That of PNG. */
export const crc32 = crc(0xedb88320);

/** Records hold their checks turned and shifted, so that a check over what holds checks is one still. */
export function masked(check: number): number {
  return (((check >>> 15) | (check << 17)) + 0xa282ead8) >>> 0;
}

/** Adler's, of zlib: two sums modulo the greatest prime below 2¹⁶. */
export function adler32(bytes: Uint8Array): number {
  let low = 1;
  let high = 0;
  for (const byte of bytes) {
    low = (low + byte) % 65521;
    high = (high + low) % 65521;
  }
  return high * 65536 + low;
}
