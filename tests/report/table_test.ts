import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import "../../src/runtime/inlined.ts";
import { budgets } from "../../src/paper/budgets.ts";
import type { Claim } from "../../src/paper/claim.ts";
import { claims } from "../../src/paper/claims/mod.ts";
import { experiments } from "../../src/paper/mod.ts";
import { judgeAll, measured } from "../../src/paper/summary.ts";
import { report } from "../../src/report/report.ts";
import { table } from "../../src/report/table.ts";

const budget = budgets.quick;
const made = { version: "0", training: {}, machine: { cores: 2, jobs: 2, system: "", engine: "" } };

/** The report of a run that measured these by experiment and name, for each of its seeds. */
function finished(of: readonly Claim[], ...measurements: Record<string, Record<string, number>>[]) {
  const all = measured(
    measurements.map((each) =>
      Object.fromEntries(Object.entries(each).map(([id, measurements]) => [id, { measurements }]))
    ),
  );
  return report(
    {
      seeds: measurements.map((_, i) => i + 1),
      claims: judgeAll(of, all, { experiments, budget }),
      measurements: all,
      figures: { softmax: [] },
      models: [{ name: "softmax", seed: 1, record: { epochs: "1", history: '[{"loss":2}]' } }],
      examples: { train: 3, test: 2 },
    },
    { data: "digits", budget, kernels: "baseline", seconds: 2, made },
  );
}

const one = finished(claims, { softmax: { "fgsm.error": 99.85 }, logistic: { "closed form.gap": 1.5e-6 } });

Deno.test("table() has a line for each claim, with the paper's figure, ours and the verdict", () => {
  const lines = table(one).split("\n");
  for (const { what } of claims) {
    assertEquals(lines.filter((line) => line.includes(`  ${what}  `)).length, 1, what);
  }
  assert(lines.some((line) => /attacked: error +99\.9 % +99\.85 % +reproduced +[a-z]+$/.test(line)));
  assert(lines.some((line) => /largest gap +0 +1\.5e-6 +reproduced +[a-z]+$/.test(line)));
  assertStringIncludes(table(one), `2 reproduced, ${claims.length - 2} not run`);
});

Deno.test("table() shows means with their ranges, bounds, reasons of misses and of what was not run", () => {
  const claim = claims.find(({ id }) => id === "softmax.fgsm.error")!;
  const text = table(finished(
    [
      { ...claim, paper: 20, reason: "too hard" },
      { ...claim, id: "softmax.clean.error", what: "clean", paper: 5, relation: "at least", tolerance: 0 },
      { ...claim, id: "softmax.wide.error", what: "wide", budgets: ["full"] },
    ],
    { softmax: { "fgsm.error": 10, "clean.error": 7 } },
    { softmax: { "fgsm.error": 20, "clean.error": 8 } },
  ));
  assert(/ 20 % +15 % \(10 % … 20 %\) +ordering holds/.test(text), text);
  assert(/ ≥ 5 % +7\.5 % \(7 % … 8 %\) +reproduced/.test(text), text);
  assertStringIncludes(text, `ordering holds: ${claim.what}: too hard`);
  assertStringIncludes(text, "not run: wide (only in the budget full)");
});

Deno.test("report() survives JSON, and has each claim's rule and each model's history", () => {
  assertEquals(JSON.parse(JSON.stringify(one)), one);
  assertEquals(one.models[0].history, [{ loss: 2 }]);
  const claim = one.claims.find(({ id }) => id === "softmax.fgsm.error")!;
  assertEquals(claim.values, [99.85]);
  assertStringIncludes(
    claim.rule,
    "reproduced if within 0.5 points of 99.9; else the ordering holds if",
  );
});
