import { checkCallbacks, STUDY_HOOKS } from "../callbacks/callback.js";
import { fitFields } from "../fitOptions.js";
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
import { checkTune, objectiveOf, type ResolvedTune, tuneFields } from "./tuneOptions.js";

/** What {@link tune} takes; `build` gets the values that the space gives. */
export type TuneOptions<S extends Space = Space, M extends AnyModel = AnyModel> = Omit<
  Options<typeof tuneFields>,
  "space" | "build"
> & {
  readonly space: S;
  readonly build?: (values: HyperParameters<S>, building: Building) => M;
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
): Promise<TuneResult<M>> {
  const options = resolve("tune", tuneFields, given);
  checkTune(options);
  checkCallbacks("tune", options.callbacks, STUDY_HOOKS);
  const task = await taskOf(options);
  const study = await Study.open({
    space: options.space,
    search: options.search,
    pruner: prunerOf(options),
    objective: objectiveOf(options),
    seed: options.seed,
    epochs: epochsOf(task),
    name: options.name,
    journal: journalOf(options.journal),
  });
  return new Conductor(study, task, options).conduct() as Promise<TuneResult<M>>;
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
  const rows = countRows("tune", "x", x);
  const keys = folds?.options?.stratified === true ? (labels as Keys) : undefined;
  const facts = { labels: keys, groups: groups as Keys | undefined, seed };
  const [heldX, heldY, heldWeight] = validationData ?? [];
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
