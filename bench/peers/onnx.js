/**
 * Models as ONNX files: the few messages of its protobuf that a network of layers needs.
 *
 * @see onnx.proto of ONNX for the numbers of the fields
 */
const VARINT = 0;
const BYTES = 2;
const FLOAT = 1;
const INT64 = 7;
const ATTRIBUTE_OF_INTEGER = 2;
const IR_VERSION = 8;
const OPSET = 17;

function varint(value) {
  const bytes = [];
  for (; value > 127; value = Math.floor(value / 128)) bytes.push((value % 128) | 128);
  return Uint8Array.of(...bytes, value);
}

const integer = (field, value) => [varint(field * 8 + VARINT), varint(value)];

function bytes(field, content) {
  const parts = typeof content === "string" ? [new TextEncoder().encode(content)] : content.flat(9);
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  return [varint(field * 8 + BYTES), varint(length), ...parts];
}

const attribute = ([name, value]) =>
  bytes(5, [bytes(1, name), integer(3, value), integer(20, ATTRIBUTE_OF_INTEGER)]);

/** One operation; `attributes` are integers by name. */
export const node = (type, inputs, output, attributes = {}) =>
  bytes(1, [
    ...inputs.map((name) => bytes(1, name)),
    bytes(2, output),
    bytes(4, type),
    ...Object.entries(attributes).map(attribute),
  ]);

/** A constant of float32, or of integers of 64 bits as places must be. */
export const constant = (name, shape, values) =>
  bytes(5, [
    ...shape.map((size) => integer(1, size)),
    integer(2, values instanceof BigInt64Array ? INT64 : FLOAT),
    bytes(8, name),
    bytes(9, [new Uint8Array(values.buffer, values.byteOffset, values.byteLength)]),
  ]);

const value = (field) => (name, shape) => {
  const sizes = shape.map((size) => bytes(1, [integer(1, size)]));
  return bytes(field, [bytes(1, name), bytes(2, [bytes(1, [integer(1, FLOAT), bytes(2, sizes)])])]);
};
export const input = value(11);
export const output = value(12);

/** The file of a graph of such parts. */
export function model(parts) {
  const pieces = [
    integer(1, IR_VERSION),
    bytes(7, [...parts, bytes(2, "graph")]),
    bytes(8, [integer(2, OPSET)]),
  ].flat(9);
  return new Uint8Array(Buffer.concat(pieces));
}
