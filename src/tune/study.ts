import { counted, GlissadeError, show } from "../error.js";
import {
  beginLines,
  endLines,
  type Journal,
  memoryJournal,
  recorded,
  type Settings,
  studyLines,
} from "./journal.js";
import type { Past, Pruner, Quest, Search } from "./search.js";
import { distributionsOf, type Space } from "./space.js";
import type { Trial } from "./trial.js";

/** What is looked for, where and how. */
export interface StudyPlan {
  readonly space: Space;
  readonly search: Search;
  readonly pruner?: Pruner | undefined;
  readonly objective: { readonly name: string; readonly mode: "min" | "max" };
  readonly seed: number;
  /** Epochs of a whole training. */
  readonly epochs: number;
  /** What tells studies of one journal apart. */
  readonly name: string;
  readonly journal?: Journal | undefined;
}

/** How a trial ended. */
export interface Outcome {
  readonly status: "complete" | "pruned" | "failed";
  readonly value?: number | undefined;
  readonly std?: number | undefined;
  readonly folds?: readonly number[];
  readonly spread?: readonly number[] | undefined;
  readonly seconds?: number;
  readonly error?: string | undefined;
}

/** What must be the same for a study to go on. */
const settingsOf = ({ space, search, pruner, objective, seed, epochs }: StudyPlan): Settings => ({
  format: 1,
  objective,
  seed,
  epochs,
  search: { type: search.type, ...search.options, ...(search.isOpen && { trials: undefined }) },
  ...(pruner && { pruner: { type: pruner.type, ...pruner.options } }),
  space: JSON.parse(
    JSON.stringify(space, (_, one: unknown) => (typeof one === "function" ? "a function" : one)),
  ) as unknown,
});

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
  private readonly ids: number[];
  /** Numbers of the trials that were asked for here and not told of yet. */
  private readonly asked = new Set<number>();

  private constructor(
    readonly plan: StudyPlan,
    private readonly journal: Journal,
    private readonly id: number,
    recordedIds: readonly number[],
    trials: readonly Trial[],
    private count: number,
  ) {
    const { space, seed, epochs } = plan;
    this.quest = Object.freeze({ space, seed, epochs });
    this.total = plan.search.trials(this.quest);
    this.ids = [...recordedIds];
    this.trials.push(...trials);
  }

  /**
   * Begins a study, or goes on with the one of that name in the journal.
   *
   * @throws (rejects) ERR_STATE if the journal's study is another one, ERR_FORMAT if it is damaged, ERR_OPTION if the
   *   search cannot search such a space.
   */
  static async open(plan: StudyPlan): Promise<Study> {
    const journal = plan.journal ?? memoryJournal();
    const text = await journal.read();
    const { id, settings, trials, ids, count, whole } = recorded(text, plan.name);
    const study = new Study(plan, journal, id, ids, trials, count);
    const own = settingsOf(plan);
    if (settings) checkSame(plan.name, settings, own);
    // A line that a crash cut short would stand in the way of all that follow.
    if (whole !== text) await journal.replace(whole);
    if (!settings) await journal.append(studyLines(id, plan.name, own));
    return study;
  }

  /** Whether more is better turns the objective to costs. */
  private get sign(): number {
    return this.plan.objective.mode === "max" ? -1 : 1;
  }

  private past(end: number): Past[] {
    return this.trials.slice(0, end).map((trial) => ({
      number: trial.number,
      params: trial.params,
      epochs: trial.epochs,
      status: trial.status as Past["status"],
      cost: trial.status === "failed" ? undefined : this.sign * trial.value!,
      costs: trial.curve.map((value) => this.sign * value),
    }));
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

  /** How a trial ended; without a finite value it failed. @throws (rejects) ERR_STATE if it does not run */
  async tell(number: number, outcome: Outcome): Promise<Trial> {
    const trial = this.running(number);
    const ended = this.set({ ...trial, ...this.settled(outcome) });
    this.asked.delete(number);
    await this.journal.append(endLines(this.ids[number]!, ended));
    return ended;
  }

  private settled(outcome: Outcome): Outcome {
    const { status, value } = outcome;
    if (status === "failed" || Number.isFinite(value)) return outcome;
    const error = `${this.plan.objective.name} must be a finite number, got ${show(value)}`;
    return { ...outcome, status: "failed", value: undefined, error };
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

  private set(trial: Trial): Trial {
    this.trials[trial.number] = trial;
    return trial;
  }
}

/** @throws ERR_STATE naming what differs */
function checkSame(name: string, recorded: Settings, own: Settings): void {
  const text = (value: unknown) => JSON.stringify(value);
  const differing = Object.keys({ ...recorded, ...own }).find(
    (key) => text(recorded[key]) !== text(own[key]),
  );
  if (!differing) return;
  throw new GlissadeError(
    "ERR_STATE",
    `tune: ${differing} must be as in the journal to go on with the study ${show(name)}, got ` +
      `${text(own[differing])} where the journal has ${text(recorded[differing])}; give another journal or name`,
  );
}
