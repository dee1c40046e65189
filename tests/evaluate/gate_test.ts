import { InputError } from "../../src/errors.ts";
import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import "../../src/runtime/inlined.ts";
import { batch } from "../../src/data/batch.ts";
import { heads } from "../../src/heads.ts";
import { matrix } from "../../src/matrix.ts";
import { GATE, type Gate, type Threshold, worstCaseOf } from "../../src/evaluate/gate.ts";
import { trialsOf } from "../../src/evaluate/trials.ts";
import type { Differentiable } from "../../src/models/classifier.ts";

const gate: Gate = { attacks: ["fgsm"], epsilons: [0.2, 0.5] };

/** Gives every input the same scores. */
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
    [{ on: "x", errorRate: 1 }, "is on x, which is none of clean, noise, fgsm"],
    [
      { on: "pgd", errorRate: 1 },
      'is on pgd, which the gate does not try: write "attacks": ["fgsm","pgd"], or "on": "attacked", the worst case over many attacks',
    ],
    [{ on: "attacked", epsilon: 0.3, errorRate: 1 }, "is at epsilon 0.3, which is none of 0.2, 0.5"],
    [
      { on: "certified", confidenceOnErrors: 1 },
      "limits confidenceOnErrors on certified, of which the error alone is known",
    ],
    [{ on: "certified", errorOverNoise: 1 }, "limits errorOverNoise on certified, which is no attack"],
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

Deno.test("worstCaseOf() is standard by default, and none where attacks are named and no threshold needs it", () => {
  const effort = (more: Partial<Gate>) => worstCaseOf({ ...GATE, ...more })?.effort ?? null;
  const on = (name: string) => [{ on: name, errorRate: 1 }];
  assertEquals(effort({}), "standard");
  assertEquals(effort({ thresholds: on("clean") }), "standard");
  assertEquals(effort({ attacks: ["fgsm"] }), null);
  assertEquals(effort({ attacks: ["fgsm"], thresholds: on("fgsm") }), null);
  assertEquals(effort({ attacks: ["fgsm"], thresholds: on("attacked") }), "standard");
  assertEquals(effort({ attacks: ["fgsm"], thresholds: on("certified") }), "standard");
  assertEquals(effort({ attacks: ["fgsm"], effort: "quick" }), "quick");
  assertEquals(effort({ effort: "none" }), null);
  assertEquals(worstCaseOf({ ...GATE, epsilons: [0, 0.1] })!.epsilons, [0.1]);
});

Deno.test("a gate's epsilon is 0.25 by default, its seed 0, and its bounds go on to all that is tried", () => {
  const [noise] = trialsOf(GATE, 1);
  assertEquals([noise.epsilons, noise.options], [[0.25], { seed: 0 }]);
  assert(!("bounds" in worstCaseOf(GATE)!));
  const bounded = { ...GATE, bounds: [0, 1] as const };
  assertEquals(trialsOf(bounded, 1)[0].options, { bounds: [0, 1], seed: 0 });
  assertEquals(worstCaseOf(bounded)!.bounds, [0, 1]);
});

Deno.test("trialsOf() spreads the noise over the inputs that may move, one at least", () => {
  const sizes = (fixed: number[]) =>
    trialsOf({ attacks: ["fgsm"], epsilons: [1], norm: "L1", fixed }, 4).at(-1)!.epsilons;
  assertEquals([sizes([]), sizes([0, 0, 2]), sizes([0, 1, 2, 3])], [[1 / 4], [1 / 2], [1]]);
});

Deno.test("a gate that asks for the worst case and leaves it out, or gives it no room, is refused", () => {
  const refuse = (gate: Partial<Gate>, problem: string) =>
    assertThrows(() => trialsOf({ ...GATE, ...gate }, 1), InputError, problem);
  refuse(
    { effort: "none", thresholds: [{ on: "attacked", errorRate: 1 }] },
    "is on attacked, which is none of clean",
  );
  refuse(
    { effort: "none", certify: "crown" },
    "certify goes with the worst case, which effort none leaves out",
  );
  refuse(
    { certify: "none", thresholds: [{ on: "certified", errorRate: 1 }] },
    "is on certified, and certify is none",
  );
  refuse({ epsilons: [0] }, "epsilons must hold one > 0");
  refuse(
    { epsilons: [0, 0.1], thresholds: [{ on: "attacked", epsilon: 0, errorRate: 1 }] },
    "which is clean",
  );
  refuse({ labels: "predicted" }, "labels goes with an attack that is named, and none is");
});
