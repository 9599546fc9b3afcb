/** What the scripts of this folder share: the plan, the data. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { columns, split, tensor } from "glissade";

export const plan = JSON.parse(readFileSync(new URL("plan.json", import.meta.url)));
export const target = fileURLToPath(new URL("../../build/choose", import.meta.url));

export const readResult = (name) => JSON.parse(readFileSync(`${target}/${name}.json`));

/** The folds inside an outer fold's training rows. */
export const innerFolds = (seed) => split.kFold(plan.folds.inner, { stratified: true, seed });

/** Bags of words as rows of a tensor. */
export function rowsOfBags(bags, width) {
  const data = new Float32Array(bags.length * width);
  bags.forEach((bag, row) => {
    for (let i = 0; i < bag.length; i += 2) data[row * width + bag[i]] = bag[i + 1];
  });
  return tensor(data, [bags.length, width]);
}

/** Class numbers; some rows, by their numbers; and how rows become features, learnt from those to train with. */
export function read(name) {
  const { bags, sample, width, columns: table, categories, labels, classes } = readResult(name);
  if (bags) {
    return {
      labels: sample.map((row) => labels[row]),
      classes,
      rowsAt: (rows) =>
        rowsOfBags(
          rows.map((row) => bags[sample[row]]),
          width,
        ),
      prepare: (x) => ({ x, apply: (other) => other }),
    };
  }
  const names = Object.keys(table);
  const kind = (column) => (categories.includes(column) ? "category" : "number");
  const schema = Object.fromEntries(names.map((column) => [column, kind(column)]));
  const record = (row) => Object.fromEntries(names.map((column) => [column, table[column][row]]));
  return {
    labels,
    classes,
    rowsAt: (rows) => rows.map(record),
    prepare: (records) => columns(records, schema),
  };
}
