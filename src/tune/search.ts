import { uniforms } from "./random.js";
import { type Space, valueAt, type Values, valuesOf } from "./space.js";

/** What is searched, and from which seed. */
export interface Quest {
  readonly space: Space;
  readonly seed: number;
  /** Epochs of a whole training. */
  readonly epochs: number;
}

/** A trial that has ended, as searches and pruners see it. */
export interface Past {
  readonly number: number;
  readonly params: Values;
  /** Epochs that it was meant to train. */
  readonly epochs: number;
  readonly status: "complete" | "pruned" | "failed";
  /** The objective, turned so that less is better; nothing where the trial came to none. */
  readonly cost: number | undefined;
  /** The same after each epoch. */
  readonly costs: readonly number[];
}

/** Hyper-parameters to try, and for how long. */
export interface Suggestion {
  readonly params: Values;
  /** Epochs, where not those of a whole training. */
  readonly epochs?: number;
}

/**
 * Where to look next. What it suggests depends on nothing but the quest and the trials that it needs, so that a study
 * has the same trials whoever ran them, and however many at once.
 */
export interface Search {
  readonly type: string;
  readonly options: Readonly<Record<string, unknown>>;
  /** What ends its trials early, where that belongs to the search; then no other pruner does. */
  readonly pruner?: Pruner;
  /** Whether its option `trials` says only when to end, so that a study may go on with more of them. */
  readonly isOpen?: boolean;
  /** How many trials there will be. @throws ERR_OPTION if the quest does not suit the search */
  trials(quest: Quest): number;
  /** Trials that must have ended before one is suggested: all with a number below this. */
  needs(number: number, quest: Quest): number;
  /** @param past The trials that it needs, by number. */
  suggest(number: number, past: readonly Past[], quest: Quest): Suggestion;
}

/** What ends a trial early. As for searches, its decisions depend on nothing but the trials that it needs. */
export interface Pruner {
  readonly type: string;
  readonly options: Readonly<Record<string, unknown>>;
  /** Trials that must have ended before a trial begins: all with a number below this. */
  needs(number: number): number;
  /**
   * Whether a trial ends here.
   *
   * @param costs What it came to so far, one number an epoch.
   * @param past The trials that the pruner needs, by number.
   */
  prune(costs: readonly number[], past: readonly Past[], quest: Quest): boolean;
}

/** Hyper-parameters drawn from the whole space, by seed and number alone. */
export const drawn = ({ space, seed }: Quest, number: number): Values =>
  valuesOf(space, (distribution, _, place) =>
    valueAt(distribution, uniforms(seed, number, place)[0]!),
  );
