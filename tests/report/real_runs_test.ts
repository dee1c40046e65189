/** What reports of real runs say in words, against their own figures. @module */

import { assert, assertEquals } from "@std/assert";
import "../../src/runtime/inlined.ts";
import { type BudgetName, budgets } from "../../src/paper/budgets.ts";
import { claims as all } from "../../src/paper/claims/mod.ts";
import type { Measurements } from "../../src/paper/experiment.ts";
import { experiments } from "../../src/paper/mod.ts";
import { judgeAll, spread } from "../../src/paper/summary.ts";
import { findings } from "../../src/report/findings.ts";
import { report, type ReportedClaim } from "../../src/report/report.ts";
import { headline } from "../../src/report/tally.ts";
import { contradictions } from "./contradictions.ts";

/** What was measured in a run, in the units of the claims. */
interface Run {
  /** Which run it is, in words. */
  readonly name: string;
  /** Of the code that measured. */
  readonly commit: string;
  readonly budget: BudgetName;
  readonly images: number;
  readonly measurements: Measurements;
}

const read = (path: string) => JSON.parse(Deno.readTextFileSync(new URL(path, import.meta.url)));
const mnist = read("../../scripts/reproduce/mnist.json");
const RUNS: readonly Run[] = [
  ...read("runs.json"),
  {
    name: "MNIST, the standard budget",
    commit: mnist.made.commit,
    budget: "standard",
    images: 10000,
    measurements: Object.fromEntries(
      Object.entries(mnist.measurements as Record<string, { mean: number | null }>)
        .map(([name, { mean }]) => [name, mean]),
    ),
  },
];

/** Figures in a rule have three digits. */
const ROUNDING = 0.006;

/** The figures between which the rule has the claim within tolerance. */
function windowIn(rule: string): readonly [number, number] | undefined {
  const number = "(-?[\\d.e-]+)";
  const from = rule.match(new RegExp(`^within tolerance from ${number} to ${number}`));
  if (from) return [Number(from[1]), Number(from[2])];
  const least = rule.match(new RegExp(`^within tolerance at least ${number}`));
  if (least) return [Number(least[1]), Infinity];
  const most = rule.match(new RegExp(`^within tolerance at most ${number}`));
  return most ? [-Infinity, Number(most[1])] : undefined;
}

/** The comparisons of the rule's ordering: the sides, and whether a lead counts only if it is clear. */
function comparisonsIn(rule: string) {
  const words = rule.match(/(?:^holds if|ordering holds if) (.*)$/)?.[1] ?? "";
  return words.split(" and ").filter((each) => each !== "").map((each) => {
    const above = each.match(/^(.*?) is at most five points above (.*)$/);
    if (above) return { a: above[1], sign: "≤ 5 +", b: above[2], clear: false };
    const [, a, sign, b, clear] = each.match(/^(.*?) ([<=≤≥]) (.*?)( by two standard errors.*)?$/)!;
    return { a, sign, b, clear: clear !== undefined };
  });
}

/** Whether the figures are as the comparison has them; unknown where a clear lead is wanted and there is a lead. */
function stands(
  { a, sign, b, clear }: ReturnType<typeof comparisonsIn>[number],
  ours: Measurements,
): boolean | undefined {
  const [x, y] = [ours[a] ?? NaN, Object.hasOwn(ours, b) ? ours[b] ?? NaN : Number(b)];
  const so = { "<": x < y, "=": x === y, "≤": x <= y, "≥": x >= y, "≤ 5 +": x <= y + 5 }[sign]!;
  return clear && so ? undefined : so;
}

/** Whether the verdict is what the row's own rule and figures give. */
function checkRow({ id, verdict, mean, rule }: ReportedClaim, ours: Measurements): void {
  const window = windowIn(rule);
  const about = `${id}: ${mean}, ${verdict}, ${rule}`;
  if (verdict === "not run" || mean === null) return;
  if (window) {
    const slack = ROUNDING * Math.max(...window.filter(Number.isFinite).map(Math.abs), 1e-9);
    const inside = mean >= window[0] - slack && mean <= window[1] + slack;
    const clearlyInside = mean >= window[0] + slack && mean <= window[1] - slack;
    if (verdict === "within tolerance") return assert(inside, about);
    assert(!clearlyInside || rule.includes("provided that"), about);
  }
  const found = comparisonsIn(rule).map((each) => stands(each, ours));
  if (verdict === "holds" || verdict === "ordering holds") assert(!found.includes(false), about);
  else if (found.length > 0 && !rule.includes("provided that")) {
    assert(found.some((each) => each !== true), about);
  }
}

for (const { name, budget, images, measurements } of RUNS) {
  const spreads = Object.fromEntries(
    Object.entries(measurements).map(([id, value]) => [id, spread([value])]),
  );
  const asked = experiments.filter(({ id }) =>
    Object.keys(measurements).some((each) => each.startsWith(`${id}.`))
  );
  const { claims } = report({
    seeds: [1],
    claims: judgeAll(all, spreads, { experiments: asked, budget: budgets[budget], images }),
    measurements: spreads,
    behind: {},
    figures: {},
    models: [],
    examples: { train: 1, test: images },
  }, {
    data: "",
    budget: budgets[budget],
    kernels: "",
    seconds: 1,
    made: { version: "0", training: {}, machine: { cores: 2, jobs: 2, system: "", engine: "" } },
  });

  Deno.test(`a report of ${name}: no sentence that its own figures contradict`, () => {
    const sentences = asked.flatMap(({ id }) => findings(id, { measurements, claims }));
    const { compared, wrong } = contradictions(sentences);
    assertEquals(wrong, []);
    assert(compared >= 20, `${compared}`);
  });

  Deno.test(`a report of ${name}: each verdict follows from its row's rule and figures, and reasons fit their misses`, () => {
    for (const claim of claims) {
      checkRow(claim, measurements);
      const { mean, paper, reason, verdict, float32 } = claim;
      if (reason === undefined) continue;
      assert(verdict === "ordering holds" || verdict === "missed", claim.id);
      if (reason.includes("float32") && typeof float32?.mean === "number") {
        // the column beside it must not say that float32 misses by as much
        assert(Math.abs(float32.mean - paper!) <= Math.abs(mean! - paper!) / 2, claim.id);
      }
      assert(all.find(({ id }) => id === claim.id)!.reason!.fits(mean!, paper!), claim.id);
    }
    const signs = (wanted: string) =>
      claims.filter(({ kind, verdict }) => kind === "published" && verdict === wanted).length;
    const said = headline(claims);
    assert(said.includes(` ${signs("within tolerance")} within tolerance by the exact gradient`), said);
    assert(said.includes(`holds for ${signs("ordering holds")}, ${signs("missed")} missed`), said);
  });
}
