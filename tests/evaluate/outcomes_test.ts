import { InputError } from "../../src/errors.ts";
import { assert, assertEquals, assertThrows } from "@std/assert";
import type { Attack } from "../../src/attacks/attack.ts";
import { anyAttacks, fgsm, signNoise } from "../../src/attacks/mod.ts";
import { predict } from "../../src/predict.ts";
import { outcomes, passesOf, runSteps } from "../../src/evaluate/outcomes.ts";
import type { Differentiable } from "../../src/models/classifier.ts";
import { SHORT } from "../attacks/short.ts";
import { examplesFor, forEveryModel, userModel } from "../models/specimens.ts";

/** Tests that turns of any length give `model` what each of these attacks gives on all examples at once. */
function sameAsSweeps(model: Differentiable, name: string, attacks: readonly Attack[]): void {
  // more than one chunk
  const examples = examplesFor(model, 251);
  const options = { seed: 2, bounds: [-1, 1] } as const, epsilons = [0, 0.1, 0.3];
  const all = predict(model, examples.x);
  const expected = attacks.flatMap((attack) =>
    attack.sweep(model, examples, { ...options, ...SHORT[attack.name], epsilons }).map((result, i) => {
      const { predicted, confidence, zeroGradients } = result;
      const { name: attackName, norms: [distance] } = attack;
      return { attack: attackName, distance, epsilon: epsilons[i], predicted, confidence, zeroGradients };
    })
  );
  const trials = attacks.map((attack) => ({
    attack,
    epsilons,
    options: { ...options, ...SHORT[attack.name] },
  }));
  for (const turn of [undefined, 50]) {
    const { clean, attacked } = runSteps(outcomes(model, examples, trials, { turn }));
    assertEquals(clean, { predicted: all.predicted, confidence: all.confidence }, name);
    assertEquals(attacked, expected, name);
  }
}

Deno.test("outcomes() are the answers of each attack on all examples at once, whatever the turns", () => {
  sameAsSweeps(userModel(), "every attack", Object.values(anyAttacks));
  forEveryModel((model, name) => sameAsSweeps(model, name, [fgsm, signNoise]));
});

/** A model that says how many rows passed through it, a gradient counting as three. */
function counting(passed: (rows: number) => void): Differentiable {
  const mine = userModel();
  return {
    ...mine,
    scores(x) {
      passed(x.rows);
      return mine.scores(x);
    },
    inputGradient(x, dScores) {
      passed(3 * x.rows);
      return mine.inputGradient(x, dScores);
    },
  };
}

Deno.test("outcomes() yield before more passes than a turn has, and rarely", () => {
  const examples = examplesFor(userModel(), 600);
  const trials = [{ attack: fgsm, epsilons: [0.1, 0.2] }, { attack: signNoise, epsilons: [0.1] }];
  for (const turn of [3, 30, 100, 750, 1e9]) {
    let passed = 0;
    const turns: number[] = [], fractions: number[] = [];
    const model = counting((rows) => passed += rows);
    const result = runSteps(outcomes(model, examples, trials, { turn }), (fraction) => {
      turns.push(passed);
      fractions.push(fraction);
      passed = 0;
    });
    assertEquals(result.attacked.length, 3);
    for (const each of [...turns, passed]) {
      assert(each <= Math.max(turn, 3), `${each} passes in a turn of ${turn}`);
    }
    // all takes 600 clean, 3 × 600 for the gradient, 600 for each answer
    const passes = 600 * (1 + 3 + 2 + 1);
    assert(turns.length + 1 <= Math.ceil(4 * passes / turn), `${turns.length} turns of ${turn}`);
    for (const [i, fraction] of fractions.entries()) {
      assert(fraction >= (fractions[i - 1] ?? 0) && fraction < 1, `${fractions}`);
    }
  }
});

Deno.test("passesOf() counts a gradient as three passes, and each answer as one", () => {
  assertEquals(passesOf({ attack: fgsm, epsilons: [0.1, 0.2] }), 3 + 2);
  assertEquals(passesOf({ attack: signNoise, epsilons: [0.1] }), 1 + 1);
  assertEquals(passesOf({ attack: signNoise, epsilons: [0.1, 0.2], options: { restarts: 5 } }), 2 * 5 + 2);
});

Deno.test("outcomes() refuse what the attacks refuse", () => {
  const model = userModel();
  const trials = [{ attack: fgsm, epsilons: [-1] }];
  assertThrows(() => runSteps(outcomes(model, examplesFor(model, 2), trials)), InputError, "epsilon -1");
});
