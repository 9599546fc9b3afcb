import { crc32c, masked } from "../../src/tensorboard/checksum.js";

/** Fields of a message by number, in order; of each what stands there: a whole number, or bytes. */
export type Fields = Map<number, (bigint | Uint8Array)[]>;

const text = new TextDecoder();

/** The fields of a message, by the wire format alone. */
export function fieldsOf(bytes: Uint8Array): Fields {
  const fields: Fields = new Map();
  let at = 0;
  const varint = () => {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = BigInt(bytes[at++]!);
      value |= (byte & 127n) << shift;
      if (byte < 128n) return BigInt.asUintN(64, value);
    }
  };
  const take = (size: number) => bytes.slice(at, (at += size));
  while (at < bytes.length) {
    const key = Number(varint());
    const kind = key & 7;
    const value = kind === 0 ? varint() : take(kind === 1 ? 8 : kind === 5 ? 4 : Number(varint()));
    fields.set(key >> 3, [...(fields.get(key >> 3) ?? []), value]);
  }
  return fields;
}

const view = (bytes: Uint8Array) => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
export const all = (fields: Fields, number: number) => (fields.get(number) ?? []) as Uint8Array[];
export const inner = (fields: Fields, number: number) =>
  fieldsOf(all(fields, number)[0] ?? new Uint8Array());
export const textOf = (fields: Fields, number: number) =>
  text.decode(all(fields, number)[0] ?? new Uint8Array());

/** The data of the records of a file. @throws if a length or a sum is wrong */
export function recordsOf(file: Uint8Array): Uint8Array[] {
  const records: Uint8Array[] = [];
  for (let at = 0; at < file.length;) {
    const size = Number(view(file).getBigUint64(at, true));
    const [head, data] = [file.slice(at, at + 8), file.slice(at + 12, at + 12 + size)];
    const sums = [view(file).getUint32(at + 8, true), view(file).getUint32(at + 12 + size, true)];
    if (sums[0] !== masked(crc32c(head)) || sums[1] !== masked(crc32c(data))) {
      throw new Error(`the record at ${at} is damaged`);
    }
    records.push(data);
    at += size + 16;
  }
  return records;
}

/** A value of a summary. */
export interface SeenValue {
  readonly step: number;
  readonly tag: string;
  readonly plugin: string;
  readonly shape: readonly number[];
  /** Numbers of a tensor, or its texts. */
  readonly numbers: readonly number[];
  readonly texts: readonly Uint8Array[];
}

function numbersOf(tensor: Fields): number[] {
  const size = tensor.get(1)?.[0] === 2n ? 8 : 4;
  const content = view(all(tensor, 4)[0] ?? all(tensor, 5)[0] ?? new Uint8Array());
  return Array.from({ length: content.byteLength / size }, (_, i) =>
    size === 8 ? content.getFloat64(8 * i, true) : content.getFloat32(4 * i, true),
  );
}

/** A value, with its event's step. */
function valueOf(bytes: Uint8Array, step: number): SeenValue {
  const value = fieldsOf(bytes);
  const tensor = inner(value, 8);
  const sizes = all(inner(tensor, 2), 2).map((axis) => Number(fieldsOf(axis).get(1)?.[0] ?? 0n));
  return {
    step,
    tag: textOf(value, 1),
    plugin: textOf(inner(inner(value, 9), 1), 1),
    shape: sizes,
    numbers: numbersOf(tensor),
    texts: all(tensor, 8),
  };
}

/** What a file holds: its version, graphs, and events that have a summary, be it empty. */
export function eventsOf(file: Uint8Array) {
  const events = recordsOf(file).map(fieldsOf);
  const summaries = events
    .filter((event) => event.has(5))
    .map((event) => {
      const step = Number((event.get(2)?.[0] as bigint | undefined) ?? 0n);
      return { step, values: all(inner(event, 5), 1).map((bytes) => valueOf(bytes, step)) };
    });
  const graphs = events.filter((event) => event.has(4)).map((event) => inner(event, 4));
  return { version: textOf(events[0]!, 3), graphs, summaries };
}

/** A graph's nodes by name: what they do, what they read, and the shape that they give. */
export function nodesOf(graph: Fields) {
  return Object.fromEntries(
    all(graph, 1).map((bytes) => {
      const node = fieldsOf(bytes);
      const attributes = all(node, 5).map(fieldsOf);
      const shapes = attributes.find((entry) => textOf(entry, 1) === "_output_shapes")!;
      const shape = inner(inner(inner(shapes, 2), 1), 7);
      const sizes = all(shape, 2).map((axis) =>
        Number(BigInt.asIntN(64, (fieldsOf(axis).get(1)?.[0] as bigint) ?? 0n)),
      );
      const reads = all(node, 3).map((name) => text.decode(name));
      return [textOf(node, 1), { op: textOf(node, 2), reads, shape: sizes }];
    }),
  );
}
