import { type Examined, type Finding, isTrained } from "./examined.js";
import { short } from "./words.js";

/** Below this share of the greatest norm, a layer stays as it began while the others learn. */
const VANISHING = 1e-6;
/** Below this, steps of any usual rate are lost in float32. */
const NOTHING = 1e-10;
/** Beyond this, a step of any usual rate is longer than the weights are. */
const EXPLODING = 1e4;

/** Looks at the gradient of each layer that trains, on one batch. */
export function gradientNorms({ model, network, batch, facts }: Examined): Finding[] {
  const { x, y, sampleWeight } = batch;
  const trained = network.compiled!.begin();
  const { gradients } = model.gradients(x, y, { sampleWeight });
  const squares = new Map<string, number>();
  trained.forEach(({ layer }, i) => {
    const name = network.topology.names.get(layer)!;
    const sum = (gradients[i]!.data as Float32Array).reduce(
      (total, value) => total + value * value,
      0,
    );
    squares.set(name, (squares.get(name) ?? 0) + sum);
  });
  const norms = [...squares].map(([layer, sum]) => [layer, Math.sqrt(sum)] as const);
  facts.gradientNorms = Object.fromEntries(norms);
  const sorted = norms.toSorted(([, a], [, b]) => a - b);
  const [least, most] = [sorted[0], sorted.at(-1)];
  if (!least || !most) return [];
  if (!(most[1] <= EXPLODING)) return exploding(most);
  const vanishes = most[1] < NOTHING || least[1] < VANISHING * most[1];
  return vanishes && !isTrained(facts) ? vanishing(least, most) : [];
}

type Norm = readonly [layer: string, norm: number];

const exploding = ([layer, norm]: Norm): Finding[] => [
  {
    check: "gradientNorms",
    severity: "warning",
    says: `the gradient explodes: its norm is ${short(norm)} in ${layer}, where about 1 is usual`,
    advice:
      "scale x and y (standardize), begin with smaller weights, and clip: optimizers.sgd({ globalClipNorm: 1 })",
    layer,
  },
];

const vanishing = ([layer, norm]: Norm, [strongest, greatest]: Norm): Finding[] => [
  {
    check: "gradientNorms",
    severity: "warning",
    says:
      `the gradient vanishes: its norm is ${short(norm)} in ${layer}` +
      (layer === strongest ? "" : `, but ${short(greatest)} in ${strongest}`) +
      ": such a layer stays as it began",
    advice:
      'use relu with kernelInitializer: "heNormal" in place of sigmoid and tanh, fewer layers, or a way round them: ' +
      "layers.add().apply([node, later])",
    layer,
  },
];
