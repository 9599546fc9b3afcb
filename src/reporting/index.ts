/** A page for those without TensorBoard: what a fit, a tuning or an evaluation gave, in one file. */
import { GlissadeError, show } from "../error.js";
import type { History } from "../history.js";
import { isPlainObject, type Options, resolve } from "../options.js";
import { checkComparison, type Compared, comparison } from "./comparison.js";
import { curves } from "./curves.js";
import { documentOf, type Section } from "./document.js";
import { type Evaluation, judge } from "./evaluation.js";
import { reportFields, titledFields } from "./fields.js";
import { judgement } from "./judgement.js";
import { checkStudy, type Study } from "./study.js";
import { trials } from "./trials.js";

export type { Evaluation };

/** What a report can be about. */
export type Subject = History | Study | Compared | Evaluation;

/** A subject and what stands above it. */
export interface Titled {
  readonly title: string;
  readonly subject: Subject;
}

/** Everything in a history that is one number an epoch; JSON has null for what is not finite. */
function seriesOf(history: object): (readonly [string, readonly number[]])[] {
  return Object.entries(history).flatMap(([name, values]: [string, unknown]) =>
    name !== "epoch" && Array.isArray(values) && values.length > 0
      ? [[name, values.map((value: number | null) => value ?? NaN)] as const]
      : [],
  );
}

function historySection(history: { readonly epoch: readonly number[] }): Section {
  if (history.epoch.length === 0) {
    throw new GlissadeError(
      "ERR_SHAPE",
      "report: a history must have one epoch or more, got none; fit first",
    );
  }
  return { title: "Training", body: curves({ epoch: history.epoch, series: seriesOf(history) }) };
}

const has = <T extends object>(subject: object, key: string): subject is T =>
  Array.isArray((subject as Record<string, unknown>)[key]);

/** A history may have a series of that name. */
const isTitled = (given: unknown): given is Titled =>
  isPlainObject(given) && "subject" in given && !has(given, "epoch");

function sectionOf(given: unknown): Section {
  if (!isTitled(given)) return sectionOfBare(given);
  const { title, subject } = resolve("report", titledFields, given);
  return { ...sectionOfBare(subject), title };
}

function sectionOfBare(subject: unknown): Section {
  if (typeof subject === "object" && subject !== null) {
    // What compare returns has trials as well.
    if (has<Compared>(subject, "rows")) {
      checkComparison(subject);
      return { title: "Comparison", body: comparison(subject) };
    }
    if (has<Study>(subject, "trials")) {
      checkStudy(subject);
      return { title: "Tuning", body: trials(subject) };
    }
    if (has<History>(subject, "epoch")) return historySection(subject);
    if (isPlainObject(subject) && ("y" in subject || "scores" in subject)) {
      return { title: "Evaluation", body: judgement(judge(subject as Evaluation)) };
    }
  }
  const wayOut =
    typeof subject === "object" && subject !== null && "history" in subject
      ? "; give its history"
      : "";
  throw new GlissadeError(
    "ERR_OPTION",
    `report: the subject must be a history, a result of tune or compare, { y, scores }, or { title, subject } with one of them, got ${show(subject)}${wayOut}`,
  );
}

/** Sections of one kind are numbered. */
function numbered(sections: readonly Section[]): Section[] {
  const alike = (title: string, list: readonly Section[]) =>
    list.filter((other) => other.title === title).length;
  return sections.map(({ title, body }, i) => ({
    title:
      alike(title, sections) > 1 ? `${title} ${alike(title, sections.slice(0, i + 1))}` : title,
    body,
  }));
}

/**
 * A page of HTML in one text, to be written to a file: curves of a fit; trials of a tuning with parallel coordinates and
 * importance; what was compared; confusion matrix, ROC and precision-recall curves and calibration of scores. It asks
 * for nothing from outside, and the same subjects give the same bytes.
 *
 * @param subject A history, a result of `tune` or `compare`, `{ y, scores, labels?, threshold? }`, or `{ title, subject }` with one
 *   of them; or an array of all these. Scores beyond [0, 1] are taken for logits.
 * @throws ERR_OPTION if a subject is none of these or an option breaks its rule; ERR_SHAPE if there is nothing in it, or
 *   y and scores do not fit each other; ERR_NUMERIC if a score is not finite or a class not below the number of columns.
 */
export function report(
  subject: Subject | Titled | readonly (Subject | Titled)[],
  options?: Options<typeof reportFields>,
): string {
  const { title, notes } = resolve("report", reportFields, options);
  const subjects: readonly unknown[] = Array.isArray(subject) ? subject : [subject];
  if (subjects.length === 0) {
    throw new GlissadeError(
      "ERR_OPTION",
      "report: there must be one subject or more, got none; give what fit or tune returned",
    );
  }
  return documentOf(title, notes, numbered(subjects.map(sectionOf)));
}
