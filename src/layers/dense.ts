import { linear } from "../activations.js";
import { GlissadeError } from "../error.js";
import { glorotUniform, zeros } from "../initializers/index.js";
import { layer, type Layer, layerFields } from "../layer.js";
import { member } from "../names.js";
import { count, flag, leading, type Options, resolve } from "../options.js";
import {
  type Activation,
  type Initializer,
  type InitializerFunction,
  type Shape,
  sizeOf,
  type Stage,
} from "../stage.js";
import { activationField, initializerField, splitCommon } from "./fields.js";

export const denseFields = {
  /** Outputs a row. */
  units: count(),
  /** What is applied to them. */
  activation: activationField(linear()),
  /** Whether a bias is added. */
  useBias: flag(true),
  /** How the kernel begins. */
  kernelInitializer: initializerField(glorotUniform()),
  /** How the bias begins. */
  biasInitializer: initializerField(zeros()),
  ...layerFields,
};

type DenseOptions = Options<typeof denseFields>;

/**
 * Fully connected layer, y = activation(x·W + b).
 *
 * Shapes: x [rows, …, inputs], W (`kernel`) [inputs, units], b (`bias`) [units], y [rows, …, units]; the product is
 * over the last axis.
 *
 * @throws ERR_OPTION if an option breaks its rule; ERR_SHAPE, when applied, if rows have no axis.
 */
export function dense(units: number, options?: Omit<DenseOptions, "units">): Layer;
export function dense(options: DenseOptions): Layer;
export function dense(first: number | DenseOptions, rest?: Omit<DenseOptions, "units">): Layer {
  const resolved = resolve("dense", denseFields, leading("units", first, rest));
  const [own, common] = splitCommon(resolved);
  const { units, useBias } = own;
  const activation = member<Activation>("dense", "activation", own.activation);
  const kernelInitializer = member<Initializer | InitializerFunction>(
    "dense",
    "initializer",
    own.kernelInitializer,
  );
  const biasInitializer = member<Initializer | InitializerFunction>(
    "dense",
    "initializer",
    own.biasInitializer,
  );
  const bias = useBias ? { shape: [units], initializer: biasInitializer } : undefined;

  const build = (input: Shape): Stage<"kernel" | "bias"> => {
    const inputs = input.at(-1);
    if (inputs === undefined) {
      throw new GlissadeError(
        "ERR_SHAPE",
        "dense: a row must have at least one axis, got none; give rows such as [[1], [2]], or an inputShape such as [1]",
      );
    }
    const before = input.slice(0, -1);
    const perExample = sizeOf(before);
    const output = [...before, units];
    return {
      output,
      weights: { kernel: { shape: [inputs, units], initializer: kernelInitializer }, bias },
      then: activation.stage(output),
      forward(k, { x, y, kernel, bias }, { batch, scratch }) {
        const rows = batch * perExample;
        if (bias)
          k.fillRows(0, rows, units, bias, y); // y = b
        else k.fill(0, rows * units, y, 0);
        k.gemm(0, rows, units, inputs, x, inputs, 1, kernel!, units, 1, y, scratch); // y += x·W
      },
      backward(k, { x, dx, dy, kernel, dKernel, dBias }, { batch, scratch }) {
        const rows = batch * perExample;
        if (dKernel) k.gemm(0, inputs, units, rows, x, 1, inputs, dy, units, 1, dKernel, scratch); // dW += xᵀ·dy
        if (dBias) k.sumColumns(0, units, rows, units, dy, dBias); // db += Σ dy
        if (dx) k.gemm(0, rows, inputs, units, dy, units, 1, kernel!, 1, units, dx, scratch); // dx += dy·Wᵀ
      },
    };
  };
  const options = { units, activation, useBias, kernelInitializer, biasInitializer };
  return layer({ type: "dense", options, build }, common);
}
