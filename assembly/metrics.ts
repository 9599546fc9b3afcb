import { weightOf } from "./losses/elementwise";

/** Double-precision cells: a float32 stops counting at 2²⁴. */

// @ts-ignore: decorator
@inline
function addTo(cell: usize, value: f64): void {
  store<f64>(cell, load<f64>(cell) + value);
}

/** cells[0] += Σ w·v, cells[1] += Σ w, over rows [from, to). */
export function accumulate(
  from: i32,
  to: i32,
  values: usize,
  rowWeight: usize,
  cells: usize,
): void {
  let sum: f64 = 0,
    weights: f64 = 0;
  for (let r = from; r < to; r++) {
    const w = <f64>weightOf(rowWeight, r);
    sum += w * <f64>load<f32>(values + ((<usize>r) << 2));
    weights += w;
  }
  addTo(cells, sum);
  addTo(cells + 8, weights);
}

/** cell += scale·Σ w·loss, over rows [from, to). */
export function addLoss(
  from: i32,
  to: i32,
  loss: usize,
  rowWeight: usize,
  scale: f64,
  cell: usize,
): void {
  let sum: f64 = 0;
  for (let r = from; r < to; r++) {
    sum += <f64>weightOf(rowWeight, r) * <f64>load<f32>(loss + ((<usize>r) << 2));
  }
  addTo(cell, scale * sum);
}

/** The column of each row's first maximum, as int32, for rows [from, to). */
export function argMax(from: i32, to: i32, cols: i32, x: usize, labels: usize): void {
  for (let r = from; r < to; r++) {
    const row = x + ((<usize>r * cols) << 2);
    let best = 0;
    let most = load<f32>(row);
    for (let j = 1; j < cols; j++) {
      const value = load<f32>(row + ((<usize>j) << 2));
      if (value > most) {
        most = value;
        best = j;
      }
    }
    store<i32>(labels + ((<usize>r) << 2), best);
  }
}

/** values[r] = 1 where two class numbers are the same, else 0. */
export function equalLabels(from: i32, to: i32, a: usize, b: usize, values: usize): void {
  for (let r = from; r < to; r++) {
    const at = (<usize>r) << 2;
    store<f32>(values + at, load<i32>(a + at) == load<i32>(b + at) ? 1 : 0);
  }
}

/** values[r] = the share of a row's columns in which the prediction is on the target's side of the threshold. */
export function binaryMatches(
  from: i32,
  to: i32,
  cols: i32,
  prediction: usize,
  target: usize,
  values: usize,
  threshold: f32,
): void {
  for (let r = from; r < to; r++) {
    const row = (<usize>r * cols) << 2;
    let matches = 0;
    for (let j = 0; j < cols; j++) {
      const at = row + ((<usize>j) << 2);
      const side: f32 = load<f32>(prediction + at) > threshold ? 1 : 0;
      matches += <i32>(side == load<f32>(target + at));
    }
    store<f32>(values + ((<usize>r) << 2), <f32>matches / <f32>cols);
  }
}

/**
 * Adds to three runs of `cols` cells, for columns [from, to): weights of true positives, of what is predicted and of
 * what is so, where both prediction and target count as yes above their thresholds.
 */
export function thresholdCounts(
  from: i32,
  to: i32,
  rows: i32,
  cols: i32,
  prediction: usize,
  target: usize,
  rowWeight: usize,
  cells: usize,
  threshold: f32,
): void {
  const run = (<usize>cols) << 3;
  for (let j = from; j < to; j++) {
    const cell = cells + ((<usize>j) << 3);
    for (let r = 0; r < rows; r++) {
      const at = (<usize>r * cols + j) << 2;
      const w = <f64>weightOf(rowWeight, r);
      const yes = load<f32>(prediction + at) > threshold;
      const y = <f64>load<f32>(target + at);
      if (yes) {
        addTo(cell, w * y);
        addTo(cell + run, w);
      }
      addTo(cell + 2 * run, w * y);
    }
  }
}

/** The same three runs of cells, from the class numbers of all rows. */
export function classCounts(
  rows: i32,
  cols: i32,
  predicted: usize,
  actual: usize,
  rowWeight: usize,
  cells: usize,
): void {
  const run = (<usize>cols) << 3;
  for (let r = 0; r < rows; r++) {
    const w = <f64>weightOf(rowWeight, r);
    const p = load<i32>(predicted + ((<usize>r) << 2));
    const y = load<i32>(actual + ((<usize>r) << 2));
    if (p == y) addTo(cells + ((<usize>y) << 3), w);
    addTo(cells + run + ((<usize>p) << 3), w);
    addTo(cells + 2 * run + ((<usize>y) << 3), w);
  }
}
