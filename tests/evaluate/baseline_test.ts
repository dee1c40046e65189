import { assert, assertEquals, assertThrows } from "@std/assert";
import { InputError } from "../../src/errors.ts";
import "../../src/runtime/inlined.ts";
import { batch } from "../../src/data/batch.ts";
import { matrix } from "../../src/matrix.ts";
import { checkComparable, compared } from "../../src/evaluate/baseline.ts";
import { conditionOutcome, type Found } from "../../src/evaluate/condition_outcome.ts";
import { type Baseline, readBaseline } from "../../src/evaluate/read_baseline.ts";
import { type CheckOptions, checkSteps } from "../../src/evaluate/check.ts";
import type { CheckReport } from "../../src/evaluate/check_report.ts";
import { GATE, type Gate } from "../../src/evaluate/gate.ts";
import { runSteps } from "../../src/evaluate/outcomes.ts";
import { model as modelOf } from "../../src/models/model.ts";
import { softmaxLinear } from "../../src/models/softmax_linear.ts";

/** A model that takes x for class 1 where x > `at`. */
function stepAt(at: number) {
  return modelOf(softmaxLinear({ inputs: 1, classes: 2 }), {
    tensors: {
      W: { shape: [2, 1], data: new Float32Array([-1, 1]) },
      b: { shape: [2], data: new Float32Array([at, -at]) },
    },
  });
}

/** 20 inputs 0.05, 0.1, … 1, of class 1 where they are above 0.5. */
const x = Float32Array.from({ length: 20 }, (_, i) => (i + 1) / 20);
const examples = batch({
  x: matrix(20, 1, x),
  labels: Array.from(x, (each) => Number(each > 0.5)),
  classes: 2,
});

const gate: Gate = { ...GATE, epsilons: [0.12], effort: "quick", bounds: [0, 1], certify: "auto" };
const level = 0.05;

function check(at: number, gate: Gate, options: Partial<CheckOptions> = {}): CheckReport {
  using model = stepAt(at);
  return runSteps(checkSteps(model, examples, gate, { model: `${at}`, data: "x", ...options })).report;
}

/** What a file would hold. */
function saved(report: CheckReport, data = "d") {
  return JSON.parse(JSON.stringify({ ...report, sha256: { model: "m", data } }));
}

Deno.test("a check compares each example with itself before, by hand", () => {
  const before = readBaseline(saved(check(0.525, gate)), "d");
  // 0.55, 0.6 … 0.75 are wrong now; attacked within 0.12, also those up to 0.87 and none from below
  const { comparison, outcomes } = check(0.775, gate, { baseline: before });
  const [clean, attacked, certified] = comparison!.at;
  assertEquals(outcomes.map(({ on, wrong }) => [on, wrong]), [
    ["clean", "003e0"],
    ["attacked", "003f8"],
    ["certified", "003f8"],
  ]);
  assertEquals([clean.errors, clean.worse, clean.better], [[0, 5], 5, 0]);
  assertEquals(clean.pValue, 1 / 16);
  assertEquals(clean.unseen, 4 / 20);
  // before, those within 0.12 of 0.525 were wrong: 0.45 … 0.6
  assertEquals(before.outcomes[1].wrong, "00f00");
  assertEquals([attacked.errors, attacked.worse, attacked.better], [[4, 7], 5, 2]);
  assertEquals(certified, { ...attacked, on: "certified" });
});

Deno.test("no worse fails where McNemar's test does, and its value and most are rises of the error", () => {
  const baseline = readBaseline(saved(check(0.525, gate)), "d");
  const asked = {
    ...gate,
    thresholds: [{ on: "clean", noWorse: level }, { on: "attacked", noWorse: level }],
  };
  const verdicts = (at: number) =>
    check(at, asked, { baseline }).verdicts.map(({ value, max, passed }) => [value, max, passed]);
  // five harmed and none repaired are 1/32, four are 1/16; beside two repaired, eight are 56/1024 and nine 67/2048
  assertEquals(verdicts(0.775), [[5 / 20, 4 / 20, false], [3 / 20, 6 / 20, true]]);
  assertEquals(verdicts(0.725)[0], [4 / 20, 4 / 20, true]);
  assertEquals(verdicts(0.525), [[0, 4 / 20, true], [0, 4 / 20, true]]);
  assertThrows(
    () => check(0.5, asked),
    InputError,
    "thresholds[0] asks for no worse, and there is no baseline",
  );
});

Deno.test("a baseline made under other conditions is refused, with the condition named", () => {
  const asked = { ...gate, thresholds: [{ on: "attacked", noWorse: level }] };
  const baseline = readBaseline(saved(check(0.525, gate)), "d");
  const refused: [Gate, string][] = [
    [{ ...asked, seed: 1 }, "attacked at epsilon 0.12 was found with seed 0 there, and 1 here"],
    [{ ...asked, bounds: undefined }, "with bounds [0,1] there, and none here"],
    [{ ...asked, effort: "standard" }, "with effort quick there, and standard here"],
    [{ ...asked, fixed: [0] }, "with fixed none there, and [0] here"],
    [
      { ...asked, epsilons: [0.1] },
      "it says nothing of attacked at epsilon 0.1; make it anew by the same gate",
    ],
    [
      { ...asked, thresholds: [{ on: "clean", noWorse: 1e-9 }] },
      "20 examples show no difference at level 1e-9, even if all of them were wrong now; 30 are the fewest that could",
    ],
  ];
  for (const [gate, problem] of refused) {
    assertThrows(() => check(0.525, gate, { baseline }), InputError, problem);
  }
  // without a threshold, what cannot be compared is left out
  const { comparison } = check(0.525, { ...gate, seed: 1 }, { baseline });
  assertEquals(comparison!.at.map(({ on }) => on), ["clean"]);
  for (
    const part of [{ robustness: null }, {
      robustness: { at: [{ epsilon: 0.12, complete: true }], constraint: null },
    }]
  ) {
    const hostile = readBaseline({ ...saved(check(0.525, gate)), ...part }, "d");
    assertThrows(() => check(0.525, asked, { baseline: hostile }), InputError);
  }
  const cut = saved(check(0.525, gate));
  cut.robustness.at[0].complete = false;
  assertThrows(
    () => check(0.525, asked, { baseline: readBaseline(cut, "d") }),
    InputError,
    "time was up before all",
  );
});

Deno.test("readBaseline() refuses reports on other examples, and files that are not reports", () => {
  const whole = saved(check(0.525, gate));
  const { sha256: _, ...old } = whole;
  const bad: [unknown, string][] = [
    [{ ...whole, sha256: { model: "m", data: "e" } }, "its examples are others, or were scaled otherwise"],
    [null, "it is no report that check wrote by --out"],
    [{}, "it is no report that check wrote by --out"],
    [[], "it is no report that check wrote by --out"],
    [old, "sha256 is missing"],
    [{ ...whole, model: undefined }, "model is missing"],
    [{ ...whole, kernels: undefined }, "kernels is missing"],
    [{ ...whole, sha256: { data: "d" } }, "sha256.model is missing"],
    [{ ...whole, outcomes: [{ on: "clean", epsilon: null }] }, "outcomes[0].wrong is missing"],
    [{ ...whole, outcomes: {} }, "outcomes must be a list"],
    [
      { ...whole, outcomes: [{ ...whole.outcomes[0], wrong: "f" }] },
      "outcomes[0].wrong must be 5 hexadecimal digits",
    ],
    [
      { ...whole, outcomes: [{ ...whole.outcomes[0], wrong: "0000g" }] },
      "outcomes[0].wrong must be 5 hexadecimal",
    ],
    [
      { ...whole, outcomes: [{ ...whole.outcomes[0], epsilon: "1" }] },
      "outcomes[0].epsilon must be a number or null",
    ],
    [{ ...whole, conditions: 3 }, "conditions must be an object"],
    [{ ...whole, conditions: { attacks: [1] } }, "conditions.attacks must be a list of objects"],
    [{ ...whole, robustness: { ...whole.robustness, at: 3 } }, "robustness.at must be a list of objects"],
    [{ ...whole, robustness: {} }, "robustness.at is missing"],
  ];
  for (const [value, problem] of bad) {
    assertThrows(() => readBaseline(value, "d"), InputError, problem);
  }
});

Deno.test("outcomes hold a bit for each example, and compared() counts them", () => {
  const wrong = [true, false, false, true, true];
  const outcome = conditionOutcome("clean", null, wrong);
  assertEquals([outcome.wrong, outcome.errors], ["98", 3]);
  const before = { ...readBaseline(saved(check(0.525, gate)), "d"), examples: 5, outcomes: [outcome] };
  const now = { ...before, outcomes: [conditionOutcome("clean", null, [false, true, false, true, true])] };
  const [{ worse, better }] = compared(before, now, level).at;
  assertEquals([worse, better], [1, 1]);
  assert(compared(before, { ...now, outcomes: [] }, level).at.length === 0);
});

/** What an attack of these options and bounds found wrong, `n` of `of` examples. */
function foundBy(
  options: Record<string, unknown>,
  bounds: readonly [number, number],
  n: number,
  of = 20,
): Found {
  const wrong = Array.from({ length: of }, (_, i) => i < n);
  const attacks = [{ name: "mine", attack: "pgd", distance: "Linf" as const, options }];
  return {
    conditions: { bounds, seed: 1, attacks },
    robustness: null,
    outcomes: [conditionOutcome("mine", 0.1, wrong)],
  };
}

Deno.test("an attack by name is compared if it had the same options and bounds, from any caller", () => {
  const bounds = [0, 1] as const, place = { on: "mine", epsilon: 0.1 };
  const before: Baseline = {
    ...foundBy({ steps: 5 }, bounds, 2),
    ...{ model: "m", kernels: "k", sha256: { model: "m", data: "d" }, examples: 20 },
  };
  const now = foundBy({ steps: 5 }, bounds, 7);
  checkComparable(place, level, before, now);
  const [{ worse, better, unseen }] = compared(before, now, level).at;
  assertEquals([worse, better, unseen], [5, 0, 4 / 20]);
  const refused: [Found, string][] = [
    [foundBy({ steps: 6 }, bounds, 7), "mine at epsilon 0.1 was found with steps 5 there, and 6 here"],
    [foundBy({ steps: 5, norm: "L2" }, bounds, 7), "with norm none there, and L2 here"],
    [foundBy({}, bounds, 7), "with steps 5 there, and none here"],
    [foundBy({ steps: 5 }, [0, 2], 7), "with bounds [0,1] there, and [0,2] here"],
  ];
  for (const [now, problem] of refused) {
    assertThrows(() => checkComparable(place, level, before, now), InputError, problem);
    assertEquals(compared(before, now, level).at, []);
  }
  // of five examples all wrong now are 1/32, of four 1/16
  const fewer = (examples: number) => () => checkComparable(place, level, { ...before, examples }, now);
  fewer(5)();
  assertThrows(fewer(4), InputError, "5 are the fewest");
});

Deno.test("the worst case is compared at sizes that were searched whole there, by the same bounds and method", () => {
  const at = (complete: boolean, method = "crown") => ({ epsilon: 0.1, complete, certified: { method } });
  const found = (of: object, constraint: object = { epsilon: 0.1, grid: 2 }): Found => ({
    ...foundBy({}, [0, 1], 0),
    robustness: { constraint, seed: 0, effort: "quick", at: [{ ...at(true), epsilon: 0.2 }, of] },
    outcomes: ["attacked", "certified"].map((on) => conditionOutcome(on, 0.1, new Array(20).fill(false))),
  } as unknown as Found);
  const rest = { model: "m", kernels: "k", sha256: { model: "m", data: "d" }, examples: 20 };
  const places = (before: Found, now: Found) =>
    compared({ ...before, ...rest }, now, level).at.map(({ on }) => on);
  assertEquals(places(found(at(true)), found(at(true))), ["attacked", "certified"]);
  // a search that was cut short is judged elsewhere
  assertEquals(places(found(at(true)), found(at(false))), ["attacked", "certified"]);
  assertEquals(places(found(at(false)), found(at(true))), []);
  assertEquals(places(found(at(true)), found(at(true, "interval"))), ["attacked"]);
  // the size is that of the place, whatever the largest was
  assertEquals(places(found(at(true)), found(at(true), { epsilon: 0.3, grid: 2 })), [
    "attacked",
    "certified",
  ]);
  assertEquals(places(found(at(true)), found(at(true), { epsilon: 0.1, grid: 3 })), []);
});

Deno.test("readBaseline() needs a count of examples, one at least", () => {
  const whole = saved(check(0.525, gate));
  const of = (examples: unknown, wrong?: string) =>
    readBaseline({
      ...whole,
      data: { ...whole.data, examples },
      outcomes: wrong === undefined ? [] : [{ ...whole.outcomes[0], wrong }],
    }, "d");
  assertEquals([of(1).examples, of(1, "8").outcomes[0].errors], [1, 1]);
  for (const bad of [undefined, 0, -1, 1.5, "1"]) {
    assertEquals(assertThrows(() => of(bad), InputError).reason.slice(0, 13), "data.examples");
  }
});
