/** The claims as a table. @module */

import { html } from "hono/html";
import type { Verdict } from "../../src/paper/claim.ts";
import type { ReportedClaim, Spread } from "../../src/report/report.ts";
import { figure } from "../../src/report/table.ts";
import type { Html } from "./figures.ts";

/** Each verdict, with its sign, and the class of its color. */
export const VERDICTS: Readonly<Record<Verdict, { readonly sign: string; readonly style: string }>> = {
  "within tolerance": { sign: "✓", style: "within" },
  "ordering holds": { sign: "~", style: "ordering" },
  "missed": { sign: "✗", style: "missed" },
  "holds": { sign: "✓", style: "within" },
  "does not hold": { sign: "✗", style: "missed" },
  "not run": { sign: "–", style: "skipped" },
};

/** What the table can be narrowed to: class of the rows, and the words beside the button. */
const FILTERS = [
  ["all", "all"],
  ["published", "the paper's figures"],
  ["derived", "derived"],
  ["own", "our own questions"],
  ["missed", "missed"],
] as const;

/** All claims by the paper's sections, with buttons that narrow them down and need no script. */
export function claimsTable(claims: readonly ReportedClaim[]): Html {
  const sections = [...new Set(claims.map(({ section }) => section))];
  return html`
    <form class="filter"
      aria-label="Which rows to show">${FILTERS.map(([id, words]) =>
        html`
          <label><input type="radio" name="rows" id="rows-${id}"${id === "all"
            ? " checked"
            : ""}> ${words}</label>
        `
      )}<label><input type="checkbox" id="rules"> with the rule of each</label></form>
    ${rows(claims, sections)}
  `;
}

/** The rows of an experiment, without buttons and rules, which the table of all has. */
export function claimRows(claims: readonly ReportedClaim[]): Html {
  return rows(claims, []);
}

function rows(claims: readonly ReportedClaim[], sections: readonly string[]): Html {
  const group = (section: string) =>
    html`
      <tr class="section">
        <th colspan="5" scope="colgroup">${section === "A" ? "Appendix A" : `Section ${section}`}</th>
      </tr>${claims.filter((claim) => claim.section === section).map((claim) => row(claim, { rule: true }))}
    `;
  return html`
    <div class="scroll" tabindex="0" role="group" aria-label="Claims">
      <table class="claims">
        <thead>
          <tr>
            <th scope="col">Claim</th>
            <th scope="col" class="number">Paper</th>
            <th scope="col" class="number">Ours</th>
            <th scope="col" class="number">by float32</th>
            <th scope="col">Verdict</th>
          </tr>
        </thead>
        <tbody>${sections.length > 0
          ? sections.map(group)
          : claims.map((claim) => row(claim, { rule: false }))}</tbody>
      </table>
    </div>
  `;
}

function row(claim: ReportedClaim, { rule }: { rule: boolean }): Html {
  const { kind, verdict, float32, reason, why, fitted, unit } = claim;
  const { sign, style } = VERDICTS[verdict];
  return html`
    <tr class="row ${kind} ${style}">
      <td>${claim.what}<small>${claim.conditions}${fitted
        ? `; recipe of the ${fitted} fitted to the paper's figures`
        : ""}</small>${reason ? html`<small>Why, we believe: ${reason}.</small>` : ""}${why
        ? html`<small>${why}</small>`
        : ""}${rule ? html`<small class="rule">Rule: ${claim.rule}.</small>` : ""}</td>
      <td class="number" data-label="paper">${claim.paper === null
        ? "–"
        : `${relation(claim)}${figure(claim.paper, unit)}`}</td>
      <td class="number" data-label="ours">${value(claim, unit)}</td>
      <td class="number" data-label="float32">${float32
        ? html`${value({ ...float32 }, unit)} <span class="${VERDICTS[float32.verdict].style}">${
          VERDICTS[float32.verdict].sign
        }</span>`
        : ""}</td>
      <td class="verdict ${style}">${sign} ${verdict}</td>
    </tr>
  `;
}

/** The mean, and below it the standard deviation over several seeds. */
function value(
  { mean, sd, values }: { mean: number | null } & Spread,
  unit: ReportedClaim["unit"],
): Html | string {
  if (mean === null) return "–";
  return sd === null
    ? figure(mean, unit)
    : html`${figure(mean, unit)}<small>± ${figure(sd, unit)}, ${values.length} seeds</small>`;
}

function relation({ relation = "about" }: ReportedClaim): string {
  return relation === "at least" ? "≥ " : relation === "at most" ? "≤ " : "";
}
