/** A number as people read it: three figures. */
export function short(value: number): string {
  const size = Math.abs(value);
  const plain = value === 0 || !Number.isFinite(value) || (size >= 0.001 && size < 1e6);
  return plain ? String(Number(value.toPrecision(3))) : value.toExponential(1);
}

export const percent = (share: number): string => `${Math.round(100 * share)} %`;

export const countOf = (count: number, what: string): string =>
  `${count} ${what}${count === 1 ? "" : "s"}`;

/** The first of many, and that there are more. */
export const some = (list: readonly (number | string)[]): string =>
  list.slice(0, 5).join(", ") + (list.length > 5 ? ", …" : "");
