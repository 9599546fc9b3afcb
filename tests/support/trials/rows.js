import { tensor } from "../../../dist/index.js";

const ROWS = 90;

/** Points, and whether each lies in a ring. */
export function rows() {
  const x = Float32Array.from({ length: 2 * ROWS }, (_, i) => ((i * i * 37) % 101) / 50 - 1);
  const y = Float32Array.from({ length: ROWS }, (_, i) => {
    const square = x[2 * i] * x[2 * i] + x[2 * i + 1] * x[2 * i + 1];
    return Number(square > 0.3 && square < 1);
  });
  return { x: tensor(x, [ROWS, 2]), y: tensor(y) };
}
