import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { decodeSafetensors, encodeSafetensors } from "../src/formats/safetensors.js";
import { fromBytes, graph, layers, sequential, tensor, toBytes } from "../src/index.js";
import { load, save } from "../src/node/index.js";
import { numbers } from "./support/numbers.js";

let folder: string;
beforeAll(async () => void (folder = await mkdtemp(join(tmpdir(), "glissade-"))));
afterAll(() => rm(folder, { recursive: true }));

const x = tensor(numbers(60), [10, 6]);

const everyLayer = () =>
  sequential([
    layers.reshape([2, -1], { inputShape: [6] }),
    layers.flatten(),
    layers.rescaling(2, { offset: 0.5 }),
    layers.dense(5, { activation: "tanh", name: "first", kernelInitializer: "heNormal" }),
    layers.dropout(0.3),
    layers.activation("relu"),
    layers.dense(3, { useBias: false, trainable: false, activation: "softmax" }),
  ]);

describe("our own file", () => {
  test("a model comes back with the same bits, names, options and labels", () => {
    const model = everyLayer();
    model.labels = ["a", "b", "c"];
    const back = fromBytes(toBytes(model));
    expect(back.predict(x).data).toEqual(model.predict(x).data);
    expect(back.layers.map(({ name, type, trainable }) => [name, type, trainable])).toEqual(
      model.layers.map(({ name, type, trainable }) => [name, type, trainable]),
    );
    expect(back.labels).toEqual(["a", "b", "c"]);
    expect(toBytes(back)).toEqual(toBytes(model));
    back.compile({ optimizer: "sgd", loss: "mse" });
    back.trainOnBatch(x, tensor(numbers(30), [10, 3]));
  });

  test("a graph with shared layers, two inputs and two outputs comes back", () => {
    const [left, right] = [
      layers.input({ shape: [6], name: "left" }),
      layers.input({ shape: [6], name: "right" }),
    ];
    const shared = layers.dense(4);
    const outputs = { a: shared.apply(left), b: layers.dense(2).apply(shared.apply(right)) };
    const model = graph({ inputs: { left, right }, outputs });
    const back = fromBytes(toBytes(model));
    expect(back.inputs.map(({ name }) => name)).toEqual(["left", "right"]);
    expect(back.outputs.map(({ name }) => name)).toEqual(["a", "b"]);
    const both = { left: x, right: x };
    expect(back.predict(both)).toEqual(model.predict(both));
    expect(Object.keys(model.predict(both))).toEqual(["a", "b"]);
    expect(back.countParams()).toBe(model.countParams());
  });

  test("any reader of safetensors finds the weights, tight and by name", () => {
    const { tensors } = decodeSafetensors(toBytes(everyLayer()));
    expect([...tensors.keys()]).toEqual(["dense/kernel", "first/bias", "first/kernel"]);
  });

  test("is written whole, and read from a path", async () => {
    const model = everyLayer();
    const path = join(folder, "model.safetensors");
    await save(model, path);
    expect(await readdir(folder)).toEqual(["model.safetensors"]);
    expect((await load(path)).predict(x).data).toEqual(model.predict(x).data);
  });
});

describe("refusals", () => {
  const bytes = toBytes(everyLayer());
  const changed = (change: (header: Record<string, unknown>) => void) => {
    const { tensors, metadata } = decodeSafetensors(bytes);
    const header = JSON.parse(metadata.glissade!) as Record<string, unknown>;
    change(header);
    return encodeSafetensors({ tensors, metadata: { glissade: JSON.stringify(header) } });
  };
  const code = (value: string) => expect.objectContaining({ code: value }) as Error;

  test.each([
    ["nothing", new Uint8Array(0), "ERR_FORMAT"],
    ["text", new TextEncoder().encode("not a model, but long enough to read"), "ERR_FORMAT"],
    ["half a file", bytes.slice(0, bytes.length / 2), "ERR_FORMAT"],
    ["a file cut by a byte", bytes.slice(0, -1), "ERR_FORMAT"],
    ["a newer format", changed((header) => (header.format = 2)), "ERR_FORMAT"],
    [
      "an unknown layer",
      changed(
        (header) => ((header.model as { layers: { type: string }[] }).layers[0]!.type = "nosuch"),
      ),
      "ERR_OPTION",
    ],
    ["weights alone", encodeSafetensors({ tensors: new Map(), metadata: {} }), "ERR_FORMAT"],
  ])("%s", (_, file, expected) => {
    expect(() => fromBytes(file)).toThrow(code(expected));
  });

  test("a newer format names the version that reads it; a lacking weight is named", () => {
    expect(() =>
      fromBytes(changed((header) => Object.assign(header, { format: 9, version: "4.0.0" }))),
    ).toThrow(/4\.0\.0/);
    const { metadata } = decodeSafetensors(bytes);
    expect(() => fromBytes(encodeSafetensors({ tensors: new Map(), metadata }))).toThrow(
      /first\/kernel/,
    );
  });

  test("unknown endings and damaged files on disk", async () => {
    await expect(save(everyLayer(), join(folder, "model.h5"))).rejects.toThrow(code("ERR_FORMAT"));
    const path = join(folder, "damaged.safetensors");
    await writeFile(path, bytes.slice(0, 99));
    await expect(load(path)).rejects.toThrow(code("ERR_FORMAT"));
  });
});
