import {
  classificationReport,
  classWeights,
  confusionMatrix,
  oneHot,
  parseIdx,
  standardize,
  tensor,
} from "../../src/index.js";
import { promised, type Row, row, x } from "./row.js";

const grid = tensor([
  [1, 2],
  [3, 4],
]);

/** Tensors, labels and what is counted. */
export const data: Row[] = [
  row("ERR_SHAPE", "tensor: ragged rows", () => tensor([[1, 2], [3]])),
  row("ERR_SHAPE", "tensor: a row among numbers", () => tensor([1, [2, 3]])),
  row("ERR_SHAPE", "tensor: a number among rows", () => tensor([[1, 2], 3])),
  row("ERR_SHAPE", "tensor: a shape for other numbers", () => tensor([1, 2, 3], [2, 2])),
  row("ERR_SHAPE", "tensor: a shape that is a number", () => tensor([1, 2], 2 as never)),
  row("ERR_SHAPE", "tensor: two sizes to be worked out", () => grid.reshape([-1, -1])),
  row("ERR_SHAPE", "tensor: an axis that is not there", () => grid.argMax(2)),
  row("ERR_SHAPE", "tensor: the greatest of nothing", () => tensor([[]]).argMax()),
  row("ERR_SHAPE", "tensor: rows beyond the end", () => grid.take(1, 2)),
  row("ERR_DTYPE", "tensor: no data at all", () => tensor(undefined as never)),
  row("ERR_DTYPE", "tensor: a promise", () => tensor(promised([1]))),
  row("ERR_DTYPE", "tensor: a text among numbers", () => tensor([[1, "2"]] as never)),
  row("ERR_DTYPE", "tensor: a hole among numbers", () =>
    tensor(Array.from({ length: 2 }) as never),
  ),
  row("ERR_DTYPE", "tensor: whole numbers beyond int32", () => tensor(BigInt64Array.of(1n << 40n))),

  row("ERR_NUMERIC", "oneHot: a label below 0", () => oneHot([0, -1])),
  row("ERR_NUMERIC", "oneHot: more labels than classes", () => oneHot([0, 3], 3)),
  row("ERR_OPTION", "oneHot: no classes", () => oneHot([0], 0)),
  row("ERR_DTYPE", "oneHot: texts", () => oneHot(["cat", "dog"] as never)),
  row("ERR_SHAPE", "oneHot: no labels", () => oneHot([])),
  row("ERR_MEMORY", "oneHot: a label of a billion", () => oneHot([0, 1_999_999_999])),

  row("ERR_NUMERIC", "classWeights: labels that are not whole", () => classWeights([0.5, 1])),
  row("ERR_DTYPE", "classWeights: a promise", () => classWeights(promised([1]))),

  row("ERR_SHAPE", "standardize: one axis", () => standardize([1, 2, 3])),
  row("ERR_SHAPE", "standardize: other columns than were measured", () =>
    standardize(x).apply([[1, 2, 3]]),
  ),
  row("ERR_DTYPE", "standardize: texts", () => standardize([["1"]] as never)),

  row("ERR_SHAPE", "confusionMatrix: predictions of other rows", () =>
    confusionMatrix([0, 1], [0]),
  ),
  row("ERR_NUMERIC", "confusionMatrix: a class beyond the last", () =>
    confusionMatrix([0, 2], [0, 1], { classes: 2 }),
  ),
  row("ERR_NUMERIC", "confusionMatrix: a class without a label", () =>
    confusionMatrix([0, 2], [0, 1], { labels: ["no", "yes"] }),
  ),
  row("ERR_OPTION", "confusionMatrix: fewer labels than classes", () =>
    confusionMatrix([0], [0], { classes: 3, labels: ["no", "yes"] }),
  ),
  row("ERR_MEMORY", "confusionMatrix: a million classes", () =>
    confusionMatrix([0, 999_999], [0, 1]),
  ),
  row("ERR_DTYPE", "classificationReport: no predictions", () =>
    classificationReport([0], undefined as never),
  ),
  row("ERR_OPTION", "classificationReport: a label that is no text", () =>
    classificationReport([0], [0], { labels: [3] as never }),
  ),

  row("ERR_DTYPE", "parseIdx: an ArrayBuffer", () => parseIdx(new ArrayBuffer(8) as never)),
  row("ERR_DTYPE", "parseIdx: a promise", () => parseIdx(promised(0) as never)),
  row("ERR_FORMAT", "parseIdx: nothing", () => parseIdx(new Uint8Array(0))),
  row("ERR_FORMAT", "parseIdx: another kind of file", () =>
    parseIdx(Uint8Array.of(137, 80, 78, 71)),
  ),
  row("ERR_FORMAT", "parseIdx: a gzip archive", () => parseIdx(Uint8Array.of(31, 139, 8, 0))),
  row("ERR_FORMAT", "parseIdx: a type that is none", () => parseIdx(Uint8Array.of(0, 0, 7, 1))),
  row("ERR_FORMAT", "parseIdx: cut short in the header", () =>
    parseIdx(Uint8Array.of(0, 0, 8, 2, 0, 0, 0, 1)),
  ),
  row("ERR_FORMAT", "parseIdx: cut short in the data", () =>
    parseIdx(Uint8Array.of(0, 0, 8, 1, 0, 0, 0, 3, 1, 2)),
  ),
];
