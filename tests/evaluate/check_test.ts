import { InputError } from "../../src/errors.ts";
import { assert, assertEquals, assertThrows } from "@std/assert";
import "../../src/runtime/inlined.ts";
import { signNoise } from "../../src/attacks/mod.ts";
import { type Batch, batch } from "../../src/data/batch.ts";
import { matrix } from "../../src/matrix.ts";
import { checkReport } from "../../src/evaluate/check.ts";
import { type Gate, gateAttacks, type Threshold, trialsOf } from "../../src/evaluate/gate.ts";
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

Deno.test("checkReport() finds the examples that an attack turns, and what they turn into", () => {
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
  const { noise, flips: _flips, verdicts, passed, ...rest } = check(many);
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
  assertEquals(noise, rows.map((row) => ({ ...row, step: row.epsilon })));
  assertEquals([verdicts, passed], [[], null]);
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
