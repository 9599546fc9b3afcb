import { count, flag, type Options, resolve } from "../options.js";
import { oneLine } from "../text.js";
import { type RankedTrial, short } from "../tune/result.js";
import type { Trial } from "../tune/trial.js";
import { duration, type Progress, trialLine, type TuneCallback } from "../tune/watch.js";
import { Place, type Screen } from "./place.js";
import { progressBarFields } from "./progressBar.js";

export const liveTableFields = {
  /** What the table is drawn on. */
  stream: progressBarFields.stream,
  /** How many of the best trials it shows. */
  best: count(5),
  /** Whether there is a line a trial instead, as where the stream is no terminal. */
  lines: flag(false),
};

/** Of the bar. */
const WIDTH = 20;
/** Letters of a name or a hyper-parameter. */
const MOST_LETTERS = 24;

const BOLD = 1;
const DIM = 2;

/** A trial that runs, and what it came to so far. */
interface Running {
  readonly trial: Trial;
  readonly epochs?: number;
  readonly value?: number;
}

/** A value in one short line. */
function cell(value: unknown): string {
  const text = typeof value === "number" ? short(value) : oneLine(String(value));
  return text.length > MOST_LETTERS ? `${text.slice(0, MOST_LETTERS - 1)}…` : text;
}

/** Texts in columns, the numbers flush right; columns without any text stay out. */
function aligned(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const used = head.map((_, i) => i).filter((i) => rows.some((row) => row[i] !== ""));
  const widths = head.map((name, i) =>
    rows.reduce((most, row) => Math.max(most, row[i]!.length), name.length),
  );
  return [head, ...rows].map((row) => used.map((i) => row[i]!.padStart(widths[i]!)).join("  "));
}

/** The best trials, then those that run, under a head. */
function tableLines(progress: Progress, best: number, running: Iterable<Running>): string[] {
  const { objective, trials } = progress;
  const names = [...new Set(trials.flatMap(({ params }) => Object.keys(params)))];
  const row = (place: string, { number, params, std }: Trial, epochs: string, value?: number) => [
    place,
    String(number),
    epochs,
    value?.toPrecision(4) ?? "",
    std?.toPrecision(2) ?? "",
    ...names.map((name) => (name in params ? cell(params[name]) : "")),
  ];
  const leaders = trials
    .filter((trial): trial is RankedTrial & { rank: number } => (trial.rank ?? Infinity) <= best)
    .sort((a, b) => a.rank - b.rank)
    .map((trial) => row(String(trial.rank), trial, String(trial.epochs), trial.value));
  const others = Array.from(running, ({ trial, epochs, value }) =>
    row("running", trial, epochs === undefined ? "" : `${epochs}/${trial.epochs}`, value),
  );
  const head = ["rank", "trial", "epochs", objective.name, "std", ...names].map(cell);
  return aligned(head, [...leaders, ...others]);
}

/** How many trials are done, and what they came to. */
function headline({ total, trials }: Progress, time: string): string {
  const count = (status: Trial["status"]) =>
    trials.filter((trial) => trial.status === status).length;
  const done = trials.length - count("running");
  const bar = "█".repeat(Math.round((done / total) * WIDTH)).padEnd(WIDTH, "░");
  const others = (["pruned", "failed"] as const).filter((status) => count(status) > 0);
  const parts = [`${done}/${total} trials`, ...others.map((one) => `${count(one)} ${one}`), time];
  return `${bar} ${parts.filter((part) => part !== "").join(", ")}`;
}

/**
 * A table in the terminal that is redrawn while `tune` runs: how many trials are done and the time left, the best so far,
 * and those that run with what they came to. It stays when the study ends; what others write meanwhile goes above it.
 * Where `stream` is no terminal, one line a trial.
 *
 * @throws ERR_OPTION if an option breaks its rule.
 */
export function liveTable(given?: Options<typeof liveTableFields>): TuneCallback {
  const { stream, best, lines } = resolve("liveTable", liveTableFields, given);
  if (!lines && stream.isTTY) return tableOn(stream, best);
  return {
    isProgress: true,
    onTrialEnd: (trial, progress) => void stream.write(`${trialLine(trial, progress)}\n`),
  };
}

function tableOn(screen: Screen, best: number): TuneCallback {
  const running = new Map<number, Running>();
  let progress: Progress | undefined;
  let place: Place | undefined;
  let began = 0;
  /** When the study will have ended, as far as is known. */
  let end: number | undefined;
  let isOver = false;

  const time = () => {
    if (isOver) return `in ${duration((Date.now() - began) / 1000)}`;
    return end === undefined ? "" : `${duration(Math.max(0, end - Date.now()) / 1000)} left`;
  };
  const style = (code: number, text: string) =>
    screen.hasColors?.() ? `\u001b[${code}m${text}\u001b[0m` : text;
  const lines = () => {
    if (!progress) return [];
    // Some terminals say that they have 0 × 0.
    const rows = screen.rows || 24;
    const columns = screen.columns || 80;
    const table = tableLines(progress, best, running.values());
    const [first, head, ...body] = [headline(progress, time()), ...table]
      .slice(0, Math.max(1, rows - 1))
      .map((line) => line.slice(0, columns - 1));
    const rest = body.map((line, i) => (i === 0 && progress?.best ? style(BOLD, line) : line));
    return head === undefined ? [first!] : [first!, style(DIM, head), ...rest];
  };

  const follow = (now: Progress) => {
    progress = now;
    end = now.secondsLeft === undefined ? undefined : Date.now() + now.secondsLeft * 1000;
    place?.drawSoon();
  };
  const finish = () => {
    isOver = true;
    running.clear();
    place?.end();
    place = undefined;
  };
  return {
    isProgress: true,
    onStudyBegin(now) {
      began = Date.now();
      isOver = false;
      place = new Place(screen, lines);
      follow(now);
    },
    onTrialBegin(trial, now) {
      running.set(trial.number, { trial });
      follow(now);
    },
    onTrialEpoch(trial, epoch, value) {
      running.set(trial.number, { trial, epochs: epoch + 1, value });
      place?.drawSoon();
    },
    onTrialEnd({ number }, now) {
      running.delete(number);
      follow(now);
    },
    onStudyEnd: finish,
    onStudyAbort: finish,
  };
}
