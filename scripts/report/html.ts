/** A run as one page: self-contained, for paper, phone and screen. @module */

import { html as markup, raw } from "hono/html";
import { experiments } from "../../src/paper/mod.ts";
import type { Report } from "../../src/report/report.ts";
import { claimsTable, VERDICTS } from "./claims.ts";
import { curves } from "./curves.ts";
import { figureHtml, type Html } from "./figures.ts";
import { STYLE } from "./style.ts";

/** The page of `report`: its claims, every figure drawn from it, and how each model was trained. */
export async function html(report: Report): Promise<string> {
  const shown = experiments.filter(({ id }) => report.figures[id] !== undefined);
  const sections: Html[] = [];
  for (const { id, title, explains } of shown) {
    const figures: Html[] = [];
    for (const figure of report.figures[id]) figures.push(await figureHtml(figure, id));
    sections.push(await markup`<section id="${id}"><h2>${title}</h2><p>${explains}</p>${figures}</section>`);
  }
  const learned: Html[] = [];
  for (const figure of curves(report.models)) learned.push(await figureHtml(figure, "training"));
  const title = "Explaining and Harnessing Adversarial Examples, re-run";
  return `${await markup`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title><style>${raw(STYLE)}</style></head><body>
<header><h1>${title}</h1>
<p class="lead">Every figure of the paper that concerns digits (Goodfellow, Shlens and Szegedy, 2015), beside what this
run measured.</p>${facts(report)}${tally(report)}</header>
<main>
<nav aria-label="Contents"><ol><li><a href="#claims">The claims</a></li>${
    shown.map(({ id, title }) => markup`<li><a href="#${id}">${title}</a></li>`)
  }<li><a href="#training">How the models were trained</a></li></ol></nav>
<section id="claims"><h2>The claims</h2>
<p>Each row is a figure that the paper prints, or a question that it leaves open, and what became of it here. The rules
were fixed before the run; a miss stays in the table.</p>${claimsTable(report.claims)}</section>
${sections}
<section id="training"><h2>How the models were trained</h2>${learned}${recipes(report)}</section>
</main>
<footer>Made by Gibbon, which trains, attacks and measures small models in WebAssembly. Everything here is drawn from the
run's report.json, and the same command with the same seed makes the same numbers.</footer>
</body></html>`}`;
}

function facts(report: Report): Html {
  const { data, budget, kernels, seconds } = report;
  const rows: [string, string][] = [
    ["Data", `${data.name}: ${data.train} examples to learn from, ${data.test} to test on`],
    ["Budget", budget.name],
    ["Seeds", report.seeds.join(", ")],
    ["Kernels", kernels],
    ["Time", `${duration(seconds)}${keptIn(report)}`],
    ...machineOf(report),
  ];
  return markup`<dl class="facts">${
    rows.map(([name, value]) => markup`<dt>${name}</dt><dd>${value}</dd>`)
  }</dl>`;
}

function machineOf({ made: { version, commit, machine } }: Report): [string, string][] {
  const { cpu = "unknown processor", cores, jobs, system, engine } = machine;
  return [
    ["Machine", `${cpu}, ${cores} cores, ${jobs} tasks at a time, ${system}, ${engine}`],
    ["Code", `Gibbon ${version}${commit ? `, commit ${commit.slice(0, 10)}` : ""}`],
  ];
}

/** How many of its models the run found trained, in words. */
function keptIn({ models }: Report): string {
  const kept = models.filter(({ seconds }) => seconds === undefined).length;
  return kept ? `, with ${kept} of ${models.length} trainings kept from earlier runs` : "";
}

function duration(seconds: number): string {
  return seconds < 100 ? `${seconds.toFixed(0)} s` : `${(seconds / 60).toFixed(0)} min`;
}

function tally({ claims }: Report): Html {
  const counts = Object.entries(VERDICTS).map(([verdict, { style, means }]) => ({
    verdict,
    style,
    means,
    count: claims.filter((claim) => claim.verdict === verdict).length,
  }));
  return markup`<ul class="tally">${
    counts.filter(({ count }) => count > 0).map(({ verdict, style, means, count }) =>
      markup`<li title="${means}"><b class="${style}">${count}</b>${verdict}</li>`
    )
  }</ul>`;
}

function recipes({ models }: Report): Html[] {
  return models.map(({ name, seed, record }) =>
    markup`<details><summary>${name}, seed ${seed}</summary><pre>${
      JSON.stringify(expanded(record), null, 1)
    }</pre></details>`
  ) as Html[];
}

/** Records hold JSON as text. */
function expanded(record: Readonly<Record<string, string>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(record).map(([name, value]) => [name, /^[[{]/.test(value) ? JSON.parse(value) : value]),
  );
}
