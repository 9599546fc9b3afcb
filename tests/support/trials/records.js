import { layers, sequential, tensor } from "../../../dist/index.js";
import { rows } from "./rows.js";

/** Records with texts, targets by name, weights of typed numbers. */
export function data() {
  const { x, y } = rows();
  const records = x.toArray().map(([first, second], i) => ({
    first,
    second: second > 0 ? "above" : "below",
    when: new Date(i),
  }));
  return { x: records, y: { ring: y } };
}

const encoded = (records) =>
  tensor(
    Float32Array.from(
      records.flatMap(({ first, second, when }) => [
        first,
        Number(second === "above"),
        when.getTime() / 90,
      ]),
    ),
    [records.length, 3],
  );

export const prepare = (records) => ({ x: encoded(records), apply: encoded });

export function build({ units }, { seed }) {
  const hidden = layers.dense({ units, activation: "relu", inputShape: [3] });
  const model = sequential(
    [hidden, layers.dense({ units: 1, activation: "sigmoid", name: "ring" })],
    { seed },
  );
  model.compile({ optimizer: "adam", loss: "binaryCrossentropy", metrics: ["accuracy"] });
  return model;
}
