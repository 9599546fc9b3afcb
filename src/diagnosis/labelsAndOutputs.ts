import { GlissadeError } from "../error.js";
import type { Feed, Target } from "../feed.js";
import type { Judge } from "../judge.js";
import type { Network } from "../network.js";
import type { TensorData } from "../tensor.js";
import { isOfProbabilities } from "./chance.js";
import type { Finding } from "./examined.js";
import { countOf, short, some } from "./words.js";

const check = "labelsAndOutputs";

/** What data that do not fit the model say. @throws the error itself if it is about something else */
export function misfit(error: unknown): Finding {
  if (!(error instanceof GlissadeError) || /STATE|MEMORY/.test(error.code)) throw error;
  const [says = "", ...wayOut] = error.message.replace(/^diagnose: /, "").split("; ");
  const advice = wayOut.join("; ") || "bring x and y into that form, a row of y for each row of x";
  return { check, severity: "error", says, advice };
}

/** One output with its targets, and what messages call them. */
interface Output {
  readonly judge: Judge;
  readonly target: Target;
  readonly what: string;
  /** Type of the last activation. */
  readonly activation: string;
}

/** Looks for targets that an output cannot give, or that leave units without work. */
export function labelsAndOutputs(network: Network, feed: Feed): Finding[] {
  const { program, compiled } = network;
  return compiled!.judges.flatMap((judge, i) => {
    const { name, node } = judge.port;
    const output: Output = {
      judge,
      target: feed.targets[i]!,
      what: compiled!.judges.length === 1 ? "y" : `y.${name}`,
      activation: program.activationOf(program.valueOf(node)),
    };
    const checks = [targetsNotFinite, targetsConstant, outOfRange, sharesNotOne, classesNotSeen];
    // The first thing that is wrong explains those that follow from it.
    return checks.map((look) => look(output)).find((found) => found.length > 0) ?? [];
  });
}

function targetsNotFinite({ target: { data, width }, what }: Output): Finding[] {
  const [wrong, first] = search(data, (value) => !Number.isFinite(value));
  if (wrong === 0) return [];
  return [
    {
      check: "targetsNotFinite",
      severity: "error",
      says:
        `${what} holds NaN or infinity ${countOf(wrong, "time")}, first ${data[first]} in row ` +
        `${Math.floor(first / width)}, column ${first % width}`,
      advice: "drop such rows, or give them a sampleWeight of 0 and any finite target",
    },
  ];
}

function targetsConstant({
  target: { data, width, rows, labels },
  what,
  judge,
}: Output): Finding[] {
  if (rows === 1) return [];
  for (let i = width; i < data.length; i++) if (data[i] !== data[i - width]) return [];
  const values = Array.from(data as ArrayLike<number>).slice(0, width);
  const kind = labels || judge.cols === 1 ? "value" : "row";
  return [
    {
      check,
      severity: "warning",
      says: `every row of ${what} has the same ${kind} (${some(values.map(short))}): there is nothing to tell apart`,
      advice: `look at how ${what} is read; rows sorted by class must be shuffled before a part of them is taken`,
    },
  ];
}

/** What an activation can give. */
const RANGES: Readonly<Record<string, readonly [low: number, high: number]>> = {
  sigmoid: [0, 1],
  softmax: [0, 1],
  tanh: [-1, 1],
  relu: [0, Infinity],
};

/** Float32 of a number that should be an end of the range. */
const ROUNDING = 1e-6;

function outOfRange({ target, what, activation, judge }: Output): Finding[] {
  const { loss } = judge.verdict;
  const probabilities = isOfProbabilities(loss);
  const range = probabilities ? RANGES.sigmoid : RANGES[activation];
  if (target.labels || !range) return [];
  const [low, high] = range;
  const { data } = target;
  const isOutside = (value: number) => value < low - ROUNDING || value > high + ROUNDING;
  const [outside] = search(data, isOutside);
  if (outside === 0) return [];
  const [least, most] = rangeOf(data as TensorData);
  const who = probabilities ? `${loss.type} takes targets` : `${activation} gives numbers`;
  const classes = probabilities && search(data, (value) => !Number.isInteger(value))[0] === 0;
  return [
    {
      check,
      severity: "error",
      says:
        `${who} from ${low} to ${high === Infinity ? "infinity" : high}, but ${what} reaches from ` +
        `${short(least)} to ${short(most)}: ${outside} of ${countOf(data.length, "number")} are outside`,
      advice: classes
        ? `write no and yes as 0 and 1; for class numbers use sparseCategoricalCrossentropy and a unit for each class, ` +
          'layers.dense(classes, { activation: "softmax" })'
        : `scale ${what} into that range; for numbers of any size end with layers.dense(${judge.cols}) without ` +
          "activation, and meanSquaredError",
    },
  ];
}

/** Shares that were written with few decimals add up to 1 no better. */
const SHARE_ROUNDING = 0.01;

function sharesNotOne({ target, what, judge: { verdict, cols } }: Output): Finding[] {
  if (target.labels || verdict.loss.type !== "categoricalCrossentropy") return [];
  const { data } = target;
  const rows = data.length / cols;
  const sums = new Float64Array(rows);
  for (let i = 0; i < data.length; i++) sums[Math.floor(i / cols)]! += data[i]!;
  const [wrong, first] = search(sums, (sum) => Math.abs(sum - 1) > SHARE_ROUNDING);
  if (wrong === 0) return [];
  return [
    {
      check,
      severity: "warning",
      says:
        `categoricalCrossentropy takes rows that add up to 1, but ${wrong} of ${countOf(rows, "row")} of ${what} ` +
        `do not: row ${first} comes to ${short(sums[first]!)}`,
      advice:
        "where a row may have several labels, end with sigmoid and use binaryCrossentropy; else make targets by oneHot(labels)",
    },
  ];
}

/** Of so many rows a class, one that is never seen is no chance. */
const ROWS_A_CLASS = 10;

function classesNotSeen({ target, what, judge }: Output): Finding[] {
  const { cols, leading, verdict } = judge;
  const exclusive = target.labels || verdict.loss.type === "categoricalCrossentropy";
  if (!exclusive || leading > 1) return [];
  const { data } = target;
  const seen = new Set<number>();
  for (let i = 0; i < data.length; i++) {
    if (target.labels) seen.add(data[i]!);
    else if (data[i]! > 0) seen.add(i % cols);
  }
  const classes = Array.from({ length: cols }, (_, i) => i);
  const missing = classes.filter((one) => !seen.has(one));
  if (missing.length === 0) return [];
  const [least, most] = rangeOf(seen);
  if (least === 1) {
    return [
      {
        check,
        severity: "warning",
        says: `the labels of ${what} seem to begin at 1: class 0 is never seen, classes 1 to ${most} are`,
        advice:
          `number classes from 0, labels.map((label) => label - 1), and give the last layer a unit for each: ` +
          `layers.dense(${most})`,
      },
    ];
  }
  if (target.rows < ROWS_A_CLASS * cols) return [];
  return [
    {
      check,
      severity: "warning",
      says:
        `the output has ${cols} units, but ${what} never has class ${some(missing)}: ` +
        `${seen.size} of ${cols} classes are seen in ${target.rows} rows`,
      advice:
        "give the last layer a unit for each class that there is, and shuffle rows that are sorted by class before " +
        "a part of them is taken",
    },
  ];
}

/** How many numbers are wanted ones, and where the first of them is. */
function search(
  data: ArrayLike<number>,
  isWanted: (value: number) => boolean,
): [count: number, first: number] {
  let count = 0;
  let first = -1;
  for (let i = 0; i < data.length; i++) {
    if (isWanted(data[i]!) && count++ === 0) first = i;
  }
  return [count, first];
}

function rangeOf(data: Iterable<number>): [least: number, most: number] {
  let [least, most] = [Infinity, -Infinity];
  for (const value of data) {
    least = Math.min(least, value);
    most = Math.max(most, value);
  }
  return [least, most];
}
