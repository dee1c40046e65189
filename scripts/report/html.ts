/** A run as one page: self-contained, for paper, phone and screen. @module */

import { html as markup, raw } from "hono/html";
import { experiments } from "../../src/paper/mod.ts";
import { modelName } from "../../src/paper/names.ts";
import { findings, IN_SHORT, NO_BOUND } from "../../src/report/findings.ts";
import type { Report } from "../../src/report/report.ts";
import { headline, KIND_NAMES, tallies } from "../../src/report/tally.ts";
import { claimRows, claimsTable, VERDICTS } from "./claims.ts";
import { curves } from "./curves.ts";
import { dots } from "./dots.ts";
import { drawings, figureHtml, type Html, unbroken } from "./figures.ts";
import { pageStyle } from "./style.ts";

/** The figure that stands before all others, in the experiment `maxout`. */
const FIRST = "sum";

/**
 * The page of `report`: what the paper says, one digit, one chart of its figures and ours, a section for each experiment,
 * how the models were trained, and all claims.
 */
export function html(report: Report): string {
  const { claims, figures, data, models } = report;
  const shown = experiments.filter(({ id }) => figures[id] !== undefined);
  const first = figures.maxout?.find(({ id }) => id === FIRST);
  const title = "Explaining and Harnessing Adversarial Examples, re-run";
  const overview = claims.some(({ kind, mean }) => kind === "published" && mean !== null);
  return `${markup`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="description" content="The figures of Goodfellow, Shlens and Szegedy (2015) beside those of a run.">
<title>${title}</title><style>${raw(pageStyle())}</style></head><body>
<header><h1>${title}</h1>
<p class="lead">This run is on ${dataName(data.name)}: ${thousands(data.train)} images to train on, ${
    thousands(data.test)
  } to test on. The paper's figures
are of MNIST${data.name === "mnist" ? " as well" : ""}.</p>
<p><strong>${headline(claims)}</strong></p>${tally(report)}${headline(claims) ? VERDICTS_MEAN : ""}${
    report.rejudged ? markup`<p class="note">${capital(report.rejudged)}.</p>` : ""
  }</header>
<main>
<section id="paper"><h2>What the paper says</h2><ol>${
    IN_SHORT.map((each) => markup`<li>${unbroken(each)}</li>`)
  }</ol><p class="note">${NO_BOUND}</p></section>
${first ? markup`<section id="digit">${figureHtml(first, "first")}</section>` : ""}
${overview ? figuresSection(report) : ""}
<nav aria-label="Contents"><ol>${
    shown.map(({ id, title }) => markup`<li><a href="#${id}">${title}</a></li>`)
  }<li><a href="#training">How the models were trained</a></li><li><a href="#claims">All claims</a></li></ol></nav>
${shown.map((experiment) => section(experiment, report))}
<section id="training"><h2>How the models were trained</h2>
<details><summary>Curves of ${models.length} models</summary>${
    curves(models).map((figure) => figureHtml(figure, "training"))
  }</details>${recipes(report)}</section>
<section id="claims"><h2>All claims</h2>
<p>A published figure is within tolerance, or keeps the paper's ordering, or is missed; a question of our own holds or does
not. Tolerances that were set, and recipes that were fitted, after a look at the figures are marked. The exact gradient
counts; float32 stands beside it.</p>${claimsTable(claims)}</section>
</main>
<footer>${
    facts(report)
  }<p>Made by Gibbon, which trains, attacks and measures small models in WebAssembly. Everything here
is drawn from the run's report.json; the same command with the same seed gives the same numbers.</p></footer>
</body></html>`}`;
}

function figuresSection({ claims, data: { test } }: Report): Html {
  const title = "The paper's figures and ours";
  return markup`<section id="figures"><figure><h2>${title}</h2>${
    drawings({ wide: dots(claims, test, "wide"), narrow: dots(claims, test, "narrow") }, title)
  }<figcaption>Every figure of the paper in percent that was run: a stroke where the paper has it, in a band as wide as the
tolerance; a dot for ours by the exact gradient, with the 95&nbsp;% interval of chance, and a ring by float32. Attacks are of
ε&nbsp;=&nbsp;.25.</figcaption></figure></section>`;
}

/** An experiment: its first figure, what it is about and what came of it, the other figures, and its rows. */
function section({ id, title, explains }: typeof experiments[number], report: Report): Html {
  const { figures, claims, measurements: all } = report;
  const measurements = Object.fromEntries(Object.entries(all).map(([name, { mean }]) => [name, mean]));
  const [first, ...rest] = figures[id].filter((figure) => figure.id !== FIRST);
  const own = claims.filter((claim) => claim.id.startsWith(`${id}.`));
  return markup`<section id="${id}"><h2>${title}</h2>
${first ? figureHtml(first, id) : ""}
<p>${unbroken(explains)}</p><p>${unbroken(findings(id, { measurements, claims }).join(" "))}</p>
${rest.map((figure) => figureHtml(figure, id))}
${
    own.length > 0
      ? markup`<details><summary>${own.length} ${own.length === 1 ? "claim" : "claims"} in detail</summary>${
        claimRows(own)
      }${origin(report, id)}</details>`
      : ""
  }
</section>`;
}

/** Which networks are behind an experiment's rows, and which code measured them if it is not that of the rest. */
function origin({ measured, made, seeds: all }: Report, id: string): Html {
  const { commit, seeds = all, epochs = {} } = measured[id] ?? {};
  const networks = Object.entries(epochs).map(([name, count]) => `${modelName(name)} (${count} epochs)`);
  const code = commit !== made.commit ? ` Measured by commit ${commit?.slice(0, 10) ?? "unknown"}.` : "";
  const of = `${seeds.length === 1 ? "seed" : "seeds"} ${seeds.join(", ")}`;
  return networks.length > 0
    ? markup`<p class="note">Networks, ${of}: ${networks.join(", ")}.${code}</p>`
    : markup``;
}

function facts(report: Report): Html {
  const { data, budget, kernels, seconds, seeds } = report;
  const rows: [string, string][] = [
    ["Data", data.name],
    ["Budget", budget.name],
    [seeds.length === 1 ? "Seed" : "Seeds", seeds.join(", ")],
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

/** Verdicts of several claims, where they differ from those of one. */
const PLURALS: Readonly<Record<string, string>> = { "holds": "hold", "does not hold": "do not hold" };

/** The data in words; what is opened from files is called as they are. */
function dataName(name: string): string {
  return { digits: "Gibbon's own digits, which it draws itself", mnist: "MNIST" }[name] ?? name;
}

/** What the verdicts about the paper's figures say, for who reads of them first. */
const VERDICTS_MEAN =
  markup`<p class="note">Within tolerance: about as near as re-runs of one recipe are to each other.
Ordering holds: another figure, but more or less than what the paper compares it with, as there. The exact gradient keeps
what plain float32 arithmetic loses where a probability rounds to 1.</p>`;

/** A whole number in groups of three digits. */
function thousands(value: number): string {
  return `${value}`.replace(/\B(?=(\d{3})+$)/g, ",");
}

function capital(text: string): string {
  return `${text.slice(0, 1).toUpperCase()}${text.slice(1)}`;
}

/** The counts of each kind, in a line of its own. */
function tally({ claims }: Report): Html {
  return markup`<dl class="tally">${
    tallies(claims).map(({ kind, total, counts }) =>
      markup`<dt>${total} ${KIND_NAMES[kind]}</dt><dd>${
        Object.entries(counts).filter(([, count]) => count > 0).map(([verdict, count]) =>
          markup`<span><b class="${VERDICTS[verdict as keyof typeof VERDICTS].style}">${count}</b> ${
            count > 1 ? PLURALS[verdict] ?? verdict : verdict
          }</span> `
        )
      }</dd>`
    )
  }</dl>`;
}

function recipes({ models }: Report): Html {
  return markup`<details><summary>Recipes</summary>${
    models.map(({ name, seed, record }) =>
      markup`<h3>${modelName(name)}, seed ${seed}</h3><pre>${JSON.stringify(expanded(record), null, 1)}</pre>`
    )
  }</details>`;
}

/** Records hold JSON as text. */
function expanded(record: Readonly<Record<string, string>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(record).map(([name, value]) => [name, /^[[{]/.test(value) ? JSON.parse(value) : value]),
  );
}
