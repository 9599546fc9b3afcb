/** What loops written by hand need: an order of rows, and copies of rows. */

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

/** Rows of a matrix, copied one below the other. */
export function gather(matrix, width, rows) {
  const copy = new Float32Array(width * rows.length);
  rows.forEach((row, i) => copy.set(matrix.subarray(width * row, width * (row + 1)), width * i));
  return copy;
}
