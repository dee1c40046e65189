import { assert, assertEquals } from "@std/assert";
import "../../src/runtime/inlined.ts";
import { type Claim, judge } from "../../src/paper/claim.ts";
import { claims } from "../../src/paper/claims/mod.ts";
import { experiments } from "../../src/paper/mod.ts";

const claim: Claim = {
  id: "a",
  section: "4",
  what: "",
  paper: 10,
  unit: "%",
  conditions: "",
  tolerance: 1,
  ordering: { says: "a > 5", holds: (ours) => (ours.a ?? NaN) > 5 },
};

Deno.test("judge() gives each verdict by its rule", () => {
  const verdict = (a?: number | null) => judge(claim, a === undefined ? {} : { a }).verdict;
  assertEquals(verdict(11), "reproduced");
  assertEquals(verdict(9), "reproduced");
  assertEquals(verdict(11.01), "ordering holds");
  assertEquals(verdict(4), "not reproduced");
  assertEquals(verdict(null), "not reproduced");
  assertEquals(verdict(), "not run");
});

Deno.test("judge() takes bounds, and the ordering alone where the paper has no figure", () => {
  const verdict = (a: number, more: Partial<Claim>) => judge({ ...claim, ...more }, { a }).verdict;
  assertEquals(verdict(50, { relation: "at least" }), "reproduced");
  assertEquals(verdict(8.9, { relation: "at least" }), "ordering holds");
  assertEquals(verdict(1, { relation: "at most" }), "reproduced");
  assertEquals(verdict(11.1, { relation: "at most" }), "ordering holds");
  assertEquals(verdict(100, { paper: null }), "reproduced");
  assertEquals(verdict(1, { paper: null }), "not reproduced");
});

Deno.test("judge() says why a claim was not run", () => {
  assertEquals(judge({ ...claim, budgets: ["full"] }, {}, "quick").why, "only in the budget full");
  assertEquals(judge({ ...claim, budgets: ["full"] }, {}, "full").why, "not measured");
});

Deno.test("claims are named once each, and after an experiment that there is", () => {
  assertEquals(new Set(claims.map(({ id }) => id)).size, claims.length);
  for (const { id } of claims) {
    assert(experiments.some((experiment) => id.startsWith(`${experiment.id}.`)), id);
  }
});

Deno.test("claims' orderings do not hold where nothing was measured", () => {
  for (const { id, ordering } of claims) assert(!ordering.holds({}), id);
});
