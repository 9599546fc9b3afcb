import { checkFolds, type Question } from "./splitter.js";

/**
 * The fold of each row. Rows sorted by class are dealt out to the folds one by one, which says how many of a class each
 * fold gets; a class's own rows then go to the folds in blocks. So folds differ by one row at most, of each class too.
 */
export function foldsOf(
  owner: string,
  folds: number,
  { rows, classes }: Question,
  order: Int32Array,
): Int32Array {
  checkFolds(owner, folds, rows, "a row");
  const foldOf = new Int32Array(rows);
  let start = 0;
  for (const list of classes(order)) {
    const end = start + list.length;
    let dealt = 0;
    for (let fold = 0; fold < folds; fold++) {
      const first = start + ((fold - (start % folds) + folds) % folds);
      const count = Math.max(0, Math.ceil((end - first) / folds));
      for (let i = 0; i < count; i++) foldOf[list[dealt++]!] = fold;
    }
    start = end;
  }
  return foldOf;
}
