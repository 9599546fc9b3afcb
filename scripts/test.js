/** Everything that `npm test` does: sets up what is missing, then runs the tests; arguments go to vitest. */
import "./setup.js";
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const vitest = ["--expose-gc", "node_modules/vitest/vitest.mjs", "run", ...process.argv.slice(2)];
const { status } = spawnSync(process.execPath, vitest, { cwd: root, stdio: "inherit" });
process.exit(status ?? 1);
