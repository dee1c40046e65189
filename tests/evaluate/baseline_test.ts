import { assert, assertEquals, assertThrows } from "@std/assert";
import { InputError } from "../../src/errors.ts";
import "../../src/runtime/inlined.ts";
import { batch } from "../../src/data/batch.ts";
import { matrix } from "../../src/matrix.ts";
import { compared } from "../../src/evaluate/baseline.ts";
import { conditionOutcome } from "../../src/evaluate/condition_outcome.ts";
import { readBaseline } from "../../src/evaluate/read_baseline.ts";
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

Deno.test("a baseline found under other conditions is no baseline, and says which", () => {
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

Deno.test("readBaseline() refuses other examples and what is no report", () => {
  const whole = saved(check(0.525, gate));
  const { sha256: _, ...old } = whole;
  const bad: [unknown, string][] = [
    [{ ...whole, sha256: { model: "m", data: "e" } }, "its examples are others, or were scaled otherwise"],
    [null, "it is no report that check wrote by --out"],
    [{}, "it is no report that check wrote by --out"],
    [[], "it is no report that check wrote by --out"],
    [old, "sha256 is missing"],
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
