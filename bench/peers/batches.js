/** What loops written by hand need: an order of rows, copies of rows, and answers row by row. */
import { ROWS } from "../support/workloads.js";

/** Fisher and Yates's shuffle of 0 … count - 1. */
export function shuffled(count) {
  const order = Int32Array.from({ length: count }, (_, row) => row);
  for (let last = count - 1; last > 0; last--) {
    const other = Math.floor(Math.random() * (last + 1));
    [order[last], order[other]] = [order[other], order[last]];
  }
  return order;
}

/** Orders of `count` rows in all, epoch by epoch, in whole batches. */
export function* shuffledBatches(count, epochRows, batchSize) {
  for (let done = 0; done < count;) {
    const order = shuffled(epochRows);
    for (let from = 0; from < epochRows && done < count; from += batchSize) {
      const batch = order.subarray(from, from + batchSize);
      yield batch;
      done += batch.length;
    }
  }
}

/** As these contestants answer row by row, so many tell what more take. */
const MOST_ROWS = 200;

/** What `serve` asks of inference, where `answer(row)` gives the outputs of one row of the data. */
export function rowByRow({ rows: asked, data, units }, answer) {
  const rows = Math.min(asked, MOST_ROWS);
  return {
    rows,
    check(count) {
      let sum = 0;
      for (let row = 0; row < count; row++) {
        for (const output of answer(row)) sum += Math.abs(output);
      }
      return sum / count / units.at(-1);
    },
    infer(call) {
      let outputs;
      for (let i = 0; i < rows; i++) outputs = answer((rows * call + i) % ROWS[data]);
      return outputs[0];
    },
  };
}

/** Rows of a matrix, copied one below the other. */
export function gather(matrix, width, rows) {
  const copy = new Float32Array(width * rows.length);
  rows.forEach((row, i) => copy.set(matrix.subarray(width * row, width * (row + 1)), width * i));
  return copy;
}
