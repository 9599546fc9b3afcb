/** Installs and builds what is missing or out of date; says nothing where nothing is to be done. */
import { execFileSync, execSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const INSTALLED = `${root}node_modules/.glissade-installed`;
const BUILT = `${root}dist/.built`;
const SOURCES = [
  "assembly",
  "src",
  "asconfig.json",
  "package.json",
  "package-lock.json",
  "tsconfig.json",
  "tsconfig.build.json",
  "scripts/build.js",
  "scripts/report.js",
];
const GENERATED = "src/kernels.d.ts";

function filesOf(path) {
  if (!statSync(root + path).isDirectory()) return [path];
  return readdirSync(root + path)
    .sort()
    .flatMap((name) => filesOf(`${path}/${name}`));
}

function hashOf(paths) {
  const hash = createHash("sha256");
  for (const path of paths.flatMap(filesOf).filter((file) => file !== GENERATED)) {
    hash.update(path).update(readFileSync(root + path));
  }
  return hash.digest("hex");
}

const stampOf = (path) => (existsSync(path) ? readFileSync(path, "utf8") : "");

function install() {
  const wanted = hashOf(["package-lock.json"]);
  if (stampOf(INSTALLED) === wanted) return;
  console.log("Installing the tools that build and test glissade …");
  execSync("npm ci --no-audit --no-fund --loglevel=error", { cwd: root, stdio: "inherit" });
  writeFileSync(INSTALLED, wanted);
}

function build() {
  const wanted = hashOf(SOURCES);
  if (stampOf(BUILT) === wanted) return;
  console.log("Building glissade …");
  execFileSync(process.execPath, ["scripts/build.js"], { cwd: root, stdio: "inherit" });
  writeFileSync(BUILT, wanted);
}

install();
build();
