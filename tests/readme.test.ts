import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { runProgram } from "./support/program.js";

const readme = readFileSync("README.md", "utf8");
const [, program] = /```js\n([\s\S]*?)```/.exec(readme)!;

describe("the README", () => {
  test("its program runs as printed, and prints what the text says", async () => {
    const lines = await runProgram(program!);
    const [[title, accuracy]] = lines as [[string, number]];
    expect(title).toBe("test accuracy");
    expect(readme).toContain(`It prints ${accuracy}`);
    expect(accuracy).toBeGreaterThan(0.9);
    expect(accuracy).toBeLessThan(0.925);
  });

  test("is about ten lines of program", () => {
    expect(program!.trim().split("\n").length).toBeLessThanOrEqual(13);
  });

  test("names commands that exist", () => {
    const { scripts } = JSON.parse(readFileSync("package.json", "utf8")) as {
      scripts: Record<string, string>;
    };
    for (const [, name] of readme.matchAll(/npm (?:run )?(start|test|bench|check)/g))
      expect(scripts).toHaveProperty(name!);
  });
});
