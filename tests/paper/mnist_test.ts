import { assert, assertEquals } from "@std/assert";
import "../../src/runtime/inlined.ts";
import { ruleOf } from "../../src/paper/claim.ts";
import { claims } from "../../src/paper/claims/mod.ts";
import { experiments } from "../../src/paper/mod.ts";
import { judgeAll } from "../../src/paper/summary.ts";
import type { Report } from "../../src/report/report.ts";

const read = (path: string) => Deno.readTextFileSync(new URL(`../../${path}`, import.meta.url));
const report: Report = JSON.parse(read("scripts/reproduce/mnist.json"));

Deno.test("the report on MNIST judges its claims by the rules that hold, from what was measured", () => {
  // claims that came later are not in it
  const known = claims.filter(({ id }) => report.claims.some((claim) => claim.id === id));
  const judged = judgeAll(known, report.measurements, { experiments, budget: report.budget });
  assertEquals(
    report.claims.map(({ id, paper, ours, rule, verdict }) => ({ id, paper, ours, rule, verdict })),
    judged.map(({ ordering, ...claim }) => {
      const { id, paper, ours, verdict } = claim;
      return { id, paper, ours, rule: ruleOf({ ...claim, ordering }), verdict };
    }),
  );
});

Deno.test("the report on MNIST says which code made it, and shows no image of it", () => {
  assert(report.made.commit);
  assertEquals(report.budget.name, "standard");
  const kinds = Object.values(report.figures).flat().map(({ kind }) => kind as string);
  assert(kinds.length > 10 && !kinds.includes("images"));
});

Deno.test("README.md has the figures of the report on MNIST", () => {
  const signs = { "reproduced": "✓", "ordering holds": "~", "not reproduced": "✗", "not run": "" };
  const rows = read("README.md").split("\n").map((line) => line.split("|").map((cell) => cell.trim()))
    .filter(([, section]) => /^[3-9A]$/.test(section ?? ""));
  assert(rows.length > 15);
  for (const [, section, what, paper, ours] of rows) {
    const claim = report.claims.find((each) => each.what === what);
    assert(claim, what);
    const figure = Number(claim.ours!.toFixed(2));
    assertEquals([section, paper, ours], [
      claim.section,
      `${claim.paper} %`,
      `${figure} % ${signs[claim.verdict]}`,
    ]);
  }
});
