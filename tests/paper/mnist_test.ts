import { assert, assertEquals } from "@std/assert";
import "../../src/runtime/inlined.ts";
import type { Judgement } from "../../src/paper/claim.ts";
import { rejudged } from "../../scripts/reproduce/rejudge.ts";
import type { Report, Spread } from "../../src/report/report.ts";
import { headline, PUBLISHED_FIGURES, tallies } from "../../src/report/tally.ts";

const read = (path: string) => Deno.readTextFileSync(new URL(`../../${path}`, import.meta.url));
const report: Report = JSON.parse(read("scripts/reproduce/mnist.json"));

Deno.test("the report on MNIST is judged by the current rules, from its measurements", () => {
  assert(report.rejudged);
  assertEquals(JSON.parse(JSON.stringify(rejudged(report))), report);
  const published = tallies(report.claims).find(({ kind }) => kind === "published")!;
  assertEquals(published.total, PUBLISHED_FIGURES);
});

Deno.test("the report on MNIST says which code made it, and shows no image of it", () => {
  assert(report.made.commit);
  assertEquals(report.budget.name, "standard");
  const kinds = Object.values(report.figures).flat().map(({ kind }) => kind as string);
  assert(kinds.length > 10 && !kinds.includes("images"));
});

Deno.test("README.md has the figures and the headline of the report on MNIST", () => {
  const signs: Record<string, string> = { "within tolerance": "✓", "ordering holds": "~", "missed": "✗" };
  const text = read("README.md");
  const rows = text.split("\n").map((line) => line.split("|").map((cell) => cell.trim()))
    .filter(([, section]) => /^[3-9A]$/.test(section ?? ""));
  assert(rows.length > 6);
  for (const [, section, what, paper, exact, single] of rows) {
    const claim = report.claims.find((each) => each.what === what);
    assert(claim, what);
    const figure = (value: number) => `${Number(value.toFixed(2))}`;
    const cell = ({ mean, sd, verdict }: Judgement & Spread) =>
      `${figure(mean!)}${sd === null ? "" : ` ± ${figure(sd)}`} % ${signs[verdict]}`;
    assertEquals([section, paper, exact, single], [
      claim.section,
      `${claim.paper} %`,
      cell(claim),
      claim.float32 ? cell(claim.float32) : "",
    ]);
  }
  assert(text.replace(/\s+/g, " ").includes(headline(report.claims)));
});

Deno.test("README.md has the error under many attacks of the adversarially trained network, and its number of epochs", () => {
  const text = read("README.md").replace(/\s+/g, " ");
  const error = (quantity: string) =>
    `${report.measurements[`beyond.adversarialMaxout.${quantity}.error`].mean!.toFixed(1)} %`;
  const epochs = Number(report.measured.beyond.epochs.adversarialMaxout);
  assert(text.includes(
    `Beyond 2015, on networks of ${epochs} epochs: the adversarially trained one errs on ${
      error("fgsm")
    } under one ` +
      `step of .25, on ${error("attacked")} under many attacks; at .1 on ${error("small.fgsm")} and ${
        error("small.attacked")
      }.`,
  ));
});
