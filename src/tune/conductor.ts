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
  /** Trials that ended in this session. */
  private ended = 0;
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
    const all = ranked(trials, plan.objective.mode);
    const left = total - trials.filter(({ status }) => status !== "running").length;
    const each = (Date.now() - this.began) / 1000 / this.ended;
    return {
      objective: plan.objective,
      space: plan.space,
      total,
      trials: all,
      best: all.find(({ rank }) => rank === 1),
      secondsLeft: this.ended > 0 ? left * each : undefined,
    };
  }

  /** Calls a hook of every callback that has it, in order, each awaited. */
  private async call<N extends Exclude<keyof TuneCallback, "isProgress">>(
    name: N,
    ...given: Parameters<NonNullable<TuneCallback[N]>>
  ): Promise<void> {
    for (const callback of this.callbacks) {
      const hook = callback[name] as ((...given: unknown[]) => unknown) | undefined;
      if (hook) await hook.apply(callback, given);
    }
  }

  async conduct(): Promise<TuneResult> {
    const { signal, trial } = this.options;
    signal?.throwIfAborted();
    const assignment: Assignment = { task: this.task, trial };
    const runner = await this.executor.open(assignment);
    const end = () => this.ending.abort(signal!.reason);
    signal?.addEventListener("abort", end);
    try {
      signal?.throwIfAborted();
      await this.call("onStudyBegin", this.progress);
      await this.conductWith(runner);
      return await this.result();
    } catch (error) {
      await this.call("onStudyAbort", error);
      throw error;
    } finally {
      signal?.removeEventListener("abort", end);
      await runner.close();
    }
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
    await this.call("onTrialBegin", trial, this.progress);
    const report = async (value: number) => {
      const stop = this.study.report(trial.number, value);
      // What a callback throws is not the trial's fault: it ends the study.
      await this.call("onTrialEpoch", trial, epoch++, value).catch((error: unknown) => {
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
    this.ended++;
    await this.call("onTrialEnd", told, this.progress);
  }

  /** @throws the error itself where the first trial threw it: then not the hyper-parameters are to blame */
  private failed(number: number, error: unknown): Outcome {
    const isDiverged = error instanceof GlissadeError && error.code === "ERR_NUMERIC";
    if (number === 0 && !isDiverged && !(error instanceof LostTrial)) throw error;
    return { status: "failed", error: error instanceof Error ? error.message : String(error) };
  }

  private async result(): Promise<TuneResult> {
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
    const result: TuneResult = {
      objective,
      seed,
      trials,
      best,
      table: () => tableOf(objective.name, trials),
      toJSON: () => ({ objective, seed, best: best.number, trials }),
      refit: (fit) => refit(this.task, best, seed, fit),
    };
    await this.call("onStudyEnd", result);
    return result;
  }
}

/** A model of these hyper-parameters, trained on all rows. */
async function refit(
  { build, prepare, fit, material }: Task,
  { params, curve }: RankedTrial,
  seed: number,
  other: FitOptions = {},
): Promise<AnyModel> {
  const { x, y, sampleWeight } = material;
  const prepared = prepare ? prepare(x as never).x : x;
  const { callbacks: _, ...options } = fitFor(fit, params);
  const weights = sampleWeight as Named<Data> | undefined;
  const own = {
    ...options,
    sampleWeight: weights,
    epochs: curve.length,
    seed,
    verbose: 0 as const,
  };
  const model = build(params as never, { seed });
  try {
    await model.fit(prepared as Named<Data>, y as Named<Data>, { ...own, ...other });
    return model;
  } catch (error) {
    model.dispose();
    throw error;
  }
}
