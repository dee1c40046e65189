import { assert, assertEquals } from "@std/assert";
import "../../src/runtime/inlined.ts";
import { budgets } from "../../src/paper/budgets.ts";
import { claims } from "../../src/paper/claims/mod.ts";
import { LARGEST } from "../../src/paper/curves.ts";
import { experiments } from "../../src/paper/mod.ts";
import { judgeAll, measured } from "../../src/paper/summary.ts";
import { findings, IN_SHORT } from "../../src/report/findings.ts";
import { report } from "../../src/report/report.ts";
import { contradictions } from "./contradictions.ts";

const made = { version: "0", training: {}, machine: { cores: 2, jobs: 2, system: "", engine: "" } };

/** Names of all that sentences and claims look at. */
const NAMES = [
  ...new Set([
    ...claims.flatMap(({ id, ordering }) => [id, ...(ordering?.of ?? [])]),
    ...claims.filter(({ gradient }) => gradient).map(({ id }) =>
      id.replace(/(\.error|\.confidence)?$/, " in float32$1")
    ),
    "softmax.clean.error",
    "maxout.clean.error",
    "lbfgs.maxout.distance",
    "lbfgs.maxout.sign step.distance",
    "rotation.adversarialMaxout.large.error",
    "logistic.clean.error",
    "transfer.from maxout to softmax.error",
    "transfer.from maxout to rbf.error",
    "line.right.share backward",
    "noise.naive.fgsm.error",
  ]),
];

/** The report of a run in which each measurement is what `of` says. */
function run(of: (name: string, at: number) => number) {
  const outcome: Record<string, { measurements: Record<string, number> }> = {};
  NAMES.forEach((name, i) => {
    const [experiment, ...rest] = name.split(".");
    (outcome[experiment] ??= { measurements: {} }).measurements[rest.join(".")] = of(name, i);
  });
  const measurements = measured([outcome]);
  return report({
    seeds: [1],
    claims: judgeAll(claims, measurements, { experiments, budget: budgets.quick, images: 10000 }),
    measurements,
    behind: {},
    figures: {},
    models: [],
    examples: { train: 3, test: 10000 },
  }, { data: "digits", budget: budgets.quick, kernels: "baseline", seconds: 2, made });
}

const paper = (name: string) => claims.find(({ id }) => id === name)?.paper ?? undefined;

/** A run like the paper's, one that is its reverse, one in which nothing differs, and one at random. */
const RUNS = {
  "like the paper's": run((name, i) => paper(name) ?? (i * 37) % 100),
  "the reverse": run((name, i) => 100 - (paper(name) ?? (i * 37) % 100)),
  "all alike": run(() => 50),
  "at random": run((_, i) => (i * i * 7919) % 9973 / 99.73),
};

for (const [name, { claims, measurements: all }] of Object.entries(RUNS)) {
  const measurements = Object.fromEntries(Object.entries(all).map(([id, { mean }]) => [id, mean]));

  Deno.test(`findings() of a run ${name} claim nothing that its figures contradict`, () => {
    const { compared, wrong } = contradictions(
      experiments.flatMap(({ id }) => findings(id, { measurements, claims })),
    );
    assertEquals(wrong, []);
    assert(compared >= 20, `${compared}`);
  });

  Deno.test(`findings() of a run ${name} count the paper's figures as they are judged`, () => {
    for (const { id } of experiments) {
      const own = claims.filter((claim) =>
        claim.id.startsWith(`${id}.`) && claim.kind === "published" && claim.verdict !== "not run"
      );
      const last = findings(id, { measurements, claims }).at(-1) ?? "";
      const within = own.filter(({ verdict }) => verdict === "within tolerance").length;
      if (own.length > 0) {
        assert(
          last.startsWith(`Of the paper's figures here: ${within} of ${own.length} within tolerance`),
          last,
        );
      } else assert(!last.startsWith("Of the paper's"), last);
    }
  });
}

Deno.test("findings() name no ε that misleads half where no tried ε does", () => {
  const of = (half: number) =>
    findings("curves", {
      measurements: { "curves.adversarialMaxout.half": half, "curves.maxout.half": 0.05 },
      claims: [],
    });
  assertEquals(of(LARGEST), []);
  assert(of(0.4)[0].includes("from ε = 0.4, more than"), of(0.4)[0]);
});

Deno.test("findings() leave out figures that were not measured", () => {
  for (const { id } of experiments) assertEquals(findings(id, { measurements: {}, claims: [] }), []);
});

Deno.test("the fixed text of every report has no figure of the run, and quotes the paper's five sentences exactly", () => {
  for (const { id, title, explains } of experiments) {
    assert(!/\d %/.test(title + explains), id);
  }
  assertEquals(IN_SHORT.length, 5);
  const printed = claims.flatMap(({ paper }) => paper === null ? [] : [paper]);
  for (const [, figure] of IN_SHORT.join(" ").matchAll(/(\d[\d.]*)(?: %| to 0\.84 %)/g)) {
    assert(printed.includes(Number(figure)), figure);
  }
});
