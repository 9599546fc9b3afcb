import type { Options } from "../options.js";
import type { Loss } from "./loss.js";
import { differenceLoss, reductionFields } from "./rowLoss.js";

export const meanSquaredErrorFields = reductionFields;

/**
 * Mean squared error: Σ (pₖ − tₖ)² / cols for each row.
 *
 * Shapes: prediction and target [rows, cols].
 *
 * @throws ERR_OPTION if an option breaks its rule.
 * @see Legendre 1805. PyTorch's MSELoss averages over all elements at once: the same for rows of one width.
 */
export function meanSquaredError(given?: Options<typeof meanSquaredErrorFields>): Loss {
  return differenceLoss("meanSquaredError", given);
}
