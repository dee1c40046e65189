import { InputError } from "../../src/errors.ts";
import { assert, assertEquals, assertRejects } from "@std/assert";
import { type Batch, batch } from "../../src/data/batch.ts";
import { init } from "../../src/runtime/variants.ts";
import { matrix } from "../../src/matrix.ts";
import { model } from "../../src/models/model.ts";
import { maxout } from "../../src/models/mod.ts";
import type { Recipe, Sgd } from "../../src/models/recipe.ts";
import { train } from "../../src/train/mod.ts";
import { assertClose, randomLabels, uniformMatrix } from "../support.ts";
import { CLASSES, INPUTS, linear, plain, trainSet } from "./support.ts";

// what files say of the build is pinned here
init({ kernels: "baseline" });

Deno.test("train() limits the norms of named parameters each by its own", async () => {
  const start = maxout({ inputs: INPUTS, classes: CLASSES, units: [4], pieces: 2, initialRange: 2 });
  const most = { "layer0.W": 0.5, "top.W": 0.25 };
  const norms = ({ data }: { data: ArrayLike<number> }, cols: number) =>
    Array.from(
      { length: data.length / cols },
      (_, r) => Math.hypot(...Array.from(data).slice(r * cols, (r + 1) * cols)),
    );
  using limited = await train(start, trainSet, { optimizer: plain, epochs: 1, maxNorm: most });
  using half = await train(start, trainSet, { optimizer: plain, epochs: 1, maxNorm: { "top.W": 0.25 } });
  const [own, free] = [limited.tensors(), half.tensors()];
  assert(norms(own["layer0.W"], INPUTS).every((norm) => norm < 0.5 + 1e-6));
  assert(norms(own["top.W"], 4).every((norm) => norm < 0.25 + 1e-6));
  assert(norms(free["layer0.W"], INPUTS).some((norm) => norm > 1));
  const sentence = "Cannot train with maxNorm for W: the model has no such parameter, but layer0.W";
  await assertRejects(() => train(start, trainSet, { maxNorm: { W: 1 } }), InputError, sentence);
  const zero = () => train(start, trainSet, { maxNorm: { "top.W": 0 } });
  await assertRejects(zero, InputError, "Cannot train with maxNorm 0: must be a finite number > 0");
});

/** Where W and b of a softmax regression lie in one list: the biases come last, as weights of an input of 1. */
const at = (c: number, i: number) => i * CLASSES + c;

/** The gradient of a softmax regression's mean loss, in double. */
function gradient({ x, labels }: Batch, p: Float64Array): Float64Array {
  const g = p.map(() => 0);
  labels.forEach((label, b) => {
    const input = [...x.data.subarray(b * INPUTS, (b + 1) * INPUTS), 1];
    const score = (c: number) => input.reduce((sum, value, i) => sum + p[at(c, i)] * value, 0);
    const e = Array.from({ length: CLASSES }, (_, c) => Math.exp(score(c)));
    const sum = e.reduce((a, b) => a + b);
    for (let c = 0; c < CLASSES; c++) {
      input.forEach((value, i) => g[at(c, i)] += (e[c] / sum - Number(c === label)) * value / labels.length);
    }
  });
  return g;
}

/** The recipe once more, in double: softmax regression from zeros on all examples at once. */
function inDouble(data: Batch, recipe: Recipe, epochs: number): { W: number[]; b: number[] } {
  const { optimizer: rule, maxNorm = Infinity, weightDecay: l2 = 0 } = recipe;
  const p = new Float64Array(CLASSES * (INPUTS + 1)), v = p.map(() => 0), square = p.map(() => 0);
  for (let epoch = 0; epoch < epochs; epoch++) {
    const g = gradient(data, p).map((slope, j) => slope + (j < CLASSES * INPUTS ? (l2 as number) * p[j] : 0));
    if (rule.name === "sgd") {
      const {
        learningRate: rate,
        learningRateDecay: decay = 1,
        momentum = 0,
        finalMomentum = momentum,
        rampEpochs = 250,
      } = rule;
      const ramp = Math.min(Math.max(epoch - 1, 0) / (rampEpochs - 1), 1);
      g.forEach((slope, j) => {
        v[j] = (momentum + (finalMomentum - momentum) * ramp) * v[j] - rate / decay ** epoch * slope;
        p[j] += v[j];
      });
    } else {
      const { learningRateDecay: decay = 1, minLearningRate: leastRate = 0, beta1 = 0.9, beta2 = 0.999 } =
          rule,
        t = epoch + 1;
      const rate = Math.max(rule.learningRate / decay ** epoch, leastRate);
      g.forEach((slope, j) => {
        v[j] = beta1 * v[j] + (1 - beta1) * slope;
        square[j] = beta2 * square[j] + (1 - beta2) * slope ** 2;
        p[j] -= rate * v[j] / (1 - beta1 ** t) / (Math.sqrt(square[j] / (1 - beta2 ** t)) + 1e-8);
      });
    }
    for (let c = 0; c < CLASSES; c++) {
      const norm = Math.hypot(...Array.from({ length: INPUTS }, (_, i) => p[at(c, i)]));
      for (let i = 0; i < INPUTS; i++) p[at(c, i)] *= Math.min(maxNorm as number / norm, 1);
    }
  }
  const W = Array.from({ length: CLASSES }, (_, c) => Array.from({ length: INPUTS }, (_, i) => p[at(c, i)]));
  return { W: W.flat(), b: [...p.subarray(CLASSES * INPUTS)] };
}

Deno.test("train() decays its rate, raises its momentum, limits its norms and follows Adam as the recipe says", async () => {
  const recipes: Partial<Recipe>[] = [
    { optimizer: { name: "sgd", learningRate: 1, learningRateDecay: 1.25 } },
    { optimizer: { name: "sgd", learningRate: 0.5, momentum: 0.5, finalMomentum: 0.9, rampEpochs: 4 } },
    { optimizer: { name: "sgd", learningRate: 1 }, maxNorm: 0.5 },
    { optimizer: { name: "sgd", learningRate: 4 }, maxNorm: 0.01 },
    { optimizer: { name: "adam", learningRate: 0.1 } },
    { optimizer: { name: "adam", learningRate: 0.1, learningRateDecay: 1.25, minLearningRate: 0.05 } },
    { optimizer: { name: "adam", learningRate: 0.1, beta1: 0.5, beta2: 0.9 }, weightDecay: 0.01 },
    { optimizer: { name: "sgd", learningRate: 0.5, momentum: 0.25 }, weightDecay: 0.1 },
    {
      optimizer: {
        name: "sgd",
        learningRate: 1,
        learningRateDecay: 1.1,
        momentum: 0.5,
        finalMomentum: 0.7,
        rampEpochs: 5,
      },
      maxNorm: 0.75,
    },
  ];
  for (const recipe of recipes) {
    const settled = { maxNorm: undefined, batchSize: 50, ...recipe } as Recipe;
    for (const epochs of [1, 2, 7]) {
      using trained = await train(linear, trainSet, { ...settled, epochs });
      const { W, b } = trained.tensors();
      const expected = inDouble(trainSet, settled, epochs);
      // each of 7 updates below 1 adds some ulps of its sums over 50 examples
      assertClose(W.data, expected.W, 5e-6, JSON.stringify(recipe));
      assertClose(b.data, expected.b, 5e-6, JSON.stringify(recipe));
    }
  }
});

Deno.test("train() does not let the rate fall below minLearningRate, nor lifts one that starts there", async () => {
  const run = async (optimizer: Sgd, epochs: number) => {
    using trained = await train(linear, trainSet, { optimizer, epochs, batchSize: 50, maxNorm: undefined });
    return trained.tensors();
  };
  const floor = await run(
    { name: "sgd", learningRate: 0.5, learningRateDecay: 1e9, minLearningRate: 0.5 },
    5,
  );
  assertEquals(floor, await run({ name: "sgd", learningRate: 0.5 }, 5));
  const tiny = await run({ name: "sgd", learningRate: 2 ** -30 }, 1),
    unit = await run({ name: "sgd", learningRate: 1 }, 1);
  assertEquals(tiny.W.data, unit.W.data.map((value) => value * 2 ** -30));
});

Deno.test("train() with L1 decay drives weights that the data does not hold to exactly 0, and leaves biases", async () => {
  const unlit = batch({ x: matrix(20, INPUTS), labels: randomLabels(20, CLASSES, 1), classes: CLASSES });
  const W = Float32Array.from({ length: CLASSES * INPUTS }, (_, i) => (i % 9 - 4) / 8);
  const tensors = {
    W: { shape: [CLASSES, INPUTS], data: W },
    b: { shape: [CLASSES], data: Float32Array.of(2, 2, 2) },
  };
  using fresh = model(linear, { tensors });
  const base = {
    batchSize: 20,
    maxNorm: undefined,
    optimizer: { name: "sgd", learningRate: 0.125 } as const,
  };
  for (const l1 of [0.5, { W: 0.5 }]) {
    for (const epochs of [1, 3, 8, 12]) {
      using trained = await train(fresh, unlit, { ...base, epochs, l1 });
      // each step takes 1/16 off each, until none is left
      const expected = W.map((value) => Math.sign(value) * Math.max(Math.abs(value) - epochs / 16, 0) + 0);
      assertEquals(trained.tensors().W.data.map((value) => value + 0), expected, `${epochs} epochs`);
      using free = await train(fresh, unlit, { ...base, epochs });
      assertEquals(trained.tensors().b, free.tensors().b);
    }
  }
});

Deno.test("train() with L2 decay shrinks weights by learningRate·weightDecay a step", async () => {
  const unlit = batch({ x: matrix(20, INPUTS), labels: randomLabels(20, CLASSES, 1), classes: CLASSES });
  const W = uniformMatrix(CLASSES, INPUTS, 1).data;
  using fresh = model(linear, {
    tensors: {
      W: { shape: [CLASSES, INPUTS], data: W },
      b: { shape: [CLASSES], data: new Float32Array(CLASSES) },
    },
  });
  const options = { batchSize: 20, maxNorm: undefined, optimizer: plain, weightDecay: 0.25, epochs: 4 };
  using trained = await train(fresh, unlit, options);
  assertClose(trained.tensors().W.data, W.map((value) => value * (1 - 0.5 * 0.25) ** 4), 1e-6);
});
