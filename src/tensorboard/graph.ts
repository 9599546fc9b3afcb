import type { Topology } from "../graph.js";
import { chain, type GraphNode, type Weight } from "../layer.js";
import type { DType, Shape } from "../stage.js";
import { free } from "./names.js";
import { bytes, entry, integer, joined, message, unlessZero } from "./protobuf.js";

/** TensorFlow's numbers of types. */
const TYPES: Readonly<Record<DType, number>> = { float32: 1, int32: 3, uint8: 4 };

/** A shape: axes 2 { size 1 }. */
const shapeOf = (shape: Shape) =>
  message(...shape.map((size) => bytes(2, unlessZero(integer, 1, size))));

/** A node: name 1, op 2, inputs 3, attributes 5. Edges are labelled by the shapes of what they come from. */
function nodeOf(
  name: string,
  op: string,
  inputs: readonly string[],
  shape: Shape,
  dtype: DType,
): Uint8Array {
  const list = bytes(1, bytes(7, shapeOf(shape)));
  return message(
    bytes(1, name),
    bytes(2, op),
    ...inputs.map((input) => bytes(3, input)),
    entry(5, "_output_shapes", list),
    entry(5, "dtype", integer(6, TYPES[dtype])),
  );
}

/**
 * A model as TensorBoard's graph: each layer a box of its weights and of what it does with them, boxes of a model
 * within the model in one of their own. The axis of the batch is -1.
 */
export function graphOf({ nodes, inputs, outputs, names }: Topology): Uint8Array {
  const made: Uint8Array[] = [];
  const taken = new Set<string>();
  const drawn = new Map<GraphNode, string>();
  const weights = new Map<Weight, string>();

  const draw = (wish: string, op: string, reads: readonly string[], shape: Shape, type: DType) => {
    const name = free(wish, taken);
    made.push(nodeOf(name, op, reads, shape, type));
    return name;
  };
  const weightOf = (box: string, weight: Weight) => {
    const known = weights.get(weight);
    if (known !== undefined) return known;
    const name = draw(`${box}/${weight.name}`, "VariableV2", [], weight.shape, "float32");
    weights.set(weight, name);
    return name;
  };

  for (const node of nodes) {
    const { layer, within, stage, shape, dtype } = node;
    if (!layer) {
      const { name } = inputs.find((port) => port.node === node)!;
      drawn.set(node, draw(name, "Placeholder", [], [-1, ...shape], dtype));
      continue;
    }
    const name = names.get(layer)!;
    const box = within === undefined ? name : `${within}/${name}`;
    let reads = node.inputs.map((input) => drawn.get(input)!);
    for (const { weights: asked = {}, activation, output } of chain(stage)) {
      const kernels = layer.weights
        .filter((weight) => asked[weight.name])
        .map((weight) => weightOf(box, weight));
      const op = activation ?? layer.type;
      reads = [draw(`${box}/${op}`, op, [...reads, ...kernels], [-1, ...output], "float32")];
    }
    drawn.set(node, reads[0]!);
  }
  if (outputs.length > 1) {
    for (const { name, node } of outputs) {
      draw(`outputs/${name}`, "Identity", [drawn.get(node)!], [-1, ...node.shape], node.dtype);
    }
  }
  return joined(made.map((node) => bytes(1, node)));
}
