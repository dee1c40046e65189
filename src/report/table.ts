import type { Report, ReportedClaim } from "./report.ts";

/** The claims as a table of text: paper, ours, verdict, and a letter for the conditions, which follow. */
export function table(report: Report): string {
  const { claims, data, budget: { name }, seed, kernels, seconds } = report;
  const conditions = [...new Set(claims.map((claim) => claim.conditions))];
  const header = ["§", "claim", "paper", "ours", "verdict", ""];
  const rows = claims.map(({ section, what, paper, ours, unit, verdict, ...claim }) => [
    section,
    what,
    paper === null ? "–" : figure(paper, unit),
    ours === null ? "–" : figure(ours, unit),
    verdict,
    letter(conditions.indexOf(claim.conditions)),
  ]);
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
    "",
    ...conditions.map((text, i) => `${letter(i)}  ${text}`),
    "",
    `On ${data.name}, ${data.learn} examples to learn from and ${data.test} to test on (the paper's are of MNIST).`,
    `Budget ${name}, seed ${seed}, ${kernels} kernels, ${seconds.toFixed(0)} s.`,
  ].join("\n");
}

function letter(index: number): string {
  return String.fromCharCode("a".charCodeAt(0) + index);
}

function figure(value: number, unit: ReportedClaim["unit"]): string {
  if (unit === "%") return `${Number(value.toFixed(2))} %`;
  if (unit === "number") return `${Number(value.toPrecision(3))}`;
  return value === 0 ? "0" : value.toExponential(1);
}

function tally(claims: readonly ReportedClaim[]): string {
  const counts = new Map<string, number>();
  for (const { verdict } of claims) counts.set(verdict, (counts.get(verdict) ?? 0) + 1);
  return Array.from(counts, ([verdict, count]) => `${count} ${verdict}`).join(", ");
}
