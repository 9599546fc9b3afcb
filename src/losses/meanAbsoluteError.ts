import type { Options } from "../options.js";
import type { Loss } from "./loss.js";
import { differenceLoss, reductionFields } from "./rowLoss.js";

export const meanAbsoluteErrorFields = reductionFields;

/**
 * Mean absolute error: Σ |pₖ − tₖ| / cols for each row; the slope at 0 is 0.
 *
 * Shapes: prediction and target [rows, cols].
 *
 * @throws ERR_OPTION if an option breaks its rule.
 * @see Laplace 1774. PyTorch calls it L1Loss.
 */
export function meanAbsoluteError(given?: Options<typeof meanAbsoluteErrorFields>): Loss {
  return differenceLoss("meanAbsoluteError", given);
}
