import { isKeyed } from "../feed.js";
import { GlissadeError } from "../error.js";
import type { Shape } from "../stage.js";
import { isTensor, isTypedArray, tensor, type TensorData, type TypedArray } from "../tensor.js";
import type { Examples, Material, Rows } from "../tune/parts.js";
import type { Task } from "../tune/run.js";

/** Rows as they go to another thread, where methods do not go. */
type SharedRows =
  | { readonly data: TensorData; readonly shape: Shape }
  | { readonly named: Readonly<Record<string, SharedRows>> }
  | { readonly plain: Rows | undefined };

type SharedExamples = Readonly<Record<keyof Examples, SharedRows>>;

/** A task without its functions: its module brings them again. */
export interface SharedTask extends Pick<Task, "fit" | "objective" | "seeds" | "together"> {
  readonly trial: string;
  readonly examples: SharedExamples;
  readonly splits: Material["splits"];
  readonly validation: SharedExamples | undefined;
}

/** The same numbers in memory that all threads see. */
function inShared<T extends TypedArray>(data: T): T {
  if (data.buffer instanceof SharedArrayBuffer) return data;
  // By its tag, as a Buffer is a Uint8Array with a constructor of its own.
  const kind = Object.prototype.toString.call(data).slice(8, -1) as "Float32Array";
  const copy = new globalThis[kind](new SharedArrayBuffer(data.byteLength));
  copy.set(data as Float32Array);
  return copy as unknown as T;
}

function share(rows: Rows | undefined): SharedRows {
  if (isTensor(rows)) return { data: inShared(rows.data), shape: rows.shape };
  if (isTypedArray(rows)) return { plain: inShared(rows) };
  if (!isKeyed(rows)) return { plain: rows };
  const entries = Object.entries(rows as Readonly<Record<string, Rows>>);
  return { named: Object.fromEntries(entries.map(([name, one]) => [name, share(one)])) };
}

function restore(shared: SharedRows): Rows | undefined {
  if ("plain" in shared) return shared.plain;
  if ("shape" in shared) return tensor(shared.data, shared.shape);
  const entries = Object.entries(shared.named).map(([name, one]) => [name, restore(one)]);
  return Object.fromEntries(entries) as Rows;
}

const shareExamples = ({ x, y, sampleWeight }: Examples): SharedExamples => ({
  x: share(x),
  y: share(y),
  sampleWeight: share(sampleWeight),
});

const restoreExamples = ({ x, y, sampleWeight }: SharedExamples): Examples => ({
  x: restore(x)!,
  y: restore(y)!,
  sampleWeight: restore(sampleWeight),
});

/**
 * A task as every worker gets it, once: numbers in shared memory, all else copied.
 *
 * @param own Options of the fit that the module brings.
 * @throws ERR_OPTION if something else than data would have to go there
 */
export function shareTask(task: Task, trial: URL, own: Task["fit"] = {}): SharedTask {
  const { objective, seeds, together, material } = task;
  const fit = Object.entries(task.fit).filter(
    ([name]) => name !== "sampleWeight" && !Object.hasOwn(own, name),
  );
  const stray = fit.find(([, option]) => typeof option === "function");
  if (stray) {
    throw new GlissadeError(
      "ERR_OPTION",
      `threads: ${stray[0]} of fit must be data, got a function, which cannot go to another thread; ` +
        "export it from the module trial as fit",
    );
  }
  const shared: SharedTask = {
    trial: trial.href,
    objective,
    seeds,
    together,
    fit: Object.fromEntries(fit),
    examples: shareExamples(material),
    splits: material.splits.map(({ train, test }) => ({
      train: inShared(train),
      test: inShared(test),
    })),
    validation: material.validation && shareExamples(material.validation),
  };
  try {
    structuredClone(shared);
  } catch (error) {
    throw new GlissadeError(
      "ERR_OPTION",
      `threads: rows and options must be data, as nothing else goes to another thread, but ${(error as Error).message}`,
    );
  }
  return shared;
}

/** Rows of a shared task, with tensors that are tensors again. */
export const restoreMaterial = ({ examples, splits, validation }: SharedTask): Material => ({
  ...restoreExamples(examples),
  splits,
  validation: validation && restoreExamples(validation),
});
