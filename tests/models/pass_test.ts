import { assertEquals, assertThrows } from "@std/assert";
import "../../src/runtime/inlined.ts";
import { InputError } from "../../src/errors.ts";
import { lossGradient } from "../../src/loss.ts";
import { predict } from "../../src/predict.ts";
import { type Matrix, matrix } from "../../src/matrix.ts";
import type { Differentiable } from "../../src/models/classifier.ts";
import { examplesFor, specimenModel, specimens } from "./specimens.ts";

/** The gradient of the loss in the scores, in ordinary memory. */
function lossOf(model: Differentiable, scores: Matrix, labels: Int32Array): Matrix {
  const dScores = matrix(scores.rows, scores.cols);
  model.head.loss({ loss: matrix(scores.rows, 1), dScores }, scores, labels);
  return dScores;
}

Deno.test("Model.pass() gives the scores and the gradient that scores() and inputGradient() give, to the bit", () => {
  for (const specimen of specimens) {
    using model = specimenModel(specimen);
    const { x, labels } = examplesFor(model, 9);
    const expected = { scores: model.scores(x).data, dX: lossGradient(model, { x, labels }).data };
    using pass = model.pass!();
    const resident = pass.matrix("mine", x.rows, x.cols);
    resident.data.set(x.data);
    for (const given of [x, resident]) {
      const scores = pass.forward(given);
      assertEquals(scores.data.slice(), expected.scores, specimen.name);
      assertEquals(pass.backward(lossOf(model, scores, labels)).data.slice(), expected.dX, specimen.name);
    }
    assertEquals(resident.data.slice(), x.data, `${specimen.name} leaves x`);
  }
});

Deno.test("Model.pass() and inputGradient() are right when the model is used between forward and backward", () => {
  for (const specimen of specimens) {
    using model = specimenModel(specimen);
    const { x, labels } = examplesFor(model, 9);
    const other = examplesFor(model, 12, { seed: 8 });
    const expected = lossGradient(model, { x, labels }).data;
    using pass = model.pass!();
    const scores = pass.forward(x);
    predict(model, other.x);
    lossGradient(model, other);
    {
      using nested = model.pass!();
      nested.backward(lossOf(model, nested.forward(other.x), other.labels));
    }
    assertEquals(scores.data.slice(), model.scores(x).data, specimen.name);
    assertEquals(pass.backward(lossOf(model, scores, labels)).data.slice(), expected, specimen.name);

    const inside = model.inputGradient(x, (scores, first) => {
      lossGradient(model, other);
      const own = labels.subarray(first, first + scores.rows);
      return lossOf(model, scores, own);
    });
    assertEquals(inside.data, expected, `${specimen.name}, from within its own callback`);
  }
});

Deno.test("Model.pass() keeps its matrices apart from those of another, and gives its memory on when disposed", () => {
  using model = specimenModel(specimens[0]);
  using first = model.pass!();
  const kept = first.matrix("a", 2, 3);
  kept.data.fill(1);
  {
    using second = model.pass!();
    const own = second.matrix("a", 2, 3);
    own.data.fill(2);
    assertEquals([...kept.data], [1, 1, 1, 1, 1, 1]);
  }
  using third = model.pass!();
  assertEquals([...third.matrix("a", 2, 3).data], [2, 2, 2, 2, 2, 2]);
  assertEquals(first.matrix("a", 2, 3), kept);
});

Deno.test("Model.pass() refuses inputs of another width, and a backward pass without a forward one", () => {
  using model = specimenModel(specimens[0]);
  using pass = model.pass!();
  assertThrows(
    () => pass.forward(matrix(1, model.inputs + 1)),
    InputError,
    "Cannot classify: the model takes",
  );
  assertThrows(() => pass.backward(matrix(1, model.classes)), InputError, "there was no forward pass");
});
