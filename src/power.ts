import { engine } from "./engine.js";

/**
 * baseᵉˣᵖᵒⁿᵉⁿᵗ for a base of 0 or more and an exponent of 0 or more: whole powers as products of squares, others as
 * exp(exponent·ln base), so that every engine has the same bits.
 *
 * The relative error stays below (2 + exponent·(1 + |ln base|))·2⁻⁵².
 */
export function power(base: number, exponent: number): number {
  if (!Number.isSafeInteger(exponent)) {
    const { scalarExp, scalarLog } = engine().kernels;
    return scalarExp(exponent * scalarLog(base));
  }
  let product = 1;
  for (let square = base, left = exponent; left > 0; left = Math.floor(left / 2)) {
    if (left % 2 === 1) product *= square;
    square *= square;
  }
  return product;
}
