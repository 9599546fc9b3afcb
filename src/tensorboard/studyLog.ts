import type { TuneCallback } from "../tune/watch.js";
import { EventWriter, type WriteBytes } from "./eventWriter.js";
import { hparamsExperiment, sessionEnd, sessionStart, type Status } from "./hparams.js";
import { scalar, type Value } from "./summaries.js";

/** A trial that was given up has neither succeeded nor failed. */
const STATUS_OF: Readonly<Record<string, Status>> = {
  complete: "success",
  failed: "failure",
};

const seconds = () => Date.now() / 1000;

/** Hooks of a study that write it into `logDir`, and each of its trials into a run of its own. */
export function studyLog(logDir: string, write: WriteBytes): TuneCallback {
  const writers = new Map<number, EventWriter>();
  let space: Readonly<Record<string, unknown>> = {};
  let objective = "objective";

  const put = async (writer: EventWriter, step: number, ...values: readonly Value[]) => {
    await writer.add(step, values);
    await writer.flush();
  };
  return {
    async onStudyBegin(study) {
      space = study.space;
      objective = study.objective.name;
      if (Object.values(space).some((domain) => typeof domain === "function")) return;
      const what = hparamsExperiment(space, [objective, "seconds"], seconds());
      await put(new EventWriter(logDir, write), 0, what);
    },
    async onTrialBegin({ number, params }) {
      // A trial that is run a second time takes the place of its first run.
      const writer = new EventWriter(`${logDir}/trial_${number}`, write);
      writers.set(number, writer);
      await put(writer, 0, sessionStart(params, `trial_${number}`, seconds(), space));
    },
    async onTrialEpoch({ number }, epoch, value) {
      await put(writers.get(number)!, epoch, scalar(`epoch_${objective}`, value));
    },
    async onTrialEnd({ number, status, value, seconds: took, curve = [] }) {
      const writer = writers.get(number)!;
      writers.delete(number);
      const known = { [objective]: value, seconds: took };
      const values = Object.entries(known).flatMap(([tag, number]) =>
        typeof number === "number" ? [scalar(tag, number)] : [],
      );
      const end = sessionEnd(STATUS_OF[status] ?? "unknown", seconds());
      await put(writer, curve.length, ...values, end);
    },
  };
}
