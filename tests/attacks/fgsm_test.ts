import { InputError } from "../../src/errors.ts";
import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { fgsm } from "../../src/attacks/fgsm.ts";
import type { Norm } from "../../src/constraints/constraint.ts";
import { type Batch, batch } from "../../src/data/batch.ts";
import { losses, lossGradient } from "../../src/loss.ts";
import { predict } from "../../src/predict.ts";
import { matrix } from "../../src/matrix.ts";
import { type Model, model } from "../../src/models/model.ts";
import { logistic, maxout, softmaxLinear } from "../../src/models/mod.ts";
import type { Differentiable } from "../../src/models/classifier.ts";
import { assertClose, assertWithin, randomLabels, uniformMatrix } from "../support.ts";
import { examplesFor, forEveryModel, ordinaryTensors, userModel } from "../models/specimens.ts";

/** A two-class linear model of either family, with the w and b of its log odds of class 1. */
interface TwoClass {
  model: Model;
  w: number[];
  b: number;
}

/** Both families with weights in multiples of 1/64, for which sums and products are exact in float32. */
function twoClassModels(inputs: number): TwoClass[] {
  const W = uniformMatrix(2, inputs, 3, { lo: -64, hi: 65 }).data.map((value) => Math.floor(value) / 64);
  const b = Float32Array.of(0.25, -0.5);
  const rows = [W.subarray(0, inputs), W.subarray(inputs)];
  const both = { W: { shape: [2, inputs], data: W }, b: { shape: [2], data: b } };
  const one = { W: { shape: [1, inputs], data: rows[1].slice() }, b: { shape: [1], data: b.slice(1) } };
  return [
    {
      model: model(softmaxLinear({ inputs, classes: 2 }), { tensors: both }),
      w: Array.from(rows[1], (value, i) => value - rows[0][i]),
      b: b[1] - b[0],
    },
    { model: model(logistic({ inputs }), { tensors: one }), w: [...rows[1]], b: b[1] },
  ];
}

/** y (w·x + b) of each example in double, y = 1 for class 1 and −1 for class 0. */
function margins({ w, b }: Omit<TwoClass, "model">, { x, labels }: Batch): number[] {
  return Array.from(labels, (label, i) => {
    const odds = w.reduce((sum, weight, j) => sum + weight * x.data[i * w.length + j], b);
    return label === 1 ? odds : -odds;
  });
}

/** Examples of both classes, in multiples of 1/16. */
function mixed(inputs: number): Batch {
  const x = uniformMatrix(20, inputs, 4, { lo: -16, hi: 17 });
  return batch({
    x: matrix(20, inputs, x.data.map((value) => Math.floor(value) / 16)),
    labels: randomLabels(20, 2, 5),
  });
}

const dualNorm: Record<Norm, (w: number[]) => number> = {
  Linf: (w) => w.reduce((sum, value) => sum + Math.abs(value), 0),
  L2: (w) => Math.hypot(...w),
  L1: (w) => Math.max(...w.map(Math.abs)),
};

Deno.test("fgsm() lowers a two-class linear margin by exactly epsilon·‖w‖₁, in L1 by epsilon·‖w‖∞", () => {
  for (const inputs of [1, 3, 17]) {
    for (const two of twoClassModels(inputs)) {
      using _ = two.model;
      const examples = mixed(inputs);
      for (const norm of ["Linf", "L1"] as const) {
        for (const epsilon of [0.25, 0.125, 4]) {
          const attacked = fgsm(two.model, examples, { epsilon, norm });
          const lowered = margins(two, examples).map((margin) => margin - epsilon * dualNorm[norm](two.w));
          assertEquals(
            margins(two, attacked),
            lowered,
            `${two.model.family.name} in ${norm}, ${inputs} inputs`,
          );
        }
      }
    }
  }
});

Deno.test("fgsm() in L2 lowers a two-class linear margin by epsilon·‖w‖₂ up to an ulp of x", () => {
  for (const two of twoClassModels(17)) {
    using _ = two.model;
    const examples = mixed(17);
    for (const epsilon of [0.1, 0.25, 3]) {
      const attacked = fgsm(two.model, examples, { epsilon, norm: "L2" });
      const lowered = margins(two, examples).map((margin) => margin - epsilon * dualNorm.L2(two.w));
      // each x ± d, below 4, lands within an ulp of 2⁻²² of where it should
      assertWithin(margins(two, attacked), lowered, () => dualNorm.Linf(two.w) * 2 ** -22);
    }
  }
});

Deno.test("fgsm() with a target raises its two-class linear margin by exactly epsilon·‖w‖₁", () => {
  for (const two of twoClassModels(17)) {
    using _ = two.model;
    const examples = mixed(17);
    for (const target of [0, 1]) {
      const attacked = fgsm(two.model, examples, { epsilon: 0.25, target });
      const aim = (x: Batch["x"]) => margins(two, { x, labels: new Int32Array(20).fill(target), classes: 2 });
      assertEquals(aim(attacked.x), aim(examples.x).map((margin) => margin + 0.25 * dualNorm.Linf(two.w)));
    }
  }
});

Deno.test("fgsm() gives a logistic regression the loss softplus(epsilon·‖w‖₁ − y(w·x + b))", () => {
  const inputs = 784;
  const w = uniformMatrix(1, inputs, 6, { lo: -0.3, hi: 0.3 }).data;
  const tensors = { W: { shape: [1, inputs], data: w }, b: { shape: [1], data: Float32Array.of(0.125) } };
  using regression = model(logistic({ inputs }), { tensors });
  const examples = batch({
    x: uniformMatrix(40, inputs, 7, { lo: 0, hi: 1 }),
    labels: randomLabels(40, 2, 8),
  });
  for (const epsilon of [0.01, 0.1, 0.25]) {
    const norm = dualNorm.Linf([...w]);
    const expected = margins({ w: [...w], b: 0.125 }, examples).map((margin) =>
      softplus(epsilon * norm - margin)
    );
    // the score's sum of 784 terms, added four at a time, and x + ε to an ulp; softplus does not enlarge errors
    const terms = (1 + epsilon) * norm * (inputs / 4 + 2) * 2 ** -24;
    const attacked = fgsm(regression, examples, { epsilon });
    assertWithin(losses(regression, attacked), expected, () => terms);
  }
});

function softplus(z: number): number {
  return Math.max(z, 0) + Math.log1p(Math.exp(-Math.abs(z)));
}

Deno.test("fgsm() moves a saturated softmax the right way, where its gradient has vanished", () => {
  // class 0 leads by 200, class 2 comes second: only w₂ − w₀ matters
  const data = Float32Array.of(1, -2, 0, 3, 0, 0, 0, 0, -1, 4, 0, 1);
  const tensors = { W: { shape: [3, 4], data }, b: { shape: [3], data: Float32Array.of(400, 0, 200) } };
  using saturated = model(softmaxLinear({ inputs: 4, classes: 3 }), { tensors });
  const examples = batch({ x: matrix(1, 4, [0.5, 0.5, 0.5, 0.5]), labels: [0], classes: 3 });
  assertEquals(predict(saturated, examples.x).confidence[0], 1);
  assertEquals(lossGradient(saturated, examples).data, new Float32Array(4));
  const { x } = fgsm(saturated, examples, { epsilon: 0.25 });
  assertEquals([...x.data], [0.25, 0.75, 0.5, 0.25]);
  const { x: away } = fgsm(saturated, examples, { epsilon: 0.25, target: 0 });
  assertEquals([...away.data], [0.75, 0.25, 0.5, 0.75]);
});

Deno.test("fgsm() moves saturated independent heads the right way", () => {
  const [zeros, W] = [new Float32Array(2), Float32Array.of(1, 0, 0, 1)];
  const tensors = {
    "layer0.W": { shape: [1, 2, 2], data: W },
    "layer0.b": { shape: [1, 2], data: zeros },
    "top.W": { shape: [2, 2], data: W },
    "top.b": { shape: [2], data: Float32Array.of(300, -200) },
  };
  using saturated = model(maxout({ inputs: 2, classes: 2, units: [2], pieces: 1, head: "sigmoid" }), {
    tensors,
  });
  const examples = batch({ x: matrix(1, 2, [0, 0]), labels: [0], classes: 2 });
  assertEquals(lossGradient(saturated, examples).data, zeros);
  // class 1 is the nearer one to a mistake
  const { x } = fgsm(saturated, examples, { epsilon: 0.25 });
  assertEquals(x.data[1], 0.25);
});

Deno.test("fgsm() leaves inputs on which nothing depends where they are", () => {
  const data = Float32Array.of(1, 0, -1, 0, 2, 0, 1, 0);
  const tensors = { W: { shape: [2, 4], data }, b: { shape: [2], data: new Float32Array(2) } };
  using blind = model(softmaxLinear({ inputs: 4, classes: 2 }), { tensors });
  const examples = batch({ x: uniformMatrix(5, 4, 1), labels: [0, 1, 0, 1, 1] });
  for (const norm of ["Linf", "L2", "L1"] as const) {
    const { x } = fgsm(blind, examples, { epsilon: 0.25, norm });
    for (let i = 1; i < x.data.length; i += 2) assertEquals(x.data[i], examples.x.data[i], norm);
  }
  using constant = model(softmaxLinear({ inputs: 4, classes: 2 }));
  for (const norm of ["Linf", "L2", "L1"] as const) {
    assertEquals(fgsm(constant, examples, { epsilon: 0.25, norm }).x, examples.x, norm);
  }
});

Deno.test("fgsm() on predicted labels is fgsm() with the predictions as truth, judged by the truth", () => {
  forEveryModel((each, name) => {
    const examples = examplesFor(each, 30);
    const { predicted } = predict(each, examples.x);
    assert(predicted.some((answer, i) => answer !== examples.labels[i]), `${name} errs`);
    const blind = fgsm(each, examples, { epsilon: 0.1, labels: "predicted" });
    assertEquals(blind.x, fgsm(each, { ...examples, labels: predicted }, { epsilon: 0.1 }).x, name);
    const wrong = Array.from(blind.predicted, (answer, i) => Number(answer !== examples.labels[i]));
    assertEquals([...blind.fooled], wrong, name);
  });
});

Deno.test("fgsm() takes the whole step in its norm", () => {
  forEveryModel((each, name) => {
    const examples = examplesFor(each, 6);
    const far = (norm: Norm) => {
      const { x } = fgsm(each, examples, { epsilon: 0.5, norm });
      return Array.from({ length: 6 }, (_, b) => {
        const row = Array.from(
          { length: x.cols },
          (_, i) => x.data[b * x.cols + i] - examples.x.data[b * x.cols + i],
        );
        // its own norm: the dual of the dual
        return dualNorm[({ Linf: "L1", L2: "L2", L1: "Linf" } as const)[norm]](row);
      });
    };
    // an ulp of each x, below 2
    for (const norm of ["Linf", "L2", "L1"] as const) {
      assertClose(far(norm), new Array(6).fill(0.5), 1e-6, name);
    }
  });
});

Deno.test("fgsm() on a linear model is the worst of all perturbations within epsilon", () => {
  const [two] = twoClassModels(3);
  using _ = two.model;
  const examples = mixed(3);
  const worst = losses(two.model, fgsm(two.model, examples, { epsilon: 0.25 }));
  for (let corner = 0; corner < 8; corner++) {
    const x = examples.x.data.map((value, i) => value + (corner >> (i % 3) & 1 ? 0.25 : -0.25));
    losses(two.model, { ...examples, x: matrix(20, 3, x) }).forEach((loss, i) => assert(loss <= worst[i]));
  }
});

Deno.test("fgsm() refuses norms, labels and epsilons that it does not know", () => {
  const each: Differentiable = userModel();
  const examples = examplesFor(each, 3);
  const refuse = (options: Record<string, unknown>, sentence: string) =>
    assertThrows(
      () => fgsm(each, examples, { epsilon: 0.1, ...options } as { epsilon: number }),
      InputError,
      sentence,
    );
  refuse({ norm: "angle" }, "Cannot attack by fgsm in norm angle: expected Linf, L2 or L1");
  refuse({ labels: "false" }, 'Cannot attack by fgsm with labels "false": must be true or predicted');
  for (const norm of ["L2", "L1"]) {
    refuse(
      { norm, epsilon: new Float32Array(7) },
      `in ${norm} with an epsilon for each feature: give one number`,
    );
  }
  const labels = Int32Array.of(0, 1, 3);
  assertThrows(
    () => fgsm(each, { ...examples, labels }, { epsilon: 0.1 }),
    InputError,
    "label 3 of example 2",
  );
});

Deno.test("fgsm() judges nothing but the float32 bytes that it returns", () => {
  // a margin of half an ulp of x: in real numbers the step of epsilon crosses it, in float32 it cannot
  const tensors = {
    W: { shape: [1, 1], data: Float32Array.of(1) },
    b: { shape: [1], data: Float32Array.of(-1) },
  };
  using threshold = model(logistic({ inputs: 1 }), { tensors });
  const examples = batch({ x: matrix(1, 1, [1 - 2 ** -24]), labels: [0], classes: 2 });
  const attacked = fgsm(threshold, examples, { epsilon: 2 ** -25 });
  assertEquals([attacked.x.data[0], attacked.fooled[0]], [1 - 2 ** -24, 0]);
  const crossed = fgsm(threshold, examples, { epsilon: 2 ** -22 });
  assertEquals(crossed.fooled[0], 1);
  assertAlmostEquals(crossed.x.data[0], 1 + 2 ** -22, 2 ** -23);
});

Deno.test("fgsm.stream() gives what fgsm() gives, run by run, with the targets of each run", () => {
  const family = softmaxLinear({ inputs: 4, classes: 3 });
  using linear = model(family, { tensors: ordinaryTensors(family) });
  const examples = batch({ x: uniformMatrix(7, 4, 1), labels: randomLabels(7, 3, 2), classes: 3 });
  const target = randomLabels(7, 3, 3);
  const whole = fgsm(linear, examples, { epsilon: 0.25, target });
  const runs = [...fgsm.stream(linear, examples, { epsilon: 0.25, target, batchSize: 3 })];
  assertEquals(runs.map(({ x }) => x.rows), [3, 3, 1]);
  assertEquals(runs.flatMap(({ x }) => [...x.data]), [...whole.x.data]);
  assertEquals(runs.flatMap(({ fooled }) => [...fooled]), [...whole.fooled]);
  const none = fgsm.stream(linear, examples, { epsilon: 0.25, batchSize: 0 });
  assertThrows(
    () => none.next(),
    InputError,
    "Cannot attack by fgsm with batchSize 0: must be a whole number ≥ 1",
  );
});

Deno.test("fgsm() along the float32 gradient forgets the label where its probability rounds to 1", () => {
  // scores x, 0 and x/2: the gradient is p₀ − 1 + p₂/2, and at x = 40 p₀ rounds to 1
  const tensors = {
    W: { shape: [3, 1], data: Float32Array.of(1, 0, 0.5) },
    b: { shape: [3], data: new Float32Array(3) },
  };
  using linear = model(softmaxLinear({ inputs: 1, classes: 3 }), { tensors });
  const examples = batch({ x: matrix(2, 1, [40, 10]), labels: [0, 0], classes: 3 });
  const moves = (gradient: "safe" | "float32") => {
    const { x } = fgsm(linear, examples, { epsilon: 0.25, gradient });
    return [...x.data].map((value, i) => value - examples.x.data[i]);
  };
  assertEquals(moves("safe"), [-0.25, -0.25]);
  // p₂/2 alone is left
  assertEquals(moves("float32"), [0.25, -0.25]);
});
