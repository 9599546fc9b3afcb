import { existsSync, readFileSync } from "node:fs";

/** The version of a package that is installed beside these files. @throws MODULE_NOT_FOUND */
export function versionOf(name) {
  const file = new URL(`node_modules/${name}/package.json`, import.meta.url);
  if (existsSync(file)) return JSON.parse(readFileSync(file, "utf8")).version;
  throw Object.assign(new Error(`${name} is not installed`), { code: "MODULE_NOT_FOUND" });
}
