import { assertAlmostEquals, assertEquals } from "@std/assert";
import { budgets } from "../../src/paper/budgets.ts";
import type { Claim } from "../../src/paper/claim.ts";
import { judgeAll, measured, spread } from "../../src/paper/summary.ts";

Deno.test("spread() is of the values that are defined: mean, sample deviation, least and greatest", () => {
  const values = [1, 2, null, 6];
  const { sd, ...rest } = spread(values);
  assertEquals(rest, { mean: 3, min: 1, max: 6, values });
  // squares of −2, −1 and 3, over one less than their number
  assertAlmostEquals(sd!, Math.sqrt(14 / 2), 1e-12);
  assertEquals(spread([null, 0.5]), { mean: 0.5, sd: null, min: 0.5, max: 0.5, values: [null, 0.5] });
  assertEquals(spread([2, 4]).sd, Math.sqrt(2));
  for (const none of [[], [null]]) {
    assertEquals(spread(none), { mean: null, sd: null, min: null, max: null, values: none });
  }
});

Deno.test("measured() puts each seed's figures in its place, null where a seed has none", () => {
  const found = measured([
    { a: { measurements: { error: 1, "x.y": null } }, b: { measurements: {} } },
    { a: { measurements: { error: 3 } }, b: { measurements: { error: 5 } } },
  ]);
  assertEquals(Object.fromEntries(Object.entries(found).map(([id, { values }]) => [id, values])), {
    "a.error": [1, 3],
    "a.x.y": [null, null],
    "b.error": [null, 5],
  });
  assertEquals(found["a.error"].mean, 2);
});

Deno.test("judgeAll() judges the claims of these experiments by means, in the budget, on so many images", () => {
  const claim = (id: string): Claim => ({
    ...{ id, kind: "own", section: "1", what: "", paper: null, unit: "%", conditions: "" },
    ordering: { says: "", of: [], holds: (ours, { images }) => ours[id] === 3 && images === 70 },
    budgets: ["quick"],
  });
  const claims = ["a.error", "b.error", "ab.error", "a.none"].map(claim);
  const judged = (images: number) =>
    judgeAll(
      claims,
      measured([{ a: { measurements: { error: 2 } } }, { a: { measurements: { error: 4 } } }]),
      {
        ...{ experiments: [{ id: "a" }], budget: budgets.full, images },
      },
    ).map(({ id, verdict, mean, why }) => [id, verdict, mean, why]);
  const none = ["a.none", "not run", null, "only in the budget quick"];
  assertEquals(judged(70), [["a.error", "holds", 3, undefined], none]);
  assertEquals(judged(71), [["a.error", "does not hold", 3, undefined], none]);
});
