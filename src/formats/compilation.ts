import { type CompileOptions, isLoss } from "../compileOptions.js";
import type { Family } from "../names.js";
import { describeMember, isSpec, type Revival, reviveMember } from "./members.js";

/** A compilation as a file holds it. */
export type CompileSpec = Readonly<Record<string, unknown>>;

type Change = (family: Family, value: unknown) => unknown;

/** Changes every member of a compilation; losses and metrics may be keyed by output. */
function changed(given: CompileSpec, isLoss: (value: unknown) => boolean, change: Change) {
  const { optimizer, loss, lossWeights, metrics, weightedMetrics } = given;
  const keyed = (value: unknown, each: (one: unknown) => unknown) =>
    Object.fromEntries(Object.entries(value as object).map(([name, one]) => [name, each(one)]));
  const list = (value: unknown): unknown => {
    if (value === undefined) return undefined;
    if (!Array.isArray(value)) return keyed(value, list);
    return value.map((one) => change("metric", one));
  };
  const ofLoss = (value: unknown) => change("loss", value);
  return {
    optimizer: change("optimizer", optimizer),
    loss: isLoss(loss) ? ofLoss(loss) : keyed(loss, ofLoss),
    lossWeights,
    metrics: list(metrics),
    weightedMetrics: list(weightedMetrics),
  };
}

const isSaved = (loss: unknown) => typeof loss === "string" || isSpec(loss);

/** What a model was compiled with, for a file. */
export const describeCompilation = (options: CompileOptions): CompileSpec =>
  changed(options as unknown as CompileSpec, isLoss, describeMember);

/** What it is to be compiled with again. @throws ERR_OPTION if a member is not known here */
export const reviveCompilation = (revival: Revival, spec: CompileSpec): CompileOptions =>
  changed(spec, isSaved, (family, value) =>
    reviveMember(revival, family, value),
  ) as unknown as CompileOptions;
