import { InputError } from "../../src/errors.ts";
import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import "../../src/runtime/inlined.ts";
import type { Adversarial } from "../../src/attacks/attack.ts";
import { apgd, pgd } from "../../src/attacks/mod.ts";
import { certify } from "../../src/certify/certify.ts";
import { linearMargin } from "../../src/certify/exact_linear.ts";
import { neighborhood } from "../../src/certify/neighborhood.ts";
import { batch } from "../../src/data/batch.ts";
import { losses } from "../../src/loss.ts";
import { matrix, rowsOf } from "../../src/matrix.ts";
import { predict } from "../../src/predict.ts";
import { maxout, rbf, softmaxLinear } from "../../src/models/mod.ts";
import { model } from "../../src/models/model.ts";
import { uniformMatrix } from "../support.ts";
import { examplesFor, ordinaryTensors, userModel } from "../models/specimens.ts";

const NORMS = ["Linf", "L2", "L1"] as const;
const SIZES = { Linf: 0.2, L2: 0.7, L1: 1.6 };

/** A linear model of 12 inputs, its scores in double, and examples near its middle. */
function linear(classes: number) {
  const W = uniformMatrix(classes, 12, 3);
  const tensors = {
    W: { shape: [classes, 12], data: W.data },
    b: { shape: [classes], data: new Float32Array(classes) },
  };
  const scores = { rows: classes, cols: 12, W: Float64Array.from(W.data), b: new Float64Array(classes) };
  const made = model(softmaxLinear({ inputs: 12, classes }), { tensors });
  const x = uniformMatrix(30, 12, 5, { lo: 0, hi: 1 });
  const labels = Int32Array.from({ length: 30 }, (_, b) => {
    const all = made.scores(rowsOf(x, b, b + 1)).data;
    return all.indexOf(Math.max(...all));
  });
  return { made, scores, examples: batch({ x, labels, classes }) };
}

Deno.test("apgd() on two linear classes finds the greatest loss of ball and box, in every norm", () => {
  const { made, scores, examples } = linear(2);
  for (const norm of NORMS) {
    const epsilon = SIZES[norm];
    for (const loss of ["own", "margin", "dlr"] as const) {
      const { x } = apgd(made, examples, { norm, epsilon, bounds: [0, 1], loss });
      for (let b = 0; b < 30; b++) {
        const own = rowsOf(examples.x, b, b + 1).data;
        const exact = linearMargin(
          scores,
          examples.labels[b],
          neighborhood(own, { norm, epsilon, box: { lo: 0, hi: 1 } }),
        );
        const found = made.scores(rowsOf(x, b, b + 1)).data;
        const y = examples.labels[b];
        assertAlmostEquals(found[y] - found[1 - y], exact.value, 1e-5, `${loss} in ${norm}, example ${b}`);
      }
    }
  }
});

Deno.test("apgd() at every other class fools a linear model exactly where that is possible", () => {
  for (const classes of [3, 5]) {
    const { made, scores, examples } = linear(classes);
    for (const norm of NORMS) {
      for (const loss of ["margin", "dlr"] as const) {
        const epsilon = SIZES[norm] / 3;
        const given = { norm, epsilon, bounds: [0, 1] as const, loss, targets: 10 };
        const { fooled } = apgd(made, examples, given);
        for (let b = 0; b < 30; b++) {
          const own = rowsOf(examples.x, b, b + 1).data;
          const { value } = linearMargin(
            scores,
            examples.labels[b],
            neighborhood(own, { norm, epsilon, box: { lo: 0, hi: 1 } }),
          );
          if (Math.abs(value) > 1e-5) {
            assertEquals(fooled[b], Number(value < 0), `${loss} in ${norm}, example ${b}`);
          }
        }
        assert(fooled.includes(1) && fooled.includes(0), norm);
      }
    }
  }
});

Deno.test("apgd() reports that it replaces dlr by the margin where there are too few classes, and gives its bytes", () => {
  const few = { 2: { targets: 0 }, 3: { targets: 2 } };
  for (const [classes, { targets }] of Object.entries(few)) {
    const { made, examples } = linear(Number(classes));
    const run = (loss: "dlr" | "margin") =>
      apgd(made, examples, { epsilon: 0.1, loss, targets, iterations: 8 });
    const bytes = ({ conditions, ...found }: Adversarial) => ({ ...found, ...conditions, constraint: null });
    assertEquals(bytes(run("dlr")), bytes(run("margin")));
    assertEquals(run("dlr").conditions.options.loss, "margin");
    const own = linear(4);
    const enough = apgd(own.made, own.examples, { epsilon: 0.1, loss: "dlr", targets: 2, iterations: 8 });
    assertEquals(enough.conditions.options.loss, "dlr");
  }
});

Deno.test("apgd() that stops early fools the same examples in fewer questions", () => {
  const family = maxout({ inputs: 7, classes: 3, units: [9], pieces: 3 });
  using net = model(family, { tensors: ordinaryTensors(family) });
  const examples = examplesFor(net, 60);
  for (const norm of NORMS) {
    for (const targets of [0, 2]) {
      const given = { norm, epsilon: 0.2, iterations: 20, restarts: 2, targets };
      const [all, early] = [false, true].map((stopEarly) => apgd(net, examples, { ...given, stopEarly }));
      assertEquals(early.fooled, all.fooled, norm);
      const count = ({ queries }: typeof all) => queries.reduce((a, b) => a + b, 0);
      assert(count(early) < count(all), norm);
      assert(early.fooled.includes(1) && early.fooled.includes(0), norm);
    }
  }
});

Deno.test("apgd() raises the loss as far as pgd() of as many steps does, or further", () => {
  const family = maxout({ inputs: 7, classes: 3, units: [9], pieces: 3 });
  using net = model(family, { tensors: ordinaryTensors(family) });
  const sum = (values: ArrayLike<number>) => Array.from(values).reduce((a, b) => a + b, 0);
  for (const each of [net, userModel()]) {
    const examples = examplesFor(each, 60);
    for (const norm of NORMS) {
      const given = { norm, epsilon: 0.5, bounds: [-1, 1] as const };
      const adaptive = sum(losses(each, apgd(each, examples, { ...given, iterations: 50 })));
      const plain = sum(losses(each, pgd(each, examples, { ...given, steps: 50 })));
      assert(adaptive >= 0.995 * plain, `${norm}: ${adaptive} against ${plain}`);
    }
  }
});

Deno.test("apgd() refuses targets beside a target", () => {
  const examples = examplesFor(userModel(), 3);
  assertThrows(
    () => apgd(userModel(), examples, { epsilon: 0.1, targets: 2, target: 1 }),
    InputError,
    "Cannot attack by apgd: targets does not go with a target",
  );
});

Deno.test("apgd() from the middle on margins to each class finds all that can be found on diagonal RBF networks", () => {
  const numbers = (n: number, seed: number, lo: number, hi: number) =>
    uniformMatrix(1, n, seed, { lo, hi }).data;
  for (const bounds of [undefined, [0, 1]] as const) {
    const [inputs, classes, n] = [20, 3, 60];
    using net = model(rbf({ inputs, classes }), {
      tensors: {
        mu: { shape: [classes, inputs], data: numbers(classes * inputs, 1, 0, 1) },
        beta: { shape: [classes, inputs], data: numbers(classes * inputs, 2, 0.05, 2) },
      },
    });
    const x = matrix(n, inputs, numbers(n * inputs, 3, 0, 1));
    const examples = batch({ x, labels: predict(net, x).predicted, classes });
    const at = { epsilon: 0.05, ...(bounds && { bounds }) };
    const exact = certify(net, examples, at).examples;
    const { fooled } = apgd(net, examples, {
      ...at,
      loss: "margin",
      targets: 2,
      iterations: 40,
      randomStart: false,
    });
    const rate = exact.filter(({ falsified }) => falsified).length / n;
    assert(rate > 0.2 && rate < 0.9, `${rate}`);
    exact.forEach(({ falsified, margin }, i) => {
      // a margin below float32's precision cannot be found
      if (Math.abs(margin!) > 1e-5) assertEquals(fooled[i] === 1, falsified, `example ${i}, ${margin}`);
    });
  }
});

Deno.test("apgd() from the middle crosses a valley that begins at the example", () => {
  // the lead of class 1, 20(x − 0.05)² − (x − 0.3)², falls from 0 on and is positive at 0.2
  using net = model(rbf({ inputs: 1, classes: 2 }), {
    tensors: {
      mu: { shape: [2, 1], data: new Float32Array([0.05, 0.3]) },
      beta: { shape: [2, 1], data: new Float32Array([20, 1]) },
    },
  });
  const one = batch({ x: matrix(1, 1, [0]), labels: [0], classes: 2 });
  const found = apgd(net, one, {
    epsilon: 0.2,
    bounds: [0, 1],
    loss: "margin",
    targets: 1,
    randomStart: false,
  });
  assertEquals(found.fooled[0], 1);
  assertAlmostEquals(found.x.data[0], 0.2, 1e-6);
});
