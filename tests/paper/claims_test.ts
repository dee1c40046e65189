import { assert, assertEquals } from "@std/assert";
import "../../src/kernels/inlined.ts";
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

Deno.test("claims are named once each, and after an experiment that there is", () => {
  assertEquals(new Set(claims.map(({ id }) => id)).size, claims.length);
  for (const { id } of claims) {
    assert(experiments.some((experiment) => id.startsWith(`${experiment.id}.`)), id);
  }
});

Deno.test("claims' orderings do not hold where nothing was measured", () => {
  for (const { id, ordering } of claims) assert(!ordering.holds({}), id);
});
