import { InputError } from "../../src/errors.ts";
import { assertAlmostEquals, assertThrows } from "@std/assert";
import "../../src/runtime/inlined.ts";
import { batch } from "../../src/data/batch.ts";
import { heads } from "../../src/heads.ts";
import { matrix } from "../../src/matrix.ts";
import { type Gate, type Threshold, trialsOf } from "../../src/evaluate/gate.ts";
import type { Differentiable } from "../../src/models/classifier.ts";

const gate: Gate = { attacks: ["fgsm"], epsilons: [0.2, 0.5] };

/** Says the same to every input. */
const flat: Differentiable = {
  inputs: 16,
  classes: 2,
  head: heads.softmax,
  scores: (x) => matrix(x.rows, 2),
  inputGradient: (x) => matrix(x.rows, 16),
};

Deno.test("trialsOf() gives the noise the norm of the attack's epsilon", () => {
  for (const [norm, p] of [["Linf", Infinity], ["L2", 2], ["L1", 1]] as const) {
    const trials = trialsOf({ attacks: ["fgsm"], epsilons: [0.5], norm }, flat.inputs);
    const { attack, epsilons: [epsilon], options } = trials.at(-1)!;
    const { x } = attack(flat, batch({ x: matrix(1, flat.inputs), labels: [0] }), { ...options, epsilon });
    const sizes = Array.from(x.data, Math.abs);
    const length = p === Infinity
      ? Math.max(...sizes)
      : sizes.reduce((sum, size) => sum + size ** p, 0) ** (1 / p);
    assertAlmostEquals(length, 0.5, 1e-6, norm);
  }
});

Deno.test("trialsOf() refuses thresholds that nothing could fail", () => {
  const refused: [Threshold, string][] = [
    [{ on: "pgd", errorRate: 1 }, "is on pgd, which is none of clean, noise, fgsm"],
    [{ on: "fgsm", epsilon: 0.3, errorRate: 1 }, "is at epsilon 0.3, which is none of 0.2, 0.5"],
    [{ on: "clean", epsilon: 0.2, errorRate: 1 }, "is on clean, which has no epsilon"],
    [{ on: "fgsm" }, "limits none of errorRate, confidenceOnErrors, errorOverNoise"],
    [
      { on: "noise", errorOverNoise: 0 },
      "limits errorOverNoise on noise, which is no attack bounded in a norm",
    ],
  ];
  for (const [threshold, problem] of refused) {
    const thresholds = [{ on: "clean", errorRate: 1 }, threshold];
    assertThrows(
      () => trialsOf({ ...gate, thresholds }, 1),
      InputError,
      `Cannot check: thresholds[1] ${problem}`,
    );
  }
});
