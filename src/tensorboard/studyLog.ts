import type { Space } from "../tune/space.js";
import type { Trial } from "../tune/trial.js";
import type { TuneCallback } from "../tune/watch.js";
import { EventWriter, type WriteBytes } from "./eventWriter.js";
import { hparamsExperiment, sessionEnd, sessionStart, type Status } from "./hparams.js";
import { scalar } from "./summaries.js";

/** A trial that was given up has neither succeeded nor failed. */
const STATUS_OF: Readonly<Record<string, Status>> = {
  complete: "success",
  failed: "failure",
};

const seconds = () => Date.now() / 1000;

/** Runs stand in the order of their names, whatever the study grows to. */
const nameOf = (number: number) => `trial_${String(number).padStart(4, "0")}`;

/** Hooks of a study that write it into `logDir`, and each of its trials into a run of its own. */
export function studyLog(logDir: string, write: WriteBytes): TuneCallback {
  const writers = new Map<number, EventWriter>();
  let space: Space = {};
  let objective = "objective";

  const begin = async ({ number, params }: Trial, startSeconds: number) => {
    const name = nameOf(number);
    // A trial that is written a second time takes the place of the first.
    const writer = new EventWriter(`${logDir}/${name}`, write);
    await writer.add(0, [sessionStart(params, name, startSeconds, space)]);
    return writer;
  };
  const addEpoch = (writer: EventWriter, epoch: number, value: number) =>
    writer.add(epoch, [scalar(`epoch_${objective}`, value)]);
  const end = async (writer: EventWriter, trial: Trial) => {
    const { status, value, seconds: took, epochs, curve } = trial;
    const values = Object.entries({ [objective]: value, seconds: took, epochs }).flatMap(
      ([tag, number]) => (number === undefined ? [] : [scalar(tag, number)]),
    );
    const ended = sessionEnd(STATUS_OF[status] ?? "unknown", seconds());
    await writer.add(curve.length, [...values, ended]);
    await writer.flush();
  };

  return {
    async onStudyBegin({ space: domains, objective: { name }, trials }) {
      space = domains;
      objective = name;
      const root = new EventWriter(logDir, write);
      const metrics = [objective, "seconds", "epochs"];
      await root.add(0, [hparamsExperiment(space, metrics, seconds())]);
      await root.flush();
      // Where a study goes on, this directory may be a new one.
      for (const trial of trials.filter(({ status }) => status !== "running")) {
        const writer = await begin(trial, seconds() - trial.seconds);
        for (const [epoch, value] of trial.curve.entries()) await addEpoch(writer, epoch, value);
        await end(writer, trial);
      }
    },
    async onTrialBegin(trial) {
      const writer = await begin(trial, seconds());
      writers.set(trial.number, writer);
      await writer.flush();
    },
    async onTrialEpoch({ number }, epoch, value) {
      const writer = writers.get(number)!;
      await addEpoch(writer, epoch, value);
      await writer.flush();
    },
    async onTrialEnd(trial) {
      const writer = writers.get(trial.number)!;
      writers.delete(trial.number);
      await end(writer, trial);
    },
  };
}
