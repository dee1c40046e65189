import { assert, assertEquals } from "@std/assert";
import "../../src/runtime/inlined.ts";
import { PUBLISHED_BEST } from "../../src/paper/recipes/maxout.ts";
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

Deno.test("README.md has the errors under many attacks of networks trained on the attack and on noise", () => {
  const text = read("README.md").replace(/\s+/g, " ");
  const error = (quantity: string) => `${report.measurements[`beyond.${quantity}.error`].mean!.toFixed(1)} %`;
  const { seeds, epochs } = report.measured.beyond;
  assert(text.includes(
    `Beyond 2015, seed ${seeds}: the adversarially trained network errs on ${
      error("adversarialMaxout.fgsm")
    } under one step of .25, on ${error("adversarialMaxout.attacked")} under many attacks; at .1 on ${
      error("adversarialMaxout.small.fgsm")
    } and ${error("adversarialMaxout.small.attacked")}, one trained on random ±ε on ${
      error("signNoiseMaxout.small.attacked")
    }.`,
  ));
  assert(text.includes(`standard, \`--max-epochs ${report.budget.maxEpochs}\``));
  // whatever is compared with the naive network was trained for as long
  const alike = ["maxout", "adversarialMaxout", "signNoiseMaxout", "sigmoidMaxout"].map((name) =>
    epochs[name]
  );
  const { member1, member12 } = report.measured.ensemble.epochs;
  assertEquals([...alike, member1, member12], new Array(6).fill(report.budget.maxEpochs));
});

Deno.test("README.md has the figures of networks that were trained for as long as the published one", () => {
  const long: Report = JSON.parse(read("scripts/reproduce/mnist_243.json"));
  assertEquals(JSON.parse(JSON.stringify(rejudged(long))), long);
  const { seeds, epochs } = long.measured.adversarial;
  assertEquals(epochs, { maxout: PUBLISHED_BEST, adversarialMaxout: PUBLISHED_BEST });
  const error = (id: string) => `${Number(long.measurements[`${id}.error`].mean!.toFixed(2))} %`;
  const single = `${Number(long.measurements["maxout.fgsm in float32.error"].mean!.toFixed(2))} %`;
  assert(
    read("README.md").replace(/\s+/g, " ").includes(
      `[After ${PUBLISHED_BEST} epochs](scripts/reproduce/mnist_243.json), seed ${seeds}, maxout errs ` +
        `on ${error("maxout.clean")}, attacked on ${
          error("maxout.fgsm")
        }, by float32 on ${single}; adversarially trained ` +
        `on ${error("adversarial.clean")}, attacked on ${error("adversarial.fgsm")}.`,
    ),
  );
});
