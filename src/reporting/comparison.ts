import { GlissadeError } from "../error.js";
import type { Comparison } from "../tune/compare.js";
import { html, type Markup } from "./html.js";
import { spreadFigure } from "./spread.js";
import { checkStudy } from "./study.js";
import { type Cell, longCell, table } from "./table.js";
import { trials } from "./trials.js";

/** What `compare` returns, or its toJSON(). */
export type Compared = Pick<Comparison, "objective" | "rows" | "trials">;

/** @throws ERR_SHAPE if there is no row or no trial, ERR_OPTION if it is no result of a comparison */
export function checkComparison(given: Compared): void {
  if (given.rows.length === 0) {
    throw new GlissadeError(
      "ERR_SHAPE",
      "report: a result of compare must have one row or more, got none; compare one loss at least",
    );
  }
  checkStudy(given);
}

/** A table of what was compared, its curves with their spread, and all trials that it took. */
export function comparison(given: Compared): Markup {
  const { name } = given.objective;
  const isSound = ({ mean }: Comparison["rows"][number]) => Number.isFinite(mean);
  const rows = [...given.rows.filter(isSound), ...given.rows.filter((row) => !isSound(row))];
  const hasErrors = rows.some(({ error }) => error);
  const cells = rows.map(({ loss, optimizer, learningRate, mean, std, error }): Cell[] => [
    loss,
    optimizer,
    mean ?? "–",
    std ?? "–",
    mean === undefined ? "–" : learningRate,
    ...(hasErrors ? [error ? longCell(error) : ""] : []),
  ]);
  const errors = hasErrors ? ["what went wrong"] : [];
  const head = ["loss", "optimizer", name, "deviation", "learning rate", ...errors];
  const runs = rows.filter(isSound).map(({ loss, optimizer, curve, spread }) => ({
    label: `${loss}, ${optimizer}`,
    curve,
    spread,
  }));
  return html`${table("What was compared", head, cells, { sortable: true })}
    ${spreadFigure("Curves with their spread", name, runs)}
    <h3>All trials of the comparison</h3>
    ${trials(given)}`;
}
