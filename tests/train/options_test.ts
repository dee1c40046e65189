import type { Batch } from "../../src/data/batch.ts";
import type { Perturbation } from "../../src/models/classifier.ts";
import { fgsm } from "../../src/attacks/fgsm.ts";
import { InputError } from "../../src/errors.ts";
import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { batch } from "../../src/data/batch.ts";
import { init } from "../../src/runtime/variants.ts";
import { matrix } from "../../src/matrix.ts";
import { mpDbm } from "../../src/models/mod.ts";
import { train, type TrainOptions } from "../../src/train/mod.ts";
import { resolveOptions } from "../../src/train/options.ts";
import { by, CLASSES, examples, INPUTS, linear, plain, trainings, trainSet } from "./support.ts";

// what files say of the build is pinned here
init({ kernels: "baseline" });

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
      `with learningRate ${rate}: must be a finite number > 0`,
    );
    await refuse(
      { optimizer: { name: "adam", learningRate: rate } },
      `with learningRate ${rate}: must be a finite number > 0`,
    );
  }
  const shift = by("shift", (value) => value + 1);
  for (const alpha of [-0.1, 1.1, NaN]) {
    await refuse(
      { perturbation: shift, alpha },
      `Cannot train with alpha ${alpha}: must be a finite number in [0, 1]`,
    );
  }
  await refuse({ alpha: 0.5 }, "Cannot train with alpha 0.5: there is no perturbation");
  for (const maxNorm of [0, -1, NaN]) {
    await refuse({ maxNorm }, `Cannot train with maxNorm ${maxNorm}: must be a finite number > 0`);
  }
  for (const decay of [-1, NaN, Infinity]) {
    for (const name of ["l1", "weightDecay"]) {
      await refuse({ [name]: decay }, `Cannot train with ${name} ${decay}: must be a finite number ≥ 0`);
      await refuse(
        { [name]: { W: decay } },
        `Cannot train with ${name} ${decay}: must be a finite number ≥ 0`,
      );
    }
  }
  for (const keep of [0, -0.5, 1.5, NaN]) {
    const wanted = `keep ${keep}: must be a finite number in (0, 1]`;
    await refuse(
      { dropout: { input: { keep, scale: 1 } } },
      `Cannot train with dropout of inputs with ${wanted}`,
    );
    await refuse(
      { dropout: { hidden: { keep, scale: 1 } } },
      `Cannot train with dropout of hidden layers with ${wanted}`,
    );
  }
  const dropout = { input: { keep: 0.5, scale: 0 } };
  await refuse({ dropout }, "Cannot train with dropout of inputs with scale 0: must be a finite number > 0");
  await refuse({}, "Cannot train: there are no examples", examples(0));
  await refuse({}, "Cannot train: the examples have 4 classes, the model 3", { ...trainSet, classes: 4 });
});

Deno.test("train() refuses optimizers out of range, and decay of unknown parameters", async () => {
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
      const sentence = `Cannot train by sgd with ${name} ${bad}: must be a finite number ${range}`;
      await refuse({ optimizer: { ...plain, [name]: bad } }, InputError, sentence);
    }
  }
  for (const name of ["beta1", "beta2"]) {
    for (const bad of [-0.5, 1, NaN]) {
      const sentence = `Cannot train by adam with ${name} ${bad}: must be a finite number in [0, 1)`;
      await refuse({ optimizer: { name: "adam", learningRate: 0.1, [name]: bad } }, InputError, sentence);
    }
  }
  await refuse(
    { optimizer: { name: "lion", learningRate: 1 } },
    InputError,
    'Cannot train by "lion": expected sgd or adam',
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

Deno.test("train() refuses data of another width than the model's", async () => {
  const wide = batch({ x: matrix(2, INPUTS + 1), labels: [0, 1] });
  await assertRejects(() => train(linear, wide), InputError, "Cannot train: the model takes 5 inputs");
  await assertRejects(
    () => train(linear, trainSet, { validation: wide }),
    InputError,
    "Cannot validate: the model",
  );
});

Deno.test("train() refuses unknown options, and suggests the nearest name", async () => {
  const refuse = (options: object, sentence: string) =>
    assertRejects(() => train(linear, trainSet, options as TrainOptions), InputError, sentence);
  await refuse({ epoch: 3 }, 'Cannot train: there is no option "epoch"; did you mean epochs?');
  await refuse({ l2: 0.1 }, 'Cannot train: there is no option "l2"');
  await refuse(
    { optimizer: { name: "sgd", learningrate: 0.1 } },
    'Cannot train by sgd: there is no option "learningrate"; did you mean learningRate?',
  );
  await refuse({ optimizer: { name: "sgd" } }, "Cannot train by sgd: learningRate is missing");
  await refuse({ optimizer: "sgd" }, 'Cannot train with optimizer "sgd": must be an object such as');
  await refuse({ dropout: { inputs: { keep: 0.5, scale: 2 } } }, "did you mean input?");
  await refuse({ dropout: { input: { keep: 0.5 } } }, "scale is missing");
  await refuse({ onProgress: 3 }, "Cannot train with onProgress 3: must be a function");
  await refuse({ perturbation: fgsm }, "must be a perturbation, as perturbation() makes one");
  await refuse({ resume: "state" }, "must be a checkpoint, as loadCheckpoint() reads one");
  await refuse({ maxNorm: "1" }, 'Cannot train with maxNorm "1": must be a finite number > 0');
});

Deno.test("train() refuses values that are not a batch, labels out of range and inputs that are not finite", async () => {
  const refuse = (data: unknown, sentence: string) =>
    Promise.all([
      assertRejects(() => train(linear, data as Batch), InputError, `Cannot train: ${sentence}`),
      assertRejects(
        () => train(linear, trainSet, { validation: data as Batch }),
        InputError,
        `Cannot validate: ${sentence}`,
      ),
    ]);
  const labels = (value: number) => ({
    ...trainSet,
    labels: trainSet.labels.map((l, i) => i === 7 ? value : l),
  });
  for (const bad of [-1, CLASSES, 2 ** 30, -(2 ** 31)]) {
    await refuse(labels(bad), `label ${bad} of example 7`);
  }
  await refuse({ ...trainSet, labels: trainSet.labels.slice(1) }, "50 examples but 49 labels");
  await refuse({ ...trainSet, labels: 7 }, "labels must be an array of whole numbers, not 7");
  for (const bad of [NaN, Infinity]) {
    const x = matrix(50, INPUTS, trainSet.x.data.map((value, i) => i === 12 ? bad : value));
    await refuse({ ...trainSet, x }, `input 2 of example 2 is ${bad}`);
  }
  await refuse(
    { ...trainSet, x: { rows: 50, cols: INPUTS, data: new Float32Array(3) } },
    "x of shape (50, 5) has 3 numbers",
  );
  await refuse(trainSet.x, "examples must be a batch");
});

Deno.test("train() of labels in a plain array gives the bytes that those of a batch give", async () => {
  const byHand = { x: trainSet.x, labels: Array.from(trainSet.labels) };
  using plain = await train(linear, byHand, { epochs: 1, validation: byHand });
  using usual = await train(linear, trainSet, { epochs: 1, validation: trainSet });
  assertEquals(plain.tensors(), usual.tensors());
});

Deno.test("train() refuses a perturbation that gives other than inputs", async () => {
  for (
    const [made, what] of [
      [matrix(1, 1), "(1, 1)"],
      [matrix(50, 4), "(50, 4)"],
      [matrix(49, 5), "(49, 5)"],
      [{ rows: 50, cols: 5, data: new Float32Array(3) }, "(50, 5)"],
      [undefined, "undefined"],
      [3, "3"],
    ] as const
  ) {
    const perturbation = { name: "odd", apply: () => made } as unknown as Perturbation;
    const run = () => train(linear, trainSet, { perturbation });
    await assertRejects(
      run,
      InputError,
      `Cannot train with odd: it must give inputs of shape (50, 5), not ${what}`,
    );
  }
});

Deno.test("resolveOptions() has the defaults that are written, and takes a single example", () => {
  const one = examples(1);
  const { epochs, seed, patience, alpha, recipe } = resolveOptions(linear, one, {});
  assertEquals([epochs, seed, patience, alpha, recipe], [10, 0, 100, 1, { ...recipe, ...linear.recipe }]);
  const perturbation = by("shift", (value) => value + 1);
  assertEquals(resolveOptions(linear, one, { perturbation }).alpha, 0.5);
  assertEquals(resolveOptions(linear, one, { validation: one }).validation, one);
});

Deno.test("resolveOptions() refuses values that are not functions, perturbations, checkpoints or objectives, by name", () => {
  const refused = (options: object) =>
    assertThrows(() => resolveOptions(linear, trainSet, options), InputError);
  for (
    const name of [
      "monitor",
      "onProgress",
      "onCheckpoint",
      "perturbation",
      "validationPerturbation",
      "resume",
    ]
  ) {
    assertEquals(refused({ [name]: 3 }).action, `train with ${name} 3`);
  }
  assertEquals(refused({ batchSize: undefined }).action, "train with batchSize undefined");
  assertEquals(refused({ batchSize: undefined }).reason, "must be a whole number ≥ 1");
  const perturbation = by("shift", (value) => value + 1);
  for (const objective of [{ name: "x" }, { step: () => 0 }, { name: 3, step: () => 0 }]) {
    assertEquals(refused({ objective, perturbation }).reason, "it must be one such as trades() makes");
  }
});
