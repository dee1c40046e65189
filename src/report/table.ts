/** A run's result as text. @module */

import type { Judgement } from "../paper/claim.ts";
import type { Report, ReportedClaim, Spread } from "./report.ts";
import { headline, KIND_NAMES, tallies } from "./tally.ts";

/** Columns and lines of a terminal. */
const WIDTH = 80, HEIGHT = 30;

/**
 * A run in at most 30 lines of 80 columns: counts by kind and the figures of the paper's that were missed. Lines of
 * `more` follow, to say where the report is and what to try next.
 */
export function summary(report: Report, more: readonly string[] = []): string {
  const { claims, data, budget, seeds, kernels, seconds } = report;
  const missed = claims.filter(({ kind, verdict }) => kind === "published" && verdict === "missed");
  const failed = claims.filter(({ verdict }) => verdict === "does not hold");
  const before = [
    ...lines(
      `On ${data.name}: ${data.train} examples to train on, ${data.test} to test on; budget ${budget.name}, ` +
        `${inWords(seeds)}, ${kernels} kernels, ${seconds.toFixed(0)} s. The paper's figures are of MNIST.`,
    ),
    "",
    ...lines(headline(claims)),
    ...(headline(claims) ? [""] : []),
    ...countLines(claims),
  ];
  const after = [
    ...(failed.length > 0 ? ["", `does not hold, of our own: ${failed.length} (--verbose lists them)`] : []),
    ...(more.length > 0 ? ["", ...more.flatMap(lines)] : []),
  ];
  // beside an empty line and a heading; the last line may have to say how many more there are
  const room = Math.max(HEIGHT - before.length - after.length - 2, 1);
  const listed = missed.length > room ? missed.slice(0, room - 1) : missed;
  const rest = missed.length - listed.length;
  return [
    ...before,
    ...(missed.length > 0 ? ["", "missed by the exact gradient:", ...listed.map(miss)] : []),
    ...(rest > 0 ? [`  and ${rest} more`] : []),
    ...after,
  ].join("\n");
}

function countLines(claims: readonly ReportedClaim[]): string[] {
  const row = (cells: readonly (string | number)[]) =>
    cells.map((cell, i) => i === 0 ? `${cell}`.padEnd(26) : `${cell}`.padStart(11)).join("").trimEnd();
  const all = tallies(claims);
  const figures = all.filter(({ kind }) => kind !== "own");
  const extra = all.find(({ kind }) => kind === "own");
  return [
    ...(figures.length > 0 ? [row(["", "within", "ordering", "missed", "not run"])] : []),
    ...figures.map(({ kind, total, counts }) =>
      row([`${total} ${KIND_NAMES[kind]}`, ...Object.values(counts)])
    ),
    ...figures.map(({ kind, float32 }) => row([`  ${kind}, by float32`, ...Object.values(float32)])).slice(
      0,
      1,
    ),
    ...(extra
      ? [
        row(["", "holds", "does not", "", "not run"]),
        row([
          `${extra.total} ${KIND_NAMES.own}`,
          extra.counts["holds"]!,
          extra.counts["does not hold"]!,
          "",
          extra.counts["not run"]!,
        ]),
      ]
      : []),
  ];
}

function miss(claim: ReportedClaim): string {
  const figures = `${figure(claim.paper!, claim.unit)} → ${ours(claim)}`;
  const room = WIDTH - figures.length - 8;
  const what = claim.what.length > room ? `${claim.what.slice(0, room - 1)}…` : claim.what;
  return `  §${claim.section} ${what.padEnd(room)} ${figures}`.trimEnd();
}

/** `text` in lines of the terminal's width. */
function lines(text: string): string[] {
  const out: string[] = [];
  for (const word of text.split(" ")) {
    const last = out.at(-1);
    if (last !== undefined && last.length + word.length < WIDTH) out[out.length - 1] = `${last} ${word}`;
    else if (word !== "") out.push(word);
  }
  return out;
}

/** All claims as a table of text: the paper's figure, ours by each gradient, and a letter for the conditions. */
export function table({ claims }: Report): string {
  const conditions = [...new Set(claims.map((claim) => claim.conditions))];
  const header = ["§", "kind", "claim", "paper", "ours", "verdict", "float32", "verdict", ""];
  const rows = claims.map((claim) => [
    claim.section,
    claim.kind,
    claim.what,
    claim.paper === null ? "–" : bound(claim) + figure(claim.paper, claim.unit),
    ours(claim),
    claim.verdict,
    claim.float32 ? ours({ ...claim.float32, unit: claim.unit }) : "",
    claim.float32?.verdict ?? "",
    letter(conditions.indexOf(claim.conditions)),
  ]);
  const numbers = ["paper", "ours", "float32"];
  const widths = header.map((title, i) => Math.max(title.length, ...rows.map((row) => row[i].length)));
  const line = (row: readonly string[]) =>
    row.map((cell, i) => numbers.includes(header[i]) ? cell.padStart(widths[i]) : cell.padEnd(widths[i]))
      .join("  ").trimEnd();
  const rule = widths.map((width) => "─".repeat(width)).join("  ");
  const remarks = claims.flatMap(({ what, verdict, reason, why, fitted }) => [
    ...(why ? [`${verdict}: ${what} (${why})`] : []),
    ...(reason ? [`${verdict}: ${what}: ${reason}`] : []),
    ...(fitted ? [`recipe fitted to the paper's figures: ${what}`] : []),
  ]);
  return [
    line(header),
    rule,
    ...rows.map(line),
    rule,
    "",
    ...conditions.map((text, i) => `${letter(i)}  ${text}`),
    ...(remarks.length > 0 ? ["", ...remarks] : []),
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

/** The mean, and the standard deviation if there are several seeds. */
function ours(
  { mean, sd, unit }: Pick<Judgement, "mean"> & Pick<Spread, "sd"> & Pick<ReportedClaim, "unit">,
) {
  if (mean === null) return "–";
  return sd === null ? figure(mean, unit) : `${figure(mean, unit)} ± ${figure(sd, unit)}`;
}

/** `value` in its unit. */
export function figure(value: number, unit: ReportedClaim["unit"]): string {
  if (unit === "%") return `${Number(value.toFixed(2))} %`;
  if (unit === "number") return `${Number(value.toPrecision(3))}`;
  return value === 0 ? "0" : value.toExponential(1);
}
