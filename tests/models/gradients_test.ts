import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { losses, lossGradient } from "../../src/loss.ts";
import type { KeepRate } from "../../src/graph/training_pass.ts";
import { type Matrix, matrix } from "../../src/matrix.ts";
import { executorOf } from "../../src/models/model.ts";
import { assertClose, centralDifference } from "../support.ts";
import { examplesFor, specimenModel, specimens, userModel } from "./specimens.ts";
import { kinksOf, smoothExamples, sum } from "./reference.ts";
import type { Batch } from "../../src/data/batch.ts";
import type { Differentiable } from "../../src/models/classifier.ts";

/**
 * Step of the central differences, a power of two. A sum of losses below 10 carries some 10 ulps of 2⁻²¹, which the
 * division by 2h makes 6e-4; the third derivatives, below 50, add h²/6 times themselves, 1.3e-4.
 */
const STEP = 2 ** -8, TOLERANCE = 1e-3;

/** Every family with examples where a step in any input or parameter crosses no kink. */
const trials = specimens.flatMap((specimen) =>
  smoothExamples(specimen, STEP).map((examples) => ({ specimen, examples }))
);

Deno.test("lossGradient() of every model agrees with central differences of its loss", () => {
  const check = (each: Differentiable, name: string, examples: Batch) => {
    const gradient = lossGradient(each, examples);
    const { data, cols } = examples.x;
    const numeric = data.map((_, j) =>
      centralDifference(() => losses(each, examples)[Math.floor(j / cols)], data, j, STEP)
    );
    assertClose(gradient.data, numeric, TOLERANCE, name);
    assert(gradient.data.some((slope) => Math.abs(slope) > 0.1), `${name} has gradients of ordinary size`);
  };
  for (const { specimen, examples } of trials) {
    using each = specimenModel(specimen);
    check(each, specimen.name, examples);
  }
  check(userModel(), "a user's model", examplesFor(userModel(), 4, { seed: 3 }));
});

Deno.test("Network.backward() of every family agrees with central differences in every parameter", () => {
  for (const { specimen: { name, family, tensors }, examples: { x, labels } } of trials) {
    using network = executorOf(family, tensors);
    const evaluate = () => {
      const scores = network.forward(network.workspace.copy("x", x));
      const [loss, dScores] = [matrix(x.rows, 1), matrix(scores.rows, scores.cols)];
      family.head.loss({ loss, dScores }, scores, labels);
      return { loss: sum(loss.data), dScores };
    };
    network.backward(evaluate().dScores, { inputs: true, parameters: "replace" });
    for (const { name: parameter, value, gradient } of network.parameters) {
      const analytic = gradient.data.slice();
      const numeric = analytic.map((_, i) =>
        centralDifference(
          () => {
            network.refresh();
            return evaluate().loss;
          },
          value.data,
          i,
          STEP,
        )
      );
      network.refresh();
      assertClose(analytic, numeric, TOLERANCE, `${name}, ${parameter}`);
      // where inputs are clamped, what a machine expects of them has no part in the scores
      if (parameter === "inputs.b" && (family.config.inputShare ?? 1) === 1) {
        assert(analytic.every((slope) => slope === 0), `${name}, ${parameter}`);
      } else {
        assert(
          analytic.some((slope) => Math.abs(slope) > 0.05),
          `${name}, ${parameter} has gradients of ordinary size`,
        );
      }
    }
  }
});

Deno.test("Network.backward() adds to the gradients of parameters or leaves them, as asked", () => {
  for (const { name, family, tensors } of specimens) {
    using network = executorOf(family, tensors);
    const pass = (seed: number, parameters: "none" | "replace" | "add") => {
      const { x, labels } = examplesFor(family, 4, { seed });
      const scores = network.forward(network.workspace.copy("x", x));
      const dScores = matrix(scores.rows, scores.cols);
      family.head.loss({ loss: matrix(x.rows, 1), dScores }, scores, labels);
      network.backward(dScores, { inputs: false, parameters });
      return network.parameters.map(({ gradient }) => gradient.data.slice());
    };
    const [first, second] = [pass(1, "replace"), pass(2, "replace")];
    assertEquals(pass(1, "replace"), first, name);
    const both = pass(2, "add");
    assertEquals(pass(3, "none"), both, name);
    both.forEach((total, i) =>
      assertClose(total, total.map((_, j) => first[i][j] + second[i][j]), 1e-5, name)
    );
  }
});

Deno.test("Network with dropout is the function of its key that its gradients say", () => {
  const dropout = { input: { keep: 0.75, scale: 1.5 }, hidden: { keep: 0.5, scale: 2 } };
  // the masks move what units receive, and with it which side of a kink they are on
  const smooth = specimens.filter((each) =>
    kinksOf(each, each.tensors, examplesFor(each.family, 4).x).every((side) => side === 0)
  );
  for (const { name, family, tensors } of smooth) {
    using network = executorOf(family, tensors);
    const { x, labels } = examplesFor(family, 4, { seed: 3 });
    const evaluate = (key: number) => {
      const scores = network.forward(network.workspace.copy("x", x), { dropout, key });
      const [loss, dScores] = [matrix(x.rows, 1), matrix(scores.rows, scores.cols)];
      family.head.loss({ loss, dScores }, scores, labels);
      return { loss: sum(loss.data), dScores };
    };
    const dX = network.backward(evaluate(1).dScores, { inputs: true, parameters: "replace" })!.data.slice();
    const numeric = dX.map((_, i) => centralDifference(() => evaluate(1).loss, x.data, i, STEP));
    assertClose(dX, numeric, TOLERANCE, name);
    assert(dX.some((slope) => slope === 0), `${name} drops inputs`);
    for (const { name: parameter, value, gradient } of network.parameters) {
      const analytic = gradient.data.slice();
      const refreshed = () => (network.refresh(), evaluate(1).loss);
      const numeric = analytic.map((_, i) => centralDifference(refreshed, value.data, i, STEP));
      network.refresh();
      assertClose(analytic, numeric, TOLERANCE, `${name}, ${parameter}`);
    }
    assertEquals(evaluate(1), evaluate(1), name);
    assertNotEquals(evaluate(2).loss, evaluate(1).loss, name);
  }
});

Deno.test("Network with dropout that keeps everything scales, and without training does not drop", () => {
  for (const { name, family, tensors } of specimens) {
    using network = executorOf(family, tensors);
    const { x } = examplesFor(family, 4);
    const twice = matrix(x.rows, x.cols, x.data.map((value) => 2 * value));
    const pass = (x: Matrix, keep?: KeepRate) =>
      network.forward(network.workspace.copy("x", x), keep && { dropout: { input: keep }, key: 1 }).data
        .slice();
    const plain = pass(twice), trained = pass(twice, { keep: 1, scale: 1 });
    assertEquals(pass(x, { keep: 1, scale: 2 }), trained, name);
    // by statistics of the batch where those are kept
    if (Object.keys(network.running).length === 0) {
      assertEquals(trained, plain, name);
      assertEquals(pass(twice), plain, name);
    }
  }
});
