import { InputError } from "../../src/errors.ts";
import { assertEquals, assertThrows } from "@std/assert";
import { anyAttacks, fgsm, signNoise } from "../../src/attacks/mod.ts";
import { predict } from "../../src/loss.ts";
import { finish, outcomes } from "../../src/evaluate/outcomes.ts";
import { examplesFor, forEveryModel, userModel } from "../models/specimens.ts";

Deno.test("outcomes() are the answers of each attack on all examples at once, whatever the runs", () => {
  forEveryModel((model, name) => {
    const examples = examplesFor(model, 501);
    const options = { seed: 2, bounds: [-1, 1] } as const;
    const epsilons = [0, 0.1, 0.3];
    const trials = Object.values(anyAttacks).map((attack) => ({ attack, epsilons, options }));
    const { clean, attacked } = finish(outcomes(model, examples, trials));
    const all = predict(model, examples.x);
    assertEquals(clean, { predicted: all.predicted, confidence: all.confidence }, name);
    const expected = Object.values(anyAttacks).flatMap((attack) =>
      attack.sweep(model, examples, { ...options, epsilons }).map(({ predicted, confidence }, i) => (
        { attack: attack.name, epsilon: epsilons[i], predicted, confidence }
      ))
    );
    assertEquals(attacked, expected, name);
  });
});

Deno.test("outcomes() yield once for 250 answers or more, and not for fewer", () => {
  const told = (rows: number, epsilons = [0.1]) => {
    const fractions: number[] = [];
    const trials = [{ attack: fgsm, epsilons }, { attack: signNoise, epsilons: [0.1] }];
    finish(outcomes(userModel(), examplesFor(userModel(), rows), trials), (each) => fractions.push(each));
    return fractions;
  };
  assertEquals([told(1), told(83), told(1, new Array(247).fill(0))], [[], [], []]);
  assertEquals(told(84, [0.1, 0.2]), [252 / 336]);
  assertEquals(told(250), [1 / 3, 2 / 3]);
  assertEquals(told(251), [250 / 753, 500 / 753, 750 / 753]);
  assertEquals(told(500, [0, 0.1]), [250, 750, 1000, 1250, 1750].map((done) => done / 2000));
});

Deno.test("outcomes() refuse what the attacks refuse", () => {
  const model = userModel();
  const trials = [{ attack: fgsm, epsilons: [-1] }];
  assertThrows(() => finish(outcomes(model, examplesFor(model, 2), trials)), InputError, "epsilon -1");
});
