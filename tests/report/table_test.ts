import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { InputError } from "../../src/errors.ts";
import "../../src/runtime/inlined.ts";
import { budgets } from "../../src/paper/budgets.ts";
import type { Claim } from "../../src/paper/claim.ts";
import { claims } from "../../src/paper/claims/mod.ts";
import { experiments } from "../../src/paper/mod.ts";
import { judgeAll, measured } from "../../src/paper/summary.ts";
import { merge, rejudge, report } from "../../src/report/report.ts";
import { summary, table } from "../../src/report/table.ts";
import { headline, tallies } from "../../src/report/tally.ts";

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
      claims: judgeAll(of, all, { experiments, budget, images: 10000 }),
      measurements: all,
      behind: Object.fromEntries(Object.keys(measurements[0]).map((id) => [id, ["softmax"]])),
      figures: { softmax: [] },
      models: [{ name: "softmax", seed: 1, record: { epochs: "1" }, history: [{ loss: 2 }] }],
      examples: { train: 3, test: 10000 },
    },
    { data: "digits", budget, kernels: "baseline", seconds: 2, made },
  );
}

const one = finished(claims, {
  softmax: { "fgsm.error": 99.85 },
  logistic: { "closed form.gap": 1.5e-6 },
  maxout: { "fgsm.error": 99, "fgsm in float32.error": 90 },
  adversarial: { "fgsm.error": 18, "fgsm in float32.error": 18 },
  ensemble: { "whole.error": 99.9, "single.error": 99.9 },
});

Deno.test("tallies() count by kind, published first, and by each gradient", () => {
  assertEquals(tallies(one.claims).map(({ kind }) => kind), ["published", "derived", "own"]);
  const [published, derived, own] = tallies(one.claims);
  assertEquals(published.counts, { "within tolerance": 2, "ordering holds": 1, "missed": 2, "not run": 36 });
  assertEquals(published.float32, { "within tolerance": 3, "ordering holds": 0, "missed": 2, "not run": 36 });
  assertEquals(derived.counts["within tolerance"], 1);
  assertEquals(own.counts, { "holds": 0, "does not hold": 0, "not run": own.total });
});

Deno.test("headline() names both gradients, every verdict, and the fitted recipes", () => {
  assertEquals(
    headline(one.claims),
    "Of the paper's 41 MNIST figures, 2 within tolerance by the exact gradient, 3 by float32; by the exact gradient the " +
      "ordering alone holds for 1, 2 missed, 36 not run. Recipes fitted to the figures: 4, behind 17 of them.",
  );
});

Deno.test("summary() is at most 30 lines of 80 columns, with the counts and the misses, however much is missed", () => {
  const all: Record<string, Record<string, number>> = {};
  for (const { id } of claims) {
    const [experiment, ...name] = id.split(".");
    (all[experiment] ??= {})[name.join(".")] = 33;
  }
  for (
    const run of [
      one,
      finished(claims, all),
      finished(claims, all, all, all),
      finished(claims.slice(0, 1), {}),
    ]
  ) {
    const report = "/a/rather/long/folder/of/reports/of/many/runs/of/ours/report.html";
    const lines = summary(run, [`The report: ${report}, ${report}.`, "Kept?", "And then?", "Or else?"])
      .split("\n");
    assert(lines.length <= 30, `${lines.length}`);
    for (const line of lines) assert(line.length <= 80, line);
  }
  const text = summary(one);
  assertStringIncludes(text, "41 published figures                2          1          2         36");
  assertStringIncludes(text, "§9 Ensemble of 12 maxout networks, attacked whole: error");
  assertStringIncludes(text, "91.1 % → 99.9 %");
});

Deno.test("table() has a line for each claim, with the paper's figure, ours by each gradient, and the verdicts", () => {
  const lines = table(one).split("\n");
  for (const { what } of claims) {
    assertEquals(lines.filter((line) => line.includes(`  ${what}  `)).length, 1, what);
  }
  assert(lines.some((line) => /attacked: error +99\.9 % +99\.85 % +within tolerance +[a-z]+$/.test(line)));
  assert(lines.some((line) => /largest gap +0 +1\.5e-6 +within tolerance +[a-z]+$/.test(line)));
  assert(
    lines.some((line) => /89\.4 % +99 % +ordering holds +90 % +within tolerance +[a-z]+$/.test(line)),
    lines.join("\n"),
  );
});

Deno.test("table() shows means with their standard deviations, bounds, and reasons of misses and of figures not run", () => {
  const claim = claims.find(({ id }) => id === "softmax.fgsm.error")!;
  const text = table(finished(
    [
      { ...claim, paper: 20, ordering: undefined, reason: { says: "too hard", fits: () => true } },
      { ...claim, id: "softmax.clean.error", what: "clean", paper: 5, relation: "at least" },
      { ...claim, id: "softmax.wide.error", what: "wide", budgets: ["full"] },
    ],
    { softmax: { "fgsm.error": 10, "clean.error": 7 } },
    { softmax: { "fgsm.error": 14, "clean.error": 8 } },
  ));
  assert(/ 20 % +12 % ± 2\.83 % +within|ordering/.test(text), text);
  assert(/ ≥ 5 % +7\.5 % ± 0\.71 % +within tolerance/.test(text), text);
  assertStringIncludes(text, "not run: wide (only in the budget full)");
});

Deno.test("report() survives JSON, and has each claim's rule, gradient, seeds, mean and deviation", () => {
  assertEquals(JSON.parse(JSON.stringify(one)), one);
  assertEquals(one.models[0].history, [{ loss: 2 }]);
  const two = finished(claims, { maxout: { "fgsm.error": 98, "fgsm in float32.error": 90 } }, {
    maxout: { "fgsm.error": 99, "fgsm in float32.error": 92 },
  });
  const { kind, gradient, seeds, mean, sd, values, float32, rule } = two.claims.find(({ id }) =>
    id === "maxout.fgsm.error"
  )!;
  assertEquals([kind, gradient, seeds, mean, values], ["published", "exact", [1, 2], 98.5, [98, 99]]);
  assertEquals(sd, Math.sqrt(0.5));
  assertEquals([float32?.mean, float32?.sd, float32?.values], [91, Math.sqrt(2), [90, 92]]);
  assertStringIncludes(rule, "within tolerance from 86.2 to 91.9 % (± 0.3 on logits)");
});

Deno.test("rejudge() gives the verdicts of the rules that hold, says so, and measures nothing", () => {
  const stale = {
    ...one,
    claims: one.claims.map((claim) => ({ ...claim, verdict: "missed" as const, paper: 1 })),
  };
  const anew = rejudge(stale, "later");
  assertEquals(anew.rejudged, "later");
  assertEquals(anew.measurements, one.measurements);
  const verdicts = ({ claims }: typeof one) =>
    claims.map(({ id, verdict, paper, rule }) => [id, verdict, paper, rule]);
  assertEquals(verdicts(anew), verdicts(one));
});

Deno.test("merge() takes each experiment of the second report whole, with its commit, seeds and epochs", () => {
  const again = finished(claims, { maxout: { "fgsm.error": 89.4 } }, { maxout: { "fgsm.error": 90.4 } });
  const part = {
    ...again,
    made: { ...made, commit: "later" },
    measured: { maxout: { commit: "later", seeds: [1, 2], epochs: { softmax: 7 } } },
  };
  const whole = merge(one, part, "merged");
  const own = (id: string) => whole.claims.find((claim) => claim.id === id)!;
  assertEquals([own("maxout.fgsm.error").mean, own("maxout.fgsm.error").seeds], [89.9, [1, 2]]);
  assertEquals(own("maxout.fgsm.error").float32, undefined, "nothing is left of the former");
  assertEquals([own("softmax.fgsm.error").mean, own("softmax.fgsm.error").seeds], [99.85, [1]]);
  assertEquals(whole.measured.maxout, part.measured.maxout);
  assertEquals(whole.measured.softmax, { seeds: [1], epochs: { softmax: 1 } });
  assertEquals([whole.rejudged, whole.made], ["merged", one.made]);
  // how a model was trained is told of the one that experiments of the first were run on, while there are such
  const trained = (name: string, epochs: number) => ({
    name,
    seed: 1,
    record: { epochs: `${epochs}` },
    history: [],
  });
  const merged = merge(
    { ...one, models: [trained("softmax", 1), trained("maxout", 243)] },
    { ...part, models: [trained("softmax", 7), trained("maxout", 12), trained("rbf", 12)] },
    "",
  );
  assertEquals(one.measured.softmax.epochs, { softmax: 1 });
  assertEquals(merged.models.map(({ name, record }) => [name, record.epochs]), [
    ["softmax", "1"],
    ["maxout", "12"],
    ["rbf", "12"],
  ]);
  assertThrows(() => merge(one, { ...part, kernels: "relaxed" }, ""), InputError, "their kernels");
  assertThrows(
    () => merge(one, { ...part, data: { ...part.data, name: "mnist" } }, ""),
    InputError,
    "their data",
  );
});
