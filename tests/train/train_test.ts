import { InputError } from "../../src/errors.ts";
import { assert, assertEquals, assertMatch, assertNotEquals, assertRejects } from "@std/assert";
import { perturbation } from "../../src/attacks/attack.ts";
import { fgsm } from "../../src/attacks/fgsm.ts";
import { signNoise } from "../../src/attacks/noise.ts";
import { type Batch, batch } from "../../src/data/batch.ts";
import { readSafetensors } from "../../src/data/safetensors.ts";
import { init } from "../../src/runtime/variants.ts";
import { losses, predict } from "../../src/loss.ts";
import { matrix } from "../../src/matrix.ts";
import { saveModel } from "../../src/models/checkpoint.ts";
import type { Family } from "../../src/models/family.ts";
import { type Model, model } from "../../src/models/model.ts";
import { classRbm, maxout, mpDbm, rbf, softmaxLinear } from "../../src/models/mod.ts";
import type { Perturbation } from "../../src/models/classifier.ts";
import type { Recipe, Sgd } from "../../src/models/recipe.ts";
import { train, type TrainOptions, type TrainProgress } from "../../src/train/mod.ts";
import { assertClose, randomLabels, uniformMatrix } from "../support.ts";

// what files say of the build is pinned here
init({ kernels: "baseline" });

const INPUTS = 5, CLASSES = 3;

/** Examples of classes that lie apart, and some noise: what a few steps learn something of. */
function examples(rows: number, seed = 1): Batch {
  const labels = randomLabels(rows, CLASSES, seed);
  const x = uniformMatrix(rows, INPUTS, seed);
  labels.forEach((label, b) => x.data[b * INPUTS + label] += 1);
  return batch({ x, labels, classes: CLASSES });
}

const trainSet = examples(50);
const linear = softmaxLinear({ inputs: INPUTS, classes: CLASSES });
const plain: Sgd = { name: "sgd", learningRate: 0.5 };

/** The trained model's file, the model disposed. */
async function bytesOf(start: Family | Model, data: Batch, options: TrainOptions): Promise<Uint8Array> {
  using trained = await train(start, data, options);
  return saveModel(trained);
}

/** A perturbation by a function of the inputs. */
function by(name: string, change: (value: number, i: number) => number): Perturbation {
  return { name, apply: (_, { x }) => matrix(x.rows, x.cols, x.data.map(change)) };
}

/** What training is tried with: every optimizer, every part of its state, every source of randomness. */
const trainings: Record<string, { start: Family; options: TrainOptions }> = {
  "softmaxLinear with momentum that rises": {
    start: linear,
    options: {
      optimizer: {
        name: "sgd",
        learningRate: 0.5,
        learningRateDecay: 1.01,
        momentum: 0.5,
        finalMomentum: 0.9,
        rampEpochs: 3,
      },
      batchSize: 15,
      l1: 1e-3,
      weightDecay: 1e-3,
    },
  },
  "maxout with dropout against fgsm": {
    start: maxout({ inputs: INPUTS, classes: CLASSES, units: [6, 5], pieces: 2, initialRange: 0.5 }),
    options: { batchSize: 20, perturbation: perturbation(fgsm, { epsilon: 0.1 }), alpha: 0.25 },
  },
  "maxout against noise": {
    start: maxout({ inputs: INPUTS, classes: CLASSES, units: [6], pieces: 3, head: "sigmoid" }),
    options: { batchSize: 20, perturbation: perturbation(signNoise, { epsilon: 0.25 }) },
  },
  "rbf by Adam": {
    start: rbf({ inputs: INPUTS, classes: CLASSES, precision: 2 }),
    options: { batchSize: 20 },
  },
  "mpDbm by masks": {
    start: mpDbm({ inputs: INPUTS, classes: CLASSES, units: [6, 5], iterations: 2 }),
    options: { batchSize: 20 },
  },
  "mpDbm against fgsm": {
    start: mpDbm({ inputs: INPUTS, classes: CLASSES, units: [6], iterations: 2 }),
    options: { batchSize: 20, perturbation: perturbation(fgsm, { epsilon: 0.1 }) },
  },
  "classRbm by contrastive divergence": {
    start: classRbm({ inputs: INPUTS, classes: CLASSES, hidden: 6 }),
    options: { batchSize: 20 },
  },
  "softmaxLinear with validation under attack": {
    start: linear,
    options: {
      optimizer: { name: "sgd", learningRate: 2, momentum: 0.9 },
      batchSize: 20,
      validation: examples(30, 2),
      validationPerturbation: perturbation(fgsm, { epsilon: 0.3 }),
      patience: 3,
    },
  },
};

Deno.test("train() with the same seed gives the same bytes, and with another one other bytes", async () => {
  for (const [name, { start, options }] of Object.entries(trainings)) {
    const run = (seed: number) => bytesOf(start, trainSet, { ...options, epochs: 3, seed });
    assertEquals(await run(1), await run(1), name);
    assertNotEquals(await run(2), await run(1), name);
  }
});

/** A signal that is aborted from the `looks`-th time on that training looks at it. */
function abortedAt(looks: number): AbortSignal {
  let seen = 0;
  const signal = {
    get aborted() {
      return ++seen >= looks;
    },
    reason: new Error("enough"),
  };
  return signal as unknown as AbortSignal;
}

Deno.test("train() interrupted anywhere and resumed ends bit-identical to uninterrupted", async () => {
  for (const [name, { start, options }] of Object.entries(trainings)) {
    const whole = { ...options, epochs: 4, seed: 3 };
    const expected = await bytesOf(start, trainSet, whole);
    const steps = Math.ceil(50 / options.batchSize!);
    // before the first step, mid-epoch, at an epoch's end, after it, in the last epoch
    for (const looks of [1, 2, steps, steps + 1, steps + 2, 2 * steps, 3 * steps + 2]) {
      let state: Uint8Array | undefined;
      const interrupted = () =>
        train(start, trainSet, {
          ...whole,
          signal: abortedAt(looks),
          onCheckpoint: (bytes) => void (state = bytes),
        });
      await assertRejects(interrupted, Error, "enough", `${name}, look ${looks}`);
      assertEquals(
        await bytesOf(start, trainSet, { ...whole, resume: state }),
        expected,
        `${name}, look ${looks}`,
      );
    }
  }
});

Deno.test("train() may be interrupted again and again, and resumed by later calls' own checkpoints", async () => {
  const { start, options } = trainings["maxout with dropout against fgsm"];
  const whole = { ...options, epochs: 3, seed: 3 };
  const expected = await bytesOf(start, trainSet, whole);
  let resume: Uint8Array | undefined;
  // two steps a time, of three in each epoch
  for (let i = 0; i < 4; i++) {
    const next = {
      ...whole,
      resume,
      signal: abortedAt(3),
      onCheckpoint: (bytes: Uint8Array) => void (resume = bytes),
    };
    await assertRejects(() => train(start, trainSet, next), Error, "enough");
  }
  assertEquals(await bytesOf(start, trainSet, { ...whole, resume }), expected);
});

Deno.test("train() resumed from the state of its end makes no step, and with more epochs goes on", async () => {
  for (const [name, { start, options }] of Object.entries(trainings)) {
    const states: Uint8Array[] = [];
    const onCheckpoint = (bytes: Uint8Array) => void states.push(bytes);
    const short = await bytesOf(start, trainSet, { ...options, epochs: 2, onCheckpoint });
    assertEquals(states.length, 2, name);
    const again = { ...options, resume: states[1], onProgress: () => assert(false, "no step is made") };
    assertEquals(await bytesOf(start, trainSet, { ...again, epochs: 2 }), short, name);
    const long = await bytesOf(start, trainSet, { ...options, epochs: 4 });
    assertEquals(await bytesOf(start, trainSet, { ...options, epochs: 4, resume: states[0] }), long, name);
  }
});

Deno.test("train() stops within an epoch when a timer aborts it, and gives its state first", async () => {
  const wide = maxout({ inputs: INPUTS, classes: CLASSES, units: [300, 300], pieces: 4 });
  const controller = new AbortController();
  setTimeout(() => controller.abort(), 0);
  const seen: (boolean | "state")[] = [];
  const run = () =>
    train(wide, examples(2400), {
      epochs: 1,
      signal: controller.signal,
      onProgress: ({ epochEnd, step, steps, loss }) => {
        assert(step > 0 && step < steps && loss > 0);
        seen.push(epochEnd);
      },
      onCheckpoint: () => void seen.push("state"),
    });
  await assertRejects(run, DOMException, "aborted");
  assertEquals(seen, [false, "state"]);
});

Deno.test("train() resumes nothing that another training left", async () => {
  let state = new Uint8Array();
  const { start, options } = trainings["softmaxLinear with validation under attack"];
  const base = { ...options, epochs: 2, seed: 1 };
  await bytesOf(start, trainSet, { ...base, onCheckpoint: (bytes) => void (state = bytes) });
  const others: [string, Family, Batch, TrainOptions][] = [
    ["seed", start, trainSet, { seed: 2 }],
    ["recipe", start, trainSet, { batchSize: 10 }],
    ["weightDecay", start, trainSet, { weightDecay: 1e-3 }],
    ["optimizer", start, trainSet, { optimizer: plain }],
    ["patience", start, trainSet, { patience: 4 }],
    ["perturbation", start, trainSet, { perturbation: perturbation(fgsm, { epsilon: 0.1 }) }],
    ["validationPerturbation", start, trainSet, { validationPerturbation: undefined }],
    ["validation", start, trainSet, { validation: examples(30, 4) }],
    ["data", start, examples(50, 5), {}],
    ["labels", start, { ...trainSet, labels: trainSet.labels.map((label) => 2 - label) }, {}],
    ["family", maxout({ inputs: INPUTS, classes: CLASSES, units: [2] }), trainSet, {}],
  ];
  for (const [name, family, data, changes] of others) {
    const run = () => train(family, data, { ...base, ...changes, resume: state });
    await assertRejects(run, InputError, "Cannot resume training: its state is of another one", name);
  }
  init({ kernels: "relaxed" });
  const fused = () => train(start, trainSet, { ...base, resume: state });
  await assertRejects(fused, InputError, "Cannot resume training: its state is of another one").finally(() =>
    init({ kernels: "baseline" })
  );

  using trained = await train(start, trainSet, base);
  const notStates: [Uint8Array, string][] = [
    [saveModel(trained), "Cannot resume training: expected format gibbon-training-1, got gibbon-model-1"],
    [Uint8Array.of(0xff, 0xd8, 0xff, 0xe0), "Cannot read safetensors"],
    [state.subarray(0, state.length - 4), "Cannot read safetensors"],
  ];
  for (const [resume, sentence] of notStates) {
    await assertRejects(() => train(start, trainSet, { ...base, resume }), InputError, sentence);
  }
});

Deno.test("train() refuses options out of range, naming the option and the number", async () => {
  const refuse = (options: TrainOptions, sentence: string, data = trainSet) =>
    assertRejects(() => train(linear, data, options), InputError, sentence, JSON.stringify(options));
  for (const bad of [0, -1, 1.5, NaN, Infinity]) {
    for (const name of ["epochs", "batchSize", "patience"]) {
      await refuse({ [name]: bad }, `Cannot train with ${name} ${bad}: must be a whole number ≥ 1`);
    }
  }
  for (const seed of [-1, 0.5, NaN]) {
    await refuse({ seed }, `Cannot train with seed ${seed}: must be a whole number ≥ 0`);
  }
  for (const rate of [0, -1, NaN, Infinity]) {
    await refuse(
      { optimizer: { name: "sgd", learningRate: rate } },
      `Cannot train with learningRate ${rate}: must be > 0`,
    );
    await refuse(
      { optimizer: { name: "adam", learningRate: rate } },
      `Cannot train with learningRate ${rate}: must be > 0`,
    );
  }
  const shift = by("shift", (value) => value + 1);
  for (const alpha of [-0.1, 1.1, NaN]) {
    await refuse({ perturbation: shift, alpha }, `Cannot train with alpha ${alpha}: must be in [0, 1]`);
  }
  await refuse({ alpha: 0.5 }, "Cannot train with alpha 0.5: there is no perturbation");
  for (const maxNorm of [0, -1, NaN]) {
    await refuse({ maxNorm }, `Cannot train with maxNorm ${maxNorm}: must be > 0`);
  }
  for (const decay of [-1, NaN, Infinity]) {
    for (const name of ["l1", "weightDecay"]) {
      await refuse({ [name]: decay }, `Cannot train with ${name} ${decay}: must be ≥ 0`);
      await refuse({ [name]: { W: decay } }, `Cannot train with ${name} ${decay}: must be ≥ 0`);
    }
  }
  for (const keep of [0, -0.5, 1.5, NaN]) {
    const wanted = `keep ${keep}: must be in (0, 1]`;
    await refuse({ dropout: { input: { keep, scale: 1 } } }, `Cannot train with dropout.input.${wanted}`);
    await refuse({ dropout: { hidden: { keep, scale: 1 } } }, `Cannot train with dropout.hidden.${wanted}`);
  }
  const dropout = { input: { keep: 0.5, scale: 0 } };
  await refuse({ dropout }, "Cannot train with dropout.input.scale 0: must be > 0");
  await refuse({}, "Cannot train: there are no examples", examples(0));
  await refuse({}, "Cannot train: the data has 4 classes, the model 3", { ...trainSet, classes: 4 });
});

Deno.test("train() refuses optimizers out of range, and decay for what is no parameter", async () => {
  const refuse = (options: unknown, error: typeof InputError, sentence: string) =>
    assertRejects(
      () => train(linear, trainSet, options as TrainOptions),
      error,
      sentence,
      JSON.stringify(options),
    );
  const wanted = {
    learningRateDecay: "> 0",
    minLearningRate: "≥ 0",
    rampEpochs: "> 0",
    momentum: "in [0, 1)",
    finalMomentum: "in [0, 1)",
  };
  for (const [name, range] of Object.entries(wanted)) {
    for (const bad of [-0.5, NaN]) {
      const sentence = `Cannot train with ${name} ${bad}: must be ${range}`;
      await refuse({ optimizer: { ...plain, [name]: bad } }, InputError, sentence);
    }
  }
  for (const name of ["beta1", "beta2"]) {
    for (const bad of [-0.5, 1, NaN]) {
      const sentence = `Cannot train with ${name} ${bad}: must be in [0, 1)`;
      await refuse({ optimizer: { name: "adam", learningRate: 0.1, [name]: bad } }, InputError, sentence);
    }
  }
  await refuse(
    { optimizer: { name: "lion", learningRate: 1 } },
    InputError,
    "Cannot train by lion: expected sgd or adam",
  );
  for (const name of ["l1", "weightDecay"]) {
    const sentence = `Cannot train with ${name} for layer0.W: the model has no such parameter, but W, b`;
    await refuse({ [name]: { "layer0.W": 0.1 } }, InputError, sentence);
  }
});

Deno.test("train() refuses dropout for a family whose objective has no use for it", async () => {
  const dropout = { input: { keep: 0.5, scale: 2 } };
  for (
    const family of [
      mpDbm({ inputs: INPUTS, classes: CLASSES, units: [3] }),
      trainings["classRbm by contrastive divergence"].start,
    ]
  ) {
    await assertRejects(
      () => train(family, trainSet, { dropout }),
      InputError,
      `Cannot train ${family.name} with dropout`,
    );
  }
});

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
  await assertRejects(zero, InputError, "Cannot train with maxNorm 0: must be > 0");
});

Deno.test("train() refuses data of another width than the model's", async () => {
  const wide = batch({ x: matrix(2, INPUTS + 1), labels: [0, 1] });
  await assertRejects(() => train(linear, wide), InputError, "Cannot train: the model takes 5 inputs");
  await assertRejects(
    () => train(linear, trainSet, { validation: wide }),
    InputError,
    "Cannot validate: the model",
  );
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

Deno.test("train() takes every example once an epoch, the last batch being shorter", async () => {
  const seen: number[][] = [];
  const numbered = batch({
    x: matrix(50, INPUTS, Float32Array.from({ length: 250 }, (_, i) => Math.floor(i / 5))),
    labels: trainSet.labels,
  });
  const spy: Perturbation = {
    name: "spy",
    apply(_, { x }) {
      seen.push(Array.from({ length: x.rows }, (_, b) => x.data[b * INPUTS]));
      return x;
    },
  };
  using _ = await train(linear, numbered, { epochs: 2, batchSize: 15, perturbation: spy, optimizer: plain });
  assertEquals(seen.map(({ length }) => length), [15, 15, 15, 5, 15, 15, 15, 5]);
  const all = Array.from({ length: 50 }, (_, i) => i);
  const epochs = [seen.slice(0, 4).flat(), seen.slice(4).flat()];
  for (const epoch of epochs) assertEquals([...epoch].sort((a, b) => a - b), all);
  assertNotEquals(epochs[0], all);
  assertNotEquals(epochs[0], epochs[1]);
});

Deno.test("train() with alpha 0 is training on the perturbed examples alone", async () => {
  const shift = (value: number, i: number) => value + (i % INPUTS === 1 ? 0.5 : -0.25);
  const shifted = { ...trainSet, x: matrix(50, INPUTS, trainSet.x.data.map(shift)) };
  const base = { epochs: 3, seed: 2, batchSize: 20 };
  for (const start of [linear, maxout({ inputs: INPUTS, classes: CLASSES, units: [4], pieces: 2 })]) {
    using against = await train(start, trainSet, {
      ...base,
      dropout: undefined,
      perturbation: by("shift", shift),
      alpha: 0,
    });
    using plainly = await train(start, shifted, { ...base, dropout: undefined });
    assertEquals(against.tensors(), plainly.tensors(), start.name);
  }
});

Deno.test("train() with alpha in between weighs the two losses, in its gradient and in what it reports", async () => {
  const shift = (value: number) => value + 0.5;
  const start = { W: uniformMatrix(CLASSES, INPUTS, 3).data, b: new Float32Array(CLASSES) };
  const tensors = { W: { shape: [CLASSES, INPUTS], data: start.W }, b: { shape: [CLASSES], data: start.b } };
  using fresh = model(linear, { tensors });
  const base = {
    epochs: 1,
    batchSize: 50,
    optimizer: { name: "sgd", learningRate: 1 } as const,
    maxNorm: undefined,
  };
  const once = async (data: Batch, options: TrainOptions) => {
    let loss = NaN;
    using trained = await train(fresh, data, {
      ...base,
      ...options,
      onProgress: (progress) => loss = progress.loss,
    });
    return { loss, moved: trained.tensors().W.data.map((value, i) => value - start.W[i]) };
  };
  const shifted = { ...trainSet, x: matrix(50, INPUTS, trainSet.x.data.map(shift)) };
  const [clean, dirty] = [await once(trainSet, {}), await once(shifted, {})];
  const both = await once(trainSet, { perturbation: by("shift", shift), alpha: 0.25 });
  // one step of a sum over 50 examples
  assertClose(both.moved, clean.moved.map((value, i) => 0.25 * value + 0.75 * dirty.moved[i]), 1e-6);
  assertClose([both.loss], [0.25 * clean.loss + 0.75 * dirty.loss], 1e-6);
  const mean = losses(fresh, trainSet).reduce((a, b) => a + b, 0) / 50;
  assertClose([clean.loss], [mean], 1e-6);
});

Deno.test("train() perturbs for the model as it is at each step, by another key each time", async () => {
  const [biases, keys] = [new Set<number>(), new Set<number>()];
  const spy: Perturbation = {
    name: "spy",
    apply(now, { x }, key) {
      biases.add(now.scores(matrix(1, INPUTS)).data[0]);
      keys.add(key);
      return x;
    },
  };
  using _ = await train(linear, trainSet, { epochs: 2, batchSize: 10, optimizer: plain, perturbation: spy });
  assertEquals([biases.size, keys.size], [10, 10]);
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

/** Turns the validation examples of later epochs inside out, so that the error falls first and then rises. */
function turning(after: number): Perturbation {
  let epoch = 0;
  return {
    name: "turning",
    apply(_, { x }) {
      const sign = epoch++ < after ? 1 : -1;
      return matrix(x.rows, x.cols, x.data.map((value) => sign * value));
    },
  };
}

Deno.test("train() with validation returns the best epoch's model, and stops after its patience", async () => {
  const base = { seed: 1, batchSize: 10, optimizer: { name: "sgd", learningRate: 0.02 } as const };
  const ends: TrainProgress[] = [];
  const options = {
    ...base,
    epochs: 50,
    validation: examples(200, 9),
    validationPerturbation: turning(3),
    patience: 4,
    onProgress: (progress: TrainProgress) => void ends.push(progress),
  };
  using stopped = await train(linear, trainSet, options);
  const errors = ends.map(({ validationError }) => validationError!);
  const best = errors.indexOf(Math.min(...errors)) + 1;
  assert(best <= 3 && errors.slice(3).every((error) => error > errors[best - 1]), `${errors}`);
  assertEquals(ends.length, best + 4);
  assertEquals(stopped.record.epochs, `${best}`);
  using short = await train(linear, trainSet, { ...base, epochs: best });
  assertEquals(stopped.tensors(), short.tensors());
  const { predicted } = predict(stopped, options.validation.x);
  const wrong = predicted.filter((answer, i) => answer !== options.validation.labels[i]).length;
  assertEquals(errors[best - 1], wrong / 200);
});

Deno.test("train() without validation returns the last epoch's model", async () => {
  using trained = await train(linear, trainSet, { epochs: 3 });
  assertEquals(trained.record.epochs, "3");
  assertEquals(JSON.parse(trained.record.history).length, 3);
});

Deno.test("train() reports each epoch's end once, with the steps and the mean loss", async () => {
  const seen: TrainProgress[] = [];
  using trained = await train(linear, trainSet, {
    epochs: 3,
    batchSize: 20,
    onProgress: (progress) => void seen.push(progress),
  });
  assertEquals(
    seen.map(({ epoch, epochs, step, steps, epochEnd }) => [epoch, epochs, step, steps, epochEnd]),
    [[1, 3, 3, 9, true], [2, 3, 6, 9, true], [3, 3, 9, 9, true]],
  );
  const history = seen.map(({ loss }) => ({ loss }));
  assertEquals(JSON.parse(trained.record.history), history);
  assert(history[2].loss < history[0].loss, "a convex loss that falls at a small rate");
});

Deno.test("train() lets its model be measured, attacked and saved on the way, and ends with the same bytes", async () => {
  const network = maxout({ inputs: INPUTS, classes: CLASSES, units: [4], pieces: 2, initialRange: 0.1 });
  for (const family of [linear, network, rbf({ inputs: INPUTS, classes: CLASSES })]) {
    const saved: Uint8Array[] = [];
    const watched = await bytesOf(family, trainSet, {
      epochs: 3,
      perturbation: perturbation(fgsm, { epsilon: 0.1 }),
      onProgress({ model }) {
        fgsm(model, trainSet, { epsilon: 0.1 });
        saved.push(saveModel(model));
      },
    });
    assertEquals(saved.length, 3);
    assertNotEquals(saved[0], saved[1]);
    assertEquals(
      watched,
      await bytesOf(family, trainSet, { epochs: 3, perturbation: perturbation(fgsm, { epsilon: 0.1 }) }),
    );
    assertEquals(readSafetensors(saved[2]).tensors, readSafetensors(watched).tensors);
  }
});

Deno.test("train() that diverges says so, and when", async () => {
  const wild = { optimizer: { name: "sgd", learningRate: 1e30 } as const, maxNorm: undefined, epochs: 5 };
  const deep = maxout({ inputs: INPUTS, classes: CLASSES, units: [4, 4], pieces: 2 });
  const { message } = await assertRejects(
    () => train(deep, trainSet, { ...wild, batchSize: 50 }),
    InputError,
  );
  assertMatch(
    message,
    /^Cannot train beyond epoch [1-5]: training diverged, the loss is not finite; lower the learning rate$/,
  );
});

Deno.test("train() from a model goes on from its parameters and leaves it as it was", async () => {
  for (const [name, { start, options }] of Object.entries(trainings)) {
    using first = await train(start, trainSet, { ...options, epochs: 1 });
    const before = saveModel(first);
    using second = await train(first, trainSet, { ...options, epochs: 1, seed: 5 });
    assertEquals(saveModel(first), before, name);
    assertNotEquals(second.tensors(), first.tensors(), name);
    // at a vanishing rate it stays where it began
    const optimizer = { ...plain, learningRate: 1e-38, minLearningRate: 1e-38 };
    using still = await train(first, trainSet, { optimizer, epochs: 1, maxNorm: undefined });
    for (const [tensor, { data }] of Object.entries(first.tensors())) {
      assertClose(still.tensors()[tensor].data, data, 1e-6, `${name}, ${tensor}`);
    }
  }
});

Deno.test("train() leaves its data alone", async () => {
  const data = examples(50);
  using _ = await train(trainings["maxout with dropout against fgsm"].start, data, {
    epochs: 2,
    batchSize: 20,
  });
  assertEquals(data, examples(50));
});

Deno.test("Model.record of a trained model says how it was trained", async () => {
  const { start, options } = trainings["maxout with dropout against fgsm"];
  using trained = await train(start, trainSet, { ...options, epochs: 2, seed: 7 });
  const { recipe, seed, kernels, epochs, perturbation: against, alpha } = trained.record;
  assertEquals([seed, kernels, epochs, against, alpha], [
    "7",
    "baseline",
    "2",
    'fgsm {"epsilon":0.1}',
    "0.25",
  ]);
  assertEquals(JSON.parse(recipe).dropout, start.recipe.dropout);
});
