import { crc32c, masked } from "./checksum.js";
import { bytes, double, integer, joined, message, unlessZero } from "./protobuf.js";
import type { Value } from "./summaries.js";

function word(value: number): Uint8Array {
  const view = new DataView(new ArrayBuffer(4));
  view.setUint32(0, value, true);
  return new Uint8Array(view.buffer);
}

/** One record of a file: length of the data in eight bytes, its check, the data, their check. */
export function record(data: Uint8Array): Uint8Array<ArrayBuffer> {
  const length = joined([word(data.length), word(0)]);
  return joined([length, word(masked(crc32c(length))), data, word(masked(crc32c(data)))]);
}

/** An event: seconds since 1970, the step, and the one field that says what happened. */
export const event = (wallTime: number, step: number, what: Uint8Array) =>
  message(unlessZero(double, 1, wallTime), unlessZero(integer, 2, step), what);

/**
 * What every file begins with. In version 1 a step that is smaller than the one before means that training went back:
 * of the tags that this event has, what stands at its step and after it is dropped. In version 2 the start of a session
 * drops all tags alike from one step on, be they counted in epochs or in batches.
 */
export const fileVersion = () => bytes(3, "brain.Event:1");

/** A graph. */
export const graphDef = (graph: Uint8Array) => bytes(4, graph);

/** Values of one step. */
export const summary = (values: readonly Value[]) =>
  bytes(5, joined(values.map((value) => bytes(1, value.bytes))));
