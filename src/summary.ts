import type { GraphNode, Layer } from "./layer.js";
import type { ModelGraph } from "./modelGraph.js";

const thousands = (count: number) => String(count).replace(/\B(?=(\d{3})+$)/g, ",");

/** Columns side by side, the last one flush right. */
function columns(rows: readonly (readonly string[])[]): string[] {
  const widths = rows[0]!.map((_, i) => Math.max(...rows.map((row) => row[i]!.length)));
  return rows.map((row) =>
    row
      .map((cell, i) =>
        i === row.length - 1 ? cell.padStart(widths[i]!) : cell.padEnd(widths[i]!),
      )
      .join("  "),
  );
}

/** The text of `model.summary()`: a line a node, with what it reads where that is not the line above; then the sums. */
export function summarize(model: ModelGraph<unknown>): string {
  const { nodes, names, layers, inputs } = model.network.topology;
  const nameOf = (node: GraphNode) =>
    node.layer ? names.get(node.layer)! : inputs.find((port) => port.node === node)!.name;
  const isChain = nodes.every(({ inputs: read }, i) =>
    read.every((one) => read.length === 1 && one === nodes[i - 1]),
  );
  const seen = new Set<Layer>();
  const lines = columns([
    ["Layer (type)", "Output shape", ...(isChain ? [] : ["Reads"]), "Parameters"],
    ...nodes.map((node) => {
      const { layer, shape, inputs: read } = node;
      const parameters = layer && seen.has(layer) ? "shared" : thousands(layer?.countParams() ?? 0);
      if (layer) seen.add(layer);
      return [
        `${nameOf(node)} (${layer?.type ?? "input"})`,
        `[${["batch", ...shape].join(", ")}]`,
        ...(isChain ? [] : [read.map(nameOf).join(", ")]),
        parameters,
      ];
    }),
  ]);
  const rule = "─".repeat(lines[0]!.length);
  const total = model.countParams();
  const frozen = layers
    .filter(({ trainable }) => !trainable)
    .reduce((sum, layer) => sum + layer.countParams(), 0);
  return [
    `${model.name}`,
    rule,
    lines[0]!,
    rule,
    ...lines.slice(1),
    rule,
    `Total parameters: ${thousands(total)} (${thousands(4 * total)} bytes)`,
    `Trainable: ${thousands(total - frozen)}, frozen: ${thousands(frozen)}`,
  ].join("\n");
}
