import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";

const folder = "tests/golden";
const namesOf = (ending: string) =>
  readdirSync(folder)
    .filter((file) => file.endsWith(ending))
    .map((file) => file.slice(0, -ending.length));

const scripts = namesOf(".py");
const textOf = (file: string) => readFileSync(`${folder}/${file}`, "utf8");

/** keras==3.15.1 numpy: versions by package, where one is said. */
const packagesOf = (text: string) =>
  new Map(
    [...text.matchAll(/([a-z][\w-]*)(?:==(\S+))?/g)].map(([, name, version]) => [name!, version]),
  );

const pinned = packagesOf(textOf("requirements.txt").replace(/^#.*$/gm, ""));

/** Which package a module of Python comes with. */
const packageOf = (module: string) => (module === "sklearn" ? "scikit-learn" : module);

test("every file of golden numbers has the script that makes it beside it, and the other way round", () => {
  expect(namesOf(".json")).toEqual(scripts);
});

test("the libraries have one version each", () => {
  expect(pinned.size).toBeGreaterThan(5);
  for (const [name, version] of pinned) expect(version, name).toMatch(/^\d+(\.\d+)+$/);
});

describe.each(scripts)("%s", (name) => {
  const script = textOf(`${name}.py`);
  const [, head] = /^"""([\s\S]*?)"""/.exec(script) ?? [];
  const run = /pip install ([^;&\n]+?)(?:;| &&) python (\S+)/.exec(head ?? "");

  test("says in its head what it writes, what it needs and how it is run", () => {
    expect(head).toContain(`${name}.json`);
    expect(run?.[2]).toBe(`${folder}/${name}.py`);
  });

  test("needs what is in requirements.txt, in the same version", () => {
    for (const [needed, version] of packagesOf(run![1]!)) {
      expect([...pinned.keys()], needed).toContain(needed);
      if (version) expect(version, needed).toBe(pinned.get(needed));
    }
  });

  test("names all that it imports; numpy comes with everything", () => {
    const stated = ["numpy", ...packagesOf(run![1]!).keys()];
    const imports = [...script.matchAll(/^(?:import|from) (\w+)/gm)].map(([, one]) =>
      packageOf(one!),
    );
    expect(stated).toEqual(expect.arrayContaining(imports.filter((one) => pinned.has(one))));
  });

  test("its numbers name the versions that made them", () => {
    const numbers = JSON.parse(textOf(`${name}.json`)) as Record<string, unknown>;
    const versions = Object.entries(numbers).filter(([key]) => pinned.has(packageOf(key)));
    expect(versions.length).toBeGreaterThan(0);
    for (const [key, version] of versions) expect(version, key).toBe(pinned.get(packageOf(key)));
  });
});
