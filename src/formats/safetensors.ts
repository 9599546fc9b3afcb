import { GlissadeError } from "../error.js";
import { sizeOf } from "../stage.js";
import { type Tensor, tensor } from "../tensor.js";

/** What a safetensors file holds: tensors by name, and text by key. */
export interface Safetensors {
  readonly tensors: ReadonlyMap<string, Tensor>;
  readonly metadata: Readonly<Record<string, string>>;
}

const LENGTH_BYTES = 8;
const TYPES = { float32: "F32", int32: "I32", uint8: "U8" } as const;
const ARRAYS = { F32: Float32Array, I32: Int32Array, U8: Uint8Array } as const;

interface Entry {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly data_offsets: readonly [number, number];
}

const refuse = (why: string) =>
  new GlissadeError("ERR_FORMAT", `safetensors: ${why}; the file is damaged or of another kind`);

/**
 * Writes tensors tight and in name order, as the reference reader demands.
 *
 * @see https://github.com/huggingface/safetensors#format
 */
export function encodeSafetensors({ tensors, metadata }: Safetensors): Uint8Array<ArrayBuffer> {
  const names = [...tensors.keys()].sort();
  const header: Record<string, unknown> = { __metadata__: metadata };
  let end = 0;
  for (const name of names) {
    const { data, shape, dtype } = tensors.get(name)!;
    header[name] = { dtype: TYPES[dtype], shape, data_offsets: [end, (end += data.byteLength)] };
  }
  const text = new TextEncoder().encode(JSON.stringify(header));
  // Padded with spaces, so that numbers lie on 8 bytes in the file.
  const headerBytes = Math.ceil(text.length / LENGTH_BYTES) * LENGTH_BYTES;
  const bytes = new Uint8Array(LENGTH_BYTES + headerBytes + end);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(headerBytes), true);
  bytes.fill(0x20, LENGTH_BYTES, LENGTH_BYTES + headerBytes).set(text, LENGTH_BYTES);
  let at = LENGTH_BYTES + headerBytes;
  for (const name of names) {
    const { data } = tensors.get(name)!;
    bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), at);
    at += data.byteLength;
  }
  return bytes;
}

/** Reads what {@link encodeSafetensors} and others write. @throws ERR_FORMAT if the bytes are no such file */
export function decodeSafetensors(bytes: Uint8Array): Safetensors {
  if (bytes.byteLength < LENGTH_BYTES)
    throw refuse(`it must be longer than ${bytes.byteLength} bytes`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const headerBytes = Number(view.getBigUint64(0, true));
  const begin = LENGTH_BYTES + headerBytes;
  if (begin > bytes.byteLength) {
    throw refuse(`its header must fit into ${bytes.byteLength} bytes, but says ${headerBytes}`);
  }
  const header = parseHeader(bytes.subarray(LENGTH_BYTES, begin));
  const { __metadata__: metadata = {}, ...entries } = header;
  const tensors = new Map<string, Tensor>();
  for (const [name, entry] of Object.entries(entries)) {
    tensors.set(name, decodeTensor(name, entry as Entry, bytes.subarray(begin)));
  }
  return { tensors, metadata: metadata as Record<string, string> };
}

function parseHeader(bytes: Uint8Array): Record<string, unknown> {
  try {
    const header: unknown = JSON.parse(new TextDecoder().decode(bytes));
    if (typeof header === "object" && header !== null) return header as Record<string, unknown>;
  } catch {
    throw refuse("its header must be JSON, but is not");
  }
  throw refuse("its header must be a JSON object, but is not");
}

function decodeTensor(name: string, entry: Entry, data: Uint8Array): Tensor {
  const [from, to] = entry.data_offsets ?? [];
  const type = ARRAYS[entry.dtype as keyof typeof ARRAYS];
  if (!type) throw refuse(`tensor ${name} must be F32, I32 or U8, but is ${entry.dtype}`);
  const bytes = sizeOf(entry.shape) * type.BYTES_PER_ELEMENT;
  if (!(from! >= 0) || to! - from! !== bytes || to! > data.byteLength) {
    throw refuse(
      `tensor ${name} must take ${bytes} bytes within ${data.byteLength}, but lies at ${from} to ${to}`,
    );
  }
  // Copied: the data section lies on any byte, and a typed array needs its own boundary.
  return tensor(new type(data.slice(from, to).buffer), entry.shape);
}
