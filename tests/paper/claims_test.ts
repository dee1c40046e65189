import { assert, assertAlmostEquals, assertEquals, assertStringIncludes } from "@std/assert";
import "../../src/runtime/inlined.ts";
import { type Claim, inFloat32, judge, ruleOf, windowOf } from "../../src/paper/claim.ts";
import { claims } from "../../src/paper/claims/mod.ts";
import { experiments } from "../../src/paper/mod.ts";
import type { BudgetName } from "../../src/paper/budgets.ts";
import { atLeast, atMost, clearlyLess, less, same } from "../../src/paper/ordering.ts";
import { EXPLAINED, MISSES, PUBLISHED, RULES, toleranceOf } from "./rules.ts";

const claim: Claim = {
  id: "a.error",
  kind: "published",
  section: "4",
  what: "",
  paper: 10,
  unit: "%",
  conditions: "",
  tolerance: { by: 1, on: "points" },
  ordering: atLeast("a.error", 5),
};

/** The verdict on `a` under `claim` with `more`. */
function verdict(a: number | null | undefined, more: Partial<Claim> = {}, others = {}) {
  const measurements = a === undefined ? {} : { "a.error": a, ...others };
  return judge({ ...claim, ...more }, { measurements, images: 10000 }).verdict;
}

Deno.test("judge() gives each verdict on a figure by its rule", () => {
  assertEquals(verdict(11), "within tolerance");
  assertEquals(verdict(9), "within tolerance");
  assertEquals(verdict(11.01), "ordering holds");
  assertEquals(verdict(4), "missed");
  assertEquals(verdict(null), "missed");
  assertEquals(verdict(undefined), "not run");
  assertEquals(verdict(11.01, { ordering: undefined }), "missed");
});

Deno.test("judge() takes bounds, and the conditions of a figure", () => {
  assertEquals(verdict(50, { relation: "at least" }), "within tolerance");
  assertEquals(verdict(8.9, { relation: "at least" }), "ordering holds");
  assertEquals(verdict(1, { relation: "at most" }), "within tolerance");
  assertEquals(verdict(11.1, { relation: "at most" }), "ordering holds");
  const provided = less("a.error", "b.error");
  assertEquals(verdict(10, { provided }, { "b.error": 11 }), "within tolerance");
  assertEquals(verdict(10, { provided }, { "b.error": 9 }), "missed");
});

Deno.test("judge() of a figure without a tolerance uses its ordering, and gives a reason only for a miss that it fits", () => {
  assertEquals(verdict(10, { tolerance: undefined }), "ordering holds");
  assertEquals(verdict(4, { tolerance: undefined }), "missed");
  const reason = { says: "few images", fits: (ours: number) => ours < 3 };
  const half = { ...claim, ordering: less("a.error", "b.error") };
  const missed = judge(half, { measurements: { "a.error": 4 }, images: 1 });
  assertEquals([missed.verdict, missed.why], ["missed", "the ordering needs b.error"]);
  const said = (a: number | null) =>
    judge({ ...claim, reason }, { measurements: { "a.error": a }, images: 1 }).reason;
  assertEquals([said(2), said(4), said(10), said(null)], ["few images", undefined, undefined, undefined]);
});

Deno.test("judge() of a figure that was not measured says whether another budget would measure it", () => {
  const why = (budget?: BudgetName, budgets?: readonly BudgetName[]) =>
    judge({ ...claim, budgets }, { measurements: {}, budget, images: 1 }).why;
  assertEquals(why("quick", ["standard", "full"]), "only in the budget standard or full");
  const others = [why("quick", ["quick"]), why(undefined, ["full"]), why("quick"), why()];
  assertEquals(others, new Array(4).fill("not measured"));
});

Deno.test("orderings hold at their bounds, or not: less and clearly less do not, at least and at most do", () => {
  const equal = { a: 0, b: 0 };
  const all = [less("a", "b"), clearlyLess("a", "b"), atLeast("a", 0), atMost("a", 0), same("a", "b")];
  assertEquals(all.map(({ holds }) => holds(equal, { images: 100 })), [false, false, true, true, true]);
  const missing = all.map(({ holds }) => holds({}, { images: 100 }));
  assertEquals(missing, new Array(5).fill(false));
});

Deno.test("judge() of a question of our own says whether it holds, and nothing where a measurement is missing", () => {
  const own = { kind: "own", paper: null, tolerance: undefined } as const;
  assertEquals(verdict(100, own), "holds");
  assertEquals(verdict(1, own), "does not hold");
  assertEquals(verdict(1, { ...own, ordering: less("a.error", "b.error") }), "not run");
  assertEquals(verdict(1, { ...own, ordering: less("a.error", "b.error") }, { "b.error": 2 }), "holds");
});

Deno.test("judge() gives a second verdict by the float32 gradient, its ordering among such figures", () => {
  const both = { ...claim, gradient: "exact", paper: 90, ordering: less("b.error", "a.error") } as const;
  const measurements = {
    "a.error": 99,
    "a in float32.error": 90.5,
    "b.error": 1,
    "b in float32.error": 95,
  };
  const { verdict, mean, float32 } = judge(both, { measurements, images: 100 });
  assertEquals([verdict, mean, float32], ["ordering holds", 99, { mean: 90.5, verdict: "within tolerance" }]);
  const again = judge({ ...both, paper: 20 }, { measurements, images: 100 });
  assertEquals([again.verdict, again.float32?.verdict], ["ordering holds", "missed"]);
  assertEquals(inFloat32("x.transfer to naive.error"), "x.transfer to naive in float32.error");
  assertEquals(inFloat32("x.both wrong"), "x.both wrong in float32");
});

Deno.test("judge() gives a reason only for a miss of the size that it explains", () => {
  const reason = { says: "because", fits: (ours: number, paper: number) => ours > paper };
  const of = (a: number) =>
    judge({ ...claim, reason }, { measurements: { "a.error": a }, images: 10 }).reason;
  assertEquals([of(10), of(20), of(6)], [undefined, "because", undefined]);
});

Deno.test("judge() says why a claim was not run", () => {
  const why = (budget: "quick" | "full") =>
    judge({ ...claim, budgets: ["full"] }, { measurements: {}, budget, images: 1 }).why;
  assertEquals(why("quick"), "only in the budget full");
  assertEquals(why("full"), "not measured");
});

Deno.test("windowOf() on logits never reaches 0 or 100 %, and is symmetric about a half", () => {
  for (const paper of [0.5, 50, 89.4, 99.9]) {
    const [low, high] = windowOf(paper, { by: 2, on: "logits" });
    assert(low > 0 && high < 100);
    const logit = (rate: number) => Math.log(rate / (100 - rate));
    assertAlmostEquals(logit(high) - logit(paper), 2, 1e-9);
    assertAlmostEquals(logit(paper) - logit(low), 2, 1e-9);
  }
});

Deno.test("clearlyLess() asks for more than two standard errors of the difference", () => {
  const { holds } = clearlyLess("a", "b");
  // 50 % and 51.4 % on 10,000 each: a standard error is .707 points
  assert(!holds({ a: 50, b: 51.3 }, { images: 10000 }));
  assert(holds({ a: 50, b: 51.5 }, { images: 10000 }));
  assert(!holds({ a: 50, b: 51.5 }, { images: 1000 }));
  assert(!clearlyLess("a", "b", { images: 1000 }).holds({ a: 50, b: 51.5 }, { images: 10000 }));
  const both = clearlyLess("a", "b", { images: { quick: 1000, other: 10000 } });
  const budgets = ["quick", "standard", "full", undefined] as const;
  assertEquals(
    budgets.map((budget) => both.holds({ a: 50, b: 51.5 }, { images: 500, budget })),
    [false, true, true, true],
  );
});

Deno.test("claims are named once each, and after an experiment that there is", () => {
  assertEquals(new Set(claims.map(({ id }) => id)).size, claims.length);
  for (const { id } of claims) {
    assert(experiments.some((experiment) => id.startsWith(`${experiment.id}.`)), id);
  }
});

Deno.test("claims' orderings do not hold where nothing was measured", () => {
  for (const { id, ordering } of claims) assert(!(ordering?.holds({}, { images: 10000 }) ?? false), id);
});

Deno.test("claims have a figure and a tolerance, or are our own and have neither", () => {
  for (const { id, kind, paper, tolerance, ordering } of claims) {
    assertEquals([paper === null, tolerance === undefined], [kind === "own", kind === "own"], id);
    if (kind === "own") assert(ordering, id);
  }
});

Deno.test("no tolerance lets 0 or 100 % pass where the paper's figure is neither", () => {
  for (const { id, paper, unit, tolerance, relation } of claims) {
    if (unit !== "%" || !paper || !tolerance) continue;
    const [low, high] = windowOf(paper, tolerance);
    assert(low > 0 && high < 100, id);
    if (relation !== "at least") assert(high - low <= 12, `${id} from ${low} to ${high}`);
  }
});

Deno.test("the paper's own figures keep every rule about them", () => {
  const measurements = Object.fromEntries(
    claims.flatMap(({ id, paper }) => paper === null ? [] : [[id, paper]]),
  );
  // names of one measurement in several experiments
  Object.assign(measurements, {
    "noise.adversarial.fgsm.error": measurements["adversarial.fgsm.error"],
    "noise.adversarial.fgsm.confidence": measurements["adversarial.fgsm.confidence"],
    "rubbish.maxout.error": measurements["maxout.rubbish.error"],
    "rubbish.softmax.error": measurements["softmax.rubbish.error"],
    "rubbish.softmax.confidence": measurements["softmax.rubbish.confidence"],
    "rubbish.largest share": measurements["rubbish.share of 5"],
    "rubbish.least share": measurements["rubbish.share of 8"],
    "decay.none.training error": 1,
  });
  for (const claim of claims) {
    if (claim.paper === null) continue;
    assertEquals(judge(claim, { measurements, images: 10000 }).verdict, "within tolerance", claim.id);
    const { ordering } = claim;
    if (ordering) assert(ordering.holds(measurements, { images: 10000 }), `${claim.id}: ${ordering.says}`);
  }
});

Deno.test("ruleOf() states the window, how it was found, and the ordering", () => {
  assertEquals(ruleOf(claim), "within tolerance from 9 to 11 %; else the ordering holds if a.error ≥ 5");
  const fitted = ruleOf({
    ...claim,
    tolerance: { by: 0.1, on: "logits", fitted: true },
    ordering: undefined,
  });
  assertEquals(
    fitted,
    "within tolerance from 9.14 to 10.9 % (± 0.1 on logits), a tolerance set after a look at a run",
  );
  // near 100 % with a digit more
  const high = ruleOf({ ...claim, paper: 99.9, tolerance: { by: 0.7, on: "logits" } });
  assertStringIncludes(high, "within tolerance from 99.8 to 99.95 % (± 0.7 on logits)");
  assertStringIncludes(ruleOf({ ...claim, paper: 0 }), "at most 1 %");
  assertEquals(ruleOf({ ...claim, paper: null }), "holds if a.error ≥ 5");
});

Deno.test("claims have the 41 figures that the paper prints on MNIST, each as printed", () => {
  const own = claims.filter(({ kind }) => kind === "published").map(({ id, paper }) => [id, paper]);
  assertEquals(own.length, 41);
  assertEquals(Object.fromEntries(own), PUBLISHED);
});

Deno.test("too much decay counts of a network that has learnt alone: one that errs on half of the images or fewer", () => {
  const own = claims.find(({ id }) => id === "decay.0.0025.training error")!;
  const verdicts = [4.9, 5, 50, 50.5].map((error) => {
    const measurements = { [own.id]: error, "decay.none.training error": 1 };
    return judge(own, { measurements, images: 10000 }).verdict;
  });
  assertEquals(verdicts, ["ordering holds", "within tolerance", "within tolerance", "missed"]);
});

Deno.test("claims' derived figures follow from the paper's", () => {
  const { "agreement.softmax.on mistakes": a, "agreement.softmax.both wrong": b } = PUBLISHED;
  const { "agreement.rbf.on mistakes": c, "agreement.rbf.both wrong": d } = PUBLISHED;
  const figure = (id: string) => claims.find((claim) => claim.id === id)!.paper!;
  assertAlmostEquals(figure("agreement.softmax.error on mistakes"), 100 * a / b, 0.1);
  assertAlmostEquals(figure("agreement.rbf.error on mistakes"), 100 * c / d, 0.1);
  // a sum over all pixels against one over a quarter of them: in proportion, and by its square root
  assertEquals(figure("linear.signs.growth"), 784 / 196);
  assertEquals(figure("linear.noise.growth"), Math.sqrt(784 / 196));
  const identities = ["linear.identity.gap", "logistic.closed form.gap"];
  assertEquals(identities.map(figure), [0, 0]);
  assertEquals(claims.filter(({ kind }) => kind === "derived").length, 6);
});

Deno.test("claims have the rules that were entered twice", () => {
  const said = claims.flatMap(({ id, ordering }) => ordering ? [[id, ordering.says]] : []);
  const expected = Object.entries(RULES).map(([id, rule]) => {
    const inWords = (_: string, b: string, images?: string, other?: string) =>
      ` < ${b} by two standard errors${images ? ` on ${images} images` : ""}${
        other ? ` in a quick run, else ${other}` : ""
      }`;
    return [
      id,
      rule.split(" and ").map((part) => part.replace(/ ≪ (.*?)(?: \((\d+)(?:, else (\d+))?\))?$/, inWords))
        .join(" and "),
    ];
  });
  assertEquals(Object.fromEntries(said), Object.fromEntries(expected));
});

Deno.test("claims' windows are those of all such figures, or exceptions that were entered twice", () => {
  for (const { id, paper, tolerance } of claims) {
    if (paper !== null) assertEquals([tolerance!.by, tolerance!.on], [...toleranceOf(id, paper)], id);
  }
  const fitted = claims.filter(({ tolerance }) => tolerance?.fitted).map(({ id }) => id);
  assertEquals(fitted, [
    "softmax.fgsm.confidence",
    "softmax.rubbish.error",
    "softmax.rubbish.confidence",
  ]);
});

Deno.test("claims' reasons explain misses of their own size and direction alone", () => {
  const own = claims.flatMap(({ id, reason }) =>
    reason ? [[id, MISSES.filter((by) => reason.fits(50 + by, 50))]] : []
  );
  assertEquals(Object.fromEntries(own), EXPLAINED);
});

Deno.test("that only the exact gradient misleads explains a miss where float32's is at most half as large", () => {
  const { reason } = claims.find(({ id }) => id === "maxout.fgsm.error")!;
  const float32 = [undefined, 50, 55, 45, 55.1, 44.9];
  assertEquals(float32.map((each) => reason!.fits(60, 50, each)), [true, true, true, true, false, false]);
  const told: unknown[] = [];
  const own = { ...claim, reason: { says: "", fits: (...all: unknown[]) => told.push(all) > 0 } };
  judge(own, { measurements: { "a.error": 4, "a in float32.error": 7 }, images: 1 });
  judge(own, { measurements: { "a.error": 4 }, images: 1 });
  assertEquals(told, [[4, 10, 7], [4, 10, undefined]]);
});

Deno.test("orderings of a form of their own hold at their bounds and no farther", () => {
  const holds = (id: string, ours: Record<string, number>) =>
    claims.find((claim) => claim.id === id)!.ordering!.holds(ours, { images: 10000 });
  const worst = (a: number) =>
    holds("curves.adversarialMaxout.worst", {
      "curves.adversarialMaxout.worst": a,
      "adversarial.fgsm.error": 20,
    });
  assertEquals([20, 25, 25.1].map(worst), [true, true, false]);
  const decayed = (a: number) =>
    holds("decay.0.000025.clean.error", { "decay.none.clean.error": 2, "decay.0.000025.clean.error": a });
  assertEquals([1.9, 2, 2.1].map(decayed), [false, true, true]);
});
