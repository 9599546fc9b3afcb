/**
 * Makes the numbers in tests/golden anew by the real libraries, and says which changed: `npm run golden`, or for some of
 * them `npm run golden keras_numbers torch_schedules`. Python's virtual environment lies in the system's folder for
 * temporary files, or in the folder that GLISSADE_PYTHON names; it is made where there is none.
 */
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const folder = join(root, "tests", "golden");
const environment = process.env.GLISSADE_PYTHON ?? join(tmpdir(), "glissade-golden");
const python = join(
  environment,
  process.platform === "win32" ? "Scripts/python.exe" : "bin/python",
);

const textOf = (path) => (existsSync(path) ? readFileSync(path, "utf8") : "");

function install() {
  const requirements = join(folder, "requirements.txt");
  const installed = join(environment, "glissade-requirements.txt");
  const wanted = textOf(requirements);
  if (textOf(installed) === wanted) return;
  console.log(`Installing the libraries of tests/golden/requirements.txt in ${environment} …`);
  const run = (command, ...given) => execFileSync(command, given, { stdio: "inherit" });
  if (!existsSync(python)) run("python3", "-m", "venv", environment);
  run(python, "-m", "pip", "install", "--quiet", "--requirement", requirements);
  writeFileSync(installed, wanted);
}

const leaves = (value) =>
  typeof value === "object" && value !== null ? Object.values(value).flatMap(leaves) : [value];

/** How many values differ, and how far; nothing if none does. */
function difference(before, after) {
  const values = (text) => JSON.stringify(JSON.parse(text));
  if (values(before) === values(after)) return undefined;
  const [old, made] = [before, after].map((text) => leaves(JSON.parse(text)));
  if (old.length !== made.length) return `${made.length} values, where there were ${old.length}`;
  const far = made.flatMap((value, i) =>
    value === old[i]
      ? []
      : [Math.abs(value - old[i]) / Math.max(Math.abs(value), Math.abs(old[i]))],
  );
  return `${far.length} of ${made.length} values, by up to ${Math.max(...far).toPrecision(2)} of themselves`;
}

/** Runs one script and says what became of its file. */
function make(name) {
  const path = join(folder, `${name}.json`);
  const before = textOf(path);
  const { status, stderr } = spawnSync(python, [join(folder, `${name}.py`)], { encoding: "utf8" });
  if (status !== 0) return `FAILED\n${stderr}`;
  if (before === "") return "new";
  const changed = difference(before, textOf(path));
  if (changed) return `CHANGED: ${changed}`;
  // The same values may have been laid out otherwise.
  writeFileSync(path, before);
  return "the same";
}

const names = readdirSync(folder)
  .filter((file) => file.endsWith(".py"))
  .map((file) => basename(file, ".py"));
const chosen = process.argv.slice(2);
const unknown = chosen.filter((name) => !names.includes(name));
if (unknown.length > 0) {
  console.error(`golden: no script ${unknown.join(", ")}; there are ${names.join(", ")}`);
  process.exit(1);
}
install();
for (const name of chosen.length > 0 ? chosen : names) {
  const start = Date.now();
  const fate = make(name);
  console.log(`${name.padEnd(24)} ${fate} (${((Date.now() - start) / 1000).toFixed(0)} s)`);
  if (fate.startsWith("FAILED")) process.exitCode = 1;
}
