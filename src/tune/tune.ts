import { checkCallbacks, STUDY_HOOKS } from "../callbacks/callback.js";
import { fitFields, type FitOptions } from "../fitOptions.js";
import type { AnyModel, Model } from "../model.js";
import { type Options, resolve } from "../options.js";
import type { Keys } from "../split/keys.js";
import { storageFor } from "../storage.js";
import { Conductor } from "./conductor.js";
import { loadTrial, type TrialData } from "./executor.js";
import { countRows, type Material, type Rows, splitsOf } from "./parts.js";
import type { TuneResult } from "./result.js";
import type { Building, Task } from "./run.js";
import type { HyperParameters, Space } from "./space.js";
import { Study } from "./study.js";
import { checkFit, checkTune, objectiveOf, type ResolvedTune, tuneFields } from "./tuneOptions.js";

/** Options of the fit of each trial; each but these two may be a function of the hyper-parameters. */
type FitFor<S extends Space> = {
  readonly [K in keyof FitOptions]:
    | FitOptions[K]
    | (K extends "epochs" | "sampleWeight"
        ? never
        : (values: HyperParameters<NoInfer<S>>) => FitOptions[K]);
};

/** What {@link tune} takes; `build` gets the values that the space gives. TypeScript wants the space before it. */
export type TuneOptions<S extends Space = Space, M extends AnyModel = AnyModel> = Omit<
  Options<typeof tuneFields>,
  "space" | "build" | "fit"
> & {
  readonly space: S;
  readonly build?: (values: HyperParameters<S>, building: Building) => M;
  readonly fit?: FitFor<S>;
};

/**
 * Looks for the hyper-parameters that train best: trial after trial, each on all folds, until the search has enough.
 *
 * Every trial is trained from the same seeds on the same folds, so trials differ by their hyper-parameters alone. The
 * same options give the same trials, wherever and however many at once they run. A trial that throws, or whose objective
 * is no finite number, fails and the study goes on; what the first trial throws ends it.
 *
 * @throws (rejects) ERR_OPTION, ERR_SHAPE or ERR_DTYPE before anything is trained; ERR_STATE if the journal holds another
 *   study, ERR_FORMAT if it is damaged; ERR_NUMERIC if no trial came to its end; the signal's reason when aborted.
 */
export async function tune<const S extends Space, M extends AnyModel = Model>(
  given: TuneOptions<S, M>,
): Promise<TuneResult<M, HyperParameters<S>>> {
  const options = resolve("tune", tuneFields, given);
  checkTune(options);
  checkCallbacks("tune", options.callbacks, STUDY_HOOKS);
  const task = await taskOf(options);
  const study = await Study.open({
    space: options.space,
    search: options.search,
    pruner: options.pruner,
    objective: objectiveOf(options),
    seed: options.seed,
    epochs: epochsOf(task),
    name: options.name,
    journal: journalOf(options.journal),
    task: partsThatCount(options, task),
  });
  return new Conductor(study, task, options).conduct() as Promise<unknown> as never;
}

/** What a study that goes on must be trained with: rows are known by their number alone. */
function partsThatCount({ folds, validationSplit, seeds }: ResolvedTune, task: Task) {
  const { sampleWeight: _, ...fit } = task.fit;
  const rows = task.material.splits.map(({ train, test }) => [train.length, test.length]);
  return {
    folds: folds && { type: folds.type, ...folds.options },
    validationSplit,
    seeds,
    rows,
    fit,
  };
}

const prunerOf = ({ pruner, search }: ResolvedTune) => pruner ?? search.pruner;

const epochsOf = ({ fit }: Task) =>
  (fit.epochs as number | undefined) ?? fitFields.epochs.fallback!;

const journalOf = (journal: ResolvedTune["journal"]) =>
  typeof journal === "string"
    ? storageFor("tune", "journal: { read, append, replace }").journal(journal)
    : journal;

/** What trials need, from options or from the module of a trial. */
async function taskOf(options: ResolvedTune): Promise<Task> {
  const module = options.trial && (await loadTrial(options.trial));
  const { validationData, seed, folds } = options;
  const fit = { ...options.fit, ...module?.fit };
  const given = { ...options, sampleWeight: fit.sampleWeight as Rows | undefined };
  const data: Partial<TrialData> = module ? { ...given, ...(await module.data()) } : given;
  const { x, y, labels = y, groups, sampleWeight } = data;
  checkFit(fit);
  const rows = countRows("x", x);
  countRows("y", y, rows);
  if (sampleWeight !== undefined) countRows("sampleWeight", sampleWeight, rows);
  const facts = { labels: labels as Keys, groups: groups as Keys | undefined, seed };
  const [heldX, heldY, heldWeight] = validationData ?? [];
  if (validationData) countRows("validationData", heldY, countRows("validationData", heldX));
  const material: Material = {
    x: x!,
    y: y!,
    sampleWeight,
    splits: splitsOf(rows, folds, options.validationSplit, facts),
    validation: validationData && { x: heldX!, y: heldY!, sampleWeight: heldWeight },
  };
  return {
    build: (module ?? options).build!,
    prepare: (module ?? options).prepare,
    fit,
    material,
    objective: objectiveOf(options).name,
    seeds: Array.from({ length: options.seeds }, (_, i) => seed + i),
    together: prunerOf(options) !== undefined,
  };
}
