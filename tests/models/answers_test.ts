import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { InputError } from "../../src/errors.ts";
import "../../src/runtime/inlined.ts";
import type { Adversarial } from "../../src/attacks/attack.ts";
import { fgsm } from "../../src/attacks/fgsm.ts";
import { anyAttacks, pgd } from "../../src/attacks/mod.ts";
import { directedRubbish, rubbish } from "../../src/attacks/rubbish.ts";
import { universal } from "../../src/attacks/universal.ts";
import { type Batch, batch, type Examples } from "../../src/data/batch.ts";
import { certifiedRadius, certify } from "../../src/certify/mod.ts";
import { transfer } from "../../src/evaluate/agreement.ts";
import { alongLine } from "../../src/evaluate/line.ts";
import { measure, sweep } from "../../src/evaluate/measure.ts";
import { outcomes, runSteps } from "../../src/evaluate/outcomes.ts";
import { robustness } from "../../src/evaluate/robustness.ts";
import { heads } from "../../src/heads.ts";
import { lossDirection, losses, lossGradient } from "../../src/loss.ts";
import { predict } from "../../src/predict.ts";
import { type Matrix, matrix } from "../../src/matrix.ts";
import type { Differentiable } from "../../src/models/classifier.ts";
import { softmaxLinear } from "../../src/models/mod.ts";
import { model } from "../../src/models/model.ts";
import { SHORT } from "../attacks/short.ts";

/** Two inputs that are the scores of two classes; `gradient` and `scores` may be spoiled. */
function identity(
  { scores = (x) => matrix(x.rows, 2, x.data.slice()), gradient = (d) => d }: {
    scores?: (x: Matrix) => Matrix;
    gradient?: (d: Matrix) => Matrix;
  } = {},
): Differentiable {
  return {
    inputs: 2,
    classes: 2,
    head: heads.softmax,
    scores,
    inputGradient: (x, dScores) => gradient(dScores(scores(x), 0)),
  };
}

const good = identity();
const linear = model(softmaxLinear({ inputs: 2, classes: 2 }), {
  tensors: {
    W: { shape: [2, 2], data: Float32Array.of(1, 0, 0, 1) },
    b: { shape: [2], data: new Float32Array(2) },
  },
});
const examples = batch({ x: matrix(3, 2, [0.5, 0.25, 0.25, 0.5, 0.75, 0.125]), labels: [0, 1, 0] });

/** The matrix with `value` at one place. */
function spoiled(m: Matrix, at: number, value: number): Matrix {
  const data = m.data.slice();
  data[at] = value;
  return matrix(m.rows, m.cols, data);
}

/** Public functions that ask a model for scores. */
const ASK_SCORES: Record<string, (model: Differentiable, examples: Batch) => unknown> = {
  predict: (model, { x }) => predict(model, x),
  losses,
  measure,
  sweep: (model, b) => sweep(model, b, { attack: fgsm, epsilons: [0.1, 0.2] }),
  transfer: (model, b) => transfer([good, model], b, { attack: fgsm, epsilon: 0.1 }),
  outcomes: (model, b) => runSteps(outcomes(model, b, [])),
  robustness: (model, b) => robustness(model, b, { epsilons: [0.1], effort: "quick" }),
  line: (model, { x }) =>
    alongLine(model, matrix(1, 2, x.data.slice(0, 2)), { direction: matrix(1, 2, [1, 1]), epsilons: [0, 1] }),
  universal: (model, b) => universal(model, b, { epsilon: 0.1 }),
  ...Object.fromEntries(
    Object.entries(anyAttacks).map(([name, attack]) => [
      name,
      (model: Differentiable, b: Batch) => attack(model, b, { ...SHORT[name], epsilon: 0.1 }),
    ]),
  ),
};

/** Those that make their own inputs. */
const MAKE_INPUTS: Record<string, (model: Differentiable) => unknown> = {
  rubbish: (model) => rubbish(model, { samples: 3 }),
  directedRubbish: (model) => directedRubbish(model, { samples: 3, target: 0, epsilon: 0.1 }),
};

for (const [name, ask] of Object.entries({ ...ASK_SCORES, ...MAKE_INPUTS })) {
  Deno.test(`${name} refuses scores that are NaN, of another shape, several +∞ or all −∞, and never counts them as class 0`, () => {
    const wrong: [(x: Matrix) => Matrix, RegExp][] = [
      [(x) => matrix(x.rows, 2, new Float32Array(2 * x.rows).fill(NaN)), /score 0 of example \d is NaN/],
      [
        (x) => spoiled(matrix(x.rows, 2, x.data.slice()), 2 * x.rows - 1, NaN),
        /score 1 of example \d is NaN/,
      ],
      [(x) => matrix(x.rows, 2, new Float32Array(2 * x.rows).fill(-Infinity)), /all scores of example \d/],
      [
        (x) => matrix(x.rows, 2, new Float32Array(2 * x.rows).fill(Infinity)),
        /several scores of example \d are/,
      ],
      [(x) => matrix(x.rows, 3), /expected scores of shape \(\d+, 2\), got \(\d+, 3\)/],
      [(x) => matrix(x.rows + 1, 2), /expected scores of shape|scores of examples/],
    ];
    for (const [scores, sentence] of wrong) {
      const error = assertThrows(
        () => ask(identity({ scores }), examples),
        InputError,
      );
      assert(sentence.test(error.message), error.message);
    }
  });
}

for (const [name, ask] of Object.entries(ASK_SCORES)) {
  Deno.test(`${name} refuses inputs that are NaN or infinite, and says where`, () => {
    for (const value of [NaN, Infinity, -Infinity]) {
      const bad = { ...examples, x: spoiled(examples.x, 1, value) };
      const error = assertThrows(() => ask(good, bad), InputError);
      assertStringIncludes(error.message, `input 1 of example 0 is ${value}, not a finite number`);
    }
  });
}

const FOLLOW_GRADIENTS = {
  lossGradient,
  lossDirection,
  universal: ASK_SCORES.universal,
  robustness: ASK_SCORES.robustness,
  directedRubbish: MAKE_INPUTS.directedRubbish,
  ...Object.fromEntries(
    Object.entries(anyAttacks).filter(([, { needs }]) => needs === "gradients")
      .map(([name]) => [name, ASK_SCORES[name]]),
  ),
};

for (const [name, follow] of Object.entries(FOLLOW_GRADIENTS)) {
  Deno.test(`${name} refuses a gradient that is NaN, infinite or of another shape`, () => {
    const wrong: [(d: Matrix) => Matrix, RegExp][] = [
      [(d) => spoiled(d, 0, NaN), /the gradient in input 0 of example \d is NaN, not a finite number/],
      [(d) => spoiled(d, 1, Infinity), /the gradient in input 1 of example \d is Infinity/],
      [(d) => matrix(d.rows, 3), /expected a gradient of shape \(\d+, 2\), got \(\d+, 3\)/],
    ];
    for (const [gradient, sentence] of wrong) {
      const error = assertThrows(() => follow(identity({ gradient }), examples), InputError);
      assert(sentence.test(error.message), error.message);
    }
  });
}

Deno.test("infinite scores are the greatest float32: a softmax of [∞, 0, 1] has probabilities and losses", () => {
  const scores = (x: Matrix) =>
    matrix(x.rows, 3, Array.from({ length: x.rows }, () => [Infinity, 0, 1]).flat());
  const three: Differentiable = {
    inputs: 2,
    classes: 3,
    head: heads.softmax,
    scores,
    inputGradient: (x, dScores) => (dScores(scores(x), 0), matrix(x.rows, 2)),
  };
  const { predicted, probabilities } = predict(three, examples.x);
  assertEquals([...predicted, ...probabilities.data.slice(0, 3)], [0, 0, 0, 1, 0, 0]);
  const [right, wrong] = losses(three, { x: matrix(2, 2), labels: Int32Array.of(0, 1) });
  assertEquals(right, 0);
  assert(wrong > 3e38);
  const one: Differentiable = {
    ...three,
    classes: 2,
    head: heads.binary,
    scores: (x) => matrix(x.rows, 1, new Float32Array(x.rows).fill(-Infinity)),
  };
  assertEquals([...predict(one, examples.x).predicted], [0, 0, 0]);
});

Deno.test("a model whose gradient never asks for scores is attacked by its scores, and each gradient of 0 is counted", () => {
  const blind: Differentiable = { ...good, inputGradient: (x) => matrix(x.rows, 2) };
  const { zeroGradients, x } = fgsm(blind, examples, { epsilon: 0.1 });
  assertEquals([zeroGradients, ...x.data], [3, ...examples.x.data]);
});

Deno.test("a wrong answer far into a batch is reported with the example's own place", () => {
  const x = matrix(600, 2, Float32Array.from({ length: 1200 }, (_, i) => i / 2048));
  const scores = (given: Matrix) =>
    matrix(given.rows, 2, given.data.map((value) => value === x.data[2 * 555] ? NaN : value));
  const many = batch({ x, labels: new Int32Array(600), classes: 2 });
  const error = assertThrows(() => fgsm(identity({ scores }), many, { epsilon: 0.1 }), InputError);
  assertStringIncludes(error.message, "score 0 of example 555 is NaN");
  assertStringIncludes(
    assertThrows(() => runSteps(outcomes(identity({ scores }), many, [])), InputError).message,
    "score 0 of example 555 is NaN",
  );
});

Deno.test("attacks take targets from a plain array, and refuse invalid classes, other values, and reversed bounds", () => {
  const options = { epsilon: 0.1, target: [1, 0, 1] as unknown as Int32Array };
  const typed = pgd(good, examples, { ...options, target: Int32Array.of(1, 0, 1) });
  assertEquals(pgd(good, examples, options).x.data, typed.x.data);
  const refused = (more: object) =>
    assertThrows(() => pgd(good, examples, { epsilon: 0.1, ...more }), InputError).message;
  assertStringIncludes(refused({ target: ["1", 0, 1] }), 'target "1" of example 0 is not a whole number');
  assertStringIncludes(refused({ target: "1" }), 'targets must be an array of whole numbers, not "1"');
  assertStringIncludes(refused({ target: [1, 0] }), "3 examples but 2 targets");
  assertStringIncludes(refused({ bounds: { min: 0, max: 1 } }), "expected one pair of bounds, or 2 of them");
});

/** Public functions that take examples with labels. */
const TAKE_LABELS: Record<string, (model: Differentiable, examples: Examples) => unknown> = {
  ...ASK_SCORES,
  lossGradient,
  lossDirection,
  certify: (_, b) => certify(linear, b, { epsilon: 0.1 }).examples,
  certifiedRadius: (_, b) => certifiedRadius(linear, b),
  stream: (model, b) => [...fgsm.stream(model, b, { epsilon: 0.1 })].map(({ x }) => x),
  steps: (model, b) => runSteps(fgsm.steps(model, b, { epsilons: [0.1] })).map(({ x }) => x),
};
for (const name of ["predict", "line", "outcomes"]) delete TAKE_LABELS[name];

for (const [name, take] of Object.entries(TAKE_LABELS)) {
  Deno.test(`${name} takes labels of any array of whole numbers, and refuses examples whose parts do not fit`, () => {
    const told = (given: Examples) => {
      const answer = take(good, given) as Partial<Adversarial>;
      return answer.attack && answer.conditions
        ? [answer.x, answer.fooled, answer.labels, answer.classes]
        : answer;
    };
    const expected = told(examples);
    for (const labels of [[0, 1, 0], Uint8Array.of(0, 1, 0), BigInt64Array.of(0n, 1n, 0n)]) {
      assertEquals(told({ x: examples.x, labels }), expected);
    }
    const { rows, cols, data } = examples.x;
    assertEquals(told({ ...examples, x: { rows, cols, data: Array.from(data) as never } }), expected);
    const refused = (more: object) =>
      assertThrows(() => take(good, { ...examples, ...more }), InputError).message;
    for (
      const [more, sentence] of [
        [{ labels: Int32Array.of(0, 1) }, "3 examples but 2 labels"],
        [{ labels: Int32Array.of(0, 1, 9) }, "label 9 of example 2"],
        [{ labels: [0, 1, -5] }, "label -5 of example 2"],
        [{ labels: [0, 0.5, 1] }, "label 0.5 of example 1"],
        [
          { labels: ["a", "b", "a"] },
          'label "a" of example 0 is not a whole number in 0 … 1; of class names',
        ],
        [{ labels: 3 }, "labels must be an array of whole numbers, not 3"],
        [{ classes: 3 }, "the examples have 3 classes, the model 2"],
        [{ classes: NaN }, "the examples have NaN classes"],
        [{ x: { rows: 3, cols: 2, data: new Float32Array(4) } }, "x of shape (3, 2) has 4 numbers"],
        [{ x: matrix(3, 5) }, "the model takes 2 inputs, the examples have 5"],
        [{ x: [[1, 2], [3, 4]] }, "x must be a matrix, as matrix() makes one"],
      ] as const
    ) {
      assertStringIncludes(refused(more), sentence);
    }
    assertStringIncludes(
      assertThrows(() => take(good, null as never), InputError).message,
      "examples must be a batch, as batch() makes one, not null",
    );
  });
}
