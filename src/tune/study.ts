import { counted, GlissadeError, show } from "../error.js";
import { isPlainObject, type Resolved, resolve } from "../options.js";
import { type Outcome, outcomeFields, studyFields, type StudyPlan } from "./fields.js";
import {
  beginLines,
  endLines,
  inOrder,
  type Journal,
  memoryJournal,
  type Recorded,
  recorded,
  type Settings,
  studyLines,
} from "./journal.js";
import { drawn, type Past, type Pruner, type Quest } from "./search.js";
import { distributionsOf } from "./space.js";
import type { Trial } from "./trial.js";

export type { Outcome, StudyPlan } from "./fields.js";

type Plan = Resolved<typeof studyFields>;

/** What must be the same for a study to go on, as JSON holds it. */
function settingsOf({ space, search, pruner, objective, seed, epochs, task }: Plan): Settings {
  const { type, options, isOpen } = search;
  const settings = {
    format: 1,
    objective,
    seed,
    epochs,
    search: { type, ...options, ...(isOpen && { trials: undefined }) },
    pruner: pruner && { type: pruner.type, ...pruner.options },
    space,
    task,
  };
  const plain = (_: string, one: unknown) => (typeof one === "function" ? "a function" : one);
  return JSON.parse(JSON.stringify(settings, plain)) as Settings;
}

/** The pruner of the plan or of its search. @throws ERR_OPTION if there are two */
function prunerOf({ search, pruner }: Plan): Pruner | undefined {
  if (!pruner || !search.pruner || pruner === search.pruner) return pruner ?? search.pruner;
  throw new GlissadeError(
    "ERR_OPTION",
    `tune: pruner must be left out with search.${search.type}, which ends trials by a rule of its own, ` +
      `got ${show(pruner)}; search.random goes with any pruner`,
  );
}

/**
 * Trials that are asked for and told of, over a journal that only grows. Whoever opens the journal again goes on where
 * it ended; trials that were running are asked for again. What is asked for depends on the plan alone, not on who was
 * faster.
 */
export class Study {
  /** All trials so far, by number. */
  readonly trials: Trial[] = [];
  /** How many trials there will be. */
  readonly total: number;
  private readonly quest: Quest;
  private readonly id: number;
  private readonly ids: number[];
  /** Trials of all studies of the journal. */
  private count: number;
  /** What searches see of the trials that have ended. */
  private readonly pasts: Past[] = [];
  /** Numbers of the trials that were asked for here and not told of yet. */
  private readonly asked = new Set<number>();

  private constructor(
    readonly plan: Plan,
    private readonly journal: Journal,
    { id, ids, count, trials }: Recorded,
  ) {
    const { space, seed, epochs, search } = plan;
    this.quest = Object.freeze({ space, seed, epochs });
    this.total = Math.max(search.trials(this.quest), trials.length);
    // A space that nothing can be drawn from is refused before it is recorded.
    drawn(this.quest, 0);
    [this.id, this.ids, this.count] = [id, [...ids], count];
    for (const trial of trials) this.set(trial);
  }

  /**
   * Begins a study, or goes on with the one of that name in the journal.
   *
   * @throws (rejects) ERR_OPTION if the plan breaks a rule or the search cannot search such a space, ERR_STATE if the
   *   journal's study is another one, ERR_FORMAT if it is damaged; nothing is written then.
   */
  static async open(given: StudyPlan): Promise<Study> {
    const resolved = resolve("Study.open", studyFields, given);
    const plan: Plan = { ...resolved, pruner: prunerOf(resolved) };
    const journal = plan.journal ?? memoryJournal();
    const text = await journal.read();
    const found = recorded(text, plan.name);
    const own = settingsOf(plan);
    checkOwn(plan.name, found);
    if (found.begun > 0) {
      const objective = { ...plan.objective, mode: found.mode };
      checkSame(plan.name, found.settings ?? ({ ...own, objective } as Settings), own);
    }
    const study = new Study(plan, journal, found);
    // A line that a crash cut short would stand in the way of all that follow.
    if (found.whole !== text) await journal.replace(found.whole);
    const missing = studyLines(found, plan.name, own);
    if (missing) await journal.append(missing);
    return study;
  }

  /** Whether more is better turns the objective to costs. */
  private get sign(): number {
    return this.plan.objective.mode === "max" ? -1 : 1;
  }

  /** The first trials, all of which have ended. */
  private past(end: number): Past[] {
    return this.pasts.slice(0, end);
  }

  private pastOf({ number, params, epochs, status, value, curve }: Trial): Past {
    return {
      number,
      params,
      epochs,
      status: status as Past["status"],
      cost: value === undefined ? undefined : this.sign * value,
      costs: curve.map((one) => this.sign * one),
    };
  }

  /** How many trials have ended before the first that has not. */
  private get ended(): number {
    const first = this.trials.findIndex(({ status }) => status === "running");
    return first < 0 ? this.trials.length : first;
  }

  /** The next trial; nothing where all were given out, or one that runs must end first. */
  async ask(): Promise<Trial | undefined> {
    const left = this.trials.find(
      ({ number, status }) => status === "running" && !this.asked.has(number),
    );
    if (left) {
      this.asked.add(left.number);
      return this.set({ ...left, curve: [] });
    }
    const { search, pruner, space } = this.plan;
    const number = this.trials.length;
    if (number >= this.total) return undefined;
    const needed = search.needs(number, this.quest);
    if (this.ended < Math.max(needed, pruner?.needs(number) ?? 0)) return undefined;
    const { params, epochs = this.quest.epochs } = search.suggest(
      number,
      this.past(needed),
      this.quest,
    );
    const trial = { number, params, epochs, folds: [], curve: [], seconds: 0 };
    this.asked.add(number);
    this.ids.push(this.count++);
    const begun = this.set({ ...trial, status: "running" });
    await this.journal.append(beginLines(this.id, begun, distributionsOf(space, params)));
    return begun;
  }

  /** What a trial came to after one more epoch; gives whether it should end here. @throws ERR_STATE, ERR_NUMERIC */
  report(number: number, value: number): boolean {
    const trial = this.running(number);
    if (!Number.isFinite(value)) {
      throw new GlissadeError(
        "ERR_NUMERIC",
        `tune: ${this.plan.objective.name} must be a finite number, got ${value} in epoch ` +
          `${trial.curve.length + 1} of trial ${number}`,
      );
    }
    const curve = [...trial.curve, value];
    this.set({ ...trial, curve });
    const { pruner } = this.plan;
    if (!pruner || curve.length >= trial.epochs) return false;
    const costs = curve.map((one) => this.sign * one);
    return pruner.prune(costs, this.past(pruner.needs(number)), this.quest);
  }

  /**
   * How a trial ended. Without a finite value it failed; one that was pruned has that of its last report, if any.
   *
   * @throws (rejects) ERR_OPTION if the outcome breaks a rule, ERR_STATE if the trial does not run
   */
  async tell(number: number, outcome: Outcome): Promise<Trial> {
    const trial = this.running(number);
    const told = resolve("Study.tell", outcomeFields, outcome);
    const ended = this.set({ ...trial, ...told, ...this.settled(told, trial.curve) });
    this.asked.delete(number);
    await this.journal.append(endLines(this.ids[number]!, ended));
    return ended;
  }

  private settled({ status, value, error }: Outcome, curve: readonly number[]): Outcome {
    if (status === "failed") return { status, value: undefined, error };
    const last = value ?? (status === "pruned" ? curve.at(-1) : undefined);
    const isUntold = status === "pruned" && last === undefined;
    if (isUntold || Number.isFinite(last)) return { status, value: last, error };
    return {
      status: "failed",
      value: undefined,
      error: `${this.plan.objective.name} must be a finite number, got ${show(value)}`,
    };
  }

  /** Gives a trial back, so that it is asked for again. */
  giveBack(number: number): void {
    this.asked.delete(number);
  }

  private running(number: number): Trial {
    const trial = this.trials[number];
    if (trial?.status === "running") return trial;
    throw new GlissadeError(
      "ERR_STATE",
      `tune: the trial must be one that was asked for and not told of, got ${show(number)} of ${counted(this.trials.length, "trial")}; ` +
        "ask() gives the next",
    );
  }

  private set(given: Trial): Trial {
    const trial = inOrder(given);
    this.trials[trial.number] = trial;
    if (trial.status !== "running") this.pasts[trial.number] = this.pastOf(trial);
    return trial;
  }
}

/** @throws ERR_STATE if others had a hand in the study */
function checkOwn(name: string, { settings, trials }: Recorded): void {
  const foreign = trials.find(({ epochs }) => !settings || epochs === undefined);
  if (!foreign) return;
  throw new GlissadeError(
    "ERR_STATE",
    `tune: the study ${show(name)} must have trials of glissade alone to go on, got trial ${foreign.number} of ` +
      "something else; give another name or journal",
  );
}

/** The first part that differs, as names from the outside in. */
function differing(a: unknown, b: unknown): string[] | undefined {
  if (JSON.stringify(a) === JSON.stringify(b)) return undefined;
  if (!isPlainObject(a) || !isPlainObject(b)) return [];
  for (const key of Object.keys({ ...a, ...b })) {
    const inner = differing(a[key], b[key]);
    if (inner) return [key, ...inner];
  }
  return [];
}

const partOf = (settings: Settings, path: readonly string[]) =>
  JSON.stringify(path.reduce<unknown>((at, key) => (at as Settings)[key], settings)) ?? "nothing";

/** @throws ERR_STATE naming what differs */
function checkSame(name: string, recorded: Settings, own: Settings): void {
  const path = differing(recorded, own);
  if (!path) return;
  // What a task consists of are options of `tune`.
  const shown = path.length > 1 && path[0] === "task" ? path.slice(1) : path;
  throw new GlissadeError(
    "ERR_STATE",
    `tune: ${shown.join(".")} must be as in the journal to go on with the study ${show(name)}, got ` +
      `${partOf(own, path)} where the journal has ${partOf(recorded, path)}; give another journal or name`,
  );
}
