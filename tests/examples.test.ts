import { execFile } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";

/** What an example prints, run in a folder of its own, and the files that it leaves there. */
async function run(name: string) {
  const folder = mkdtempSync(join(tmpdir(), "glissade-"));
  try {
    const path = resolve(`examples/${name}.js`);
    const { stdout } = await promisify(execFile)(process.execPath, [path], { cwd: folder });
    return { printed: stdout, files: readdirSync(folder) };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** The numbers in a pattern's groups, where it fits last. */
function numbers(pattern: RegExp, printed: string): number[] {
  const places = [...printed.matchAll(new RegExp(pattern, "g"))];
  expect(places, `${pattern} in\n${printed}`).not.toEqual([]);
  return places.at(-1)!.slice(1).map(Number);
}

const within = (value: number, target: number, most: number) =>
  expect(Math.abs(value - target)).toBeLessThan(most);

/** What each example must print; those that take long come first. */
const claims: Record<string, (printed: string) => void> = {
  "early-stopping"(printed) {
    const [epochs, loss] = numbers(/(\d+) epochs, best val_loss (\S+)/, printed);
    expect(epochs).toBeLessThan(30);
    expect(loss).toBeLessThan(0.09);
    expect(printed).toMatch(/a test digit: 7 is 7/);
  },
  article(printed) {
    expect(printed).toMatch(/accuracy: 0\.91/);
  },
  tune(printed) {
    expect(printed.split("\n").filter((line) => /^ *(\d+|pruned) /.test(line)).length).toBe(12);
    expect(numbers(/reads ([\d.]+) % of the test digits/, printed)[0]).toBeGreaterThan(90);
  },
  "teacher-student"(printed) {
    const of = (who: string) =>
      numbers(new RegExp(`${who}, .* ([\\d.]+) % right, of the threes ([\\d.]+) %`), printed);
    const [teacher, untaught, student] = ["teacher", "untaught", "student"].map(of);
    expect(teacher![0]).toBeGreaterThan(92);
    expect(untaught![1]).toBe(0);
    expect(student![1]).toBeGreaterThan(60);
    expect(student![0]).toBeGreaterThan(untaught![0]! + 4);
  },
  siamese(printed) {
    expect(numbers(/unseen pairs: ([\d.]+) % right/, printed)[0]).toBeGreaterThan(94);
    expect(printed).toContain("loaded, it is right as often: true");
  },
  stream(printed) {
    const [rate, accuracy] = numbers(/rate ([\d.]+), accuracy ([\d.]+)/, printed);
    expect(rate).toBeLessThan(0.01);
    expect(accuracy).toBeGreaterThan(0.95);
  },
  autoencoder(printed) {
    expect(printed.match(/^.{28} \| .{28}$/gm)).toHaveLength(14);
    expect(numbers(/same digit in ([\d.]+) %/, printed)[0]).toBeGreaterThan(90);
  },
  "multi-task"(printed) {
    const [digit, even, ink] = numbers(/digit (\S+), even (\S+), ink within (\S+)/, printed);
    expect(digit).toBeGreaterThan(0.93);
    expect(even).toBeGreaterThan(0.95);
    expect(ink).toBeLessThan(0.1);
    expect(printed).toContain("the first test digit is a 7, odd");
  },
  gan(printed) {
    const [radius, near] = numbers(/mean radius ([\d.]+), ([\d.]+) %/, printed);
    within(radius!, 1, 0.08);
    expect(near).toBeGreaterThan(90);
    expect(printed).toContain("8 of 8 directions");
  },
  "own-members"(printed) {
    const [line, truth] = numbers(/lie below (\S+) \(in truth (\S+)\)/, printed);
    within(line!, truth!, 0.1);
    expect(printed).toContain("loaded, it predicts the same: true");
    const [loss, below] = numbers(/epoch 80: loss (\S+), below (\S+)/, printed);
    expect(loss).toBeLessThan(0.075);
    within(below!, 0.9, 0.03);
  },
  "two-towers"(printed) {
    expect(numbers(/the mean is wrong by (\S+)/, printed)[0]).toBeGreaterThan(0.8);
    expect(numbers(/the model is wrong by (\S+)/, printed)[0]).toBeLessThan(0.2);
    for (const line of printed.match(/user 5, item .*/g)!) {
      const [predicted, truth] = numbers(/: (\S+) stars \(in truth (\S+)\)/, line);
      within(predicted!, truth!, 0.5);
    }
  },
  "curve-fit"(printed) {
    for (const line of ["first half-life", "longer by each review"]) {
      const [found, truth] = numbers(
        new RegExp(`${line}: (\\S+) .*\\(in truth (\\S+)\\)`),
        printed,
      );
      within(found!, truth!, 0.1);
    }
  },
  xor(printed) {
    expect(printed).toContain("[ 0, 1, 1, 0 ]");
  },
};

/** The files that examples leave. */
const left: Record<string, string[]> = {
  "early-stopping": ["digits.safetensors"],
  tune: ["digits-study.log"],
};

test.concurrent.each(Object.entries(claims))("%s does what it says", async (name, check) => {
  const { printed, files } = await run(name);
  check(printed);
  expect(files).toEqual(left[name] ?? []);
});

test("no example goes unchecked", () => {
  const programs = readdirSync("examples").filter((name) => name.endsWith(".js"));
  expect(programs.map((name) => name.slice(0, -3)).sort()).toEqual(Object.keys(claims).sort());
});
