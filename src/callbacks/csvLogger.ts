import { field, flag, leading, optional, type Options, resolve } from "../options.js";
import { storageFor } from "../storage.js";
import type { Callback } from "./callback.js";

/** Takes the text that comes next; awaited. */
export type Write = (text: string, filename: string) => unknown;

export const csvLoggerFields = {
  /** Where to write. */
  filename: field<string>(
    "a path",
    (value) => typeof value === "string" && value !== "",
    "training.csv",
  ),
  /** What stands between two values. */
  separator: field<string>(
    "one character, neither a quote nor the end of a line",
    (value) => typeof value === "string" && /^[^"\r\n]$/.test(value),
    ",",
  ),
  /** Whether to go on after what is there; it is overwritten otherwise. */
  append: flag(false),
  /** What takes the text in place of the entry point's files; under `append` it gets no header. */
  write: optional(
    field<Write | undefined>("a function (text, filename)", (value) => typeof value === "function"),
  ),
};

type LoggerOptions = Options<typeof csvLoggerFields>;

/** Names in order, with those of validation, which may come in later epochs only. */
function columnsOf(names: readonly string[]): string[] {
  const sorted = [...names].sort();
  if (sorted.some((name) => name.startsWith("val_"))) return sorted;
  return [...sorted, ...sorted.map((name) => `val_${name}`)];
}

/**
 * Writes a table of the fit: a line an epoch, with its number from 0 and losses and metrics by name; NA where there is
 * no value. The first epoch settles the columns.
 *
 * @throws ERR_OPTION if an option breaks its rule; ERR_RUNTIME if there are no files and no `write`; during the fit
 *   what writing throws.
 * @see Keras's, which ends lines by \r\n.
 */
export function csvLogger(
  first?: string | LoggerOptions,
  rest?: Omit<LoggerOptions, "filename">,
): Callback {
  const given = leading("filename", first, rest);
  const { filename, separator, append, write } = resolve("csvLogger", csvLoggerFields, given);
  const files = write ? undefined : storageFor("csvLogger", "write(text)");
  const put: Write = write ?? ((text) => files!.appendText(filename, text));

  let columns: readonly string[] | undefined;
  let headed: boolean;

  const cell = (value: string) =>
    [separator, '"', "\n", "\r"].some((special) => value.includes(special))
      ? `"${value.replaceAll('"', '""')}"`
      : value;
  const line = (values: readonly (string | number)[]) =>
    values.map((value) => cell(String(value))).join(separator) + "\n";

  return {
    async onTrainBegin() {
      columns = undefined;
      headed = append && !(await files?.isEmpty(filename));
      if (!append) await files?.writeText(filename, "");
    },
    async onEpochEnd(epoch, logs) {
      columns ??= columnsOf(Object.keys(logs));
      const header = headed ? "" : line(["epoch", ...columns]);
      headed = true;
      await put(header + line([epoch, ...columns.map((name) => logs[name] ?? "NA")]), filename);
    },
  };
}
