/**
 * (1 − cos πt)/2 = sin²(πt/2) for t in [0, 1]: from 0 to 1 along half a wave, symmetric about a half.
 *
 * The sine is Taylor's series up to the 15th power, which below π/4 leaves out less than the last bit. Sums and
 * products alone: every engine has the same bits.
 */
export function halfCosine(t: number): number {
  if (t > 0.5) return 1 - halfCosine(1 - t);
  const angle = (Math.PI / 2) * t;
  let series = 1;
  for (let power = 15; power > 1; power -= 2) {
    series = 1 - (series * angle * angle) / (power * (power - 1));
  }
  return angle * series * (angle * series);
}
