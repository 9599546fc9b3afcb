import { GlissadeError, show } from "../error.js";
import type { Distribution, Value } from "./space.js";
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
const DELETE_STUDY = 1;
const SET_STUDY_USER_ATTR = 2;
const SET_STUDY_SYSTEM_ATTR = 3;
const CREATE_TRIAL = 4;
const SET_TRIAL_PARAM = 5;
const SET_TRIAL_STATE_VALUES = 6;
const SET_TRIAL_INTERMEDIATE_VALUE = 7;
const SET_TRIAL_USER_ATTR = 8;

const DIRECTIONS = { min: 1, max: 2 } as const;
const STATES = { running: 0, complete: 1, pruned: 2, failed: 3 } as const;
const STATUSES = ["running", "complete", "pruned", "failed"] as const;
const NAMES = "study:metric_names";

/** What the user attributes of a trial say of it; others may be there as well. */
const ATTRIBUTES: readonly string[] = ["epochs", "std", "folds", "spread", "seconds", "error"];

/** What a study is; it must not change from one session to the next. */
export interface Settings {
  readonly objective: { readonly name: string; readonly mode: "min" | "max" };
  readonly [key: string]: unknown;
}

type Line = Readonly<Record<string, unknown>>;

const WORKER = { worker_id: "glissade" };

const linesOf = (lines: readonly Line[]) =>
  lines.map((line) => `${JSON.stringify({ ...line, ...WORKER })}\n`).join("");

/** Every Python reads the offset as numbers. */
const now = () => new Date().toISOString().replace("Z", "+00:00");

/** A distribution as the format writes it, text within the text. */
function written({ kind, low, high, log, step, choices }: Distribution): string {
  if (choices) {
    return JSON.stringify({ name: "CategoricalDistribution", attributes: { choices } });
  }
  const name = kind === "int" ? "IntDistribution" : "FloatDistribution";
  const distance = step ?? (kind === "int" ? 1 : null);
  return JSON.stringify({ name, attributes: { log, step: distance, low, high } });
}

/** A value from its number among the choices, or from itself. */
function valueOf(inner: number, distribution: string): Value {
  const { choices } = (JSON.parse(distribution) as { attributes: Distribution }).attributes;
  return choices ? choices[inner]! : inner;
}

/** The records that begin a study, but for the first ones where they are there. */
export function studyLines({ id, begun }: Recorded, name: string, settings: Settings): string {
  const { objective } = settings;
  const system_attr = { [NAMES]: [objective.name] };
  const lines = [
    { op_code: CREATE_STUDY, study_name: name, directions: [DIRECTIONS[objective.mode]] },
    { op_code: SET_STUDY_USER_ATTR, study_id: id, user_attr: { glissade: settings } },
    { op_code: SET_STUDY_SYSTEM_ATTR, study_id: id, system_attr },
  ];
  return linesOf(lines.slice(begun));
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
      datetime_start: now(),
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
      datetime_complete: now(),
    },
  ]);
}

/** What a journal holds of one study. */
export interface Recorded {
  /** Its number among the studies of the journal, or the next one where it is not there yet. */
  readonly id: number;
  /** How many of the records that begin it are there. */
  readonly begun: number;
  readonly mode: "min" | "max" | undefined;
  readonly settings: Settings | undefined;
  readonly trials: readonly Trial[];
  /** Numbers of its trials among all trials of the journal. */
  readonly ids: readonly number[];
  /** Trials of all studies. */
  readonly count: number;
  /** The journal up to its last whole line: what a crash cut off is left out. */
  readonly whole: string;
}

/** The same keys in the same order for all, so that the same trials are the same JSON. */
export const inOrder = (trial: Trial): Trial => {
  const { number, params, status, value, std, folds, curve, spread, epochs, seconds, error } =
    trial;
  return { number, params, status, value, std, folds, curve, spread, epochs, seconds, error };
};

/** A study as its records make it. */
interface Begun {
  readonly name: string;
  readonly mode: "min" | "max" | undefined;
  settings?: Settings | undefined;
  isNamed?: boolean;
}

/** A trial as its records make it; Optuna's own ones say no epochs. */
type Draft = { -readonly [K in keyof Trial]: Trial[K] } & {
  readonly study: Begun;
  params: Record<string, Value>;
  curve: number[];
};

type Attributes = Readonly<Record<string, unknown>>;

function drafted(study: Begun, line: Line): Draft {
  const distributions = (line.distributions ?? {}) as Record<string, string>;
  const params = Object.entries((line.params ?? {}) as Record<string, number>).map(
    ([name, inner]) => [name, valueOf(inner, distributions[name]!)] as const,
  );
  const draft = { study, params: Object.fromEntries(params), number: 0, epochs: 0 };
  const fresh: Draft = { ...draft, status: "running", folds: [], curve: [], seconds: 0 };
  note(fresh, { epochs: undefined, ...(line.user_attrs as Attributes | undefined) });
  for (const [step, value] of Object.entries(line.intermediate_values ?? {})) {
    fresh.curve[Number(step)] = value as number;
  }
  end(fresh, line);
  return fresh;
}

function note(draft: Draft, attributes: Attributes): void {
  const known = Object.entries(attributes).filter(([name]) => ATTRIBUTES.includes(name));
  Object.assign(draft, Object.fromEntries(known));
}

function end(draft: Draft, { state, values }: Line): void {
  // Those that wait have not ended either.
  draft.status = STATUSES[state as number] ?? "running";
  draft.value = (values as readonly number[] | null | undefined)?.[0] ?? draft.value;
}

/** One more record. As in Optuna, those of what is not there, or has ended, count for nothing. */
function apply(line: Line, studies: (Begun | undefined)[], drafts: Draft[]): void {
  if (!Number.isInteger(line.op_code)) throw new TypeError("no record");
  const study = studies[line.study_id as number];
  const found = drafts[line.trial_id as number];
  const draft = found?.status === "running" ? found : undefined;
  switch (line.op_code) {
    case CREATE_STUDY: {
      const name = line.study_name as string;
      const directions = line.directions as readonly number[];
      const mode = directions.length > 1 ? undefined : directions[0] === 2 ? "max" : "min";
      if (!studies.some((one) => one?.name === name)) studies.push({ name, mode });
      break;
    }
    case DELETE_STUDY:
      if (study) studies[line.study_id as number] = undefined;
      break;
    case SET_STUDY_USER_ATTR:
      if (study) study.settings ??= (line.user_attr as { glissade?: Settings }).glissade;
      break;
    case SET_STUDY_SYSTEM_ATTR:
      if (study) study.isNamed ||= NAMES in (line.system_attr as Attributes);
      break;
    case CREATE_TRIAL:
      if (study) drafts.push(drafted(study, line));
      break;
    case SET_TRIAL_PARAM: {
      const inner = line.param_value_internal as number;
      const value = valueOf(inner, line.distribution as string);
      if (draft) draft.params[line.param_name as string] = value;
      break;
    }
    case SET_TRIAL_INTERMEDIATE_VALUE:
      if (draft) draft.curve[line.step as number] = line.intermediate_value as number;
      break;
    case SET_TRIAL_USER_ATTR:
      if (draft) note(draft, line.user_attr as Attributes);
      break;
    case SET_TRIAL_STATE_VALUES:
      if (draft) end(draft, line);
      break;
  }
}

/** Python writes numbers that JSON does not have; all texts are passed over to find them. */
const parsed = (line: string) =>
  JSON.parse(
    line.replace(/"(?:[^"\\]|\\.)*"|-?(?:NaN|Infinity)/g, (found) =>
      found.startsWith('"') ? found : "null",
    ),
  ) as Line;

const damaged = (line: string, number: number) =>
  new GlissadeError(
    "ERR_FORMAT",
    `tune: each line of the journal must be a record of a study, got ${show(line)} in line ${number}; ` +
      "give the path of a journal, or of a file that is not there yet",
  );

/** Whether this may be what a crash left of a record. */
const isCutOff = (tail: string) => tail.startsWith(START) || START.startsWith(tail);
const START = '{"op_code":';

/**
 * Reads the records of one study by its name.
 *
 * @throws ERR_FORMAT if a line is no record, nor the beginning of one at the end.
 */
export function recorded(text: string, name: string): Recorded {
  const lines = text.split("\n");
  const tail = lines.pop()!;
  const studies: (Begun | undefined)[] = [];
  const drafts: Draft[] = [];
  lines.forEach((line, i) => {
    try {
      apply(parsed(line), studies, drafts);
    } catch {
      throw damaged(line, i + 1);
    }
  });
  if (!isCutOff(tail)) throw damaged(tail, lines.length + 1);
  const found = studies.findIndex((one) => one?.name === name);
  const study = studies[found];
  const mine = drafts.flatMap((draft, id) =>
    study && draft.study === study ? [{ draft, id }] : [],
  );
  return {
    id: study ? found : studies.length,
    begun: !study ? 0 : !study.settings ? 1 : !study.isNamed ? 2 : 3,
    mode: study?.mode,
    settings: study?.settings,
    trials: mine.map(({ draft }, number) => inOrder({ ...draft, number })),
    ids: mine.map(({ id }) => id),
    count: drafts.length,
    whole: text.slice(0, text.length - tail.length),
  };
}
