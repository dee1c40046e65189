import { assert, assertEquals, assertNotEquals, assertRejects } from "@std/assert";
import { perturbation } from "../../src/attacks/perturbations.ts";
import { fgsm } from "../../src/attacks/fgsm.ts";
import { type Batch, batch } from "../../src/data/batch.ts";
import { readSafetensors } from "../../src/data/safetensors.ts";
import { init } from "../../src/runtime/variants.ts";
import { losses } from "../../src/loss.ts";
import { matrix } from "../../src/matrix.ts";
import { saveModel } from "../../src/models/file.ts";
import { model } from "../../src/models/model.ts";
import { classRbm, maxout, rbf } from "../../src/models/mod.ts";
import type { Perturbation } from "../../src/models/classifier.ts";
import { rng } from "../../src/rng.ts";
import { train, type TrainOptions } from "../../src/train/mod.ts";
import { assertClose, uniformMatrix } from "../support.ts";
import { by, bytesOf, CLASSES, examples, INPUTS, linear, plain, trainings, trainSet } from "./support.ts";

// what files say of the build is pinned here
init({ kernels: "baseline" });

Deno.test("train() with the same seed gives the same bytes, and with another one other bytes", async () => {
  for (const [name, { start, options }] of Object.entries(trainings)) {
    const run = (seed: number) => bytesOf(start, trainSet, { ...options, epochs: 3, seed });
    assertEquals(await run(1), await run(1), name);
    assertNotEquals(await run(2), await run(1), name);
  }
});

Deno.test("train() waits for a promise that onProgress returns, and rejects with it", async () => {
  const heard: string[] = [];
  const onProgress = async ({ epoch }: { epoch: number }) => {
    heard.push(`${epoch} begins`);
    await new Promise((resolve) => setTimeout(resolve, 5));
    heard.push(`${epoch} ends`);
  };
  const watched = await bytesOf(linear, trainSet, { epochs: 2, onProgress });
  assertEquals(heard, ["1 begins", "1 ends", "2 begins", "2 ends"]);
  assertEquals(watched, await bytesOf(linear, trainSet, { epochs: 2 }));
  const fails = () => Promise.reject(new RangeError("enough"));
  await assertRejects(
    () => bytesOf(linear, trainSet, { epochs: 2, onProgress: fails }),
    RangeError,
    "enough",
  );
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
  for (const [i, epoch] of epochs.entries()) {
    assertEquals([...epoch].sort((a, b) => a - b), all);
    // the order is that of a stream of its own, by which kept trainings are found again
    assertEquals(epoch, [...rng(0).split("order", i).permutation(50)]);
  }
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
  const W = { shape: [CLASSES, INPUTS], data: uniformMatrix(CLASSES, INPUTS, 3).data };
  using shallow = model(linear, { tensors: { W, b: { shape: [CLASSES], data: new Float32Array(CLASSES) } } });
  // leaves gradients in parts for its update
  using deep = model(
    maxout({ inputs: INPUTS, classes: CLASSES, units: [12, 10], pieces: 3, initialRange: 1 }),
    {
      seed: 4,
    },
  );
  const base: TrainOptions = {
    ...{ epochs: 1, batchSize: 50, dropout: undefined, maxNorm: undefined },
    optimizer: { name: "sgd", learningRate: 1 },
  };
  const shifted = { ...trainSet, x: matrix(50, INPUTS, trainSet.x.data.map(shift)) };
  for (const fresh of [shallow, deep]) {
    const start = fresh.tensors();
    const once = async (data: Batch, options: TrainOptions) => {
      let loss = NaN;
      const onProgress = (progress: { loss: number }) => void (loss = progress.loss);
      using trained = await train(fresh, data, { ...base, ...options, onProgress });
      const ended = trained.tensors();
      const moved = Object.entries(start).flatMap(([name, { data }]) =>
        Array.from(data, (value, i) => ended[name].data[i] - value)
      );
      return { loss, moved };
    };
    const [clean, dirty] = [await once(trainSet, {}), await once(shifted, {})];
    const both = await once(trainSet, { perturbation: by("shift", shift), alpha: 0.25 });
    // one step of a sum over 50 examples
    assertClose(both.moved, clean.moved.map((value, i) => 0.25 * value + 0.75 * dirty.moved[i]), 1e-6);
    assertClose([both.loss], [0.25 * clean.loss + 0.75 * dirty.loss], 1e-6);
    const mean = losses(fresh, trainSet).reduce((a, b) => a + b, 0) / 50;
    assertClose([clean.loss], [mean], 1e-6);
  }
});

Deno.test("train() weighs the two losses of a model whose objective is its own, too", async () => {
  const own = classRbm({ inputs: INPUTS, classes: CLASSES, hidden: 4 });
  const lossOf = async (options: TrainOptions) => {
    const optimizer = { name: "sgd", learningRate: 1e-30, minLearningRate: 1e-30 } as const;
    using trained = await train(own, trainSet, { epochs: 1, batchSize: 50, optimizer, ...options });
    return trained.history[0].loss;
  };
  const clean = await lossOf({});
  // an untrained model of five inputs and three classes
  assert(clean > 5 * Math.LN2 + Math.log(3) - 0.1 && clean < 10, `${clean}`);
  const same = await lossOf({ perturbation: by("same", (value) => value), alpha: 0.25 });
  // what it draws differs
  assert(Math.abs(same / clean - 1) < 0.2, `${same}, ${clean}`);
});

Deno.test("train() perturbs for the current model at each step, with a new key each time", async () => {
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
  assertEquals(biases.size, 10);
  const streams = Array.from({ length: 10 }, (_, step) => rng(0).split("step", step).split("perturbation"));
  assertEquals([...keys], streams.map(({ key }) => key));
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

Deno.test("train() from a model starts from its parameters and leaves the model unchanged", async () => {
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
      // these follow the batches, whatever the rate
      if (/\.norm\.(mean|variance)$/.test(tensor)) continue;
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
