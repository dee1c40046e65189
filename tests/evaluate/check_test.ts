import { InputError } from "../../src/errors.ts";
import { assert, assertEquals, assertThrows } from "@std/assert";
import "../../src/runtime/inlined.ts";
import { signNoise } from "../../src/attacks/mod.ts";
import { type Batch, batch, select } from "../../src/data/batch.ts";
import { matrix } from "../../src/matrix.ts";
import { checkSteps } from "../../src/evaluate/check.ts";
import { checkReport } from "../../src/evaluate/check_report.ts";
import { GATE, type Gate, gateAttacks, type Threshold } from "../../src/evaluate/gate.ts";
import { trialsOf } from "../../src/evaluate/trials.ts";
import { robustness, robustnessSteps } from "../../src/evaluate/robustness.ts";
import { evaluation } from "../../src/evaluate/evaluation.ts";
import { outcomes, runSteps } from "../../src/evaluate/outcomes.ts";
import { model } from "../../src/models/model.ts";
import { softmaxLinear } from "../../src/models/softmax_linear.ts";

/** Class 1 where x > 0. */
const sign = model(softmaxLinear({ inputs: 1, classes: 2 }), {
  tensors: {
    W: { shape: [2, 1], data: Float32Array.of(-1, 1) },
    b: { shape: [2], data: Float32Array.of(0, 0) },
  },
});

const four = batch({ x: matrix(4, 1, [-0.45, 0.1, 0.4, 0.2]), labels: [0, 1, 1, 0] });

const NAMES = { model: "sign", data: "four" };

function check(gate: Gate, examples: Batch = four) {
  return checkReport(gate, runSteps(outcomes(sign, examples, trialsOf(gate, 1))), { examples, ...NAMES });
}

const gate: Gate = { attacks: ["fgsm"], epsilons: [0.2, 0.5] };

Deno.test("checkReport() finds the examples that an attack changes, and the classes that they change to", () => {
  assertEquals(check(gate).flips, [
    { attack: "fgsm", epsilon: 0.2, examples: [1], predicted: [0] },
    { attack: "fgsm", epsilon: 0.5, examples: [0, 1, 2], predicted: [1, 0, 0] },
  ]);
});

Deno.test("checkReport() holds the evaluation of the attacks alone, and the noise beside it", () => {
  const many = {
    ...gate,
    attacks: ["fgsm", "uniformNoise"],
    seed: 3,
    bounds: [-1, 1] as const,
    perClass: true,
  };
  const { noise, flips: _flips, outcomes: found, comparison, ...others } = check(many);
  const { verdicts, passed, robustness, notes, ...rest } = others;
  const trials = trialsOf(many, 1).slice(0, 2);
  const conditions = { bounds: [-1, 1] as const, seed: 3, attacks: gateAttacks(many) };
  const options = { ...NAMES, perClass: true, conditions };
  assertEquals(rest, evaluation(runSteps(outcomes(sign, four, trials)), four, options));
  const control = {
    name: "noise",
    attack: signNoise,
    epsilons: gate.epsilons,
    options: { seed: 3, bounds: [-1, 1] as const },
  };
  const rows = evaluation(runSteps(outcomes(sign, four, [control])), four, options).attacked;
  assertEquals(found.map(({ on }) => on).slice(0, 2), ["clean", "fgsm"]);
  assertEquals([found.length, comparison], [1 + 2 * gate.epsilons.length, null]);
  assertEquals(noise, rows.map((row) => ({ ...row, step: row.epsilon })));
  assertEquals([verdicts, passed, robustness], [[], null, null]);
  assertEquals(notes.length, 1);
});

Deno.test("checkReport() judges each limited rate of each row that a threshold is on", () => {
  const judged = (...thresholds: Threshold[]) => check({ ...gate, thresholds });
  // clean, one of four is wrong; attacked, two and all
  const { verdicts, passed } = judged({ on: "clean", errorRate: 0.25 }, { on: "fgsm", errorRate: 0.5 });
  assertEquals(verdicts, [
    { on: "clean", epsilon: null, rate: "errorRate", value: 0.25, max: 0.25, passed: true },
    { on: "fgsm", epsilon: 0.2, rate: "errorRate", value: 0.5, max: 0.5, passed: true },
    { on: "fgsm", epsilon: 0.5, rate: "errorRate", value: 1, max: 0.5, passed: false },
  ]);
  assertEquals(passed, false);
  assertEquals(judged({ on: "fgsm", epsilon: 0.2, errorRate: 0.5 }).passed, true);
  assertEquals(judged({ on: "fgsm", epsilon: 0.2, errorRate: 0.4999 }).passed, false);

  const [noise] = judged({ on: "noise", epsilon: 0.5, confidenceOnErrors: 0.5 }).verdicts;
  assert(noise.value! > 0.5 && !noise.passed);

  const over = judged({ on: "fgsm", errorOverNoise: 0.6 });
  assertEquals(
    over.verdicts.map(({ value }) => value),
    over.attacked.map(({ errorRate }, i) => errorRate - over.noise[i].errorRate),
  );
});

Deno.test("checkReport() takes the confidence on errors as met where there is no error, and no number as not met", () => {
  const right = batch({ x: matrix(1, 1, [-1]), labels: [0], classes: 2 });
  const thresholds = [{ on: "clean", confidenceOnErrors: 0 }];
  const { verdicts, passed } = check({ ...gate, thresholds }, right);
  assertEquals([verdicts[0].value, passed], [null, true]);

  const answers = { predicted: Int32Array.of(1), confidence: Float32Array.of(NaN) };
  const attacked = ["fgsm", "signNoise"].flatMap((attack) =>
    gate.epsilons.map((epsilon) => ({
      attack,
      epsilon,
      distance: "Linf" as const,
      zeroGradients: 0,
      ...answers,
    }))
  );
  const lost = checkReport({ ...gate, thresholds }, { clean: answers, attacked }, {
    examples: right,
    ...NAMES,
  });
  assertEquals(lost.passed, false);
});

Deno.test("checkReport() compares each attack with the noise of its own norm and size, and an angle with none", () => {
  const thresholds = [{ on: "fgsm", errorOverNoise: 1 }, { on: "ddn", errorOverNoise: 1 }];
  const two: Gate = {
    attacks: ["fgsm", "ddn", "rotation"],
    epsilons: [0.2, 0.5],
    norm: "Linf",
    thresholds,
  };
  const { attacked, noise, verdicts } = check(two);
  assertEquals(noise.map(({ distance, epsilon }) => [distance, epsilon]), [
    ["Linf", 0.2],
    ["Linf", 0.5],
    ["L2", 0.2],
    ["L2", 0.5],
  ]);
  assertEquals(
    verdicts.map(({ value }) => value),
    [0, 1, 2, 3].map((i) => attacked[i].errorRate - noise[i].errorRate),
  );
  const turning: Gate = { attacks: ["rotation"], epsilons: [0.2] };
  assertEquals(check(turning).noise, []);
  const refused: [Threshold, string][] = [
    [{ on: "rotation", errorOverNoise: 1 }, "limits errorOverNoise on rotation, which is no attack bounded"],
    [{ on: "noise", errorRate: 1 }, "is on noise, which is none of clean, rotation"],
  ];
  for (const [threshold, problem] of refused) {
    assertThrows(() => trialsOf({ ...turning, thresholds: [threshold] }, 1), InputError, problem);
  }
});

Deno.test("checkReport() judges nothing where an attack met no gradient but 0, and counts where it met some", () => {
  const still = (weight: number) =>
    model(softmaxLinear({ inputs: 1, classes: 2 }), {
      tensors: {
        W: { shape: [2, 1], data: Float32Array.of(-weight, weight) },
        b: { shape: [2], data: Float32Array.of(0, 0) },
      },
    });
  const thresholds = [{ on: "fgsm", errorRate: 1 }];
  const report = (weight: number, gate: Gate) => {
    using one = still(weight);
    return checkReport(gate, runSteps(outcomes(one, four, trialsOf(gate, 1))), { examples: four, ...NAMES });
  };
  const error = assertThrows(() => report(0, { ...gate, thresholds }), InputError);
  assertEquals(error.action, "judge by fgsm");
  assertEquals(report(1, { ...gate, thresholds }).attacked.map(({ zeroGradients }) => zeroGradients), [0, 0]);
  // noise asks for none
  assertEquals(report(0, { ...gate, attacks: ["uniformNoise"] }).passed, null);
});

/** The check of the model, with the worst case if the gate is about it. */
function whole(
  gate: Partial<Gate>,
  { examples = four, ...options }: Record<string, unknown> & { examples?: Batch } = {},
) {
  const steps = checkSteps(sign, examples, { ...GATE, epsilons: [0.15], ...gate }, { ...NAMES, ...options });
  return runSteps(steps).report;
}

Deno.test("checkSteps() searches the worst case by default, and judges the errors that attacks find and certificates leave", () => {
  const thresholds = [{ on: "attacked", errorRate: 0.5 }, { on: "certified", errorRate: 0.4 }];
  const report = whole({ thresholds });
  // one of four is wrong as it is, one more within 0.15 of the boundary: a linear model is answered exactly
  assertEquals(report.verdicts, [
    { on: "attacked", epsilon: 0.15, rate: "errorRate", value: 0.5, max: 0.5, passed: true },
    { on: "certified", epsilon: 0.15, rate: "errorRate", value: 0.5, max: 0.4, passed: false },
  ]);
  assertEquals([report.passed, report.attacked, report.notes], [false, [], []]);
  assertEquals(report.robustness!.effort, "standard");
  assertEquals(report.noise.map(({ distance, epsilon }) => [distance, epsilon]), [["Linf", 0.15]]);
  assertEquals(report.robustness, robustness(sign, four, { epsilons: [0.15] }));
});

Deno.test("checkSteps() certifies only where a threshold or the gate asks for it", () => {
  const certified = (gate: Partial<Gate>) => whole(gate).robustness!.at[0].certified?.method ?? null;
  assertEquals(certified({}), null);
  assertEquals(certified({ thresholds: [{ on: "attacked", errorRate: 1 }] }), null);
  assertEquals(certified({ thresholds: [{ on: "certified", errorRate: 1 }] }), "auto");
  assertEquals(certified({ certify: "crown" }), "crown");
});

Deno.test("checkSteps() judges nothing by certificates of models that cannot be certified, and says why", () => {
  const nodes = [
    { id: "p", op: "softmax", from: ["input"] },
    { id: "top", op: "linear", from: ["p"], tensors: { W: "W", b: "b" }, attributes: { outputs: [2] } },
  ] as const;
  using own = model({ input: 1, nodes, head: "softmax" }, { seed: 1 });
  const judged = (more: Partial<Gate>) =>
    runSteps(checkSteps(own, four, { attacks: [], epsilons: [0.1], effort: "quick", ...more }, NAMES)).report;
  const error = assertThrows(() => judged({ thresholds: [{ on: "certified", errorRate: 1 }] }), InputError);
  assertEquals(error.message, "Cannot judge by certified: certificates do not know its operation softmax");
  const { at, warnings } = judged({ certify: "auto" }).robustness!;
  assertEquals(at[0].certified, null);
  assertEquals(warnings.filter(({ name }) => name === "noCertificates").map(({ text }) => text), [
    "Nothing is certified, and what no attack fooled is unresolved: certificates do not know its operation softmax",
  ]);
});

Deno.test("checkSteps() limits how far the worst case may exceed noise of its size", () => {
  const { verdicts: [{ value }], noise } = whole({ thresholds: [{ on: "attacked", errorOverNoise: 0 }] });
  assertEquals(value, 0.5 - noise[0].errorRate);
});

Deno.test("checkSteps() tries the attacks that are named, alone unless the worst case is asked for too, and says so", () => {
  const alone = whole({ attacks: ["fgsm"], thresholds: [{ on: "fgsm", errorRate: 1 }] });
  assertEquals([alone.robustness, alone.attacked.length], [null, 1]);
  assertEquals(alone.notes, [
    "fgsm alone is no bound on robustness: other attacks may fool the model where it does not",
  ]);
  for (const more of [{ effort: "quick" }, { thresholds: [{ on: "attacked", errorRate: 1 }] }] as const) {
    const both = whole({ attacks: ["fgsm"], ...more });
    assertEquals([both.attacked.length, both.notes], [1, []]);
    assert(both.robustness);
  }
  const none = whole({ effort: "none" });
  assertEquals([none.robustness, none.notes], [null, [
    "nothing was attacked, so nothing is known of robustness",
  ]]);
});

Deno.test("a worst case that was cut short passes no threshold, and fails those that it has shown to fail", () => {
  let time = 0;
  const late = { timeLimit: 0.001, now: () => time++ };
  const thresholds = [{ on: "attacked", errorRate: 0.6 }];
  const error = assertThrows(() => whole({ thresholds }, late), InputError);
  assertEquals([error.action, error.reason.slice(0, 16)], ["judge by attacked", "time was up at 0"]);
  // one of four is wrong as it is
  assertEquals(whole({ thresholds: [{ on: "attacked", errorRate: 0.2 }] }, late).passed, false);
  const certified = [{ on: "certified", errorRate: 0.2 }];
  assertThrows(() => whole({ thresholds: certified }, late), InputError, "judge by certified");
});

Deno.test("examples outside the bounds cannot be judged", () => {
  const thresholds = [{ on: "attacked", errorRate: 1 }];
  const clean = { predicted: four.labels, confidence: new Float32Array(4) };
  const noise = { attack: "noise", distance: "Linf" as const, epsilon: 0.15, zeroGradients: 0, ...clean };
  const gate: Gate = { ...GATE, epsilons: [0.15], thresholds };
  const report = robustness(sign, four, { epsilons: [0.15], bounds: [0, 1] });
  assertThrows(
    () => checkReport(gate, { clean, attacked: [noise] }, { examples: four, robustness: report, ...NAMES }),
    InputError,
    "outside the bounds",
  );
});

Deno.test("a gate's fixed inputs stay, its grid and its one-hot groups are kept, by attacks and by the control", () => {
  const family = softmaxLinear({ inputs: 3, classes: 2 });
  const tensors = {
    W: { shape: [2, 3], data: new Float32Array([0, 0, 0, 4, 1, -1]) },
    b: { shape: [2], data: new Float32Array([0, 0]) },
  };
  using own = model(family, { tensors });
  // x0 decides by itself, and where it is 0 the group does
  const examples = batch({ x: matrix(2, 3, [1, 0, 1, 0, 1, 0]), labels: [1, 1] });
  const errors = (gate: Partial<Gate>) => {
    const all: Gate = { ...GATE, epsilons: [1], effort: "quick", attacks: ["pgd"], ...gate };
    const { report: { outcomes, conditions } } = runSteps(checkSteps(own, examples, all, NAMES));
    const { attacks: _, seed: _seed, bounds: _bounds, ...within } = conditions;
    return [outcomes.map(({ wrong }) => wrong).join(" "), within];
  };
  assertEquals(errors({}), ["0 c c", {}]);
  assertEquals(errors({ fixed: [0] }), ["0 4 4", { fixed: [0] }]);
  assertEquals(errors({ fixed: [0, 1, 2] })[0], "0 0 0");
  // 1/2 is no step of a grid of whole numbers, and half a change of group is none
  assertEquals(errors({ epsilons: [0.5], grid: 1 })[0], "0 0 0");
  assertEquals(errors({ epsilons: [0.5], fixed: [0], oneHot: [[1, 2]] })[0], "0 0 0");
  assertEquals(errors({ fixed: [0], oneHot: [[1, 2]] }), ["0 4 4", { fixed: [0], oneHot: [[1, 2]] }]);
});

/** The fractions that a check yields with turns of so many passes, of the gate that tries nothing by name. */
function fractionsOf(examples: Batch, turn?: number): number[] {
  const gate: Gate = { ...GATE, epsilons: [0.15], effort: "quick" };
  return [...checkSteps(sign, examples, gate, { ...NAMES, turn })];
}

Deno.test("checkSteps() yield the part of all passes that is done, turn by turn", () => {
  // clean 1, noise of one size 1 and its answer; then fgsm 3 + 1, twice pgd of 20 steps 60 + 1, five times noise and an answer
  const single = 1 + 1 + 1, worst = 1 + 4 + 61 + 61 + 6, share = single / (single + worst);
  const gate: Gate = { ...GATE, epsilons: [0.15], effort: "quick" };
  const options = { epsilons: [0.15], effort: "quick", certify: "none" } as const;
  for (const [turn, chunk] of [[2, 1], [6, 2], [undefined, 250]]) {
    const [first, second] = [
      [...outcomes(sign, four, trialsOf(gate, 1), { turn })],
      [...robustnessSteps(sign, four, options, { chunk })],
    ];
    const expected = [...first.map((f) => f * share), ...second.map((f) => share + (1 - share) * f)];
    assertEquals(fractionsOf(four, turn), expected);
    assert(first.length > 0 || turn !== 2);
  }
  const alone: Gate = { ...gate, effort: "none", attacks: ["fgsm"] };
  const one = [...outcomes(sign, four, trialsOf(alone, 1), { turn: 2 })];
  assertEquals([...checkSteps(sign, four, alone, { ...NAMES, turn: 2 })], one);
  // no more than 250 at once, however long a turn is
  const x = matrix(251, 1, Array.from({ length: 251 }, (_, i) => 0.5 + i / 1000));
  const many = batch({ x, labels: new Int32Array(251).fill(1), classes: 2 });
  const steps = [...robustnessSteps(sign, many, options, { chunk: 250 })];
  assertEquals(fractionsOf(many, 9000).slice(-steps.length), steps.map((f) => share + (1 - share) * f));
});

Deno.test("checkSteps() of a sample look for the worst case on examples that are evenly spread, and say so", () => {
  const gate = { effort: "quick" } as const;
  const sampled = (sample: number) => whole(gate, { sample });
  const { robustness: found, notes, outcomes: known } = sampled(3);
  const { perExample: _, ...expected } = robustness(sign, select(four, [0, 1, 2]), {
    epsilons: [0.15],
    effort: "quick",
    certify: "none",
    perExample: true,
  });
  assertEquals(found, expected);
  assertEquals(notes, [
    "The worst case was looked for on 3 of the 4 examples, evenly spread; all other rates are of all 4.",
  ]);
  assertEquals(known.map(({ on }) => on), ["clean"]);
  assertEquals(sampled(2).robustness!.clean.errorRate, 0, "the first and the third, which are right");
  for (const all of [4, 5]) {
    assertEquals([sampled(all).robustness, sampled(all).notes], [whole(gate).robustness, []]);
  }
  assertEquals(whole(gate).conditions.seed, 0);
});
