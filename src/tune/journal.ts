import { GlissadeError, show } from "../error.js";
import type { Distribution, Value, Values } from "./space.js";
import type { Trial } from "./trial.js";

/** Where the records of studies are kept, a line each; a file, or whatever else keeps text. */
export interface Journal {
  /** Everything that was written. */
  read(): string | Promise<string>;
  /** Goes on after it; awaited, and done once the text is safe. */
  append(text: string): unknown;
  /** Puts other text in place of all of it. */
  replace(text: string): unknown;
}

/** A journal that lasts as long as the program. */
export function memoryJournal(): Journal {
  let written = "";
  return {
    read: () => written,
    append: (text) => void (written += text),
    replace: (text) => void (written = text),
  };
}

/** Operations of the format, by number. */
const CREATE_STUDY = 0;
const SET_STUDY_USER_ATTR = 2;
const SET_STUDY_SYSTEM_ATTR = 3;
const CREATE_TRIAL = 4;
const SET_TRIAL_STATE_VALUES = 6;
const SET_TRIAL_INTERMEDIATE_VALUE = 7;
const SET_TRIAL_USER_ATTR = 8;

const DIRECTIONS = { min: 1, max: 2 } as const;
const STATES = { running: 0, complete: 1, pruned: 2, failed: 3 } as const;
const STATUSES = ["running", "complete", "pruned", "failed"] as const;

/** What a study is; it must not change from one session to the next. */
export interface Settings {
  readonly objective: { readonly name: string; readonly mode: "min" | "max" };
  readonly [key: string]: unknown;
}

type Line = Readonly<Record<string, unknown>>;

const WORKER = { worker_id: "glissade" };

const linesOf = (lines: readonly Line[]) =>
  lines.map((line) => `${JSON.stringify({ ...line, ...WORKER })}\n`).join("");

/** A distribution as the format writes it, text within the text. */
function written({ kind, low, high, log, step, choices }: Distribution): string {
  if (choices) {
    return JSON.stringify({ name: "CategoricalDistribution", attributes: { choices } });
  }
  const name = kind === "int" ? "IntDistribution" : "FloatDistribution";
  const distance = step ?? (kind === "int" ? 1 : null);
  return JSON.stringify({ name, attributes: { log, step: distance, low, high } });
}

function read(text: string): Distribution {
  const { name, attributes } = JSON.parse(text) as { name: string; attributes: Distribution };
  if (name === "CategoricalDistribution") return { kind: "choice", choices: attributes.choices! };
  return { ...attributes, kind: name === "IntDistribution" ? "int" : "float" };
}

/** The records that begin a study. */
export function studyLines(id: number, name: string, settings: Settings): string {
  const { objective } = settings;
  const system_attr = { "study:metric_names": [objective.name] };
  return linesOf([
    { op_code: CREATE_STUDY, study_name: name, directions: [DIRECTIONS[objective.mode]] },
    { op_code: SET_STUDY_USER_ATTR, study_id: id, user_attr: { glissade: settings } },
    { op_code: SET_STUDY_SYSTEM_ATTR, study_id: id, system_attr },
  ]);
}

/** The record that begins a trial. */
export function beginLines(
  study_id: number,
  { params, epochs }: Trial,
  distributions: Readonly<Record<string, Distribution>>,
): string {
  const entries = Object.entries(distributions);
  const inner = ([name, { choices }]: (typeof entries)[number]) =>
    choices ? choices.indexOf(params[name]!) : params[name];
  return linesOf([
    {
      op_code: CREATE_TRIAL,
      study_id,
      datetime_start: new Date().toISOString(),
      state: STATES.running,
      value: null,
      values: null,
      distributions: Object.fromEntries(entries.map(([name, one]) => [name, written(one)])),
      params: Object.fromEntries(entries.map((entry) => [entry[0], inner(entry)])),
      user_attrs: { epochs },
      system_attrs: {},
      intermediate_values: {},
    },
  ]);
}

/** The records that end a trial, the last of which makes it count. */
export function endLines(trial_id: number, trial: Trial): string {
  const { status, value, std, folds, spread, seconds, error, curve } = trial;
  const attributes = Object.entries({ std, folds, spread, seconds, error }).filter(
    ([, one]) => one !== undefined,
  );
  return linesOf([
    ...curve.map((intermediate_value, step) => ({
      op_code: SET_TRIAL_INTERMEDIATE_VALUE,
      trial_id,
      step,
      intermediate_value,
    })),
    ...attributes.map(([name, one]) => ({
      op_code: SET_TRIAL_USER_ATTR,
      trial_id,
      user_attr: { [name]: one },
    })),
    {
      op_code: SET_TRIAL_STATE_VALUES,
      trial_id,
      state: STATES[status],
      values: value === undefined || status === "failed" ? null : [value],
      datetime_complete: new Date().toISOString(),
    },
  ]);
}

/** What a journal holds of one study. */
export interface Recorded {
  /** Its number among the studies of the journal, or the next one where it is not there yet. */
  readonly id: number;
  readonly settings: Settings | undefined;
  readonly trials: readonly Trial[];
  /** Numbers of its trials among all trials of the journal. */
  readonly ids: readonly number[];
  /** Trials of all studies. */
  readonly count: number;
  /** The journal up to its last whole line: what a crash cut off is left out. */
  readonly whole: string;
}

type Draft = { -readonly [K in keyof Trial]: Trial[K] } & { curve: number[] };

function drafted(number: number, line: Line): Draft {
  const distributions = line.distributions as Record<string, string>;
  const params = Object.entries(line.params as Record<string, number>).map(([name, inner]) => {
    const { choices } = read(distributions[name]!);
    return [name, choices ? choices[inner] : inner] as [string, Value];
  });
  const { epochs } = line.user_attrs as { epochs: number };
  const values: Values = Object.fromEntries(params);
  return { number, params: values, epochs, status: "running", folds: [], curve: [], seconds: 0 };
}

/**
 * Reads the records of one study by its name.
 *
 * @throws ERR_FORMAT if a line before the last is damaged.
 */
export function recorded(text: string, name: string): Recorded {
  const whole = text.slice(0, text.lastIndexOf("\n") + 1);
  const studies: string[] = [];
  const settings: Settings[] = [];
  const all: { study: number; draft: Draft }[] = [];
  const counts: number[] = [];

  const apply = (line: Line) => {
    const study = line.study_id as number;
    const { draft } = all[line.trial_id as number] ?? {};
    switch (line.op_code) {
      case CREATE_STUDY:
        studies.push(line.study_name as string);
        break;
      case SET_STUDY_USER_ATTR: {
        const { glissade } = line.user_attr as { glissade?: Settings };
        if (glissade) settings[study] = glissade;
        break;
      }
      case CREATE_TRIAL:
        counts[study] ??= 0;
        all.push({ study, draft: drafted(counts[study]++, line) });
        break;
      case SET_TRIAL_INTERMEDIATE_VALUE:
        draft!.curve[line.step as number] = line.intermediate_value as number;
        break;
      case SET_TRIAL_USER_ATTR:
        Object.assign(draft!, line.user_attr);
        break;
      case SET_TRIAL_STATE_VALUES:
        draft!.status = STATUSES[line.state as number]!;
        [draft!.value] = (line.values as number[] | null) ?? [];
        break;
    }
  };

  whole.split("\n").forEach((line, i) => {
    if (line === "") return;
    try {
      apply(JSON.parse(line) as Line);
    } catch {
      throw new GlissadeError(
        "ERR_FORMAT",
        `tune: each line of the journal must be a record of a study, got ${show(line)} in line ${i + 1}; ` +
          "give the path of a journal, or of a file that is not there yet",
      );
    }
  });
  const found = studies.indexOf(name);
  const id = found < 0 ? studies.length : found;
  const mine = all.flatMap(({ study, draft }, at) => (study === id ? [{ draft, at }] : []));
  return {
    id,
    settings: settings[id],
    trials: mine.map(({ draft }) => draft),
    ids: mine.map(({ at }) => at),
    count: all.length,
    whole,
  };
}
