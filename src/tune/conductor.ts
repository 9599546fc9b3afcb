import { GlissadeError } from "../error.js";
import type { Named } from "../feed.js";
import type { FitOptions } from "../fitOptions.js";
import type { AnyModel } from "../model.js";
import type { Data } from "../tensor.js";
import { type Assignment, here, LostTrial, type Runner } from "./executor.js";
import { type RankedTrial, ranked, tableOf, type TuneResult } from "./result.js";
import { fitFor, type Task } from "./run.js";
import type { Outcome, Study } from "./study.js";
import type { Trial } from "./trial.js";
import type { ResolvedTune } from "./tuneOptions.js";
import { type Progress, type TuneCallback, tuneProgressFor } from "./watch.js";

/** Asks for trials, has them run, and tells what they came to. */
export class Conductor {
  private readonly callbacks: readonly TuneCallback[];
  /** Ends what runs once something went wrong. */
  private readonly ending = new AbortController();
  private readonly began = Date.now();
  /** Epochs of the trials that ended in this session. */
  private epochsDone = 0;
  /** Numbers of the trials whose objective was no finite number. */
  private readonly diverged = new Set<number>();
  /** Numbers of the trials that were lost once. */
  private readonly lost = new Set<number>();

  constructor(
    private readonly study: Study,
    private readonly task: Task,
    private readonly options: ResolvedTune,
  ) {
    const { callbacks, verbose } = options;
    const shown = callbacks.some(({ isProgress }) => isProgress);
    const progress = shown ? undefined : tuneProgressFor(verbose);
    this.callbacks = [...callbacks, ...(progress ? [progress] : [])];
  }

  private get executor() {
    return this.options.executor ?? here;
  }

  private get progress(): Progress {
    const { plan, total, trials } = this.study;
    const { mode } = plan.objective;
    return {
      objective: plan.objective,
      space: plan.space,
      total,
      get trials() {
        return ranked(trials, mode);
      },
      get best() {
        return ranked(trials, mode).find(({ rank }) => rank === 1);
      },
      secondsLeft: this.secondsLeft,
    };
  }

  /** By what an epoch took so far; trials to come are taken for as long as the longest that began. */
  private get secondsLeft(): number | undefined {
    if (this.epochsDone === 0) return undefined;
    const { trials, total } = this.study;
    const running = trials.filter(({ status }) => status === "running");
    const longest = trials.reduce((most, { epochs }) => Math.max(most, epochs), 0);
    const left = running.reduce((sum, { epochs }) => sum + epochs, 0);
    const each = (Date.now() - this.began) / 1000 / this.epochsDone;
    return each * (left + (total - trials.length) * longest);
  }

  /** Calls a hook of every callback that has it, in order, each awaited. */
  private async call<N extends Exclude<keyof TuneCallback, "isProgress">>(
    name: N,
    given: () => Parameters<NonNullable<TuneCallback[N]>>,
  ): Promise<void> {
    for (const callback of this.callbacks) {
      const hook = callback[name] as ((...given: unknown[]) => unknown) | undefined;
      if (hook) await hook.apply(callback, given());
    }
  }

  async conduct(): Promise<TuneResult> {
    const { signal, trial } = this.options;
    signal?.throwIfAborted();
    this.warnOfIdle();
    const assignment: Assignment = { task: this.task, trial };
    const runner = await this.executor.open(assignment);
    const end = () => this.ending.abort(signal!.reason);
    signal?.addEventListener("abort", end);
    let result: TuneResult;
    try {
      signal?.throwIfAborted();
      await this.call("onStudyBegin", () => [this.progress]);
      await this.conductWith(runner);
      result = this.result();
    } catch (error) {
      await this.call("onStudyAbort", () => [error]);
      throw error;
    } finally {
      signal?.removeEventListener("abort", end);
      await runner.close();
    }
    await this.call("onStudyEnd", () => [result]);
    return result;
  }

  /** Says so where an executor has more room than the search may use. */
  private warnOfIdle(): void {
    const { search, pruner } = this.study.plan;
    const limits = [search, pruner].map((one) => (one?.options.parallel as number) ?? Infinity);
    const [most, { size }] = [Math.min(...limits), this.executor];
    if (size <= most) return;
    console.warn(
      `tune: at most ${most} trials run at once, as each may depend on those that ended before, but the executor has ` +
        `room for ${size}; give the search or pruner parallel: ${size}`,
    );
  }

  private async conductWith(runner: Runner): Promise<void> {
    const { signal } = this.ending;
    const running = new Set<Promise<void>>();
    const begin = (trial: Trial) => {
      const run = this.run(runner, trial)
        // It may go wrong while the next one is asked for: the loop looks at the signal.
        .catch((error: unknown) => this.ending.abort(error))
        .finally(() => running.delete(run));
      running.add(run);
    };
    try {
      for (;;) {
        signal.throwIfAborted();
        const trial = running.size < this.executor.size ? await this.study.ask() : undefined;
        if (trial) begin(trial);
        else if (running.size > 0) await Promise.race(running);
        else return signal.throwIfAborted();
      }
    } catch (error) {
      this.ending.abort(error);
      await Promise.all(running);
      throw error;
    }
  }

  private async run(runner: Runner, trial: Trial): Promise<void> {
    const { signal } = this.ending;
    let epoch = 0;
    await this.call("onTrialBegin", () => [trial, this.progress]);
    const report = async (value: number) => {
      if (!Number.isFinite(value)) this.diverged.add(trial.number);
      const stop = this.study.report(trial.number, value);
      const now = epoch++;
      // What a callback throws is not the trial's fault: it ends the study.
      await this.call("onTrialEpoch", () => [trial, now, value]).catch((error: unknown) => {
        this.ending.abort(error);
        throw error;
      });
      return stop;
    };
    let outcome: Outcome;
    try {
      outcome = await runner.run(trial, report, signal);
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof LostTrial && !this.lost.has(trial.number)) {
        this.lost.add(trial.number);
        return this.study.giveBack(trial.number);
      }
      outcome = this.failed(trial.number, error);
    }
    signal.throwIfAborted();
    const told = await this.study.tell(trial.number, outcome);
    this.epochsDone += told.epochs;
    await this.call("onTrialEnd", () => [told, this.progress]);
  }

  /** @throws the error itself where the first trial threw it: then not the hyper-parameters are to blame */
  private failed(number: number, error: unknown): Outcome {
    const isItsOwn = this.diverged.has(number) || error instanceof LostTrial;
    if (number === 0 && !isItsOwn) throw error;
    return { status: "failed", error: error instanceof Error ? error.message : String(error) };
  }

  private result(): TuneResult {
    const { plan } = this.study;
    const { objective, seed } = plan;
    const trials = ranked(this.study.trials, objective.mode);
    const best = trials.find(({ rank }) => rank === 1);
    if (!best) {
      throw new GlissadeError(
        "ERR_NUMERIC",
        `tune: at least one trial must come to its end, but all ${trials.length} failed; the first because ${trials[0]?.error}`,
      );
    }
    return {
      objective,
      seed,
      trials,
      best,
      table: () => tableOf(objective.name, trials),
      toJSON: () => ({ objective, seed, best: best.number, trials }),
      refit: (fit) => refit(this.task, best, objective.mode, seed, fit),
    };
  }
}

/** Epochs up to the best mean. */
function bestEpoch(curve: readonly number[], mode: "min" | "max"): number {
  const sign = mode === "max" ? -1 : 1;
  return 1 + curve.reduce((best, value, i) => (sign * (value - curve[best]!) < 0 ? i : best), 0);
}

/** A model of these hyper-parameters, trained on all rows. */
async function refit(
  { build, prepare, fit, material }: Task,
  { params, epochs, curve }: RankedTrial,
  mode: "min" | "max",
  seed: number,
  other: FitOptions = {},
): Promise<AnyModel> {
  const { x, y, sampleWeight } = material;
  const rows = prepare ? prepare(x as never).x : x;
  const { callbacks, ...options } = fitFor(fit, params);
  const own = {
    ...options,
    sampleWeight: sampleWeight as Named<Data> | undefined,
    epochs: callbacks?.length ? bestEpoch(curve, mode) : epochs,
    seed,
    verbose: 0 as const,
  };
  const model = build(params as never, { seed });
  try {
    await model.fit(rows as Named<Data>, y as Named<Data>, { ...own, ...other });
    return model;
  } catch (error) {
    model.dispose();
    throw error;
  }
}
