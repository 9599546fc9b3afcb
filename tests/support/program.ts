const entries: Record<string, () => Promise<unknown>> = {
  glissade: () => import("../../src/index.js"),
  "glissade/csv": () => import("../../src/csv.js"),
  "glissade/node": () => import("../../src/node/index.js"),
  "glissade/report": () => import("../../src/reporting/index.js"),
};

/** Runs a program as printed in a page, its imports taken from the sources, and gives what it logs. */
export async function runProgram(program: string): Promise<unknown[][]> {
  const lines: unknown[][] = [];
  const body = program.replace(
    /^import (.*) from "(glissade[^"]*)";.*$/gm,
    'const $1 = await bring("$2");',
  );
  const bring = (name: string) => entries[name]!();
  const run = new Function("bring", "console", `return (async () => {${body}})()`) as (
    bring: unknown,
    console: unknown,
  ) => Promise<void>;
  await run(bring, { log: (...values: unknown[]) => lines.push(values) });
  return lines;
}
