/** What a check found, as Markdown for the summary of a job. @module */

import type { CheckReport } from "../../../src/evaluate/check_report.ts";
import { percent } from "../outputs.ts";
import {
  comparisonLegend,
  comparisonRows,
  intervalText,
  nameOf,
  notesOf,
  placeOf,
  summaryOf,
  valuesOf,
} from "./words.ts";

/** The summary of `report`: thresholds, rates, the comparison with a baseline, conditions. */
export function markdown(report: CheckReport): string {
  const { model, data, verdicts, outcomes, comparison, conditions, robustness, kernels, passed } = report;
  const { bounds, seed } = conditions;
  return `${
    [
      `### ${passed ? "✅" : "❌"} Robustness: ${summaryOf(verdicts).toLowerCase()}`,
      `\`${code(model)}\` on ${data.examples} examples of \`${code(data.name)}\``,
      table([
        ["", "threshold", "rate", "at most"],
        ...verdicts.map((each) => [each.passed ? "✅" : "❌", nameOf(each), ...valuesOf(each)]),
      ]),
      table([
        ["", "errors", "rate", "95 % interval (Wilson)"],
        ...outcomes.map((each) => [
          placeOf(each),
          `${each.errors}`,
          percent(each.errors / data.examples),
          intervalText(each.interval),
        ]),
      ]),
      ...(comparison
        ? [table(comparisonRows(comparison, data.examples)), escaped(comparisonLegend(comparison, kernels))]
        : []),
      [
        ...(robustness ? [`Worst case in ${robustness.norm} by effort ${robustness.effort}`] : []),
        bounds ? `inputs within ${bounds.join(" … ")}` : "inputs without bounds",
        `seed ${seed}`,
        `${kernels} kernels.`,
      ].join(", "),
      ...(robustness?.warnings ?? []).map(({ name, text }) => `> Warning: ${escaped(text)} (${name})`),
      ...notesOf(report).map((note) => `> ${escaped(note)}`),
    ].join("\n\n")
  }\n`;
}

function table([head, ...rows]: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map(escaped).join(" | ")} |`;
  return [line(head), `| --- |${" ---: |".repeat(head.length - 1)}`, ...rows.map(line)].join("\n");
}

/** Text that Markdown takes for nothing else. */
function escaped(text: string): string {
  return text.replace(/\p{C}+/gu, " ").replace(/[\\`*_[\]<>|~&]/g, "\\$&");
}

function code(text: string): string {
  return text.replace(/[\p{C}`]+/gu, " ");
}
