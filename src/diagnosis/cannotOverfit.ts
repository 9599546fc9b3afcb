import type { AnyModel } from "../model.js";
import { adam } from "../optimizers/adam.js";
import type { Optimizer } from "../optimizers/optimizer.js";
import { chanceLoss, leastLoss, rowsAlike } from "./chance.js";
import { type Examined, type Finding, lossOf, rowOf, twinOf } from "./examined.js";
import { countOf, short } from "./words.js";

/** Share of the way from chance to the least loss at which a batch counts as learnt. */
const LEARNT = 0.5;
/** What comes less far than this in every attempt is not slow, but stuck: noise lets some models stop at about half. */
const STUCK = 0.3;
/** An optimizer that came this share of the way is slow, but gets there. */
const COMES_ALONG = 0.1;
/** Where the same x has other y so often that this much of chance remains, x says nothing of y. */
const TELLS_NOTHING = 0.9;
/** A loss that ends this many times above where it began has not wavered, but diverged. */
const GROWN = 1.5;
/** Weights that moved further than they are long were thrown, not led. */
const THROWN = 1;
/** How often training pauses to be judged. */
const PAUSES = 10;
/** Rate of the Adam that shows what any optimizer could do: high, as a few rows bear it. */
const REFERENCE_RATE = 0.01;

/** Losses on the batch: where training begins, by chance, and the least that there can be. */
interface Way {
  readonly start: number;
  readonly chance: number;
  readonly least: number;
}

/** What training on the batch came to. */
interface Attempt {
  readonly best: number;
  readonly last: number;
  /** ‖w − w₀‖ / ‖w₀‖ over all weights. */
  readonly moved: number;
}

/** Share of the way from one loss to the least that a loss has come. */
const share = (from: number, { least }: Way, loss: number) => (from - loss) / (from - least);

/** Trains copies on one batch alone: a model that cannot learn that by heart will learn nothing. */
export async function cannotOverfit(examined: Examined): Promise<Finding[]> {
  const { model, network, batch, options, facts } = examined;
  if (network.compiled!.begin().length === 0) return [FROZEN];
  const start = lossOf(model, batch, options);
  // Where a loss of the user's own does not tell what chance would have, half of where it began is aimed at.
  const chance = chanceLoss(examined, batch) ?? start;
  const least = leastLoss(examined, batch) ?? start - Math.abs(start) / 2;
  if (chance - least <= (1 - TELLS_NOTHING) * Math.abs(chance)) return contradiction(examined);
  const way: Way = { start, chance, least };
  const own = await attempt(examined, way);
  facts.overfitLoss = own.best;
  if (!(own.last <= GROWN * Math.max(start, chance))) return [tooFast(examined, way, own)];
  if (share(chance, way, own.best) >= LEARNT) return [];
  const reference = await attempt(examined, way, adam({ learningRate: REFERENCE_RATE }));
  facts.referenceLoss = reference.best;
  const best = Math.min(own.best, reference.best);
  const falls = share(start, way, own.best) >= COMES_ALONG;
  // Far targets take all steps to come near: that is no sign of being stuck.
  if (falls && best > chance) return [];
  if (share(chance, way, best) < STUCK) return [unlearnable(examined, way)];
  if (falls || share(chance, way, own.best) >= COMES_ALONG) return [];
  return [own.moved > THROWN ? tooFast(examined, way, own) : tooSlow(examined, way)];
}

async function attempt(
  { model, batch, options }: Examined,
  way: Way,
  optimizer?: Optimizer,
): Promise<Attempt> {
  const { start, chance } = way;
  const { steps, seed, signal } = options;
  const { x, y, sampleWeight, feed } = batch;
  const twin = twinOf(model, optimizer);
  let [best, last] = [start, start];
  const onEpochEnd = () => {
    last = lossOf(twin, batch, options);
    if (last < best) best = last;
    twin.stopTraining = share(chance, way, last) >= LEARNT || !Number.isFinite(last);
  };
  try {
    const stepsPerEpoch = Math.ceil(steps / PAUSES);
    await twin.fit(x, y, {
      batchSize: feed.rows,
      epochs: Math.ceil(steps / stepsPerEpoch),
      stepsPerEpoch,
      shuffle: false,
      verbose: 0,
      callbacks: [{ onEpochEnd }],
      sampleWeight,
      seed,
      signal,
    });
    return { best, last, moved: distance(model, twin) };
  } finally {
    twin.dispose();
  }
}

function distance(from: AnyModel, to: AnyModel): number {
  const ends = to.getWeights();
  let moved = 0;
  let length = 0;
  from.getWeights().forEach(({ data }, i) => {
    for (let j = 0; j < data.length; j++) {
      const change = ends[i]!.data[j]! - data[j]!;
      moved += change * change;
      length += data[j]! * data[j]!;
    }
  });
  return Math.sqrt(moved / length);
}

const finding = (severity: Finding["severity"], says: string, advice: string): Finding => ({
  check: "cannotOverfit",
  severity,
  says,
  advice,
});

const FROZEN = finding(
  "error",
  "nothing trains: no layer that is trainable has weights",
  "model.trainable = true lets all layers train, model.getLayer(name).trainable = true one of them",
);

/** Rows of the same x as an earlier row, but another y. */
function contradictions({ batch: { feed }, batch }: Examined): number {
  const y = (row: number) => feed.targets.map((target) => rowOf(target, row).join()).join("|");
  return rowsAlike(batch).filter((first, row) => y(first) !== y(row)).length;
}

/** Where all rows have the same y there is nothing to contradict. */
function contradiction(examined: Examined): Finding[] {
  const differing = contradictions(examined);
  if (differing === 0) return [];
  const { rows } = examined.batch.feed;
  const says =
    `x does not tell rows apart: of ${countOf(rows, "row")}, ${differing} have the same x as another, but not the ` +
    "same y";
  const advice =
    "look at how x is read and whether a column that matters is missing; row i of y must belong to row i of x";
  return [finding("error", says, advice)];
}

const optimizerOf = ({ network, facts }: Examined) =>
  `${network.compiled!.updater.optimizer.type} at a rate of ${short(facts.learningRate!)}`;

const steps = ({ options, batch }: Examined) =>
  `${countOf(options.steps, "step")} on one batch of ${countOf(batch.feed.rows, "row")}`;

const comparison = ({ start, chance }: Way) =>
  `from ${short(start)}, where chance has ${short(chance)}`;

function newRate({ network, facts }: Examined, factor: number): string {
  const { type, learningRate } = network.compiled!.updater.optimizer;
  const rate = short(facts.learningRate! * factor);
  return typeof learningRate === "number"
    ? `model.learningRate = ${rate}`
    : `compile with optimizers.${type}({ learningRate: ${rate} }), or a schedule about it`;
}

/** What is off scale explains most of what follows. */
const scaleFirst = ({ findings }: Examined) =>
  findings.some(({ check }) => check.endsWith("NotScaled")) ? "scale x and y first; then " : "";

function tooFast(examined: Examined, way: Way, { last, moved }: Attempt): Finding {
  const away = Number.isFinite(moved)
    ? `, and the weights ${short(moved)} times their own length away`
    : "";
  const says =
    `the learning rate is too high: training on one batch of ${countOf(examined.batch.feed.rows, "row")} by ` +
    `${optimizerOf(examined)} takes the loss to ${short(last)} ${comparison(way)}${away}`;
  return finding("error", says, `${scaleFirst(examined)}a tenth of it: ${newRate(examined, 0.1)}`);
}

function tooSlow(examined: Examined, way: Way): Finding {
  const { overfitLoss, referenceLoss, learningRate } = examined.facts;
  const says =
    `the learning rate is too low: ${steps(examined)} by ${optimizerOf(examined)} take the loss to ` +
    `${short(overfitLoss!)} ${comparison(way)}; adam at ${REFERENCE_RATE} takes it to ${short(referenceLoss!)}`;
  const raise = learningRate! > 0 ? `ten times as much: ${newRate(examined, 10)}, or ` : "";
  return finding("warning", says, `${raise}compile with optimizers.adam()`);
}

function unlearnable(examined: Examined, way: Way): Finding {
  const { overfitLoss, referenceLoss } = examined.facts;
  const says =
    `one batch cannot be learnt by heart: ${steps(examined)} by ${optimizerOf(examined)} take the loss to ` +
    `${short(overfitLoss!)} ${comparison(way)}, and adam at ${REFERENCE_RATE} to ${short(referenceLoss!)}`;
  return finding("error", says, scaleFirst(examined) + reasons(examined).join("; "));
}

/** What may keep a model from learning a few rows, the likely first. */
function reasons(examined: Examined): string[] {
  const { network, batch, facts } = examined;
  const { nodes, names, outputs } = network.topology;
  const given: string[] = [];
  const stuck = Object.entries({ ...facts.saturatedUnits, ...facts.deadUnits });
  const [worst] = stuck.toSorted(([, a], [, b]) => b - a);
  if (worst && worst[1] > 0.5) given.push(`most units of ${worst[0]} are stuck: see deadUnits`);
  const differing = contradictions(examined);
  if (differing > 0) {
    given.push(`${differing} of ${batch.feed.rows} rows have the same x as another, but another y`);
  }
  const hidden = nodes.filter(
    (node) => node.layer?.weights.length && !outputs.some((port) => port.node === node),
  );
  const [narrow] = hidden.toSorted((a, b) => (a.shape.at(-1) ?? 1) - (b.shape.at(-1) ?? 1));
  if (narrow) {
    given.push(
      `give hidden layers more units: ${names.get(narrow.layer!)!} has ${narrow.shape.at(-1) ?? 1}`,
    );
  } else given.push('add a hidden layer: layers.dense(32, { activation: "relu" })');
  return [
    ...given,
    "look whether loss and last activation suit y, and whether x holds what decides y",
  ];
}
