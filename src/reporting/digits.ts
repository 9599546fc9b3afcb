/** A number with the digits that a reader needs: four, with a power of ten where zeros would hide them. */
export function digits(value: number): string {
  const size = Math.abs(value);
  if (!Number.isFinite(value) || (Number.isInteger(value) && size < 1e6)) return String(value);
  const rounded = Number(value.toPrecision(4));
  if (size < 1e-3 || size >= 1e6) return rounded.toExponential().replace("+", "");
  return String(size < 1e4 ? rounded : Math.round(value));
}

/** A share of a whole to three digits, so that columns line up; a dash where there is none. */
export const fixed = (value: number) => (Number.isFinite(value) ? value.toFixed(3) : "–");

/** A share of a whole as people say it. */
export const percent = (share: number) => `${(100 * share).toFixed(1)} %`;
