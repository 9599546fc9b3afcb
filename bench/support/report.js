/** The results as tables that people read. */
import { breakdown } from "./overhead.js";
import { geometricMean, ranOf } from "./statistics.js";
import { isWide, workloads } from "./workloads.js";

/** Load of other programs, in cores, from which on a run is no good. */
const QUIET = 0.5;

/** Losses further apart than this are not of the same work. */
const TOLERANCE = 0.02;

const percent = (share) => `${(100 * share).toFixed(0)} %`;
const times = (ratio) => `${ratio.toFixed(ratio < 10 ? 2 : 0)} ×`;
const round = (value) =>
  value >= 100 ? Math.round(value).toLocaleString("en-US") : value.toPrecision(3);
const table = (head, rows) =>
  [head, head.map((_, i) => (i === 0 ? "---" : "---:")), ...rows]
    .map((cells) => `| ${cells.join(" | ")} |`)
    .join("\n");

const glissadeOf = (measured) => measured.find(({ name }) => name === "glissade");

/** Calls of one row are told by their time, all else by rows a second. */
const figure = (name, rate) => round(name === "row" ? 1e6 / rate : rate);

function checkOf({ checked: { loss, rows, glissade }, departs }) {
  const apart = Math.abs(loss - glissade) / glissade > TOLERANCE;
  const over = rows ? ` over ${rows.toLocaleString("en-US")} rows` : "";
  const beside = apart || rows ? ` (glissade ${glissade.toPrecision(4)})` : "";
  return `${loss.toPrecision(4)}${over}${beside}${apart && !departs ? " **unexplained**" : ""}`;
}

function rateTable(name, measured) {
  const here = ranOf(measured).sort((a, b) => b.median - a.median);
  const own = glissadeOf(here);
  const ratio = (other, kind) => (other === own ? "" : times(own[kind] / other[kind]));
  const unit = name === "row" ? "µs a call" : "rows a second";
  return table(
    [
      "",
      `median, ${unit}`,
      "best",
      "spread",
      "glissade is (median)",
      "(best)",
      ...(workloads[name].kind === "training"
        ? ["loss after one epoch", "and after the last window"]
        : ["mean size of outputs"]),
      "departs by",
    ],
    here.map((each) => [
      each === own ? `**${each.label}**` : each.label,
      figure(name, each.median),
      figure(name, each.best),
      percent(each.spread),
      ratio(each, "median"),
      ratio(each, "best"),
      checkOf(each),
      ...(workloads[name].kind === "training" ? [each.lastLoss.toPrecision(3)] : []),
      each.departs,
    ]),
  );
}

const cell = ({ products }, shape, order) =>
  products.find((each) => String(each.shape) === String(shape) && each.order === order);

/** How many times as fast glissade's products are as each other's, by geometric means over shapes and orders. */
function productRatios(measured) {
  const own = glissadeOf(measured);
  const others = ranOf(measured).filter((each) => each !== own);
  return others.flatMap(({ label, products }) =>
    [true, false].map((wide) => {
      const shared = products.filter(
        ({ shape, order }) => isWide(shape) === wide && cell(own, shape, order),
      );
      const of = (kind) =>
        geometricMean(shared.map((each) => cell(own, each.shape, each.order)[kind] / each[kind]));
      const where = wide ? "from 32 rows and 64 units upward" : "on narrower ones";
      return { label, where, median: of("median"), best: of("best") };
    }),
  );
}

function productTables(measured) {
  const here = ranOf(measured);
  const own = glissadeOf(here);
  const shapes = [...new Set(own.products.map(({ shape }) => String(shape)))];
  const orders = [...new Set(own.products.map(({ order }) => order))];
  const rows = shapes.map((shape) => [
    shape.replaceAll(",", " × "),
    ...here.map((each) => {
      const cells = orders.map((order) => cell(each, shape, order));
      return cells.map((found) => (found ? found.median.toFixed(1) : "–")).join(" / ");
    }),
  ]);
  const ratios = productRatios(measured).map(
    ({ label, where, median, best }) =>
      `- glissade is ${times(median)} ${label} ${where} (by bests ${times(best)}).`,
  );
  return [
    `Median GFLOP/s, ${orders.join(" / ")}:`,
    table(["rows × inputs × units", ...here.map(({ label }) => label)], rows),
    ratios.length ? `Geometric means over shapes and orders:\n\n${ratios.join("\n")}` : "",
  ].join("\n\n");
}

function overheadOf(results, name) {
  const parts = breakdown(results, name);
  if (!parts) return "What of a step is not arithmetic was not measured.";
  const { step, atPeak, products, gflops, share } = parts;
  const microseconds = (time) => `${round(time)} µs`;
  return (
    `glissade's median step takes ${microseconds(step)}: ${gflops.toFixed(1)} GFLOP/s, ${percent(share)} of the peak. ` +
    `At the peak its products would take ${microseconds(atPeak)}; they take ${microseconds(products)} when nothing else is ` +
    `done, in the same rounds. All else takes ${microseconds(step - products)}: activations, loss, optimizer, shuffling, ` +
    "gathering, reading the loss back, calls."
  );
}

function section(results, name) {
  const measured = results.workloads[name];
  const { title, kind } = workloads[name];
  const parts = [`## ${name}: ${title}`];
  if (glissadeOf(measured).missing) return [...parts, "glissade did not run."].join("\n\n");
  parts.push(kind === "products" ? productTables(measured) : rateTable(name, measured));
  if (kind === "training") parts.push(overheadOf(results, name));
  const absent = measured.filter(({ missing }) => missing);
  if (absent.length)
    parts.push(
      `Not here: ${absent.map(({ label, missing }) => `${label} (${missing})`).join(", ")}.`,
    );
  return parts.join("\n\n");
}

const slowerProducts = (measured) =>
  productRatios(measured)
    .filter(({ median }) => median < 1)
    .map(
      ({ label, where, median }) =>
        `- products: ${label} is ${times(1 / median)} glissade ${where}.`,
    );

function losses({ workloads: all }) {
  const lines = Object.entries(all).flatMap(([name, measured]) => {
    const own = glissadeOf(measured);
    if (own.missing) return [];
    if (workloads[name].kind === "products") return slowerProducts(measured);
    return ranOf(measured)
      .filter(({ median }) => median > own.median)
      .map(({ label, median }) => `- ${name}: ${label} is ${times(median / own.median)} glissade.`);
  });
  return lines.length ? lines.join("\n") : "Nowhere in this run.";
}

const versionsOf = ({ workloads: all }) => [
  ...new Set(
    Object.values(all)
      .flatMap(ranOf)
      .map(({ version }) => version),
  ),
];

export function toMarkdown(results) {
  const { date, machine, node, windows, pinned, load, peak } = results;
  return [
    "# Figures of one run",
    `\`npm run bench\` on ${date}: ${machine}; Node ${node}; ${windows} windows each, in turns; one thread each` +
      `${pinned ? ", all on the same core" : ""}. The peak of 128-bit arithmetic in registers was ${peak.toFixed(1)} GFLOP/s.` +
      " [README.md](README.md) tells what is measured, and how. Spread is the middle half of the windows as a share of the median.",
    ...(load > QUIET
      ? [`**The machine was not quiet**: its load was ${load.toFixed(1)} when the run began.`]
      : []),
    ...Object.keys(results.workloads).map((name) => section(results, name)),
    "## Where glissade loses",
    losses(results),
    "## Versions",
    `${versionsOf(results).join("; ")}.`,
    "",
  ]
    .join("\n\n")
    .replace(/\n+$/, "\n");
}
