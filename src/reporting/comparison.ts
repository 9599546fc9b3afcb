import { GlissadeError } from "../error.js";
import { html, type Markup } from "./html.js";
import { spreadFigure } from "./spread.js";
import { valueText } from "./study.js";
import { type Cell, table } from "./table.js";

/** What one loss with one optimizer reached, at its best rate. */
export interface Compared {
  readonly loss: unknown;
  readonly optimizer: unknown;
  readonly learningRate?: number | undefined;
  readonly mean: number;
  readonly std?: number | null | undefined;
  /** The objective, a number an epoch: the mean over folds and seeds. */
  readonly curve: readonly number[];
  /** Its standard deviation after each epoch; nothing where there was one run. */
  readonly spread?: readonly number[] | undefined;
}

/** What `compare` returns. */
export interface Comparison {
  readonly rows: readonly Compared[];
  readonly objective?: { readonly name: string; readonly mode: "min" | "max" } | undefined;
}

/** A member by its type or name. */
const nameOf = (member: unknown): string => {
  const { type } = (member ?? {}) as { type?: unknown };
  return typeof type === "string" ? type : valueText(member);
};

/** @throws ERR_SHAPE if there is no row */
export function checkComparison({ rows }: Comparison): void {
  if (rows.length > 0) return;
  throw new GlissadeError(
    "ERR_SHAPE",
    "report: a result of compare must have one row or more, got none; compare one loss at least",
  );
}

/** A table of what was compared, and its curves with their spread. */
export function comparison({ rows, objective }: Comparison): Markup {
  const name = objective?.name ?? "objective";
  const cells = rows.map(({ loss, optimizer, learningRate, mean, std }): Cell[] => [
    nameOf(loss),
    nameOf(optimizer),
    learningRate ?? "–",
    mean,
    std ?? "–",
  ]);
  const head = ["loss", "optimizer", "learning rate", name, "deviation"];
  const runs = rows.map(({ loss, optimizer, curve, spread }) => ({
    label: `${nameOf(loss)}, ${nameOf(optimizer)}`,
    curve,
    spread,
  }));
  return html`${table("What was compared", head, cells, { sortable: true })}
  ${spreadFigure("Curves with their spread", name, runs)}`;
}
