import { assertEquals, assertThrows } from "@std/assert";
import { attacks, fgsm } from "../../src/attacks/mod.ts";
import { predict } from "../../src/loss.ts";
import { finish, outcomes } from "../../src/measure/outcomes.ts";
import { examplesFor, forEveryModel, userModel } from "../models/specimens.ts";

Deno.test("outcomes() are the answers of each attack on all examples at once, whatever the runs", () => {
  forEveryModel((model, name) => {
    const examples = examplesFor(model, 501);
    const options = { seed: 2, bounds: [-1, 1] } as const;
    const epsilons = [0, 0.1, 0.3];
    const trials = Object.values(attacks).map((attack) => ({ attack, epsilons, options }));
    const { clean, attacked } = finish(outcomes(model, examples, trials));
    const all = predict(model, examples.x);
    assertEquals(clean, { predicted: all.predicted, confidence: all.confidence }, name);
    const expected = Object.values(attacks).flatMap((attack) =>
      attack(model, examples, { ...options, epsilon: epsilons }).map(({ predicted, confidence }, i) => (
        { attack: attack.attack, epsilon: epsilons[i], predicted, confidence }
      ))
    );
    assertEquals(attacked, expected, name);
  });
});

Deno.test("outcomes() yield between runs of 250 rows, and not for one run", () => {
  const told = (rows: number) => {
    const fractions: number[] = [];
    const trials = [{ attack: fgsm, epsilons: [0.1] }];
    finish(outcomes(userModel(), examplesFor(userModel(), rows), trials), (each) => fractions.push(each));
    return fractions;
  };
  assertEquals([told(1), told(250), told(251), told(1000)], [[], [], [250 / 251], [0.25, 0.5, 0.75]]);
});

Deno.test("outcomes() refuse what the attacks refuse", () => {
  const model = userModel();
  const trials = [{ attack: fgsm, epsilons: [-1] }];
  assertThrows(() => finish(outcomes(model, examplesFor(model, 2), trials)), RangeError, "epsilon -1");
});
