/**
 * Writes results.json and results.md from what both sides wrote to build/choose; `--report` writes results.md again from
 * results.json.
 *
 *   node bench/choose/compare.js [--report]
 */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { fileURLToPath } from "node:url";
import { format } from "prettier";
import { plan, readResult, target } from "./support.js";
import { deviation, mean, pairedInterval } from "./interval.js";

const here = (name) => fileURLToPath(new URL(name, import.meta.url));

/** Both sides must have seen the same features of the same rows, or there is nothing to compare. */
function checkFeatures(name, glissade, sklearn) {
  const isAlike = ({ features: [size, width] }, i) => {
    const [otherSize, otherWidth] = sklearn[i]?.features ?? [];
    return width === otherWidth && Math.abs(size - otherSize) < 1e-5 * size;
  };
  if (glissade.length === sklearn.length && glissade.every(isAlike)) return;
  throw new Error(`${name}: both sides must have the same folds and features; run both again`);
}

/** What both sides found, by set; sets that a side has not done are left out. */
function collect() {
  const isDone = (name) =>
    ["glissade", "sklearn"].every((side) => existsSync(`${target}/${side}-${name}.json`));
  const sets = {};
  for (const name of Object.keys(plan.sets).filter(isDone)) {
    const [glissade, sklearn] = ["glissade", "sklearn"].map((side) =>
      readResult(`${side}-${name}`),
    );
    checkFeatures(name, glissade.folds, sklearn.folds);
    sets[name] = { glissade, sklearn };
  }
  const f1 = existsSync(`${target}/f1.json`) ? readResult("f1") : [];
  const date = new Date().toISOString().slice(0, 10);
  const machine = `${cpus()[0].model.trim()}, ${process.platform} ${process.arch}`;
  return { date, machine, node: process.version, plan, sets, f1 };
}

const percent = (share) => (100 * share).toFixed(2);
const signed = (share) => `${share > 0 ? "+" : ""}${percent(share)}`;
const table = (head, rows) =>
  [head, head.map((_, i) => (i ? "---:" : "---")), ...rows]
    .map((row) => `| ${row.join(" | ")} |`)
    .join("\n");

const column = ({ folds }, key) => folds.map((fold) => fold[key]);
const pairs = (a, b) => a.map((value, i) => value - b[i]);

/** The interval of glissade's lead, in points of a percent. */
const leadOf = (values, others, ratio) => pairedInterval(pairs(values, others), ratio);
const leadText = ({ mean: middle, low, high }) =>
  `${signed(middle)} (${signed(low)} to ${signed(high)})`;

/** Test rows by training rows of `f1.js`: a quarter by a half. */
const SPAM_RATIO = 0.5;

/** Test rows by training rows of an outer fold. */
const foldRatio = ({ outer }) => 1 / (outer - 1);

function accuracyRow([name, { glissade, sklearn }], ratio) {
  const lead = (key) => leadText(leadOf(column(glissade, key), column(sklearn, key), ratio));
  const seconds = (side) => mean(column(side, "seconds")).toFixed(0);
  return [
    name,
    String(glissade.folds.length),
    ...[glissade, sklearn].map((side) => percent(mean(column(side, "accuracy")))),
    lead("accuracy"),
    lead("macroF1"),
    `${seconds(glissade)} and ${seconds(sklearn)}`,
  ];
}

/** How often each value was chosen. */
function chosen({ folds }, key) {
  const counts = new Map();
  for (const fold of folds) {
    counts.set(fold.chosen[key], (counts.get(fold.chosen[key]) ?? 0) + 1);
  }
  const sorted = [...counts].sort((a, b) => b[1] - a[1]);
  return sorted.map(([value, count]) => `${value} ${count}`).join(", ");
}

function againstSklearn({ sets, plan: { folds, glissade, sklearn } }) {
  const ratio = foldRatio(folds);
  const entries = Object.entries(sets);
  const leads = entries.map(([, { glissade: a, sklearn: b }]) =>
    leadOf(column(a, "accuracy"), column(b, "accuracy"), ratio),
  );
  const holding = leads.filter(({ high }) => high >= 0).length;
  const above = leads.filter(({ low }) => low > 0).length;
  const configurations = Object.values(sklearn.grid).reduce((all, { length }) => all * length, 1);
  const head = [
    "set",
    "outer folds",
    "glissade, accuracy %",
    "scikit-learn",
    "difference, 95 % interval",
    "the same of macro F1",
    "CPU seconds an outer fold",
  ];
  const rows = entries.map((entry) => accuracyRow(entry, ratio));
  const choices = entries.map(([name, { glissade: side }]) => [
    name,
    ...["loss", "optimizer", "units"].map((key) => chosen(side, key)),
  ]);
  return `## Random search over loss, optimizer, rate and width against MLPClassifier and its grid

${glissade.trials} trials of \`tune\` against ${configurations} cells of \`GridSearchCV\`, both on the same ${folds.inner} stratified folds inside each outer
fold; the best trained again on all of its training rows and tested on the rows outside.

${table(head, rows)}

In ${holding} of ${entries.length} sets the interval of the difference in accuracy includes 0 or lies above it; in ${above} it lies above.

What was chosen, in how many outer folds:

${table(["set", "loss", "optimizer", "width"], choices)}
`;
}

const labels = {
  crossentropy: "cross-entropy",
  balanced: "cross-entropy, balanced class weights",
  f1: "F1 loss",
  both: "cross-entropy + F1 loss",
};
const measures = {
  atHalf: "F1 at ½",
  atChosen: "F1 at the chosen threshold",
  averagePrecision: "average precision",
};

/** Who has the highest mean F1, and whether that is more than chance. */
function winnerText({ name, measure }, best, baseline) {
  const text = `The highest mean F1, ${percent(mean(best))} %, is that of ${labels[name]}: ${measures[measure]}.`;
  if (best.every((value, i) => value === baseline[i])) return text;
  const lead = leadOf(best, baseline, SPAM_RATIO);
  const verdict = lead.low > 0 ? "so it wins" : "so no winner is shown";
  return `${text} It leads cross-entropy at its chosen threshold by ${leadText(lead)}, ${verdict}.`;
}

function spam({ f1, plan: { f1: design } }) {
  if (f1.length === 0) return "";
  const values = (name, measure) => f1.map((result) => result[name][measure]);
  const baseline = values("crossentropy", "atChosen");
  const lead = (other) => leadText(leadOf(other, baseline, SPAM_RATIO));
  const cell = (list) => `${percent(mean(list))} ± ${percent(deviation(list))}`;
  const rows = Object.keys(labels).map((name) => [
    labels[name],
    ...Object.keys(measures).map((measure) => cell(values(name, measure))),
    lead(values(name, "atHalf")),
    name === "crossentropy" ? "" : lead(values(name, "atChosen")),
  ]);
  const winner = Object.keys(labels)
    .flatMap((name) => ["atHalf", "atChosen"].map((measure) => ({ name, measure })))
    .reduce((a, b) => (mean(values(b.name, b.measure)) > mean(values(a.name, a.measure)) ? b : a));
  const head = [
    "trained with",
    ...Object.values(measures),
    "at ½ against cross-entropy at its threshold",
    "at the chosen threshold against the same",
  ];
  return `## Spam at ${100 * design.share} %: F1 loss, cross-entropy with a chosen threshold, and both

Test rows, %, mean ± deviation over ${f1.length} seeds, each with a split of its own; differences with their 95 % intervals.

${table(head, rows)}

${winnerText(winner, values(winner.name, winner.measure), baseline)}
`;
}

const isReport = process.argv.includes("--report");
const results = isReport ? JSON.parse(readFileSync(here("results.json"))) : collect();
const [first] = Object.values(results.sets);
const versions = first ? `${first.glissade.version}, ${first.sklearn.version}, ` : "";
const text = `# Choosing, on real data

${versions}Node ${results.node}, on ${results.date}: ${results.machine}. [README.md](README.md) tells how; the plan was fixed before.

${againstSklearn(results)}
${spam(results)}`;
if (!isReport) {
  const json = await format(JSON.stringify(results), { parser: "json", printWidth: 100 });
  writeFileSync(here("results.json"), json);
}
writeFileSync(here("results.md"), await format(text, { parser: "markdown" }));
