import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { judge } from "../../src/paper/claim.ts";
import { claims } from "../../src/paper/claims/mod.ts";
import { budgets } from "../../src/paper/budgets.ts";
import { report } from "../../src/report/report.ts";
import { table } from "../../src/report/table.ts";

const measurements = { "softmax.fgsm.error": 99.85, "logistic.closed form.gap": 1.5e-6 };
const finished = report(
  {
    claims: claims.map((claim) => judge(claim, measurements)),
    measurements,
    figures: {},
    models: {},
    examples: { learn: 3, test: 2 },
  },
  { data: "digits", budget: budgets.quick, seed: 1, kernels: "baseline", seconds: 2 },
);

Deno.test("table() has a line for each claim, with the paper's figure, ours and the verdict", () => {
  const lines = table(finished).split("\n");
  for (const { what } of claims) {
    assertEquals(lines.filter((line) => line.includes(`  ${what}  `)).length, 1, what);
  }
  assert(lines.some((line) => /attacked: error +99\.9 % +99\.85 % +reproduced +[a-z]$/.test(line)));
  assert(lines.some((line) => /largest gap +0 +1\.5e-6 +reproduced +[a-z]$/.test(line)));
  assertStringIncludes(table(finished), `2 reproduced, ${claims.length - 2} not run`);
});

Deno.test("report() survives JSON", () => {
  assertEquals(JSON.parse(JSON.stringify(finished)), finished);
});
