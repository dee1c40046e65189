/** The claims as a table. @module */

import { html } from "hono/html";
import type { ReportedClaim } from "../../src/report/report.ts";
import { type Html, round } from "./figures.ts";

/** Each verdict, with its sign, the class of its color, and what it means. */
export const VERDICTS = {
  "reproduced": {
    sign: "✓",
    style: "reproduced",
    means: "within the tolerance that was fixed before the run",
  },
  "ordering holds": { sign: "~", style: "ordering", means: "another figure, the same relation" },
  "not reproduced": { sign: "✗", style: "missed", means: "neither" },
  "not run": { sign: "–", style: "skipped", means: "not in this budget" },
} as const;

/** All claims, by the paper's sections. */
export function claimsTable(claims: readonly ReportedClaim[]): Html {
  const sections = [...new Set(claims.map(({ section }) => section))];
  return html`
    <div class="scroll">
      <table class="claims">
        <thead>
          <tr>
            <th scope="col">Claim</th>
            <th scope="col" class="number">Paper</th>
            <th scope="col" class="number">Ours</th>
            <th scope="col">Verdict</th>
          </tr>
        </thead>
        <tbody>${sections.map((section) =>
          html`
            <tr class="section">
              <th colspan="4" scope="colgroup">${section === "A" ? "Appendix A" : `Section ${section}`}</th>
            </tr>${claims.filter((claim) => claim.section === section).map(row)}
          `
        )}</tbody>
      </table>
    </div>
  `;
}

function row(claim: ReportedClaim): Html {
  const { sign, style } = VERDICTS[claim.verdict];
  return html`
    <tr>
      <td>${claim.what}<small>${claim
        .conditions}</small>${claim.reason === undefined || claim.verdict === "reproduced"
        ? ""
        : html`<small>Why, we believe: ${claim.reason}</small>`}<details><summary>the rule</summary>${claim
        .rule}</details></td>
      <td class="number" data-label="paper">${claim.paper === null
        ? "–"
        : `${relation(claim)}${figure(claim.paper, claim)}`}</td>
      <td class="number" data-label="ours">${claim.ours === null ? "–" : figure(claim.ours, claim)}${spread(
        claim,
      )}</td>
      <td class="verdict ${style}">${sign} ${claim.verdict}</td>
    </tr>
  `;
}

/** The least and the greatest over several seeds. */
function spread({ min, max }: ReportedClaim): Html | string {
  if (min === null || max === null || min === max) return "";
  return html`<small>${round(min)} … ${round(max)}</small>`;
}

function relation({ relation = "about" }: ReportedClaim): string {
  return relation === "at least" ? "≥ " : relation === "at most" ? "≤ " : "";
}

function figure(value: number, { unit }: ReportedClaim): string {
  if (unit === "%") return `${Number(value.toFixed(2))} %`;
  return value !== 0 && Math.abs(value) < 1e-3 ? value.toExponential(1) : round(value);
}
