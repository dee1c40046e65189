import type { Verdict } from "../paper/claim.ts";
import type { Report, ReportedClaim } from "./report.ts";

/** The claims as a table of text: paper, ours, verdict, and a letter for the conditions, which follow. */
export function table({ claims, data, budget, seeds, kernels, seconds }: Report): string {
  const conditions = [...new Set(claims.map((claim) => claim.conditions))];
  const header = ["§", "claim", "paper", "ours", "verdict", ""];
  const rows = claims.map((claim) => [
    claim.section,
    claim.what,
    claim.paper === null ? "–" : bound(claim) + figure(claim.paper, claim.unit),
    ours(claim),
    claim.verdict,
    letter(conditions.indexOf(claim.conditions)),
  ]);
  const widths = header.map((title, i) => Math.max(title.length, ...rows.map((row) => row[i].length)));
  const line = (row: readonly string[]) =>
    row.map((cell, i) => i === 2 || i === 3 ? cell.padStart(widths[i]) : cell.padEnd(widths[i])).join("  ")
      .trimEnd();
  const rule = widths.map((width) => "─".repeat(width)).join("  ");
  const remarks = claims.flatMap(({ what, verdict, reason, why }) =>
    verdict === "not run"
      ? [`not run: ${what} (${why})`]
      : verdict !== "reproduced" && reason
      ? [`${verdict}: ${what}: ${reason}`]
      : []
  );
  return [
    line(header),
    rule,
    ...rows.map(line),
    rule,
    tally(claims),
    "",
    ...conditions.map((text, i) => `${letter(i)}  ${text}`),
    ...(remarks.length > 0 ? ["", ...remarks] : []),
    "",
    `On ${data.name}, ${data.train} examples to learn from and ${data.test} to test on (the paper's are of MNIST).`,
    `Budget ${budget.name}, ${inWords(seeds)}, ${kernels} kernels, ${seconds.toFixed(0)} s.`,
  ].join("\n");
}

/** The letter of a set of conditions: a … z, then aa, ab. */
function letter(index: number): string {
  const last = String.fromCharCode("a".charCodeAt(0) + index % 26);
  return index < 26 ? last : letter(Math.floor(index / 26) - 1) + last;
}

function inWords(seeds: readonly number[]): string {
  return seeds.length === 1 ? `seed ${seeds[0]}` : `seeds ${seeds[0]} to ${seeds.at(-1)}`;
}

function bound({ relation = "about" }: ReportedClaim): string {
  return { about: "", "at least": "≥ ", "at most": "≤ " }[relation];
}

/** The mean, and the range if there are several. */
function ours({ ours, min, max, values, unit }: ReportedClaim): string {
  if (ours === null) return "–";
  const mean = figure(ours, unit);
  return values.length > 1 ? `${mean} (${figure(min!, unit)} … ${figure(max!, unit)})` : mean;
}

function figure(value: number, unit: ReportedClaim["unit"]): string {
  if (unit === "%") return `${Number(value.toFixed(2))} %`;
  if (unit === "number") return `${Number(value.toPrecision(3))}`;
  return value === 0 ? "0" : value.toExponential(1);
}

const VERDICTS: readonly Verdict[] = ["reproduced", "ordering holds", "not reproduced", "not run"];

function tally(claims: readonly ReportedClaim[]): string {
  const counts = VERDICTS.map((verdict) => ({
    verdict,
    count: claims.filter((claim) => claim.verdict === verdict).length,
  }));
  return counts.filter(({ count }) => count > 0).map(({ verdict, count }) => `${count} ${verdict}`).join(
    ", ",
  );
}
