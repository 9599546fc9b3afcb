import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { runProgram } from "./support/program.js";

/** The programs of a page that are marked to be run, each with the heading that it stands under. */
function programsOf(page: string): [title: string, program: string][] {
  return readFileSync(page, "utf8")
    .split(/^## /m)
    .flatMap((part) =>
      [...part.matchAll(/```js own\n([\s\S]*?)```/g)].map(([, program]): [string, string] => [
        part.split("\n")[0]!,
        program!,
      ]),
    );
}

const pages = readdirSync("docs").filter((name) => name.endsWith(".md"));

describe.each(pages)("docs/%s", (page) => {
  const programs = programsOf(`docs/${page}`);

  test("holds programs", () => {
    expect(programs.length).toBeGreaterThan(0);
  });

  test.each(programs)("%s: the program runs as printed", async (_, program) => {
    for (const values of await runProgram(program)) {
      for (const value of values) expect(value).toBeTruthy();
    }
  });
});
