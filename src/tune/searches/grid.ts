import { GlissadeError } from "../../error.js";
import { count, type Options, resolve } from "../../options.js";
import type { Quest, Search } from "../search.js";
import { gridOf, type Values, valuesOf } from "../space.js";

export const gridFields = {
  /** How many values to try of a range that has more. */
  points: count(5),
};

/** So many would take a day at ten a second. */
const MOST = 1000000;

/** All combinations of the values of each domain, the last one fastest; conditional domains where they exist. */
function combinations({ space }: Quest, points: number): Values[] {
  const found: Values[] = [];
  /** Which of its values each domain has now, by place; one that comes for the first time has its first. */
  const places: number[] = [];
  const sizes: number[] = [];
  do {
    sizes.length = 0;
    const values = valuesOf(space, (distribution, _, place) => {
      const grid = gridOf(distribution, points);
      sizes[place] = grid.length;
      return grid[(places[place] ??= 0)]!;
    });
    found.push(values);
    if (found.length > MOST) {
      throw new GlissadeError(
        "ERR_OPTION",
        `search.grid: there must be ${MOST} combinations at most, got more; take fewer points, or search.random`,
      );
    }
  } while (advance(places, sizes));
  return found;
}

/** The next combination: the last place that can go on does, and all after it begin anew. */
function advance(places: number[], sizes: readonly number[]): boolean {
  for (let place = sizes.length - 1; place >= 0; place--) {
    if (sizes[place] !== undefined && places[place]! + 1 < sizes[place]!) {
      places[place]!++;
      places.length = place + 1;
      return true;
    }
  }
  return false;
}

/**
 * Grid search: every combination of the values of each domain, the last domain fastest.
 *
 * @throws ERR_OPTION if an option breaks its rule; from `tune` if there are more than a million combinations.
 */
export function grid(given?: Options<typeof gridFields>): Search {
  const options = resolve("search.grid", gridFields, given);
  const known = new WeakMap<Quest, Values[]>();
  const all = (quest: Quest) => {
    if (!known.has(quest)) known.set(quest, combinations(quest, options.points));
    return known.get(quest)!;
  };
  return Object.freeze({
    type: "grid",
    options,
    trials: (quest) => all(quest).length,
    needs: () => 0,
    suggest: (number, _, quest) => ({ params: all(quest)[number]! }),
  } satisfies Search);
}
