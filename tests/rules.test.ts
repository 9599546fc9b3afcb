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
      offenders(universal, /["']node:|\bDeno\b|\bBun\b|\bprocess\b|\bwindow\b|\brequire\(/),
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
  ];
  /** What members of a family share is no member. */
  const shared =
    /\/(loss|metric|optimizer|callback|monitor|rowLoss|crossentropy|base|fields|identity|merge|members|index|input|elementwise|descend|clip|cosine)(\.ts)?$/;

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

/** Exported kernels of the text form whose loops still call something. */
function callsInLoops(wat: string): string[] {
  const exported = new Map(
    [...wat.matchAll(/\(export "(\w+)" \(func \$([^)]+)\)\)/g)].map(([, name, id]) => [id!, name!]),
  );
  return wat.split(/\n \(func /).flatMap((body) => {
    const id = /^\$(\S+)/.exec(body)?.[1];
    const name = id === undefined ? undefined : exported.get(id);
    if (name === undefined || name.startsWith("scalar")) return [];
    const loops: number[] = [];
    for (const line of body.split("\n")) {
      const depth = line.search(/\S/);
      while (loops.length > 0 && depth <= loops.at(-1)!) loops.pop();
      if (/^\s*\(?loop\b/.test(line)) loops.push(depth);
      const called = /\bcall \$([^\s()]+)/.exec(line);
      if (called && loops.length > 0) return [`${name} calls ${called[1]!}`];
    }
    return [];
  });
}

describe("the compiled kernels", () => {
  const wat = readFileSync("build/simd.wat", "utf8");

  test("call nothing inside a loop", () => {
    expect(callsInLoops(wat)).toEqual([]);
  });

  test("the check sees such a call", () => {
    const bad =
      '(module\n (export "f" (func $f))\n (func $f\n  loop $a\n   local.get $0\n   call $g\n  end\n )\n)';
    expect(callsInLoops(bad)).toEqual(["f calls g"]);
    const good = bad.replace("call $g\n  end", "drop\n  end\n  call $g");
    expect(callsInLoops(good)).toEqual([]);
  });

  test("hold no state but the compiler's own for its software functions, and memory comes from outside", () => {
    const globals = [...wat.matchAll(/\(global \$(\S+) \(mut/g)].map(([, name]) => name!);
    expect(globals.filter((name) => !name.startsWith("~lib/math/"))).toEqual([]);
    expect(wat).toMatch(/\(import "env" "memory"/);
  });
});
