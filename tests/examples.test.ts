import { execFileSync } from "node:child_process";
import { expect, test } from "vitest";

const run = (name: string) =>
  execFileSync(process.execPath, [`examples/${name}.js`], { encoding: "utf8" });

test("the examples run as they stand", () => {
  expect(run("xor")).toContain("[ 0, 1, 1, 0 ]");
  expect(run("article")).toMatch(/accuracy: 0\.91/);
  expect(run("early-stopping")).toMatch(/a test digit: 7 is 7/);
});
