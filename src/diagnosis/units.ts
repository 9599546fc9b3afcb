import { chain, type GraphNode } from "../layer.js";
import { type Examined, type Finding, readNodes } from "./examined.js";
import { countOf, percent } from "./words.js";

/** Deep in a fresh network up to half of a layer's relu units may be 0 for all rows, and it learns all the same. */
const MANY = 0.6;
/** Of fewer rows units may miss all by chance: only a layer without any living unit counts then. */
const ROWS_THAT_TELL = 50;
/** Beyond this share of the way from the middle to an end of the range, the slope is next to nothing. */
const NEAR_END = 0.99;
/** Share of the rows for which a unit stands there. */
const NEARLY_ALL = 0.95;

/** Activations with a slope that dies at both ends: the middle of their range, and half its width. */
const SATURATING: Readonly<Record<string, readonly [middle: number, half: number]>> = {
  sigmoid: [0.5, 0.5],
  tanh: [0, 1],
};

/** Counts, unit by unit, of the numbers for which it is stuck. */
interface Tally {
  readonly layer: string;
  readonly activation: string;
  readonly stuck: Float64Array;
  seen: number;
}

const activationOf = (node: GraphNode) => chain(node.stage).at(-1)?.activation ?? "linear";

/** Looks for relu units that are 0, and hidden sigmoid and tanh units that stand at an end, for all sampled rows. */
export function deadUnits(examined: Examined): Finding[] {
  const { network, sample, facts } = examined;
  const { nodes, names, outputs } = network.topology;
  const last = new Set(outputs.map(({ node }) => node));
  const watched = nodes.filter((node) => {
    const activation = activationOf(node);
    return activation === "relu" || (activation in SATURATING && !last.has(node));
  });
  const tallies = watched.map((node): Tally => {
    const stuck = new Float64Array(node.shape.at(-1) ?? 1);
    return { layer: names.get(node.layer!)!, activation: activationOf(node), stuck, seen: 0 };
  });
  readNodes(examined, watched, (values, i) => count(tallies[i]!, values));
  facts.deadUnits = {};
  facts.saturatedUnits = {};
  return tallies.flatMap((tally) => {
    const { layer, activation, stuck, seen } = tally;
    const relu = activation === "relu";
    const limit = seen * (relu ? 1 : NEARLY_ALL);
    const number = stuck.filter((one) => one >= limit).length;
    const share = number / stuck.length;
    (relu ? facts.deadUnits! : facts.saturatedUnits!)[layer] = share;
    if (share < (sample.feed.rows < ROWS_THAT_TELL ? 1 : MANY)) return [];
    return relu ? dead(tally, number) : saturated(tally, number);
  });
}

function count(tally: Tally, values: ArrayLike<number>): void {
  const { activation, stuck } = tally;
  const units = stuck.length;
  const [middle, half] = SATURATING[activation] ?? [0, 0];
  tally.seen += values.length / units;
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    const isStuck =
      activation === "relu" ? value === 0 : Math.abs(value - middle) > NEAR_END * half;
    if (isStuck) stuck[i % units]!++;
  }
}

const dead = ({ layer, stuck }: Tally, number: number): Finding[] => [
  {
    check: "deadUnits",
    severity: number === stuck.length ? "error" : "warning",
    says:
      `${number} of ${countOf(stuck.length, "relu unit")} of ${layer} (${percent(number / stuck.length)}) are 0 for ` +
      "every row: they have no slope, and learn no more",
    advice:
      "begin anew with a smaller learning rate, inputs of size 1 and biases of 0: " +
      'layers.dense(units, { activation: "relu", kernelInitializer: "heNormal" })',
    layer,
  },
];

const saturated = ({ layer, activation, stuck }: Tally, number: number): Finding[] => [
  {
    check: "deadUnits",
    severity: number === stuck.length ? "error" : "warning",
    says:
      `${number} of ${countOf(stuck.length, `${activation} unit`)} of ${layer} (${percent(number / stuck.length)}) stand ` +
      "at an end of their range for nearly every row: their slope is next to 0",
    advice:
      "scale what goes in (standardize), begin with smaller weights " +
      '(kernelInitializer: "glorotUniform"), or use relu',
    layer,
  },
];
