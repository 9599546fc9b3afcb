import type { Facts, Finding } from "./examined.js";
import { countOf, percent, short } from "./words.js";

/** A diagnosis as text: what stands out and what to do, then what was measured. */
export function reportOf(name: string, findings: readonly Finding[], facts: Facts): string {
  const errors = findings.filter(({ severity }) => severity === "error").length;
  const warnings = findings.length - errors;
  const head =
    findings.length === 0
      ? `${name}: nothing stands out`
      : `${name}: ${countOf(errors, "error")}, ${countOf(warnings, "warning")}`;
  const told = findings.flatMap(({ severity, check, says, advice }) => [
    "",
    `${severity} (${check}): ${says}`,
    `  → ${advice}`,
  ]);
  const skipped = errors > 0 && facts.startLoss === undefined;
  const end = skipped ? ["", "Other checks wait until this is repaired."] : [];
  return [head, ...told, ...end, "", ...measured(facts)].join("\n").trimEnd();
}

function measured(facts: Facts): string[] {
  const { rows, sampledRows, startLoss, chanceLoss, overfitLoss, referenceLoss } = facts;
  const byLayer = (values: Record<string, number> | undefined, show: (value: number) => string) =>
    Object.entries(values ?? {})
      .map(([layer, value]) => `${layer} ${show(value)}`)
      .join(", ");
  const of = sampledRows !== undefined && sampledRows !== rows ? `${sampledRows} of ` : "";
  const lines: [what: string, value: string | number | undefined][] = [
    ["rows", rows === undefined ? undefined : of + rows],
    ["learning rate", facts.learningRate],
    ["loss as it is", startLoss],
    ["loss by chance", chanceLoss],
    ["loss on one batch, learnt by heart", overfitLoss],
    ["the same with adam", referenceLoss],
    ["gradient norms", byLayer(facts.gradientNorms, short)],
    ["dead units", byLayer(facts.deadUnits, percent)],
    ["saturated units", byLayer(facts.saturatedUnits, percent)],
  ];
  return lines.flatMap(([what, value]) => {
    if (value === undefined || value === "") return [];
    return `${what}: ${typeof value === "number" ? short(value) : value}`;
  });
}
