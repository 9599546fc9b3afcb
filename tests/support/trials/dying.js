import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { isMainThread } from "node:worker_threads";
import { build as buildModel, data } from "./ring.js";

export { data };

const deaths = {
  exit: () => process.exit(3),
  error: () =>
    void setImmediate(() => {
      throw new Error("a stray error");
    }),
  rejection: () => void Promise.reject(new Error("a stray rejection")),
  memory() {
    const all = [];
    for (;;) all.push(new Array(100000).fill(all.length));
  },
};

/** Whether this trial has not died yet: a file in the folder remembers. */
function isFirst(folder, units) {
  try {
    writeFileSync(join(folder, `died-${units}`), "", { flag: "wx" });
    return true;
  } catch {
    return false;
  }
}

export const build = (values, building) => buildModel(values, building);

/** The trial with the units `unlucky` dies in its second epoch, the first time or each time. */
export const fit = {
  callbacks: ({ units, unlucky, death, folder }) => [
    {
      onEpochEnd(epoch) {
        if (isMainThread || units !== unlucky || epoch !== 1) return undefined;
        if (folder && !isFirst(folder, units)) return undefined;
        deaths[death]();
        return new Promise((resolve) => setTimeout(resolve, 5000));
      },
    },
  ],
};
