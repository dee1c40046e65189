import type { Report, ReportedClaim } from "./report.ts";

/** The claims as a table of text: paper, ours, verdict, and under each section its conditions. */
export function table({ claims, data, budget, seed, kernels, seconds }: Report): string {
  const rows = claims.map(({ section, what, paper, ours, unit, verdict }) => [
    section,
    what,
    figure(paper, unit),
    ours === null ? "–" : figure(ours, unit),
    verdict,
  ]);
  const header = ["§", "claim", "paper", "ours", "verdict"];
  const widths = header.map((title, i) => Math.max(title.length, ...rows.map((row) => row[i].length)));
  const line = (row: readonly string[]) =>
    row.map((cell, i) => i === 2 || i === 3 ? cell.padStart(widths[i]) : cell.padEnd(widths[i])).join("  ")
      .trimEnd();
  const rule = widths.map((width) => "─".repeat(width)).join("  ");
  return [
    line(header),
    rule,
    ...rows.map(line),
    rule,
    tally(claims),
    `${data.name}: ${data.learn} examples to learn from, ${data.test} to test on; budget ${budget}, seed ${seed}, ` +
    `${kernels} kernels, ${seconds.toFixed(0)} s`,
    "",
    ...conditions(claims),
  ].join("\n");
}

function figure(value: number, unit: ReportedClaim["unit"]): string {
  return unit === "%" ? `${Number(value.toFixed(2))} %` : value === 0 ? "0" : value.toExponential(1);
}

function tally(claims: readonly ReportedClaim[]): string {
  const counts = new Map<string, number>();
  for (const { verdict } of claims) counts.set(verdict, (counts.get(verdict) ?? 0) + 1);
  return Array.from(counts, ([verdict, count]) => `${count} ${verdict}`).join(", ");
}

/** Each condition once, with the sections it holds for. */
function conditions(claims: readonly ReportedClaim[]): string[] {
  const sections = new Map<string, Set<string>>();
  for (const { conditions, section } of claims) {
    sections.set(conditions, (sections.get(conditions) ?? new Set()).add(section));
  }
  return ["Conditions:", ...Array.from(sections, ([text, of]) => `  § ${[...of].join(", ")}: ${text}`)];
}
