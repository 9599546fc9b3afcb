/** Writes the folds of both sides to build/choose/folds.json: outer ones, and inner ones of the rows that train each. */
import { writeFileSync } from "node:fs";
import { split } from "glissade";
import { innerFolds, plan, read, target } from "./support.js";

const numbers = ({ train, test }) => ({ train: [...train], test: [...test] });

function foldsOf(name) {
  const { labels } = read(name);
  return Array.from({ length: plan.sets[name].repeats }, (_, repeat) => {
    const outer = split.kFold(plan.folds.outer, { stratified: true, seed: plan.seed + repeat });
    return outer.split(labels.length, { labels }).map((fold, i) => {
      // Of each outer fold's own: the inner folds, what random search draws, first weights.
      const seed = plan.seed + plan.folds.outer * repeat + i;
      const inside = Array.from(fold.train, (row) => labels[row]);
      const inner = innerFolds(seed).split(inside.length, { labels: inside });
      return { seed, ...numbers(fold), inner: inner.map(numbers) };
    });
  }).flat();
}

const folds = Object.fromEntries(Object.keys(plan.sets).map((name) => [name, foldsOf(name)]));
writeFileSync(`${target}/folds.json`, JSON.stringify(folds));
