import { InputError } from "../../src/errors.ts";
import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import "../../src/runtime/inlined.ts";
import { fgsm } from "../../src/attacks/fgsm.ts";
import { anyAttacks, signNoise } from "../../src/attacks/mod.ts";
import { rubbish } from "../../src/attacks/rubbish.ts";
import { type Batch, batch } from "../../src/data/batch.ts";
import { heads } from "../../src/heads.ts";
import { matrix } from "../../src/matrix.ts";
import { fooledRate } from "../../src/evaluate/evaluation.ts";
import { confusion, measure, measureRubbish, sweep } from "../../src/evaluate/measure.ts";
import type { Differentiable } from "../../src/models/classifier.ts";
import { SHORT } from "../attacks/short.ts";
import { examplesFor, forEveryModel, userModel } from "../models/specimens.ts";

/** A model whose inputs are the log probabilities of its three classes, each for itself. */
const transparent: Differentiable = {
  inputs: 3,
  classes: 3,
  head: heads.exponential,
  scores: (x) => matrix(x.rows, 3, x.data.slice()),
  inputGradient: (x, dScores) => dScores(matrix(x.rows, 3, x.data.slice()), 0),
};

/** Examples to which `transparent` gives these probabilities. */
function answered(rows: number[][], labels: number[]): Batch {
  return batch({ x: matrix(rows.length, 3, rows.flat().map(Math.log)), labels, classes: 3 });
}

const five = answered([
  [0.5, 0.25, 0.125],
  [0.25, 0.75, 0.125],
  [0.625, 0.25, 0.5],
  [0.125, 0.25, 0.375],
  [0.125, 0.875, 0.25],
], [0, 1, 1, 0, 1]);

/** Probabilities pass through a float32 logarithm below 3 and an exponential. */
const ROUNDING = 1e-6;

Deno.test("measure() gives the rates and means that one finds by hand, over all and by true class", () => {
  const { perClass, ...overall } = measure(transparent, five);
  // predicted 0, 1, 0, 2, 1: the third and the fourth are wrong
  assertEquals([overall.examples, overall.errorRate], [5, 0.4]);
  assertAlmostEquals(overall.confidence, (0.5 + 0.75 + 0.625 + 0.375 + 0.875) / 5, ROUNDING);
  assertAlmostEquals(overall.confidenceOnErrors!, (0.625 + 0.375) / 2, ROUNDING);

  const [zero, one, two] = perClass;
  assertEquals([zero!.examples, zero!.errorRate], [2, 0.5]);
  assertAlmostEquals(zero!.confidence, (0.5 + 0.375) / 2, ROUNDING);
  assertAlmostEquals(zero!.confidenceOnErrors!, 0.375, ROUNDING);
  assertEquals([one!.examples, one!.errorRate], [3, 1 / 3]);
  assertAlmostEquals(one!.confidence, (0.75 + 0.625 + 0.875) / 3, ROUNDING);
  assertAlmostEquals(one!.confidenceOnErrors!, 0.625, ROUNDING);
  assertEquals(two, null);
});

Deno.test("measure() has no confidence on errors where there are none, and no correct answer at error 1", () => {
  const right = answered([[0.5, 0.25, 0.25], [0.25, 0.5, 0.25]], [0, 1]);
  assertEquals(measure(transparent, right).errorRate, 0);
  assertEquals(measure(transparent, right).confidenceOnErrors, null);
  const wrong = { ...right, labels: Int32Array.of(1, 2) };
  const { errorRate, confidence, confidenceOnErrors } = measure(transparent, wrong);
  assertEquals([errorRate, confidenceOnErrors], [1, confidence]);
});

Deno.test("measure() takes the first of classes that are equally probable", () => {
  const tie = answered([[0.25, 0.5, 0.5]], [1]);
  assertEquals(measure(transparent, tie).errorRate, 0);
  assertEquals(measure(transparent, { ...tie, labels: Int32Array.of(2) }).errorRate, 1);
});

Deno.test("confusion() counts the examples of each class by predicted class", () => {
  const labels = Int32Array.of(0, 1, 1, 2, 1), predicted = Int32Array.of(0, 2, 1, 0, 2);
  assertEquals(confusion({ predicted }, { labels, classes: 3 }), [[1, 0, 0], [0, 1, 2], [1, 0, 0]]);
});

Deno.test("measure() of a class with one example is of that one", () => {
  const { perClass } = measure(transparent, answered([[0.5, 0.25, 0.125], [0.5, 0.25, 0.125]], [1, 0]));
  assertEquals(perClass.map((own) => own && [own.examples, own.errorRate]), [[1, 0], [1, 1], null]);
});

Deno.test("measure() by class adds up to the whole", () => {
  forEveryModel((each, name) => {
    const { perClass, examples, errorRate, confidence } = measure(each, examplesFor(each, 97));
    const some = perClass.filter((own) => own !== null);
    const total = (of: (own: typeof some[number]) => number) =>
      some.reduce((sum, own) => sum + own.examples * of(own), 0);
    assertEquals([perClass.length, total(() => 1)], [each.classes, examples], name);
    // sums of fewer than 100 doubles below 1
    assertAlmostEquals(total((own) => own.errorRate) / examples, errorRate, 1e-13, name);
    assertAlmostEquals(total((own) => own.confidence) / examples, confidence, 1e-13, name);
  });
});

Deno.test("measure() and sweep() refuse zero examples, and examples that do not fit", () => {
  const none = examplesFor(userModel(), 0);
  assertThrows(() => measure(userModel(), none), InputError, "Cannot measure: there are no examples");
  const sweepNone = () => sweep(userModel(), none, { attack: fgsm, epsilons: [0.1] });
  assertThrows(sweepNone, InputError, "Cannot measure: there are no examples");
  assertThrows(() => measure(userModel(), five), InputError, "the model takes 7 inputs, the examples have 3");
});

Deno.test("sweep() is measure() of each attack alone, at epsilon 0 of the examples themselves", () => {
  const model = userModel(), examples = examplesFor(model, 40);
  const epsilons = [0, 0.1, 0.3];
  // the contract of all attacks tests that sweep() gives the same as single calls
  for (const attack of [fgsm, anyAttacks.ddn, signNoise]) {
    const options = { ...SHORT[attack.name], seed: 3, bounds: [-1, 1] } as const;
    const rows = sweep(model, examples, { attack, epsilons, ...options });
    const alone = epsilons.map((epsilon) => ({
      attack: attack.name,
      epsilon,
      ...measure(model, attack(model, examples, { epsilon, ...options })),
    }));
    assertEquals(rows, alone);
    assertEquals({ attack: attack.name, epsilon: 0, ...measure(model, examples) }, rows[0]);
  }
});

Deno.test("sweep() measures errors against the truth also under a target", () => {
  const examples = examplesFor(userModel(), 40);
  const [row] = sweep(userModel(), examples, { attack: signNoise, epsilons: [0.1], target: 1 });
  assertEquals(
    row.errorRate,
    measure(userModel(), signNoise(userModel(), examples, { epsilon: 0.1 })).errorRate,
  );
});

Deno.test("sweep() refuses an epsilon that its attack refuses", () => {
  const wrong = () =>
    sweep(userModel(), examplesFor(userModel(), 2), { attack: fgsm, epsilons: [0.1, -0.1] });
  assertThrows(wrong, InputError, "Cannot attack by fgsm with epsilon -0.1");
});

Deno.test("measureRubbish() gives the rates, means and shares that one finds by hand", () => {
  const rubbish = {
    x: matrix(4, 1),
    predicted: Int32Array.of(2, 0, 2, 1),
    confidence: Float32Array.of(0.75, 0.25, 0.625, 0.875),
    probabilities: matrix(4, 3),
    fooled: Uint8Array.of(1, 0, 1, 1),
  };
  assertEquals(measureRubbish(rubbish), {
    samples: 4,
    errorRate: 0.75,
    confidenceOnErrors: 0.75,
    classes: [0, 1 / 3, 2 / 3],
  });
  assertEquals(measureRubbish({ ...rubbish, fooled: new Uint8Array(4) }), {
    samples: 4,
    errorRate: 0,
    confidenceOnErrors: null,
    classes: [0, 0, 0],
  });
  const bad = [
    { confidence: Float32Array.of(0.75, NaN, 0.625, 0.875) },
    { probabilities: matrix(4, 3, [0, 0, 0, NaN, 0, 0, 0, 0, 0, 0, 0, 0]) },
  ];
  for (const part of bad) {
    assertThrows(() => measureRubbish({ ...rubbish, ...part }), InputError, "not a finite");
  }
  const one = measureRubbish({ ...rubbish, fooled: Uint8Array.of(0, 0, 1, 0) });
  assertEquals([one.confidenceOnErrors, one.classes], [0.625, [0, 0, 1]]);
  const none = {
    x: matrix(0, 1),
    predicted: new Int32Array(0),
    confidence: new Float32Array(0),
    probabilities: matrix(0, 3),
    fooled: new Uint8Array(0),
  };
  assertThrows(() => measureRubbish(none), InputError, "Cannot measure rubbish: there are no samples");
  assertThrows(
    () => measureRubbish({ ...rubbish, fooled: new Uint8Array(3) }),
    InputError,
    "Cannot measure rubbish: 3 of fooled for 4 samples",
  );
});

Deno.test("measureRubbish() of rubbish() has shares that sum to 1, and confidence above the threshold", () => {
  forEveryModel((each, name) => {
    const { samples, errorRate, confidenceOnErrors, classes } = measureRubbish(
      rubbish(each, { samples: 500, threshold: 0.4, std: 0.5 }),
    );
    assertEquals([samples, classes.length], [500, each.classes], name);
    const sum = classes.reduce((a, b) => a + b, 0);
    assertAlmostEquals(sum, errorRate > 0 ? 1 : 0, 1e-13, name);
    assert(confidenceOnErrors === null ? errorRate === 0 : confidenceOnErrors > 0.4, name);
  });
});

Deno.test("fooledRate() is a share of the examples that were right before: all, one or none", () => {
  const rate = (clean: number[], attacked: number[]) =>
    fooledRate(
      { predicted: Int32Array.from(clean) },
      { predicted: Int32Array.from(attacked) },
      Int32Array.of(0, 1, 2),
    );
  assertEquals(rate([0, 1, 2], [0, 0, 2]), 1 / 3);
  assertEquals(rate([1, 1, 0], [2, 2, 2]), 1);
  assertEquals(rate([1, 1, 0], [2, 1, 2]), 0);
  assertEquals(rate([1, 0, 0], [0, 1, 2]), null);
});
