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

/** The text of `model.summary()`: a line a node, then the sums. */
export function summarize(model: ModelGraph<unknown>): string {
  const { nodes, names, layers } = model.network.topology;
  const lines = columns([
    ["Layer (type)", "Output shape", "Parameters"],
    ...nodes.map(({ layer, shape }) => [
      layer ? `${names.get(layer)!} (${layer.type})` : "input",
      `[${["batch", ...shape].join(", ")}]`,
      thousands(layer?.countParams() ?? 0),
    ]),
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
