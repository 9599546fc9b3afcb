import { adler32, crc32 } from "./checksum.js";
import { joined } from "./protobuf.js";
import type { Shape } from "../stage.js";

/** Rows of pixels, from the top; one number a pixel is grey, three are red, green and blue. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  readonly channels: 1 | 3;
  readonly pixels: Uint8Array;
}

/** Whether a shape is a picture's: [height, width], or [height, width, channels] with one or three. */
export const isPicture = (shape: Shape) =>
  shape.length === 2 || (shape.length === 3 && (shape[2] === 1 || shape[2] === 3));

const utf8 = new TextEncoder();

/** Bytes of a block that is stored as it is. */
const BLOCK = 65535;

function words(...values: readonly number[]): Uint8Array {
  const view = new DataView(new ArrayBuffer(4 * values.length));
  values.forEach((value, i) => view.setUint32(4 * i, value));
  return new Uint8Array(view.buffer);
}

/** zlib's frame about blocks that are not compressed: a last one is 1, then its length and the complement of that. */
function stored(data: Uint8Array): Uint8Array {
  const blocks: Uint8Array[] = [];
  for (let start = 0; start < data.length; start += BLOCK) {
    const block = data.subarray(start, start + BLOCK);
    const [low, high] = [block.length & 255, block.length >> 8];
    const last = Number(start + BLOCK >= data.length);
    blocks.push(Uint8Array.of(last, low, high, low ^ 255, high ^ 255), block);
  }
  return joined([Uint8Array.of(0x78, 1), ...blocks, words(adler32(data))]);
}

/** A part of the file: the length of its data, its name, the data, the check of both. */
function chunk(name: string, data: Uint8Array): Uint8Array {
  const checked = joined([utf8.encode(name), data]);
  return joined([words(data.length), checked, words(crc32(checked))]);
}

/** A picture as PNG, eight bits a channel, not compressed. @see https://www.w3.org/TR/png */
export function pngOf({ width, height, channels, pixels }: Picture): Uint8Array {
  const row = width * channels;
  const lines = new Uint8Array(height * (row + 1)); // Each begins with the number of its filter, 0: none.
  for (let y = 0; y < height; y++) {
    lines.set(pixels.subarray(y * row, (y + 1) * row), y * (row + 1) + 1);
  }
  const header = joined([words(width, height), Uint8Array.of(8, channels === 1 ? 0 : 2, 0, 0, 0)]);
  return joined([
    Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a),
    chunk("IHDR", header),
    chunk("IDAT", stored(lines)),
    chunk("IEND", new Uint8Array()),
  ]);
}
