import { field, flag, leading, optional, type Options, resolve } from "../options.js";
import { storageFor } from "../storage.js";
import type { Progress, TuneCallback } from "../tune/watch.js";
import type { Callback } from "./callback.js";
import type { Write } from "./csvLogger.js";

export const jsonLoggerFields = {
  /** Where to write. */
  filename: field<string>(
    "a path",
    (value) => typeof value === "string" && value !== "",
    "training.jsonl",
  ),
  /** Whether to go on after what is there; it is overwritten otherwise. */
  append: flag(false),
  /** What takes the text in place of the entry point's files. */
  write: optional(
    field<Write | undefined>("a function (text, filename)", (value) => typeof value === "function"),
  ),
};

type LoggerOptions = Options<typeof jsonLoggerFields>;

/**
 * Writes a line of JSON an epoch, `{"epoch":0,"loss":…}`; among the callbacks of `tune` a line a trial, as `result.trials`
 * has them. A study that goes on writes the trials that ended before anew, but none of them under `append`. What is no
 * finite number is null, as JSON has no other word for it. No line says when it was written, so the same fit gives the
 * same file.
 *
 * @throws ERR_OPTION if an option breaks its rule; ERR_RUNTIME if there are no files and no `write`; during the fit
 *   what writing throws.
 */
export function jsonLogger(
  first?: string | LoggerOptions,
  rest?: Omit<LoggerOptions, "filename">,
): Callback & TuneCallback {
  const given = leading("filename", first, rest);
  const { filename, append, write } = resolve("jsonLogger", jsonLoggerFields, given);
  const files = write ? undefined : storageFor("jsonLogger", "write(text)");
  const begin = async () => {
    if (!append) await files?.writeText(filename, "");
  };
  const put = async (line: object) => {
    const text = `${JSON.stringify(line)}\n`;
    await (write ? write(text, filename) : files!.appendText(filename, text));
  };
  return {
    onTrainBegin: begin,
    onEpochEnd: (epoch, logs) => put({ epoch, ...logs }),
    async onStudyBegin({ trials }: Progress) {
      await begin();
      if (append) return;
      const ended = trials.filter(({ status }) => status !== "running");
      for (const { rank: _, ...trial } of ended) await put(trial);
    },
    onTrialEnd: (trial) => put(trial),
  };
}
