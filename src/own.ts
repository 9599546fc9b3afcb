import { GlissadeError, show } from "./error.js";
import type { Judged, Loss, LossFunction, LossQuestion, LossRule } from "./losses/loss.js";
import { makeLoss } from "./losses/rowLoss.js";
import { memory } from "./memory.js";
import type { MetricFunction, MetricPlan, MetricRule, PlannedMetric } from "./metrics/metric.js";
import { sizeOf } from "./stage.js";
import { type Data, tensor } from "./tensor.js";

/** Where a batch lies that is judged. */
interface Frame {
  readonly rows: number;
  readonly cols: number;
  readonly prediction: number;
  readonly target: number;
  readonly weight: number;
}

/** Copies of what lies in place: users may keep them. */
function judged({ shape, labels }: Pick<LossQuestion, "shape" | "labels">, at: Frame): Judged {
  const heap = memory();
  const { rows, cols } = at;
  const leading = shape.slice(0, -1);
  const batch = rows / sizeOf(leading);
  const full = [batch, ...shape];
  const values = (address: number) => heap.floats(address, rows * cols).slice();
  const weight = at.weight ? heap.floats(at.weight, rows).slice() : new Float32Array(rows).fill(1);
  return {
    prediction: tensor(values(at.prediction), full) as Judged["prediction"],
    target: labels
      ? tensor(heap.integers(at.target, rows).slice(), [batch, ...leading])
      : tensor(values(at.target), full),
    weight: tensor(weight, [batch, ...leading]) as Judged["weight"],
  };
}

/** Σ w·value and Σ w, from one number a row; or the number of a whole batch, as often as it has rows. */
function weighted(
  owner: string,
  values: number | Data,
  { data: weight }: Judged["weight"],
): readonly [sum: number, total: number] {
  if (typeof values === "number") return [values * weight.length, weight.length];
  const { data } = tensor(values);
  if (data.length !== weight.length) {
    throw new GlissadeError(
      "ERR_SHAPE",
      `${owner}: it must return one number, or one for each of the ${weight.length} rows, got ${data.length}`,
    );
  }
  let sum = 0;
  let total = 0;
  for (let row = 0; row < data.length; row++) {
    sum += data[row]! * weight[row]!;
    total += weight[row]!;
  }
  return [sum, total];
}

/** What a loss of the user's own says of a batch: its loss, with weights, and the gradient by `prediction`. */
function evaluated(owner: string, evaluate: LossFunction, given: Judged) {
  const found: unknown = evaluate(given);
  const { loss, gradient } = (found ?? {}) as Partial<ReturnType<LossFunction>>;
  if (loss === undefined || gradient === undefined) {
    throw new GlissadeError(
      "ERR_OPTION",
      `${owner}: it must return { loss, gradient }, got ${show(found)}; ` +
        "gradient is the slope of the loss by each number of prediction",
    );
  }
  const { data } = tensor(gradient);
  const count = given.prediction.data.length;
  if (data.length !== count) {
    throw new GlissadeError(
      "ERR_SHAPE",
      `${owner}: gradient must have the ${count} numbers of prediction, got ${data.length}`,
    );
  }
  if (typeof loss === "number") return { loss, gradient: Float32Array.from(data) };
  const weight = given.weight.data;
  const rows = weight.length;
  const cols = count / rows;
  const [sum] = weighted(owner, loss, given.weight);
  const slope = Float32Array.from(
    data,
    (value, i) => (value * weight[Math.floor(i / cols)]!) / rows,
  );
  return { loss: sum / rows, gradient: slope };
}

/** A loss of the user's own as models take it. */
export function ownLoss(given: LossFunction | LossRule): Loss {
  const rule: LossRule =
    typeof given === "function" ? { type: given.name || "loss", evaluate: given } : given;
  const { type = "loss", options = {}, targets = "either" } = rule;
  const plan = (question: LossQuestion) => ({
    absorbs: false,
    scratch: () => 0,
    run: (_: unknown, at: Frame & { loss: number; gradient: number; scale: number }) => {
      const heap = memory();
      const owner = `losses.${type}`;
      const found = evaluated(owner, (batch) => rule.evaluate(batch), judged(question, at));
      heap.floats(at.loss, 1)[0] = found.loss;
      if (!at.gradient) return;
      const slope = heap.floats(at.gradient, found.gradient.length);
      found.gradient.forEach((value, i) => (slope[i]! += at.scale * value));
    },
  });
  return makeLoss({ type, options, kind: "batch", reduction: "sum", targets, plan });
}

/** A metric of the user's own as models take it. */
export function ownMetric(given: MetricFunction | MetricRule): PlannedMetric {
  if (typeof given === "function") {
    const name = given.name || "metric";
    const plan: PlannedMetric["plan"] = (question) => functionPlan(name, given, question);
    return { type: name, name, options: {}, plan };
  }
  const { type = given.name ?? "metric", name = type, options = {} } = given;
  const plan: PlannedMetric["plan"] = (question) => ({
    cells: 0,
    scratch: () => 0,
    reset: () => given.reset(),
    update: (_, at) => given.update(judged(question, at)),
    result: () => given.result(),
  });
  return { type, name, options, plan };
}

/** The mean of what a function says of each batch, or of each row. */
function functionPlan(
  name: string,
  value: MetricFunction,
  question: Pick<LossQuestion, "shape" | "labels">,
): MetricPlan {
  return {
    cells: 2,
    scratch: () => 0,
    update(_, at) {
      const batch = judged(question, at);
      const [sum, total] = weighted(`metrics.${name}`, value(batch), batch.weight);
      const cells = memory().doubles(at.cells, 2);
      cells[0]! += sum;
      cells[1]! += total;
    },
    result: (cells) => (cells[1]! > 0 ? cells[0]! / cells[1]! : 0),
  };
}
