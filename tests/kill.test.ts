import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";

const KILLS = 100;
/** Milliseconds after the study began: long enough for some trials, too short for all. */
const LONGEST = 60;

let folder: string;
beforeAll(() => void (folder = mkdtempSync(join(tmpdir(), "glissade-kill-"))));
afterAll(() => rmSync(folder, { recursive: true }));

/** Runs the study, killed so many milliseconds after it began; gives what it said. */
const run = (journal: string, killAfter?: number) =>
  new Promise<string>((resolve, reject) => {
    const child = spawn(process.execPath, ["tests/support/programs/killed.js", journal], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    let said = "";
    child.stdout.on("data", (text: Buffer) => {
      if (said === "" && killAfter !== undefined)
        setTimeout(() => child.kill("SIGKILL"), killAfter);
      said += String(text);
    });
    child.on("error", reject);
    child.on("close", (code, signal) => {
      if (code === 0 || signal === "SIGKILL") resolve(said);
      else reject(new Error(`the study ended with ${code}`));
    });
  });

/** Finished trials that a journal holds. */
const finished = (journal: string) =>
  readFileSync(journal, "utf8")
    .split("\n")
    .filter((line) => line.startsWith('{"op_code":6')).length;

test(`a study that is killed ${KILLS} times loses nothing but what ran`, async () => {
  const [killed, calm] = [join(folder, "killed.log"), join(folder, "calm.log")];
  let kept = 0;
  for (let kill = 0; kill < KILLS; kill++) {
    // Spread evenly, so that kills come at every moment of a trial.
    const said = await run(killed, (LONGEST * ((kill * 37) % KILLS)) / KILLS);
    expect(said).toBe("begins\n");
    expect(finished(killed)).toBeGreaterThanOrEqual(kept);
    kept = finished(killed);
  }
  expect(kept).toBeGreaterThan(20);
  const trialsOf = (said: string) => JSON.parse(said.split("\n")[1]!) as unknown[];
  const [resumed, never] = [trialsOf(await run(killed)), trialsOf(await run(calm))];
  const differing = resumed.findIndex((trial, i) => !isDeepStrictEqual(trial, never[i]));
  expect([resumed.length, differing]).toEqual([never.length, -1]);
});
