import { counted, GlissadeError, showReturned } from "./error.js";
import type { Judged, Loss, LossFunction, LossQuestion, LossRule } from "./losses/loss.js";
import { makeLoss } from "./losses/rowLoss.js";
import { memory } from "./memory.js";
import type { MetricFunction, MetricPlan, MetricRule, PlannedMetric } from "./metrics/metric.js";
import { choice, label, ownOptions, resolve } from "./options.js";
import { sizeOf } from "./stage.js";
import { asTensor, type Data, isTensor, isTypedArray, tensor } from "./tensor.js";

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
    prediction: tensor(values(at.prediction), full),
    target: labels
      ? tensor(heap.integers(at.target, rows).slice(), [batch, ...leading])
      : tensor(values(at.target), full),
    weight: tensor(weight, [batch, ...leading]),
  };
}

/** Σ w·value and Σ w, from one number a row; or the number of a whole batch, as often as it has rows. */
function weighted(
  owner: string,
  what: string,
  values: number | Data,
  { data: weight }: Judged["weight"],
): readonly [sum: number, total: number] {
  if (typeof values === "number") return [values * weight.length, weight.length];
  const isList = Array.isArray(values) || isTensor(values) || isTypedArray(values);
  const { data } = isList ? asTensor(owner, what, values) : { data: undefined };
  if (data?.length !== weight.length) {
    throw new GlissadeError(
      data ? "ERR_SHAPE" : "ERR_OPTION",
      `${owner}: ${what} must be one number, or one for each row, ` +
        `got ${data ? `${counted(data.length, "number")} for ${counted(weight.length, "row")}` : showReturned(values)}`,
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
      `${owner}: it must return { loss, gradient }, got ${showReturned(found)}; ` +
        "gradient is the slope of the loss by each number of prediction",
    );
  }
  const { data } = asTensor(owner, "gradient", gradient);
  const count = given.prediction.data.length;
  if (data.length !== count) {
    throw new GlissadeError(
      "ERR_SHAPE",
      `${owner}: gradient must have the ${counted(count, "number")} of prediction, got ${data.length}`,
    );
  }
  if (typeof loss === "number") return { loss, gradient: Float32Array.from(data) };
  const weight = given.weight.data;
  const rows = weight.length;
  const cols = count / rows;
  const [sum] = weighted(owner, "loss", loss, given.weight);
  const slope = Float32Array.from(
    data,
    (value, i) => (value * weight[Math.floor(i / cols)]!) / rows,
  );
  return { loss: sum / rows, gradient: slope };
}

export const ownLossFields = {
  type: label(),
  options: ownOptions(),
  targets: choice(["values", "labels", "either"], "either"),
};

export const ownMetricFields = { type: label(), name: label(), options: ownOptions() };

/** A loss of the user's own as models take it. @throws ERR_OPTION if its name, options or targets break their rule */
export function ownLoss(given: LossFunction | LossRule): Loss {
  const rule: LossRule =
    typeof given === "function" ? { type: given.name || "loss", evaluate: given } : given;
  const parts = { type: rule.type, options: rule.options, targets: rule.targets };
  const { type = "loss", options, targets } = resolve("compile: loss", ownLossFields, parts);
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

/** A metric of the user's own as models take it. @throws ERR_OPTION if its name or options break their rule */
export function ownMetric(given: MetricFunction | MetricRule): PlannedMetric {
  if (typeof given === "function") {
    const name = given.name || "metric";
    const plan: PlannedMetric["plan"] = (question) => functionPlan(name, given, question);
    return { type: name, name, options: {}, plan };
  }
  const parts = { type: given.type, name: given.name, options: given.options };
  const resolved = resolve("compile: metrics", ownMetricFields, parts);
  const { type = resolved.name ?? "metric", name = type, options } = resolved;
  const plan: PlannedMetric["plan"] = (question) => ({
    cells: 0,
    scratch: () => 0,
    reset: () => given.reset(),
    update: (_, at) => given.update(judged(question, at)),
    result: () => numberOf(`metrics.${name}`, given.result()),
  });
  return { type, name, options, plan };
}

function numberOf(owner: string, value: unknown): number {
  if (typeof value === "number") return value;
  throw new GlissadeError(
    "ERR_OPTION",
    `${owner}: result() must return a number, got ${showReturned(value)}`,
  );
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
      const [sum, total] = weighted(`metrics.${name}`, "its value", value(batch), batch.weight);
      const cells = memory().doubles(at.cells, 2);
      cells[0]! += sum;
      cells[1]! += total;
    },
    result: (cells) => (cells[1]! > 0 ? cells[0]! / cells[1]! : 0),
  };
}
