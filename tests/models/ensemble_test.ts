import { InputError } from "../../src/errors.ts";
import { assert, assertEquals, assertThrows } from "@std/assert";
import { fgsm } from "../../src/attacks/fgsm.ts";
import { losses, lossGradient } from "../../src/loss.ts";
import { predict } from "../../src/predict.ts";
import { matrix } from "../../src/matrix.ts";
import { ensemble } from "../../src/models/ensemble.ts";
import { type Model, model } from "../../src/models/model.ts";
import { logistic, maxout, rbf, softmaxLinear } from "../../src/models/mod.ts";
import type { Differentiable } from "../../src/models/classifier.ts";
import { assertClose, centralDifference, uniformMatrix } from "../support.ts";
import { CLASSES, examplesFor, INPUTS, userModel } from "./specimens.ts";

/** Softmax models of several families, with different parameters. */
function members(): Differentiable[] {
  const of = (family: Model["family"], seed: number) =>
    model(family, {
      tensors: Object.fromEntries(
        Object.entries(family.shapes).map(([name, shape], i) => [name, {
          shape,
          data: uniformMatrix(1, shape.reduce((a, b) => a * b), seed + i, { lo: -0.8, hi: 0.8 }).data,
        }]),
      ),
    });
  const sizes = { inputs: INPUTS, classes: CLASSES };
  return [
    of(softmaxLinear(sizes), 1),
    of(maxout({ ...sizes, units: [5], pieces: 3 }), 20),
    of(maxout({ ...sizes, units: [4, 4], pieces: 2 }), 40),
    userModel(),
  ];
}

const RULES = ["probabilities", "scores"] as const;

Deno.test("ensemble() answers with the mean of its members' probabilities, or scores", () => {
  const all = members();
  const { x } = examplesFor(all[0], 300);
  const means = (rows: Float32Array[]) =>
    rows[0].map((_, i) => rows.reduce((sum, row) => sum + row[i], 0) / rows.length);
  assertClose(
    predict(ensemble(all), x).probabilities.data,
    means(all.map((each) => predict(each, x).probabilities.data)),
    1e-6,
  );
  assertClose(
    ensemble(all, { rule: "scores" }).scores(x).data,
    means(all.map((each) => each.scores(x).data)),
    1e-6,
  );
});

Deno.test("ensemble() of one model, or of the same again and again, is that model, attacked or not", () => {
  for (const each of members()) {
    const examples = examplesFor(each, 260);
    for (const rule of RULES) {
      for (const whole of [ensemble([each], { rule }), ensemble([each, each, each], { rule })]) {
        assertClose(
          predict(whole, examples.x).probabilities.data,
          predict(each, examples.x).probabilities.data,
          1e-6,
        );
        assertClose(lossGradient(whole, examples).data, lossGradient(each, examples).data, 1e-5);
        const [mine, theirs] = [whole, each].map((m) => fgsm(m, examples, { epsilon: 0.25 }).x.data);
        assertEquals(mine, theirs);
      }
    }
  }
});

Deno.test("ensemble() has the gradient of its own loss, by central differences", () => {
  for (const rule of RULES) {
    const whole = ensemble(members(), { rule });
    // maxout pieces do not change within the step at these examples, or hardly
    const examples = examplesFor(whole, 5, { seed: 3 });
    const gradient = lossGradient(whole, examples).data;
    const total = (data: Float32Array) =>
      losses(whole, { ...examples, x: matrix(5, INPUTS, data) }).reduce((a, b) => a + b, 0);
    const numeric = gradient.map((_, i) => centralDifference(total, examples.x.data, i, 2 ** -8));
    assertClose(gradient, numeric, 2e-3, rule);
  }
});

Deno.test("ensemble() keeps a direction where its probability rounds to 1", () => {
  const steep = (scale: number) =>
    model(softmaxLinear({ inputs: 1, classes: 2 }), {
      tensors: {
        W: { shape: [2, 1], data: Float32Array.of(scale, -scale) },
        b: { shape: [2], data: new Float32Array(2) },
      },
    });
  for (const rule of RULES) {
    const whole = ensemble([steep(30), steep(45)], { rule });
    const examples = { x: matrix(1, 1, [1]), labels: Int32Array.of(0), classes: 2 };
    assertEquals(predict(whole, examples.x).confidence[0], 1);
    assertEquals(fgsm(whole, examples, { epsilon: 0.25 }).x.data[0], 0.75, rule);
  }
});

Deno.test("ensemble() refuses members that do not go together, and rules that do not go with them", () => {
  const [first] = members();
  const other = model(softmaxLinear({ inputs: INPUTS + 1, classes: CLASSES }));
  const lone = model(logistic({ inputs: INPUTS }));
  const local = model(rbf({ inputs: INPUTS, classes: CLASSES }));
  assertThrows(() => ensemble([]), InputError, "there are no members");
  for (const [wrong, says] of [[other, "another 8 inputs"], [lone, "another 7 inputs, 2 classes"]] as const) {
    assertThrows(() => ensemble([first, wrong]), InputError, says);
  }
  assertThrows(() => ensemble([first, local]), InputError, "head exponential");
  assertThrows(() => ensemble([local, local]), InputError, "of mean probabilities with head exponential");
  assert(ensemble([local, local], { rule: "scores" }));
  assertThrows(() => ensemble([first], { rule: "vote" as "scores" }), InputError, 'by rule "vote"');
  assertThrows(() => ensemble([first]).scores(matrix(1, 3)), InputError, "takes 7 inputs");
});

Deno.test("an ensemble that is as good as certain has a float32 gradient of 0, and an exact one", () => {
  const tensors = {
    W: { shape: [2, 1], data: Float32Array.of(-100, 100) },
    b: { shape: [2], data: new Float32Array(2) },
  };
  const one = model(softmaxLinear({ inputs: 1, classes: 2 }), { tensors });
  const together = ensemble([one, one]);
  const examples = { x: matrix(1, 1, [1]), labels: [1], classes: 2 };
  assertEquals(fgsm(together, examples, { epsilon: 2, gradient: "float32" }).zeroGradients, 1);
  const exact = fgsm(together, examples, { epsilon: 2 });
  assertEquals([exact.zeroGradients, exact.x.data[0], exact.fooled[0]], [0, -1, 1]);
});
