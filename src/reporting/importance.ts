/** What a parameter was in each trial; absent where a trial did not have it. */
export type Values = readonly unknown[];

/** A parameter with fewer different numbers than this is grouped by them. */
const MOST_GROUPS = 5;

/** Ranks from 1; equal numbers share the mean of theirs. */
export function ranksOf(values: readonly number[]): number[] {
  const order = values.map((_, i) => i).sort((a, b) => values[a]! - values[b]!);
  const ranks = new Array<number>(values.length);
  for (let from = 0; from < order.length;) {
    let to = from + 1;
    while (to < order.length && values[order[to]!] === values[order[from]!]) to++;
    for (let i = from; i < to; i++) ranks[order[i]!] = (from + 1 + to) / 2;
    from = to;
  }
  return ranks;
}

/** A group for each trial: many different numbers in equal parts by size, anything else by what it is. */
export function groupsOf(values: Values): (string | number)[] {
  const numbers = values.filter((value) => typeof value === "number");
  const many = new Set(numbers).size > MOST_GROUPS;
  const ranks = many ? ranksOf(numbers) : [];
  const parts = Math.max(2, Math.min(MOST_GROUPS, Math.floor(numbers.length / 4)));
  let next = 0;
  return values.map((value) =>
    many && typeof value === "number"
      ? Math.floor(((ranks[next++]! - 1) * parts) / numbers.length)
      : `${typeof value} ${JSON.stringify(value)}`,
  );
}

/**
 * How much of the order of the trials a parameter explains by itself, from 0 to 1: η² = (H − k + 1)/(n − k), where H is
 * Kruskal and Wallis's statistic of n objectives in k groups. Ranks do not mind outliers, nor whether a parameter is
 * drawn by its logarithm; unlike the bare share of variance, it does not grow with the number of groups.
 *
 * @see Tomczak & Tomczak 2014, The need to report effect size estimates revisited. It does not see interactions, as
 *   fANOVA does (Hutter et al. 2014).
 */
export function importanceOf(values: Values, objectives: readonly number[]): number {
  const ranks = ranksOf(objectives);
  const n = ranks.length;
  const middle = (n + 1) / 2;
  const groups = new Map<string | number, number[]>();
  groupsOf(values).forEach((group, i) => {
    groups.set(group, [...(groups.get(group) ?? []), ranks[i]! - middle]);
  });
  const k = groups.size;
  const total = ranks.reduce((sum, rank) => sum + (rank - middle) * (rank - middle), 0);
  if (k < 2 || k >= n || total === 0) return 0;
  const between = [...groups.values()].reduce((sum, group) => {
    const whole = group.reduce((a, b) => a + b, 0);
    return sum + (whole * whole) / group.length;
  }, 0);
  const h = ((n - 1) * between) / total;
  return Math.max(0, (h - k + 1) / (n - k));
}
