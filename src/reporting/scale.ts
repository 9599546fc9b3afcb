/** The natural logarithm: halve into [0.7, 1.4], then 2(z + z³/3 + z⁵/5 + …), z = (x − 1)/(x + 1). For drawing alone. */
export function logarithm(value: number): number {
  let x = value;
  let halvings = 0;
  for (; x > 1.4; halvings++) x /= 2;
  for (; x < 0.7; halvings--) x *= 2;
  const z = (x - 1) / (x + 1);
  let sum = 0;
  for (let k = 1, power = z; k < 30; k += 2, power *= z * z) sum += power / k;
  return 2 * sum + halvings * Math.LN2;
}

const powerOfTen = (exponent: number) => Number(`1e${exponent}`);
const exponentOf = (value: number) => Number(value.toExponential().split("e")[1]);

/** Round numbers from least to greatest: 1, 2 or 5 times a power of ten apart, seven at most. */
export function roundNumbers(least: number, greatest: number): number[] {
  const size = powerOfTen(exponentOf((greatest - least) / 5));
  const step = [1, 2, 5, 10].map((k) => k * size).find((one) => (greatest - least) / one <= 6)!;
  const first = Math.ceil(least / step);
  const count = Math.floor(greatest / step) - first + 1;
  return Array.from({ length: count }, (_, i) => (first + i) * step);
}

/** Powers of ten from least to greatest. */
export function powersOfTen(least: number, greatest: number): number[] {
  const from = exponentOf(least);
  const all = Array.from({ length: exponentOf(greatest) - from + 1 }, (_, i) =>
    powerOfTen(from + i),
  );
  return all.filter((power) => power >= least);
}
