import type { Shape } from "../stage.js";
import { extent } from "./histogram.js";
import type { Picture } from "./png.js";

type Colour = readonly [red: number, green: number, blue: number];

const WHITE: Colour = [255, 255, 255];
const BLACK: Colour = [0, 0, 0];
const BLUE: Colour = [20, 70, 150];
const GREEN: Colour = [40, 160, 70];
const RED: Colour = [210, 40, 40];
const GREY: Colour = [128, 128, 128];

/** Digits of three by five points, a row an octal digit. */
const DIGITS = [
  0o75557, 0o26227, 0o71747, 0o71717, 0o55711, 0o74717, 0o74757, 0o71111, 0o75757, 0o75717,
];

/** How many points a digit and the gap after it take. */
const PITCH = 4;

/** A picture that is being drawn. */
class Canvas implements Picture {
  readonly channels = 3;
  readonly pixels: Uint8Array;

  constructor(
    readonly width: number,
    readonly height: number,
  ) {
    this.pixels = new Uint8Array(width * height * 3).fill(255);
  }

  fill(left: number, top: number, width: number, height: number, colour: Colour): void {
    for (let y = top; y < top + height; y++) {
      for (let x = left; x < left + width; x++) this.pixels.set(colour, 3 * (y * this.width + x));
    }
  }

  digits(left: number, top: number, value: number, colour: Colour): void {
    [...String(value)].forEach((digit, place) => {
      for (let point = 0; point < 15; point++) {
        if (!((DIGITS[Number(digit)]! >> (14 - point)) & 1)) continue;
        this.fill(left + PITCH * place + (point % 3), top + Math.floor(point / 3), 1, 1, colour);
      }
    });
  }
}

const mixed = (from: Colour, to: Colour, share: number) =>
  from.map((value, i) => Math.round(value + share * (to[i]! - value))) as unknown as Colour;

/** Numbers in grey, from the least in black to the greatest in white. */
function greys(numbers: Iterable<number>, [low, high]: readonly [number, number]): Uint8Array {
  const scale = high > low ? 255 / (high - low) : 0;
  return Uint8Array.from([...numbers], (value) => Math.round((value - low) * scale) || 0);
}

/**
 * A weight of one or two axes as Keras lays it out: a bias as a line, a kernel on its side if it is higher than wide.
 * Nothing for others.
 */
export function weightPicture(numbers: Iterable<number>, shape: Shape): Picture | undefined {
  const sizes = shape.filter((size) => size > 1);
  if (sizes.length === 0 || sizes.length > 2) return undefined;
  const [rows, cols] = sizes.length === 1 ? [1, sizes[0]!] : (sizes as [number, number]);
  const pixels = greys(numbers, extent(numbers));
  if (rows <= cols) return { width: cols, height: rows, channels: 1, pixels };
  const turned = pixels.map((_, i) => pixels[(i % rows) * cols + Math.floor(i / rows)]!);
  return { width: rows, height: cols, channels: 1, pixels: turned };
}

/**
 * A table of counts, rows what is so and columns what was predicted, with class numbers beside and above. A cell is the
 * darker the larger its share of the row; what is wrong is red.
 */
export function confusionPicture(matrix: readonly (readonly number[])[]): Picture {
  const most = Math.max(...matrix.flat().map((count) => String(count).length), 2);
  const [wide, high] = [PITCH * most + 3, 9];
  const classes = matrix.length;
  const canvas = new Canvas(wide * (classes + 1), high * (classes + 1));
  const write = (row: number, col: number, value: number, colour: Colour) => {
    const room = most - String(value).length;
    const left = wide * col + 2 + (PITCH * room) / 2;
    canvas.digits(left, high * row + 2, value, colour);
  };
  for (let i = 0; i < classes; i++) {
    write(i + 1, 0, i, GREY);
    write(0, i + 1, i, GREY);
    const total = matrix[i]!.reduce((a, b) => a + b, 0);
    matrix[i]!.forEach((count, j) => {
      const share = total > 0 ? count / total : 0;
      const colour = mixed(WHITE, i === j ? BLUE : RED, share);
      canvas.fill(wide * (j + 1), high * (i + 1), wide - 1, high - 1, colour);
      if (count > 0) write(i + 1, j + 1, count, share > 0.5 ? WHITE : BLACK);
    });
  }
  return canvas;
}

/** Pictures a line of a sheet. */
const LINE = 8;

/**
 * Examples beside and below each other, framed in green where the prediction is right, in red where it is wrong, in
 * grey where nobody knows.
 *
 * @param shape [height, width] or [height, width, channels], of which there are one or three.
 */
export function sheet(
  rows: readonly Iterable<number>[],
  shape: Shape,
  verdicts: readonly (boolean | undefined)[],
): Picture {
  const [height = 1, width = 1, channels = 1] = shape;
  const lines = Math.ceil(rows.length / LINE);
  const canvas = new Canvas(LINE * (width + 4), lines * (height + 4));
  const bounds = rows.map(extent);
  const range = [
    Math.min(...bounds.map(([low]) => low)),
    Math.max(...bounds.map(([, high]) => high)),
  ] as const;
  rows.forEach((row, place) => {
    const left = (place % LINE) * (width + 4) + 1;
    const top = Math.floor(place / LINE) * (height + 4) + 1;
    const verdict = verdicts[place];
    const frame = verdict === undefined ? GREY : verdict ? GREEN : RED;
    canvas.fill(left, top, width + 2, height + 2, frame);
    const pixels = greys(row, range);
    for (let i = 0; i < width * height; i++) {
      const at = (channel: number) => pixels[i * channels + (channel % channels)]!;
      const y = top + 1 + Math.floor(i / width);
      canvas.fill(left + 1 + (i % width), y, 1, 1, [at(0), at(1), at(2)]);
    }
  });
  return canvas;
}
