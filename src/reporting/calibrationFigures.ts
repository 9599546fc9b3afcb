import { calibrationOf } from "./calibration.js";
import { figure, UNIT } from "./chart.js";
import { digits } from "./digits.js";
import type { Judgement } from "./evaluation.js";
import { html, type Markup } from "./html.js";
import { metric, type Cell, table } from "./table.js";

/** Whether what was predicted with p is so in p of all cases: class 1 of two, the predicted class of several. */
export function calibrationFigures({
  labels,
  actual,
  predicted,
  probabilities,
}: Judgement): Markup {
  const two = labels.length === 2;
  const isSo = Array.from(actual, (label, i) => (two ? label === 1 : label === predicted[i]));
  const column = two
    ? probabilities.get(1)!
    : Float32Array.from(predicted, (label, i) => probabilities.get(label)![i]!);
  const { bins, error, brier } = calibrationOf(isSo, column);
  const filled = bins.filter(({ rows }) => rows > 0);
  const of = two ? `of ${labels[1]!}` : "of the predicted class";
  const x = { label: `predicted probability ${of}`, range: UNIT };
  const rows = bins.map(({ from, to, rows, predicted, observed }): Cell[] => [
    `${from} to ${to}`,
    rows,
    metric(predicted),
    metric(observed),
  ]);
  const reliability = figure(
    {
      title: "Calibration",
      caption: `On the dashed line, probabilities are what they say. Expected calibration error ${digits(error)}, Brier score ${digits(brier)}.`,
      x,
      y: { label: two ? "observed share" : "share of right predictions", range: UNIT },
      series: [
        {
          label: "observed",
          x: filled.map(({ predicted }) => predicted),
          y: filled.map(({ observed }) => observed),
          color: 0,
          style: "points",
        },
        { label: "perfect", x: UNIT, y: UNIT, style: "dashes" },
      ],
    },
    table("Calibration in tenths", ["probability", "rows", "predicted", "observed"], rows),
  );
  const most = 1.05 * Math.max(...bins.map(({ rows }) => rows));
  const counts = figure({
    title: "Rows by probability",
    caption: "How many rows stand behind each point of the calibration.",
    x,
    y: { label: "rows", range: [0, most] },
    series: [
      {
        label: "rows",
        x: bins.map(({ from, to }) => (from + to) / 2),
        y: bins.map(({ rows }) => rows),
        color: 0,
        style: "bars",
      },
    ],
  });
  return html`<div class="charts">${reliability}${counts}</div>`;
}
