import { GlissadeError, show } from "../error.js";
import type { Column, Feed, Named } from "../feed.js";
import type { Network } from "../network.js";
import { confusionMatrix } from "../report.js";
import { type Shape, sizeOf } from "../stage.js";
import type { Data } from "../tensor.js";
import { type Answers, answersOf } from "./answers.js";
import { confusionPicture, sheet } from "./draw.js";
import { isPicture } from "./png.js";
import { image, precisionRecall, text, type Value } from "./summaries.js";

/** Rows and their targets, as `validationData` has them. */
export type Examples = readonly [x: Named<Data>, y: Named<Data>];

/** Rows that are shown one by one. */
const SHOWN = 40;

/** An input whose rows are pictures. */
interface Pictures {
  readonly name: string;
  readonly shape: Shape;
  readonly column: Column;
}

/** A table in Markdown. */
function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |\n`;
  const escaped = (cells: readonly string[]) => cells.map((cell) => cell.replace(/[|\\]/g, "\\$&"));
  return [escaped(head), head.map(() => "---"), ...rows.map(escaped)].map(line).join("");
}

/** Rows that are predicted again and again, to be shown. */
export class Exhibition {
  private readonly pictures: readonly Pictures[];

  /** @throws ERR_SHAPE if no input's rows are pictures of the size `imageShape` */
  constructor(
    private readonly network: Network,
    private readonly x: Named<Data>,
    private readonly feed: Feed,
    private readonly labels: readonly string[] | undefined,
    imageShape: Shape | undefined,
  ) {
    this.pictures = network.topology.inputs.flatMap(({ name, node }, i) => {
      const shape = imageShape ?? node.shape;
      const fits = isPicture(shape) && sizeOf(shape) === sizeOf(node.shape);
      return fits ? [{ name, shape, column: feed.inputs[i]! }] : [];
    });
    if (!imageShape || this.pictures.length > 0) return;
    const sizes = network.topology.inputs.map(({ node }) => sizeOf(node.shape)).join(", ");
    throw new GlissadeError(
      "ERR_SHAPE",
      `tensorBoard: imageShape must hold as many numbers as a row of x, of which there are ${sizes}, ` +
        `got ${show(imageShape)}`,
    );
  }

  /** What is shown of them now: curves, confusion matrices, pictures and tables. */
  values(batchSize: number): Value[] {
    const { network, x, feed, labels } = this;
    const { outputs } = network.topology;
    const predictions = network.predict("tensorBoard", x, batchSize);
    const answers = network.compiled!.judges.flatMap((judge, i) => {
      const { data } = predictions[outputs.indexOf(judge.port)]!;
      return answersOf(network, judge, feed.targets[i]!, data, labels) ?? [];
    });
    return [
      ...answers.flatMap((one) => outputValues(one, outputs.length > 1 ? `${one.output}/` : "")),
      ...this.pictureValues(answers[0]?.classes),
      ...this.tableValues(answers),
    ];
  }

  private get shown(): number[] {
    return Array.from({ length: Math.min(this.feed.rows, SHOWN) }, (_, row) => row);
  }

  private pictureValues(classes: Answers["classes"]): Value[] {
    const verdicts = this.shown.map(
      (row) => classes && classes.truth[row] === classes.predicted[row],
    );
    return this.pictures.map(({ name, shape, column: { data, width } }) => {
      const rows = this.shown.map((row) =>
        Array.from({ length: width }, (_, i) => data[row * width + i]!),
      );
      return image(`examples/${name}`, sheet(rows, shape, verdicts));
    });
  }

  private tableValues(answers: readonly Answers[]): Value[] {
    const single = answers.filter(({ classes }) => classes);
    if (single.length === 0) return [];
    const head = single.flatMap(({ output }) => [output, "predicted", "score"]);
    const rows = this.shown.map((row) => [
      String(row),
      ...single.flatMap(({ names, classes, score }) => [
        names[classes!.truth[row]!]!,
        names[classes!.predicted[row]!]!,
        score(row).toFixed(3),
      ]),
    ]);
    return [text("examples/table", table(["row", ...head], rows))];
  }
}

/** What is shown of one output. */
function outputValues({ names, curves, classes }: Answers, prefix: string): Value[] {
  const drawn = curves.map(({ name, counts }) => precisionRecall(`${prefix}class/${name}`, counts));
  if (!classes) return drawn;
  const { matrix } = confusionMatrix(classes.truth, classes.predicted, { classes: names.length });
  const rows = matrix.map((counts, i) => [names[i]!, ...counts.map(String)]);
  return [
    ...drawn,
    image(`${prefix}confusion_matrix/image`, confusionPicture(matrix)),
    text(`${prefix}confusion_matrix/table`, table(["", ...names], rows)),
  ];
}
