import type { Logs } from "../compiled.js";
import { GlissadeError } from "../error.js";
import type { AnyModel } from "../model.js";
import {
  choice,
  field,
  finite,
  flag,
  leading,
  optional,
  type Options,
  resolve,
} from "../options.js";
import { type Save, storageFor } from "../storage.js";
import type { Callback, Plan, Trainee } from "./callback.js";
import { monitorFields, monitorOf } from "./monitor.js";

/** {name} or {name:format}. */
const PLACES = /\{([^{}:]*)(?::([^{}]*))?\}/g;

/** Python's formats 3d and 03d, padded to a width, and .4f, so many digits after the point. */
const FORMAT = /^(?:(0?)(\d*)d|\.(\d\d?)f)$/;

const isTemplate = (value: unknown) =>
  typeof value === "string" &&
  value !== "" &&
  [...value.matchAll(PLACES)].every(([, , format]) => format === undefined || FORMAT.test(format));

export const modelCheckpointFields = {
  /** Where to write; "{epoch:02d}", "{batch}" and "{val_loss:.4f}" stand for what they name, counted from 1. */
  filepath: field<string>(
    "a path; places in it are as {epoch}, {epoch:02d} or {val_loss:.4f}",
    isTemplate,
    "model.safetensors",
  ),
  /** What writes in place of the entry point's files. */
  save: optional(
    field<Save | undefined>(
      "a function (model, path, { weightsOnly })",
      (value) => typeof value === "function",
    ),
  ),
  ...monitorFields,
  /** Whether only to write what is better than all before. */
  saveBestOnly: flag(false),
  /** Whether to leave out what is not weights. */
  saveWeightsOnly: flag(false),
  /** "epoch", or every how many batches, which are counted across epochs. */
  saveFreq: field<"epoch" | number>(
    '"epoch" or a whole number above 0',
    (value) => value === "epoch" || (Number.isSafeInteger(value) && (value as number) > 0),
    "epoch",
  ),
  /** What the first value must be better than. */
  initialValueThreshold: optional(finite()),
  /** 1 says in the console what is written. */
  verbose: choice([0, 1], 0),
};

type CheckpointOptions = Options<typeof modelCheckpointFields>;

/** A number as a path shows it. */
function written(value: number, format: string | undefined): string {
  if (format === undefined) return String(value);
  const [, zero, width, digits] = FORMAT.exec(format)!;
  return value.toFixed(Number(digits ?? 0)).padStart(Number(width ?? 0), zero || " ");
}

/** The path that a template gives. @throws ERR_OPTION if it names what is not there */
function pathOf(template: string, values: Logs): string {
  return template.replace(PLACES, (_, name: string, format: string | undefined) => {
    const value = values[name];
    if (value !== undefined) return written(value, format);
    throw new GlissadeError(
      "ERR_OPTION",
      `modelCheckpoint: filepath must name none but ${Object.keys(values).join(", ")}, got {${name}}; ` +
        "{batch} needs a number for saveFreq, val_ series need validationSplit or validationData",
    );
  });
}

/**
 * Writes the model after every epoch, or every `saveFreq` batches; under `saveBestOnly` where it is better than before.
 * A path without places is overwritten.
 *
 * @throws ERR_OPTION if an option breaks its rule, or, during the fit, if there is no such series; ERR_RUNTIME if there
 *   are no files and no `save`, ERR_FORMAT if files of that ending are not known; and what `save` throws.
 * @see Options and defaults are Keras's. There the best value lasts from one fit to the next, and NaN may be the first.
 */
export function modelCheckpoint(
  first?: string | CheckpointOptions,
  rest?: Omit<CheckpointOptions, "filepath">,
): Callback {
  const given = leading("filepath", first, rest);
  const options = resolve("modelCheckpoint", modelCheckpointFields, given);
  const { filepath, monitor, saveBestOnly, saveFreq, initialValueThreshold, verbose } = options;
  if (saveBestOnly && saveFreq !== "epoch" && monitor.startsWith("val_")) {
    throw new GlissadeError(
      "ERR_OPTION",
      `modelCheckpoint: monitor must be a series of training where saveFreq counts batches, got ${monitor}; ` +
        'pass monitor: "loss" or saveFreq: "epoch"',
    );
  }
  const files = options.save ? undefined : storageFor("modelCheckpoint", "save(model, path)");
  files?.checkPath("modelCheckpoint", filepath);
  const save: Save = options.save ?? files!.saveModel;
  const { worst, begin, read, better } = monitorOf("modelCheckpoint", options, 0);

  let model: Trainee;
  let best: number;
  let epoch: number;
  let batches: number;

  async function keep(logs: Logs, place: { epoch: number; batch?: number }): Promise<void> {
    const say = (text: string) => {
      if (verbose) console.log(`modelCheckpoint: epoch ${place.epoch}: ${text}`);
    };
    let reason = "";
    if (saveBestOnly) {
      const value = read(logs);
      if (value === undefined) return;
      if (!better(value, best)) return say(`${monitor} is ${value}, not better than ${best}`);
      reason = `${monitor} went from ${best} to ${value}, `;
      best = value;
    }
    const path = pathOf(filepath, { ...place, ...logs });
    await save(model as AnyModel, path, { weightsOnly: options.saveWeightsOnly });
    say(`${reason}saved to ${path}`);
  }

  const setModel = (trained: Trainee, plan: Plan) => {
    begin(plan);
    model = trained;
    best = initialValueThreshold ?? worst;
    batches = 0;
  };
  if (saveFreq === "epoch") {
    return { setModel, onEpochEnd: (index, logs) => keep(logs, { epoch: index + 1 }) };
  }
  return {
    setModel,
    onEpochBegin: (index) => void (epoch = index + 1),
    async onBatchEnd(batch, logs) {
      batches++;
      if (batches % saveFreq === 0) await keep(logs, { epoch, batch: batch + 1 });
    },
  };
}
