/** Makes ready what is measured: glissade as it is published and its peers, installed in bench/peers; the C program. */
import { execSync, spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../..", import.meta.url));
const peers = join(root, "bench/peers");

/**
 * Packs glissade and installs the packed file beside the peers of the lock file. Peers are optional dependencies: one
 * that cannot be installed is left out.
 */
export function installPeers() {
  const folder = mkdtempSync(join(tmpdir(), "glissade-"));
  const npm = (command, cwd) =>
    execSync(`npm ${command}`, { cwd, encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] });
  const packed = npm(`pack --silent --ignore-scripts --pack-destination "${folder}"`, root).trim();
  rmSync(join(peers, "node_modules/glissade"), { recursive: true, force: true });
  const quietly = "--no-save --ignore-scripts --no-audit --no-fund --loglevel=error";
  npm(`install ${quietly} "${join(folder, packed)}"`, peers);
  rmSync(folder, { recursive: true });
}

/** The C program, as its first lines say; without a compiler it is missing when it is to be started. */
export function compilePlain() {
  const program = join(root, "build/bench/plain");
  rmSync(program, { force: true });
  const folder = join(root, "bench/native");
  const sources = readdirSync(folder)
    .filter((file) => file.endsWith(".c"))
    .map((file) => join(folder, file));
  const flags = ["-O3", "-march=native", "-ffast-math"];
  spawnSync("cc", [...flags, ...sources, "-lm", "-o", program], { stdio: "ignore" });
}
