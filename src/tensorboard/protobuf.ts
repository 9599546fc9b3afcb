/**
 * Protocol Buffers as bytes: a message is its fields one after another, each a key (number · 8 + wire type) and a
 * value.
 *
 * @see https://protobuf.dev/programming-guides/encoding
 */

const utf8 = new TextEncoder();

/** Bytes one after another: also how a message is made of its fields. */
export function joined(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let end = 0;
  for (const part of parts) {
    bytes.set(part, end);
    end += part.length;
  }
  return bytes;
}

export const message = (...fields: readonly Uint8Array[]) => joined(fields);

/** Seven bits a byte, the last ones first; what is negative takes ten bytes. */
function varint(value: number): number[] {
  const digits: number[] = [];
  let rest = BigInt.asUintN(64, BigInt(value));
  for (; rest > 127n; rest >>= 7n) digits.push(Number(rest & 127n) + 128);
  return [...digits, Number(rest)];
}

const key = (field: number, wireType: number) => varint(field * 8 + wireType);

/** An int64, bool or enum. */
export const integer = (field: number, value: number) =>
  Uint8Array.from([...key(field, 0), ...varint(value)]);

/** A text, bytes or a message within. */
export function bytes(field: number, value: Uint8Array | string): Uint8Array {
  const content = typeof value === "string" ? utf8.encode(value) : value;
  return joined([Uint8Array.from([...key(field, 2), ...varint(content.length)]), content]);
}

/** Numbers of eight bytes, or of four, side by side. */
export function packed(values: ArrayLike<number>, size: 4 | 8): Uint8Array<ArrayBuffer> {
  const view = new DataView(new ArrayBuffer(values.length * size));
  for (let i = 0; i < values.length; i++) {
    if (size === 8) view.setFloat64(8 * i, values[i]!, true);
    else view.setFloat32(4 * i, values[i]!, true);
  }
  return new Uint8Array(view.buffer);
}

/** Numbers of a repeated field, which are written packed. */
export const fixed = (field: number, values: ArrayLike<number>, size: 4 | 8) =>
  bytes(field, packed(values, size));

export const double = (field: number, value: number) =>
  joined([Uint8Array.from(key(field, 1)), packed([value], 8)]);

/** A field where 0 and nothing are one, as most scalar fields are: left out then. */
export const unlessZero = (
  kind: (field: number, value: number) => Uint8Array,
  field: number,
  value: number,
) => (value === 0 ? new Uint8Array() : kind(field, value));

/** An entry of a map. */
export const entry = (field: number, name: string, value: Uint8Array) =>
  bytes(field, message(bytes(1, name), bytes(2, value)));
