import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { decodeSafetensors, encodeSafetensors } from "../../src/formats/safetensors.js";
import {
  type AnyModel,
  fromBytes,
  layer,
  layers,
  type Model,
  sequential,
  tensor,
  toBytes,
} from "../../src/index.js";
import { datasets, load, progressBar, save } from "../../src/node/index.js";
import { classifier, promised, type Row, row } from "./row.js";

const LENGTH_BYTES = 8;

/** A file of a header that is written by hand. */
const written = (header: unknown, data: readonly number[] = []): Uint8Array => {
  const text = new TextEncoder().encode(
    typeof header === "string" ? header : JSON.stringify(header),
  );
  const bytes = new Uint8Array(LENGTH_BYTES + text.length + data.length);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(text.length), true);
  bytes.set(text, LENGTH_BYTES);
  bytes.set(data, LENGTH_BYTES + text.length);
  return bytes;
};
const entry = (dtype: string, shape: unknown, ...offsets: number[]) => ({
  dtype,
  shape,
  data_offsets: offsets,
});

/** A file that is refused whatever the model. */
const file = (title: string, bytes: () => Uint8Array) =>
  row("ERR_FORMAT", `fromBytes: ${title}`, () => fromBytes(bytes()));

/** A good file, cut or written over. */
const bytesOf = (change: (bytes: Uint8Array) => Uint8Array) => (): Uint8Array => {
  const { model } = classifier();
  const bytes = toBytes(model);
  model.dispose();
  return change(bytes);
};

type Json = { [name: string]: Json } & Json[] & unknown;

/** A good file whose metadata were changed. */
const changed = (change: (header: Json) => void) =>
  bytesOf((bytes) => {
    const { tensors, metadata } = decodeSafetensors(bytes);
    const header = JSON.parse(metadata.glissade!) as Json;
    change(header);
    return encodeSafetensors({ tensors, metadata: { glissade: JSON.stringify(header) } });
  });
const metadata = (title: string, change: (header: Json) => void) => file(title, changed(change));
const set = (target: Json, values: object) => void Object.assign(target, values);

/** A file of a model with a layer of the user's own. */
const ownFile = (): Uint8Array => {
  const build = (output: readonly number[]) => ({ output, forward() {}, backward() {} });
  const model = sequential([
    layers.input({ shape: [2] }),
    layer({ type: "scale", options: {}, build }),
  ]);
  const bytes = toBytes(model);
  model.dispose();
  return bytes;
};

const into = (model: AnyModel) => ({ into: model as Model });
const spoil = (model: AnyModel, labels: unknown) => Object.assign(model, { labels });

/** Files, as bytes and on disk. */
export const files: Row[] = [
  row("ERR_DTYPE", "fromBytes: a promise", () => fromBytes(promised(0) as never)),
  row("ERR_DTYPE", "fromBytes: a path", () => fromBytes("model.safetensors" as never)),
  file("nothing", () => new Uint8Array(0)),
  file(
    "a length and no more",
    bytesOf((bytes) => bytes.slice(0, LENGTH_BYTES)),
  ),
  file("text", () => new TextEncoder().encode("not a model, but long enough to read")),
  file(
    "cut short in the header",
    bytesOf((bytes) => bytes.slice(0, 99)),
  ),
  file(
    "cut short in the data",
    bytesOf((bytes) => bytes.slice(0, -4)),
  ),
  file(
    "cut short by a byte",
    bytesOf((bytes) => bytes.slice(0, -1)),
  ),
  file(
    "bytes after the end",
    bytesOf((bytes) => Uint8Array.of(...bytes, 0)),
  ),
  file("a header that is no JSON", () => written("{ 'a': 1 }")),
  file("a header that is an array", () => written([1, 2])),
  file("metadata that are a text", () => written({ __metadata__: "glissade" })),
  file("metadata that are no texts", () => written({ __metadata__: { format: { pt: 1 } } })),
  file("a tensor that is null", () => written({ a: null })),
  file("a tensor without offsets", () => written({ a: { dtype: "F32", shape: [1] } })),
  file("a tensor of a negative size", () => written({ a: entry("F32", [-1], 0, 4) }, [0, 0, 0, 0])),
  file("a tensor of a type that nobody has", () =>
    written({ a: entry("BF16", [2], 0, 4) }, [0, 0, 0, 0]),
  ),
  file("a tensor whose shape needs more", () =>
    written({ a: entry("F32", [2], 0, 4) }, [0, 0, 0, 0]),
  ),
  file("a tensor beyond the end", () => written({ a: entry("U8", [9], 0, 9) }, [1, 2, 3])),
  file("tensors that overlap", () =>
    written({ a: entry("U8", [3], 0, 3), b: entry("U8", [2], 2, 4) }, [1, 2, 3, 4]),
  ),
  file("a gap between tensors", () =>
    written({ a: entry("U8", [1], 0, 1), b: entry("U8", [2], 2, 4) }, [1, 2, 3, 4]),
  ),
  file("an end before the begin", () => written({ a: entry("U8", [1], 0, -1) }, [1])),
  file(
    "weights only",
    bytesOf((bytes) => {
      const { tensors } = decodeSafetensors(bytes);
      return encodeSafetensors({ tensors, metadata: {} });
    }),
  ),
  file(
    "a weight that is missing",
    bytesOf((bytes) => {
      const { tensors, metadata } = decodeSafetensors(bytes);
      const rest = new Map([...tensors].slice(1));
      return encodeSafetensors({ tensors: rest, metadata });
    }),
  ),
  file(
    "a weight of another shape",
    bytesOf((bytes) => {
      const { tensors, metadata } = decodeSafetensors(bytes);
      const other = new Map([...tensors]).set("last/bias", tensor([1, 2]));
      return encodeSafetensors({ tensors: other, metadata });
    }),
  ),
  file("metadata that are no JSON", () => written({ __metadata__: { glissade: "{" } })),
  metadata("a newer format", (header) => set(header, { format: 9, version: "4.0.0" })),
  metadata("a format that is a text", (header) => set(header, { format: "1" })),
  metadata("no model", (header) => set(header, { model: undefined })),
  metadata("a layer that nobody made", (header) => set(header.model!.nodes![1]!, { layer: 7 })),
  metadata("labels that are numbers", (header) => set(header, { labels: [0, 1, 2] })),
  metadata("a compilation without a loss", (header) => set(header.compile!, { loss: undefined })),
  metadata("a loss for logits that are none", (header) =>
    set(header.compile!, { loss: { type: "binaryCrossentropy", options: { fromLogits: false } } }),
  ),
  metadata("units below 0", (header) => set(header.model!.layers![0]!.options!, { units: -3 })),
  metadata("an input without a shape", (header) => set(header.model!.nodes![0]!, { shape: [] })),
  row("ERR_MEMORY", "fromBytes: a layer as large as the world", () => {
    const grow = (header: Json) => {
      set(header.model!.layers![0]!.options!, { units: 1e9 });
    };
    return fromBytes(changed(grow)());
  }),
  row("ERR_SHAPE", "fromBytes: into a model of other widths", (model) => {
    const other = sequential([layers.dense(2, { inputShape: [2], name: "last" })]);
    const bytes = toBytes(other);
    other.dispose();
    return fromBytes(bytes, into(model));
  }),
  row("ERR_FORMAT", "fromBytes: into a model of other names", (model) =>
    fromBytes(ownFile(), into(model)),
  ),
  row("ERR_OPTION", "fromBytes: into something that is no model", () =>
    fromBytes(ownFile(), { into: layers.dense(1) as never }),
  ),
  row("ERR_OPTION", "fromBytes: a layer of one's own that is not handed in", () =>
    fromBytes(ownFile()),
  ),
  row("ERR_OPTION", "fromBytes: a layer of one's own that makes none", () =>
    fromBytes(ownFile(), { layers: { scale: () => 3 } }),
  ),
  row("ERR_OPTION", "fromBytes: layers that are a promise", () =>
    fromBytes(ownFile(), { layers: promised({}) as never }),
  ),
  row("ERR_OPTION", "fromBytes: a loss that nobody knows", () => {
    const loss = { type: "pinball", options: {} };
    return fromBytes(changed((header) => set(header.compile!, { loss }))());
  }),

  row("ERR_OPTION", "toBytes: no model", () => toBytes(undefined as never)),
  row("ERR_OPTION", "toBytes: a model that is a promise", (model) =>
    toBytes(promised(model) as never),
  ),
  row("ERR_OPTION", "toBytes: an option misspelt", (model) =>
    toBytes(model, { weightOnly: true } as never),
  ),
  row("ERR_OPTION", "toBytes: labels that are a text", (model) =>
    toBytes(spoil(model, "cat, dog")),
  ),
  row("ERR_OPTION", "save: the path before the model", (model) =>
    save("model.safetensors" as never, model as never),
  ),
  row("ERR_OPTION", "save: data for a model", () => save([1, 2] as never, "model.safetensors")),
  row("ERR_FORMAT", "save: another ending", (model) => save(model, "model.h5")),
  row("ERR_FORMAT", "load: another ending", () => load("model.json")),
  row("ERR_OPTION", "load: no path", () => load(undefined as never)),
  row("ERR_FORMAT", "load: a file of another kind", async () => {
    const folder = await mkdtemp(join(tmpdir(), "glissade-"));
    const path = join(folder, "fake.safetensors");
    try {
      await writeFile(path, "no model, but long enough");
      await load(path);
    } finally {
      await rm(folder, { recursive: true });
    }
  }),
  row("ERR_OPTION", "mnist: a type that nobody has", () =>
    datasets.mnist({ dtype: "float64" as never }),
  ),
  row("ERR_OPTION", "progressBar: a name for a stream", () =>
    progressBar({ stream: "stdout" as never }),
  ),
];
