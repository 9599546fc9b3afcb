import { cannotOverfit } from "./diagnosis/cannotOverfit.js";
import {
  diagnoseFields,
  type DiagnoseOptions,
  type Examined,
  examine,
  type Facts,
  type Finding,
  twinOf,
} from "./diagnosis/examined.js";
import { gradientNorms } from "./diagnosis/gradientNorms.js";
import { inputsNotFinite, inputsNotScaled } from "./diagnosis/inputs.js";
import { labelsAndOutputs, misfit } from "./diagnosis/labelsAndOutputs.js";
import { reportOf } from "./diagnosis/report.js";
import { startLoss } from "./diagnosis/startLoss.js";
import { targetsNotScaled } from "./diagnosis/targetsNotScaled.js";
import { deadUnits } from "./diagnosis/units.js";
import type { Feed, Named } from "./feed.js";
import type { AnyModel } from "./model.js";
import { type Resolved, resolve } from "./options.js";
import { type Data, isTensor } from "./tensor.js";

export { diagnoseFields, type DiagnoseOptions, type Facts, type Finding };

/** What {@link diagnose} found. */
export interface Diagnosis {
  /** Whether nothing was found that keeps the model from learning: there may be warnings. */
  readonly healthy: boolean;
  /** Causes come before what follows from them. */
  readonly findings: readonly Finding[];
  readonly facts: Readonly<Facts>;
  /** All of it as text to read. */
  toString(): string;
}

/** Checks of a model with its data, in the order in which one explains the next. */
const CHECKS: readonly ((examined: Examined) => Finding[] | Promise<Finding[]>)[] = [
  inputsNotScaled,
  startLoss,
  targetsNotScaled,
  deadUnits,
  gradientNorms,
  cannotOverfit,
];

/**
 * Says in plain words what usually goes wrong with a training: data that do not fit or are off scale, a loss far from
 * chance, dead units, gradients that vanish or explode, a rate too high or too low, a batch that cannot be learnt.
 *
 * Copies of the model are measured and trained, on 2,000 rows at most; the model itself stays as it is. Only NaN and
 * infinity are looked for in all rows. Thresholds are rules of thumb: a finding is a reason to look, no proof.
 *
 * ```ts
 * const diagnosis = await diagnose(model, x, y);
 * if (diagnosis.findings.length > 0) console.log(String(diagnosis));
 * ```
 *
 * @throws (rejects) ERR_OPTION if an option breaks its rule; ERR_STATE before `compile`, during a fit, or once disposed;
 *   ERR_MEMORY if a copy does not fit; the signal's reason when aborted. Data that do not fit are a finding.
 * @see Karpathy 2019, "A recipe for training neural networks".
 */
export async function diagnose(
  model: AnyModel,
  x: Named<Data>,
  y: Named<Data>,
  given?: DiagnoseOptions,
): Promise<Diagnosis> {
  const options = resolve("diagnose", diagnoseFields, given);
  options.signal?.throwIfAborted();
  const facts: Facts = {};
  const findings: Finding[] = [];
  const feed = feedOf(model, x, y, options, findings);
  if (feed) {
    facts.rows = feed.rows;
    const { network } = model;
    findings.push(...inputsNotFinite(network, feed), ...labelsAndOutputs(network, feed));
    if (isHealthy(findings)) findings.push(...(await examined(model, feed, options, facts)));
  }
  const healthy = isHealthy(findings);
  return { healthy, findings, facts, toString: () => reportOf(model.name, findings, facts) };
}

const isHealthy = (findings: readonly Finding[]) =>
  findings.every(({ severity }) => severity !== "error");

/** The data as the model takes them; a finding where it does not. @throws ERR_STATE, ERR_MEMORY */
function feedOf(
  model: AnyModel,
  x: Named<Data>,
  y: Named<Data>,
  options: Resolved<typeof diagnoseFields>,
  findings: Finding[],
): Feed | undefined {
  try {
    if (!model.isBuilt) model.predict(firstRow(x));
    model.network.checkFree("diagnose");
    return model.network.feed("diagnose", x, y, options);
  } catch (error) {
    findings.push(misfit(error));
    return undefined;
  }
}

/** Enough for a model to learn the shape of its rows. */
function firstRow(x: Named<Data>): Named<Data> {
  if (isTensor(x)) return x.take(0, 1);
  return Array.isArray(x) ? (x.slice(0, 1) as Data) : x;
}

async function examined(
  model: AnyModel,
  feed: Feed,
  options: Resolved<typeof diagnoseFields>,
  facts: Facts,
): Promise<Finding[]> {
  const twin = twinOf(model);
  try {
    const findings: Finding[] = [];
    const subject = examine(twin, feed, options, facts, findings);
    for (const check of CHECKS) {
      options.signal?.throwIfAborted();
      findings.push(...(await check(subject)));
      if (!Number.isFinite(facts.startLoss ?? 0)) break;
    }
    return findings;
  } finally {
    twin.dispose();
  }
}
