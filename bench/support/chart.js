/** The results as a picture for the README: a panel a workload, a bar a contestant; longer is faster. */
import { geometricMean, ranOf } from "./statistics.js";
import { isWide, workloads } from "./workloads.js";

const WIDTH = 860;
const MARGIN = 24;
const GAP = 36;
const PANEL = (WIDTH - 2 * MARGIN - GAP) / 2;
const LABELS = 132;
const BAR = 132;
const LINE = 18;
const THICKNESS = 11;
const HEAD = 54;
const TOP = 102;

const subtitles = {
  products: "GFLOP/s, mean of those from 32 rows and 64 units upward",
  row: "rows a second, one row a call",
  rows: "rows a second, 1,000 rows a call",
};
const titles = {
  article: "Training 784-64-64-10",
  larger: "Training 784-512-512-10",
  tiny: "Training 13-32-1",
  row: "Inference 784-512-512-10",
  rows: "Inference 784-512-512-10",
  products: "Matrix products",
};

const style = `
  text { font: 12px system-ui, -apple-system, "Segoe UI", Helvetica, Arial, sans-serif; fill: #1f2328; }
  .name { font-size: 19px; font-weight: 700; }
  .title { font-size: 14px; font-weight: 650; }
  .small { font-size: 11px; fill: #59636e; }
  .own { font-weight: 700; }
  .right { text-anchor: end; }
  .card { fill: #ffffff; stroke: #d1d9e0; }
  .axis { stroke: #d1d9e0; }
  .glissade { fill: #e8590c; }
  .native { fill: #4c6ef5; }
  .JavaScript { fill: #94a3b8; }
  @media (prefers-color-scheme: dark) {
    text { fill: #f0f6fc; }
    .small { fill: #9198a1; }
    .card { fill: #0d1117; stroke: #3d444d; }
    .axis { stroke: #3d444d; }
    .glissade { fill: #ff8a3d; }
    .native { fill: #748ffc; }
    .JavaScript { fill: #64748b; }
  }`;

const escape = (text) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
const text = (x, y, content, kind = "") =>
  `<text x="${x}" y="${y}" class="${kind}">${escape(content)}</text>`;
const number = (value) =>
  value >= 100 ? Math.round(value).toLocaleString("en-US") : value.toFixed(1);
const times = (ratio) => `${ratio < 10 ? ratio.toFixed(ratio < 2 ? 2 : 1) : number(ratio)} ×`;

/** Medians, highest first; of products one figure each. */
function barsOf(measured) {
  return ranOf(measured)
    .map(({ label, family, departs, median, products }) => ({
      label: departs ? `${label} *` : label,
      family,
      value:
        median ??
        geometricMean(products.filter(({ shape }) => isWide(shape)).map((each) => each.median)),
    }))
    .sort((a, b) => b.value - a.value);
}

function bar({ label, family, value }, own, most, y) {
  const isOwn = family === "glissade";
  const length = Math.max(1, (BAR * value) / most).toFixed(1);
  const baseline = y + THICKNESS - 1.5;
  return [
    text(LABELS - 8, baseline, label, `right ${isOwn ? "own" : ""}`),
    `<rect x="${LABELS}" y="${y}" width="${length}" height="${THICKNESS}" rx="2" class="${family}"/>`,
    text(LABELS + Number(length) + 6, baseline, number(value), isOwn ? "own" : ""),
    isOwn ? "" : text(PANEL, baseline, times(own / value), "right small"),
  ].join("");
}

function panel(name, bars, x, y) {
  const own = bars.find(({ family }) => family === "glissade").value;
  const detail = workloads[name].title.replace(/^[\d-]+, /, "");
  const subtitle = subtitles[name] ?? `rows a second; ${detail}`;
  const lines = bars.map((each, i) => bar(each, own, bars[0].value, HEAD + i * LINE));
  const bottom = HEAD + bars.length * LINE - (LINE - THICKNESS) + 3;
  return [
    `<g transform="translate(${x} ${y})">`,
    text(0, 14, titles[name], "title"),
    text(0, 31, subtitle, "small"),
    ...lines,
    `<line x1="${LABELS - 0.5}" x2="${LABELS - 0.5}" y1="${HEAD - 3}" y2="${bottom}" class="axis"/>`,
    "</g>",
  ].join("\n");
}

/** Family, label, and place from the right edge. */
const legend = [
  ["glissade", "glissade", 310],
  ["JavaScript", "other JavaScript", 226],
  ["native", "native code", 92],
];

const columns = [
  ["article", "tiny", "products"],
  ["larger", "row", "rows"],
];

export function toSvg({ workloads: all, date, machine, windows, pinned }) {
  const isThere = (name) =>
    all[name]?.some(({ family, missing }) => family === "glissade" && !missing);
  let height = 0;
  const panels = columns.flatMap((names, side) => {
    let y = TOP;
    return names.filter(isThere).map((name) => {
      const bars = barsOf(all[name]);
      const drawn = panel(name, bars, MARGIN + side * (PANEL + GAP), y);
      y += HEAD + bars.length * LINE + 24;
      height = Math.max(height, y);
      return drawn;
    });
  });
  const keys = legend.map(([family, label, place]) => {
    const x = WIDTH - MARGIN - place;
    return `<rect x="${x}" y="29" width="11" height="11" rx="2" class="${family}"/>${text(x + 17, 39, label)}`;
  });
  const where = pinned ? "all on the same core" : "on one thread each";
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="glissade and its peers: how fast they train and answer">
<style>${style}
</style>
<rect x="0.5" y="0.5" width="${WIDTH - 1}" height="${height - 1}" rx="8" class="card"/>
${text(MARGIN, 41, "glissade and its peers", "name")}
${keys.join("\n")}
${text(MARGIN, 61, "Longer is faster; on the right, how many times as fast glissade is. * does other work, such as batches of one row: see results.md.", "small")}
${text(MARGIN, 76, `Medians of ${windows} windows, taken in turns, ${where}; ${machine}, ${date}.`, "small")}
${panels.join("\n")}
</svg>
`;
}
