import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";

const filesUnder = (folder: string): string[] =>
  readdirSync(folder, { withFileTypes: true }).flatMap((entry) =>
    entry.isDirectory() ? filesUnder(`${folder}/${entry.name}`) : [`${folder}/${entry.name}`],
  );

/** Source without comments. */
const codeOf = (path: string) =>
  readFileSync(path, "utf8").replace(/\/\*[\s\S]*?\*\/|(^|\s)\/\/.*$/gm, "$1");

/** Files that a file takes values from, or also types from. */
const importsOf = (path: string, types = false) =>
  [...codeOf(path).matchAll(/^(?:import|export)\s+(type\s)?([\s\S]*?)from\s+"(\.[^"]+)"/gm)]
    .filter(([, type, names]) => types || !(type ?? /^\{(\s*type [^,]+,?)+\s*\}\s*$/.test(names!)))
    .map(([, , , target]) =>
      new URL(target!, `file:///${path}`).pathname.slice(1).replace(/\.js$/, ".ts"),
    );

const src = filesUnder("src").filter((path) => path.endsWith(".ts") && path !== "src/kernels.d.ts");
const assembly = filesUnder("assembly").filter((path) => path.endsWith(".ts"));
const universal = src.filter((path) => !path.startsWith("src/node/"));

const offenders = (paths: string[], pattern: RegExp) =>
  paths.filter((path) => pattern.test(codeOf(path)));

describe("who may say what", () => {
  test("only engine.ts says WebAssembly", () => {
    expect(offenders(src, /WebAssembly/)).toEqual(["src/engine.ts"]);
  });

  test("only memory.ts looks into linear memory", () => {
    expect(offenders(src, /memory\.buffer/).sort()).toEqual(["src/engine.ts", "src/memory.ts"]);
    expect(offenders(src, /Array\([^)]*memory\.buffer/)).toEqual(["src/memory.ts"]);
  });

  test("the universal entry names no runtime", () => {
    expect(
      offenders(universal, /["']node:|\bDeno\b|\bBun\b|\bprocess\s*[.?[]|\bwindow\b|\brequire\(/),
    ).toEqual([]);
  });

  test("nothing that reaches a number comes from the runtime's own mathematics", () => {
    const own =
      /Math\.(exp|expm1|log|log1p|log2|log10|pow|sin|cos|tan|sinh|cosh|tanh|atan|random)\b|\*\*/;
    expect(offenders(src, own)).toEqual([]);
  });

  test("imports of types alone say so, and leave nothing for bundlers to wonder at", () => {
    expect(offenders(src, /^import \{(\s*type \w+,?)+\s*\} from/m)).toEqual([]);
  });

  test("no any in what users see", () => {
    expect(offenders(src, /\bany\b(?=\s*[;,)>\]=|])/)).toEqual([]);
  });
});

describe("who may import whom", () => {
  const families = [
    "layers",
    "losses",
    "metrics",
    "optimizers",
    "callbacks",
    "initializers",
    "schedules",
    "split",
    "tune/pruners",
    "tune/searches",
  ];
  /** What members of a family share is no member. */
  const shared =
    /\/(loss|metric|optimizer|callback|monitor|rowLoss|crossentropy|base|fields|identity|merge|members|index|input|elementwise|descend|clip|cosine|splitter|folds|keys)(\.ts)?$/;

  test("members of a family never import each other", () => {
    for (const tree of ["src", "assembly"]) {
      for (const family of families) {
        const members = (tree === "src" ? src : assembly).filter((path) =>
          path.startsWith(`${tree}/${family}/`),
        );
        for (const path of members.filter((one) => !one.endsWith("index.ts"))) {
          const siblings = importsOf(path).filter(
            (to) => to.startsWith(`${tree}/${family}/`) && !shared.test(to),
          );
          expect(siblings, path).toEqual([]);
        }
      }
    }
  });

  test("families take the engine and the memory for types alone, and cannot allocate", () => {
    const members = src.filter((path) =>
      families.some((family) => path.startsWith(`src/${family}/`)),
    );
    expect(offenders(members, /\bmemory\(\)|\.allocate/)).toEqual([]);
  });

  test("imports of values have no circles", () => {
    const done = new Set<string>();
    const visit = (path: string, trail: string[]): void => {
      expect(trail, "a circle").not.toContain(path);
      if (done.has(path)) return;
      for (const to of importsOf(path)) if (src.includes(to)) visit(to, [...trail, path]);
      done.add(path);
    };
    for (const path of src) visit(path, []);
  });

  test("what lies below does not know what lies above", () => {
    const order = [
      "engine",
      "memory",
      "layer",
      "graph",
      "program",
      "judge",
      "compiled",
      "network",
      "train",
      "fit",
      "model",
      "models",
    ];
    order.forEach((name, level) => {
      const above = order.slice(level + 1).map((other) => `src/${other}.ts`);
      expect(
        importsOf(`src/${name}.ts`).filter((to) => above.includes(to)),
        name,
      ).toEqual([]);
    });
  });

  test("kernels know of no index", () => {
    for (const path of assembly)
      expect(importsOf(path, true).filter((to) => /index/.test(to))).toEqual([]);
  });
});

describe("how it is written", () => {
  test("files stay under three hundred lines or so", () => {
    const long = [...src, ...assembly].filter(
      (path) => readFileSync(path, "utf8").split("\n").length > 330,
    );
    expect(long).toEqual([]);
  });

  test("every exported factory and class has a docstring", () => {
    const bare = src.flatMap((path) => {
      const lines = readFileSync(path, "utf8").split("\n");
      return lines.flatMap((line, i) => {
        const found = /^export (?:abstract )?(?:function|class) (\w+)/.exec(line);
        const same = new RegExp(`^export function ${found?.[1] ?? ""}\\b`);
        const overloaded = found && lines.slice(0, i).some((earlier) => same.test(earlier));
        return found && !overloaded && !/\*\/\s*$/.test(lines[i - 1] ?? "")
          ? [`${path}: ${found[1]!}`]
          : [];
      });
    });
    expect(bare.filter((one) => !/(isTensor|dense)/.test(one))).toEqual([]);
  });
});

/** What loops of the text form call, and who calls it. */
function callsInLoops(wat: string): Record<string, string[]> {
  const callers: Record<string, string[]> = {};
  for (const body of wat.split(/\n \(func \$/).slice(1)) {
    const loops: number[] = [];
    for (const line of body.split("\n")) {
      const depth = line.search(/\S/);
      while (loops.length > 0 && depth <= loops.at(-1)!) loops.pop();
      if (/^\s*\(?loop\b/.test(line)) loops.push(depth);
      const called = /\bcall \$(\S+\/)?([^\s()]+)/.exec(line);
      if (!called || loops.length === 0) continue;
      (callers[called[2]!] ??= []).push(/^(\S+\/)?([^\s()]+)/.exec(body)![2]!);
    }
  }
  return callers;
}

describe("the compiled kernels", () => {
  const wat = readFileSync("build/simd.wat", "utf8");

  test("call in loops what is meant to be called, and nothing in those of tiles and optimizers", () => {
    const calls = callsInLoops(wat);
    const meant = ["dot", "exp", "log", "philox", "rowExpSum", "rowMaximum", "storeTail"];
    expect(Object.keys(calls).sort()).toEqual(["addScaled", ...meant]);
    const hot = [
      "gemm",
      "meanSquaredError",
      "sgd",
      "sgdMomentum",
      "sgdNesterov",
      "rmsprop",
      "adam",
    ];
    expect(Object.values(calls).filter((callers) => callers.some((f) => hot.includes(f)))).toEqual(
      [],
    );
  });

  test("the check sees such a call", () => {
    const bad =
      "(module\n (func $a/f (param $0 i32)\n  loop $a\n   local.get $0\n   call $a/b/g\n  end\n )\n)";
    expect(callsInLoops(bad)).toEqual({ g: ["f"] });
    const good = bad.replace("call $a/b/g\n  end", "drop\n  end\n  call $a/b/g");
    expect(callsInLoops(good)).toEqual({});
  });

  test("hold no state, and memory comes from outside", () => {
    expect(wat).not.toMatch(/\(global \$\S+ \(mut/);
    expect(wat).toMatch(/\(import "env" "memory"/);
  });
});
