import { GlissadeError, show } from "../error.js";
import { isPlainObject } from "../options.js";
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
  readonly data_offsets: readonly [from: number, to: number];
}

/** Refusals in the name of who reads. */
type Refuse = (why: string, wayOut?: string) => GlissadeError;

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
export function decodeSafetensors(bytes: Uint8Array, owner = "fromBytes"): Safetensors {
  const refuse: Refuse = (why, wayOut = "the file is damaged or of another kind") =>
    new GlissadeError("ERR_FORMAT", `${owner}: ${why}; ${wayOut}`);
  if (bytes.byteLength < LENGTH_BYTES) {
    throw refuse(
      `a safetensors file must have ${LENGTH_BYTES} bytes or more, got ${bytes.byteLength}`,
    );
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const headerBytes = Number(view.getBigUint64(0, true));
  const begin = LENGTH_BYTES + headerBytes;
  if (begin > bytes.byteLength) {
    throw refuse(
      `the file's header must lie within its ${bytes.byteLength} bytes, got a length of ${headerBytes}`,
    );
  }
  const header = parseHeader(bytes.subarray(LENGTH_BYTES, begin), refuse);
  const { __metadata__: metadata = {}, ...entries } = header;
  if (!isPlainObject(metadata) || !Object.values(metadata).every(isText)) {
    throw refuse(`the file's metadata must be texts by name, got ${show(metadata)}`);
  }
  const data = bytes.subarray(begin);
  checkTight(entries, data.byteLength, refuse);
  const tensors = new Map<string, Tensor>();
  for (const [name, entry] of Object.entries(entries)) {
    tensors.set(name, decodeTensor(name, entry as Entry, data, refuse));
  }
  return { tensors, metadata: metadata as Record<string, string> };
}

const isText = (value: unknown) => typeof value === "string";
const isCount = (value: unknown) => Number.isSafeInteger(value) && (value as number) >= 0;

function parseHeader(bytes: Uint8Array, refuse: Refuse): Readonly<Record<string, unknown>> {
  let header: unknown;
  try {
    header = JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    throw refuse("the file's header must be JSON, got other bytes");
  }
  if (isPlainObject(header)) return header;
  throw refuse(`the file's header must be a JSON object, got ${show(header)}`);
}

/** Tensors must follow one another without gaps to the end of the file. @throws ERR_FORMAT if they do not */
function checkTight(
  entries: Readonly<Record<string, unknown>>,
  bytes: number,
  refuse: Refuse,
): void {
  const places = Object.entries(entries).map(([name, entry]) => {
    const { shape, data_offsets: offsets } = (entry ?? {}) as Partial<Entry>;
    const isWhole = [shape, offsets].every((list) => Array.isArray(list) && list.every(isCount));
    if (!isWhole || offsets!.length !== 2) {
      throw refuse(
        `the tensor ${name} must have a shape and two offsets, got ${show(shape)} and ${show(offsets)}`,
      );
    }
    return { name, from: offsets![0], to: offsets![1] };
  });
  let end = 0;
  for (const { name, from, to } of places.sort((a, b) => a.from - b.from || a.to - b.to)) {
    if (from !== end || to < from || to > bytes) {
      throw refuse(
        `the tensor ${name} must begin at byte ${end} and end within ${bytes}, got ${from} to ${to}`,
      );
    }
    end = to;
  }
  if (end !== bytes)
    throw refuse(`the tensors must fill the ${bytes} bytes after the header, got ${end}`);
}

function decodeTensor(name: string, entry: Entry, data: Uint8Array, refuse: Refuse): Tensor {
  const { dtype, shape, data_offsets: offsets } = entry;
  if (!Object.hasOwn(ARRAYS, dtype)) {
    throw refuse(
      `the tensor ${name} must be F32, I32 or U8, got ${show(dtype)}`,
      "write it as F32 where it comes from",
    );
  }
  const type = ARRAYS[dtype as keyof typeof ARRAYS];
  const [from, to] = offsets;
  const bytes = sizeOf(shape) * type.BYTES_PER_ELEMENT;
  if (to - from !== bytes) {
    throw refuse(
      `the tensor ${name} of shape [${shape.join(", ")}] must take ${bytes} bytes, got ${to - from}`,
    );
  }
  // Copied: the data section lies on any byte, and a typed array needs its own boundary.
  return tensor(new type(data.slice(from, to).buffer), shape);
}
