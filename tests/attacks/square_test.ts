import { assert, assertEquals, assertThrows } from "@std/assert";
import "../../src/runtime/inlined.ts";
import { square } from "../../src/attacks/mod.ts";
import { linearMargin } from "../../src/certify/exact_linear.ts";
import { neighborhood } from "../../src/certify/neighborhood.ts";
import { batch } from "../../src/data/batch.ts";
import { InputError } from "../../src/errors.ts";
import { predict } from "../../src/predict.ts";
import { rowsOf } from "../../src/matrix.ts";
import { softmaxLinear } from "../../src/models/mod.ts";
import { model } from "../../src/models/model.ts";
import { uniformMatrix } from "../support.ts";
import { examplesFor, forEveryModel, userModel } from "../models/specimens.ts";

/** A linear model of so many classes and 12 inputs, its scores in double, and 20 examples that it gets right. */
function linear(classes: number) {
  const W = uniformMatrix(classes, 12, 3);
  const tensors = {
    W: { shape: [classes, 12], data: W.data },
    b: { shape: [classes], data: new Float32Array(classes) },
  };
  const made = model(softmaxLinear({ inputs: 12, classes }), { tensors });
  const x = uniformMatrix(20, 12, 5, { lo: 0, hi: 1 });
  const scores = { rows: classes, cols: 12, W: Float64Array.from(W.data), b: new Float64Array(classes) };
  return { made, scores, examples: batch({ x, labels: predict(made, x).predicted, classes }) };
}

Deno.test("square() on two linear classes comes to the greatest margin of ball and box", () => {
  const { made, scores, examples } = linear(2);
  // in L∞ the ends are exact; in L2 and L1 random directions come near
  for (const [norm, epsilon, share] of [["Linf", 0.1, 0], ["L2", 0.4, 0.08], ["L1", 0.7, 0.02]] as const) {
    const { x, fooled } = square(made, examples, { norm, epsilon, bounds: [0, 1], queries: 2000 });
    for (let b = 0; b < 20; b++) {
      const y = examples.labels[b];
      const margin = (m: typeof x) => {
        const { data } = made.scores(rowsOf(m, b, b + 1));
        return data[y] - data[1 - y];
      };
      const near = neighborhood(rowsOf(examples.x, b, b + 1).data, { norm, epsilon, box: { lo: 0, hi: 1 } });
      const exact = linearMargin(scores, y, near).value;
      if (fooled[b]) assert(exact <= 1e-6, `${norm}, example ${b}`);
      else {
        const lost = (margin(x) - exact) / (margin(examples.x) - exact);
        assert(lost <= share + 1e-5, `${norm}, example ${b}: ${lost} of the way is left`);
      }
    }
  }
});

Deno.test("square() asks no more than it may, stops where it fools, and leaves what is wrong", () => {
  forEveryModel((each, name) => {
    const examples = examplesFor(each, 30);
    const { predicted } = predict(each, examples.x);
    const few = square(each, examples, { epsilon: 0.4, queries: 5 });
    const many = square(each, examples, { epsilon: 0.4, queries: 60 });
    few.queries.forEach((count, b) => {
      assertEquals(predicted[b] !== examples.labels[b], count === 1, name);
      if (count === 1) assertEquals(rowsOf(few.x, b, b + 1).data, rowsOf(examples.x, b, b + 1).data, name);
      assert(few.fooled[b] ? count <= 5 : count === 5, name);
      assert(many.fooled[b] ? many.queries[b] <= 60 : many.queries[b] === 60, name);
    });
    // the schedules differ, but not by so much
    const sum = (values: Uint8Array) => values.reduce((a, b) => a + b, 0);
    assert(sum(many.fooled) >= sum(few.fooled), name);
  });
});

Deno.test("square() with a target comes to it", () => {
  const { made, examples } = linear(3);
  const wanted = Int32Array.from(examples.labels, (y) => (y + 1) % 3);
  const { predicted, fooled } = square(made, examples, { epsilon: 0.6, target: wanted, queries: 400 });
  assertEquals([...predicted], [...wanted]);
  assert(fooled.every((hit) => hit === 1));
});

Deno.test("square() of images begins with stripes and moves squares", () => {
  const { made, examples } = linear(2);
  const apart = { ...examples, labels: examples.labels.map(() => 0) };
  const { x } = square(made, apart, { epsilon: 0.1, width: 4, queries: 2 });
  for (let b = 0; b < 20; b++) {
    const d = Array.from(
      rowsOf(x, b, b + 1).data,
      (value, i) => Math.sign(value - examples.x.data[12 * b + i]),
    );
    if (d.every((each) => each === 0)) continue;
    assertEquals(d.slice(4), [...d.slice(0, 4), ...d.slice(0, 4)]);
  }
  assertThrows(
    () => square(userModel(), examplesFor(userModel(), 1), { epsilon: 0.1, width: 3 }),
    InputError,
    "Cannot attack by square: 7 features do not fill rows of width 3",
  );
});

Deno.test("square() refuses labels that are not classes, with a target too", () => {
  const strange = { ...examplesFor(userModel(), 2), labels: Int32Array.of(0, 3) };
  for (const target of [undefined, 1]) {
    const wrong = () => square(userModel(), strange, { epsilon: 0.1, target });
    assertThrows(wrong, InputError, "label 3 of example 1");
  }
});
