import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, expect, test } from "vitest";

const folder = mkdtempSync(join(tmpdir(), "glissade-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** What an example prints, run in a folder of its own. */
const run = (name: string) =>
  execFileSync(process.execPath, [resolve(`examples/${name}.js`)], {
    cwd: folder,
    encoding: "utf8",
  });

test("the examples run as they stand", () => {
  expect(run("xor")).toContain("[ 0, 1, 1, 0 ]");
  expect(run("article")).toMatch(/accuracy: 0\.91/);
  expect(run("early-stopping")).toMatch(/a test digit: 7 is 7/);
  expect(readdirSync(folder)).toEqual(["digits.safetensors"]);
});
