import type { Kernels } from "../engine.js";
import type { Optimizer } from "./optimizer.js";

/** The gradient of one weight: an address, and its words with their padding. */
export interface Gradient {
  readonly gradient: number;
  readonly count: number;
}

/**
 * Shortens gradients as the optimizer asks, before it reads them: `clipValue` every number, `clipNorm` the norm of each
 * weight's gradient, `globalClipNorm` that of all together. `cell` has room for one float64.
 *
 * @see Pascanu et al. 2013, Algorithm 1.
 */
export function clipGradients(
  k: Kernels,
  { clipValue, clipNorm, globalClipNorm }: Optimizer,
  gradients: readonly Gradient[],
  cell: number,
): void {
  if (clipValue !== undefined) {
    for (const { gradient, count } of gradients) k.clipValue(0, count, gradient, clipValue);
  } else if (clipNorm !== undefined) {
    for (const { gradient, count } of gradients) {
      k.fill(0, 2, cell, 0);
      k.sumSquares(0, count, gradient, cell);
      k.clipNorm(0, count, gradient, cell, clipNorm);
    }
  } else if (globalClipNorm !== undefined) {
    k.fill(0, 2, cell, 0);
    for (const { gradient, count } of gradients) k.sumSquares(0, count, gradient, cell);
    for (const { gradient, count } of gradients) {
      k.clipNorm(0, count, gradient, cell, globalClipNorm);
    }
  }
}
