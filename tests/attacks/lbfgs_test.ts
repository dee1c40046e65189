import { InputError } from "../../src/errors.ts";
import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { fgsm } from "../../src/attacks/fgsm.ts";
import { lbfgs } from "../../src/attacks/lbfgs.ts";
import { predict } from "../../src/predict.ts";
import { type Matrix, rowsOf } from "../../src/matrix.ts";
import { model } from "../../src/models/model.ts";
import { maxout, softmaxLinear } from "../../src/models/mod.ts";
import type { Differentiable } from "../../src/models/classifier.ts";
import { uniformMatrix } from "../support.ts";
import { CLASSES, examplesFor, INPUTS, ordinaryTensors, userModel } from "../models/specimens.ts";

const length = (v: ArrayLike<number>) => Math.hypot(...Array.from(v));

/** How far each row of `to` is from that of `from`. */
function distances(from: Matrix, to: Matrix): number[] {
  return Array.from({ length: from.rows }, (_, b) => {
    const [u, v] = [from, to].map((m) => rowsOf(m, b, b + 1).data);
    return length(u.map((value, i) => v[i] - value));
  });
}

/** A linear model, and the distance of an input from where class `to` begins to win over `label`. */
function linearModel(classes: number) {
  const tensors = {
    W: { shape: [classes, INPUTS], data: uniformMatrix(classes, INPUTS, 3).data },
    b: { shape: [classes], data: new Float32Array(classes) },
  };
  const rows = Array.from(
    { length: classes },
    (_, c) => tensors.W.data.subarray(c * INPUTS, (c + 1) * INPUTS),
  );
  const boundary = (x: Float32Array, label: number, to: number) => {
    const w = rows[label].map((value, i) => value - rows[to][i]);
    return w.reduce((sum, value, i) => sum + value * x[i], 0) / length(w);
  };
  return { linear: model(softmaxLinear({ inputs: INPUTS, classes }), { tensors }), boundary };
}

Deno.test("lbfgs() on two linear classes goes just beyond the boundary, along its normal", () => {
  const { linear, boundary } = linearModel(2);
  const examples = examplesFor(linear, 40);
  const { x, fooled, predicted } = lbfgs(linear, examples, { epsilon: 100 });
  const before = predict(linear, examples.x).predicted;
  distances(examples.x, x).forEach((distance, b) => {
    assertEquals(fooled[b], 1);
    assertEquals(predicted[b], 1 - examples.labels[b]);
    if (before[b] !== examples.labels[b]) return assertEquals(distance, 0);
    const least = boundary(rowsOf(examples.x, b, b + 1).data, examples.labels[b], predicted[b]);
    // the weight is found to within some 4^(1/2^k) of k bisections, and the distance follows it near the boundary
    assert(distance > least - 1e-6 && distance < 1.1 * least + 0.02, `${distance} against ${least}`);
  });
});

Deno.test("lbfgs() at a target reaches it, and within bounds goes no shorter way", () => {
  const { linear } = linearModel(3);
  const examples = examplesFor(linear, 30, { lo: 0, hi: 1 });
  for (const target of [0, 2]) {
    const free = lbfgs(linear, examples, { epsilon: 100, target });
    assert(free.predicted.every((answer) => answer === target));
    const bounded = lbfgs(linear, examples, { epsilon: 100, target, bounds: [0, 1] });
    assert(bounded.x.data.every((value) => value >= 0 && value <= 1));
    const [wide, narrow] = [free, bounded].map(({ x }) => distances(examples.x, x));
    bounded.fooled.forEach((hit, b) => {
      if (hit) assert(narrow[b] >= 0.9 * wide[b], `${narrow[b]} against ${wide[b]}`);
      else assertEquals(narrow[b], 0);
    });
    assert(bounded.fooled.some((hit) => hit === 1));
  }
});

Deno.test("lbfgs() needs less distance than the shortest sign step that fools", () => {
  const family = maxout({ inputs: INPUTS, classes: CLASSES, units: [5, 4], pieces: 2 });
  using deep = model(family, { tensors: ordinaryTensors(family) });
  for (const each of [deep, userModel()] as Differentiable[]) {
    const examples = examplesFor(each, 100);
    const near = lbfgs(each, examples, { epsilon: 100 });
    const far = distances(examples.x, near.x);
    const steps = Array.from({ length: 60 }, (_, i) => 0.05 * (i + 1));
    const signs = fgsm.sweep(each, examples, { epsilons: steps });
    let compared = 0, shorter = 0;
    near.fooled.forEach((hit, b) => {
      const first = signs.findIndex(({ fooled }) => fooled[b]);
      if (!hit || first < 0 || far[b] === 0) return;
      compared++;
      shorter += Number(far[b] <= steps[first] * Math.sqrt(INPUTS));
    });
    assert(compared > 10 && shorter >= 0.9 * compared, `${shorter} of ${compared}`);
  }
});

Deno.test("lbfgs() with more binarySearchSteps comes no farther off, and one gradient a step is its cost", () => {
  let rows = 0;
  const counted: Differentiable = {
    ...userModel(),
    inputGradient(x, dScores) {
      rows += x.rows;
      return userModel().inputGradient(x, dScores);
    },
  };
  const examples = examplesFor(counted, 20);
  const mean = (binarySearchSteps: number) => {
    const { x } = lbfgs(counted, examples, { epsilon: 100, binarySearchSteps: binarySearchSteps });
    return distances(examples.x, x).reduce((a, b) => a + b, 0);
  };
  const [few, more] = [mean(6), mean(14)];
  assert(more <= few);
  assert(rows > 20 * 20 && rows < 20 * (6 + 14) * 31 * 12);
  assertAlmostEquals(mean(14), more, 0);
});

Deno.test("lbfgs() at every class comes as near as at the runner-up alone, or nearer", () => {
  const family = maxout({ inputs: INPUTS, classes: CLASSES, units: [5, 4], pieces: 2 });
  using deep = model(family, { tensors: ordinaryTensors(family) });
  const examples = examplesFor(deep, 60);
  const run = (targets: "all" | "runnerUp") =>
    distances(examples.x, lbfgs(deep, examples, { epsilon: 100, targets, refinements: 0 }).x);
  const [one, all] = [run("runnerUp"), run("all")];
  all.forEach((far, b) => assert(one[b] === 0 || far <= one[b], `example ${b}: ${far} against ${one[b]}`));
  assert(all.some((far, b) => far < 0.9 * one[b]));
});

Deno.test("lbfgs() refuses to try nothing", () => {
  const examples = examplesFor(userModel(), 2);
  for (const option of ["binarySearchSteps", "iterations"]) {
    assertThrows(
      () => lbfgs(userModel(), examples, { epsilon: 1, [option]: 0 }),
      InputError,
      `Cannot attack by lbfgs with ${option} 0: must be a whole number ≥ 1`,
    );
  }
});
