import { InputError } from "../../src/errors.ts";
import { assert, assertEquals, assertThrows } from "@std/assert";
import type { Attack } from "../../src/attacks/attack.ts";
import { anyAttacks, fgsm, signNoise } from "../../src/attacks/mod.ts";
import type { Batch } from "../../src/data/batch.ts";
import type { Matrix } from "../../src/matrix.ts";
import { predict } from "../../src/predict.ts";
import { outcomes, passesOf, runSteps } from "../../src/evaluate/outcomes.ts";
import type { Differentiable } from "../../src/models/classifier.ts";
import { SHORT } from "../attacks/short.ts";
import { examplesFor, userModel } from "../models/specimens.ts";

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

Deno.test("outcomes() are the answers of attacks on all examples at once, whatever the turns", () => {
  // the contract of all attacks tests that chunks change nothing
  sameAsSweeps(userModel(), "attacks of each kind", [fgsm, anyAttacks.ddn, anyAttacks.square, signNoise]);
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
  const examples = examplesFor(userModel(), 300);
  const trials = [{ attack: fgsm, epsilons: [0.1, 0.2] }, { attack: signNoise, epsilons: [0.1] }];
  for (const turn of [3, 100, 750, 1e9]) {
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
    // all takes 300 clean, 3 × 300 for the gradient, 300 for each answer
    const passes = 300 * (1 + 3 + 2 + 1);
    assert(turns.length + 1 <= Math.ceil(4 * passes / turn), `${turns.length} turns of ${turn}`);
    for (const [i, fraction] of fractions.entries()) {
      assert(fraction >= (fractions[i - 1] ?? 0) && fraction < 1, `${fractions}`);
    }
  }
});

const answered = (x: Matrix) => predict(userModel(), x);

/** An attack that leaves every input as it is, yields these fractions, and tells what options it was given. */
function idle(
  about: Pick<Attack, "needs" | "goal">,
  { fractions = [], options = {}, seen = () => {} }: {
    fractions?: readonly number[];
    options?: Attack["options"];
    seen?: (options: object) => void;
  } = {},
): Attack {
  return {
    ...{ name: "idle", norms: ["L2", "Linf"], options, ...about },
    *steps(_: Differentiable, { x }: Batch, options: { epsilons: readonly number[] }) {
      seen(options);
      yield* fractions;
      const { predicted, confidence } = answered(x);
      return options.epsilons.map((epsilon) => ({ predicted, confidence, zeroGradients: 10 * epsilon }));
    },
  } as unknown as Attack;
}

Deno.test("outcomes() ask about as many examples as a turn has room for, and yield before the next turn", () => {
  const calls: number[] = [], asked: object[] = [];
  const model = { ...userModel() };
  const seen = (options: object) => void asked.push(options);
  const examples = examplesFor(model, 600);
  const trials = [
    // 4 steps at 3 passes each for each of two sizes, and an answer for each
    {
      attack: idle({ needs: "gradients", goal: "within" }, { fractions: [0, 0.5], seen }),
      epsilons: [0.1, 0.2],
      options: { steps: 4 },
    },
    // a search of 140 for all sizes, and an answer for the one
    {
      attack: idle({ needs: "labels", goal: "nearest" }, { fractions: [0, 0.25, 0.5, 0.75], seen }),
      ...{ epsilons: [0.3], name: "mine", distance: "L1" as const },
    },
  ];
  const scores = (x: Matrix) => {
    calls.push(x.rows);
    return userModel().scores(x);
  };
  const fractions: number[] = [];
  const found = runSteps(
    outcomes({ ...model, scores }, examples, trials, { turn: 300 }),
    (f) => fractions.push(f),
  );
  const whole = 1 + (4 * 3 * 2 + 2) + (140 + 1);
  assertEquals(calls, [250, 250, 100]);
  assertEquals(asked, [{ steps: 4, epsilons: [0.1, 0.2], chunk: 100 }, { epsilons: [0.3], chunk: 100 }]);
  assertEquals(fractions, [
    ...[250 / 600 / whole, 500 / 600 / whole],
    ...[1 / whole, (1 + 26 * 0.5) / whole],
    // 300 passes of the gradient before; then three of 100 make a turn
    ...[27 / whole, (27 + 141 * 0.75) / whole],
  ]);
  const told = found.attacked.map(({ attack, distance, epsilon, zeroGradients }) =>
    [attack, distance, epsilon, zeroGradients].join(" ")
  );
  assertEquals(told, ["idle L2 0.1 1", "idle L2 0.2 2", "mine L1 0.3 3"]);
  const { predicted, confidence } = predict(model, examples.x);
  assertEquals(found.clean, { predicted, confidence });
  for (const each of found.attacked) assertEquals([each.predicted, each.confidence], [predicted, confidence]);
});

Deno.test("outcomes() of a small turn take one example a time, and of fewer examples than a chunk count these", () => {
  const one: number[] = [], options: object[] = [], fractions: number[] = [];
  const attack = idle({ needs: "gradients", goal: "within" }, {
    fractions: [0, 0.5],
    seen: (each) => options.push(each),
  });
  const scores = (x: Matrix) => {
    one.push(x.rows);
    return userModel().scores(x);
  };
  const trials = [{ attack, epsilons: [0.1] }];
  runSteps(outcomes({ ...userModel(), scores }, examplesFor(userModel(), 3), trials, { turn: 1 }));
  assertEquals([one, (options[0] as { chunk: number }).chunk], [[1, 1, 1], 1]);
  // 250 and 50 are no more than a turn of 300
  const none = [...outcomes(userModel(), examplesFor(userModel(), 300), [], { turn: 300 })];
  assertEquals(none, []);
  // 2 and 2 · 3 passes fit into a turn of 8
  runSteps(outcomes(userModel(), examplesFor(userModel(), 2), trials, { turn: 8 }), (f) => fractions.push(f));
  assertEquals(fractions, [(1 + 4 * 0.5) / 5]);
  assertEquals((options[1] as { chunk: number }).chunk, 2);
  const usual: object[] = [];
  const wide = {
    attack: idle({ needs: "labels", goal: "within" }, { seen: (each) => usual.push(each) }),
    epsilons: [],
  };
  runSteps(outcomes(userModel(), examplesFor(userModel(), 2), [wide]));
  assertEquals(usual, [{ epsilons: [], chunk: 250 }]);
});

Deno.test("passesOf() counts a gradient as three passes, an answer as one, and repetitions each time", () => {
  assertEquals(passesOf({ attack: fgsm, epsilons: [0.1, 0.2] }, 1), 3 + 2);
  assertEquals(passesOf({ attack: signNoise, epsilons: [0.1] }, 1), 1 + 1);
  assertEquals(passesOf({ attack: signNoise, epsilons: [0.1, 0.2], options: { restarts: 5 } }, 1), 2 * 5 + 2);
  const own = {
    steps: { kind: "integer", help: "", default: 7 },
    restarts: { kind: "integer", help: "", default: 2 },
  };
  const passes = (needs: Attack["needs"], goal: Attack["goal"], options: Record<string, unknown>) =>
    passesOf({
      attack: idle({ needs, goal }, { options: own as Attack["options"] }),
      epsilons: [1, 2, 3],
      options,
    }, 1);
  assertEquals(passes("labels", "within", {}), 7 * 2 * 3 + 3);
  assertEquals(passes("gradients", "within", { steps: 5 }), 3 * 5 * 2 * 3 + 3);
  // no restart is one walk, and what is no number says nothing
  assertEquals(passes("labels", "within", { restarts: 0 }), 7 * 3 + 3);
  assertEquals(passes("scores", "within", { restarts: "many" }), 7 * 3 + 3);
  assertEquals(passes("labels", "nearest", {}), 7 * 2 + 3);
  assertEquals(passes("labels", "within", { steps: 1, restarts: 1 }), 1 + 3);
  // an attack that asks about ten inputs beside each feature
  const wide = {
    ...idle({ needs: "labels", goal: "within" }),
    asks: (inputs: number) => 10 * inputs,
  } as Attack;
  const asked = [passesOf({ attack: wide, epsilons: [1] }, 3), passesOf({ attack: wide, epsilons: [1] }, 1)];
  assertEquals(asked, [30 + 1, 10 + 1]);
  const silent = (goal: Attack["goal"]) =>
    passesOf({ attack: idle({ needs: "gradients", goal }), epsilons: [1, 2] }, 1);
  assertEquals([silent("nearest"), silent("within")], [3 * 140 + 2, 3 + 2]);
});

Deno.test("outcomes() refuse the options that attacks refuse", () => {
  const model = userModel();
  const trials = [{ attack: fgsm, epsilons: [-1] }];
  assertThrows(() => runSteps(outcomes(model, examplesFor(model, 2), trials)), InputError, "epsilon -1");
});
