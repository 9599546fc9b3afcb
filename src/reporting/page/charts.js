import uPlot from "uplot";
import { digits } from "../digits.js";

/** Dashes of a line, and the border in its legend that looks alike. */
const DASHES = [
  { dash: [], border: "solid" },
  { dash: [8, 4], border: "dashed" },
  { dash: [2, 3], border: "dotted" },
];
const COLORS = 7;
/** Steps between the marks of whole numbers. */
const WHOLE = [1, 10, 100, 1e3, 1e4, 1e5].flatMap((size) => [size, 2 * size, 5 * size]);

/** What a colour of the style sheet is at present. */
function colorOf(name) {
  const probe = document.createElement("i");
  probe.style.color = `var(--${name})`;
  document.body.append(probe);
  const { color } = getComputedStyle(probe);
  probe.remove();
  return color;
}

const shown = (_, value) => (value === null || value === undefined ? "–" : digits(value));
const faint = (color) => color.replace(/^rgb\((.*)\)$/, "rgba($1, 0.18)");

/** Which points are drawn: all of them where points are shown, otherwise numbers without a neighbour to draw a line to. */
function lonely(plot, line, isShown) {
  if (isShown) return null;
  const y = plot.data[line];
  const rows = [...y.keys()].filter((row) => y[row] !== undefined);
  return rows.filter(
    (row, i) => isNumber(y[row]) && !isNumber(y[rows[i - 1]]) && !isNumber(y[rows[i + 1]]),
  );
}

/** A line, and the edges of its band. */
function linesOf({ label, x, y, low, high, color, style }) {
  const stroke = colorOf(color === undefined ? "soft" : `line-${color % COLORS}`);
  const dashes = style === "dashes" ? 1 : Math.floor((color ?? 0) / COLORS) % DASHES.length;
  const line = {
    x,
    y,
    options: {
      label,
      stroke,
      ...DASHES[dashes],
      width: color === undefined ? 1 : 2,
      points: {
        show: ["points", "dots"].includes(style),
        filter: lonely,
        size: 7,
        fill: stroke,
      },
      value: shown,
      isSilent: color === undefined,
      ...(style === "dots" && { paths: () => null }),
      ...(style === "steps" && { paths: uPlot.paths.stepped({ align: -1 }) }),
      ...(style === "held" && { paths: uPlot.paths.stepped({ align: 1 }) }),
      ...(style === "bars" && { paths: uPlot.paths.bars({ size: [0.9] }), fill: faint(stroke) }),
    },
  };
  if (!low) return [line];
  const edge = {
    class: "edge",
    isSilent: true,
    stroke: "transparent",
    width: 0,
    // Means alone decide how far an axis reaches.
    auto: false,
    points: { show: false },
  };
  return [line, ...[high, low].map((values) => ({ x, y: values, options: edge }))];
}

/**
 * Lines over one column of x: equal x of several lines share a row, rising or equal x of one keep their order. A line
 * has undefined where it has no point, null where it has a gap.
 */
function columnsOf(lines) {
  const at = lines.map(() => 0);
  const columns = [[], ...lines.map(() => [])];
  for (;;) {
    const next = Math.min(...lines.map(({ x }, i) => x[at[i]] ?? Infinity));
    if (next === Infinity) return columns;
    columns[0].push(next);
    lines.forEach(({ x, y }, i) => columns[i + 1].push(x[at[i]] === next ? y[at[i]++] : undefined));
  }
}

const isNumber = (value) => typeof value === "number";

/** The row nearest to the cursor in which a line has a number; references and edges of bands have nothing to say. */
function nearest(plot, line, row) {
  const [x, y] = [plot.data[0], plot.data[line]];
  if (plot.series[line].isSilent) return null;
  if (line === 0 || isNumber(y[row])) return row;
  let [before, after] = [row, row];
  while (before > 0 && !isNumber(y[before])) before--;
  while (after < y.length - 1 && !isNumber(y[after])) after++;
  if (!isNumber(y[before])) return after;
  if (!isNumber(y[after])) return before;
  return x[row] - x[before] <= x[after] - x[row] ? before : after;
}

function axisOf({ label, whole }, isLeft) {
  const [ink, line] = [colorOf("ink"), colorOf("line")];
  const width = (_, values) => 20 + 7.5 * Math.max(1, ...(values ?? []).map((one) => one.length));
  return {
    label,
    labelSize: 22,
    stroke: ink,
    font: "12px system-ui, sans-serif",
    labelFont: "12px system-ui, sans-serif",
    grid: { stroke: line, width: 1 },
    ticks: { stroke: line, width: 1 },
    values: (_, splits) => splits.map((value) => (value === null ? "" : digits(value))),
    ...(isLeft && { size: width }),
    ...(whole && { incrs: WHOLE }),
  };
}

/** From edge to edge where it is said so. */
const scaleOf = ({ range }) => (range ? { time: false, range: () => range } : { time: false });

function optionsOf({ x, y }, lines, isLog, size) {
  const bands = lines.flatMap(({ options }, i) =>
    options.class && !lines[i - 1].options.class
      ? [{ series: [i + 1, i + 2], fill: faint(lines[i - 1].options.stroke) }]
      : [],
  );
  return {
    ...size,
    scales: {
      x: scaleOf(x),
      y: { ...scaleOf(y), distr: isLog ? 3 : 1 },
    },
    axes: [axisOf(x, false), axisOf(y, true)],
    series: [
      {
        label: x.label.replace(/ \(.*/, ""),
        value: shown,
      },
      ...lines.map(({ options }) => options),
    ],
    bands,
    cursor: { dataIdx: nearest, y: false },
    legend: { markers: { dash: (_, i) => lines[i - 1].options.border } },
  };
}

/** Arrow keys move the cursor to the next x. */
function listen(place, state) {
  place.addEventListener("keydown", ({ key }) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[key];
    if (!step) return;
    const { plot } = state;
    const [x] = plot.data;
    const at = plot.cursor.idx ?? (step > 0 ? -1 : x.length);
    let next = at + step;
    while (x[next] === x[at] && x[next] !== undefined) next += step;
    if (x[next] !== undefined) plot.setCursor({ left: plot.valToPos(x[next], "x"), top: 0 });
  });
}

/** Makes a figure's chart; returns what draws it anew in the colours of the moment. */
export function chart(figure) {
  const place = figure.querySelector(".plot");
  const data = JSON.parse(figure.querySelector("script").textContent);
  const log = figure.querySelector(".log");
  const state = {};
  // What has a range both ways is nearly square.
  const size = () => ({
    width: place.clientWidth,
    height: data.x.range && data.y.range ? 360 : 280,
  });
  const draw = () => {
    state.plot?.destroy();
    const lines = data.series.flatMap(linesOf);
    const isLog = log?.querySelector("input").checked ?? false;
    state.plot = new uPlot(optionsOf(data, lines, isLog, size()), columnsOf(lines), place);
  };
  if (log) {
    log.hidden = false;
    log.addEventListener("change", draw);
  }
  draw();
  listen(place, state);
  new ResizeObserver(() => {
    if (place.clientWidth !== state.plot.width) state.plot.setSize(size());
  }).observe(place);
  return draw;
}
