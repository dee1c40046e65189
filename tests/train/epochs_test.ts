import { InputError } from "../../src/errors.ts";
import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { init } from "../../src/runtime/variants.ts";
import { rng } from "../../src/rng.ts";
import { predict } from "../../src/predict.ts";
import { matrix } from "../../src/matrix.ts";
import { maxout } from "../../src/models/mod.ts";
import type { Perturbation } from "../../src/models/classifier.ts";
import { train, type TrainProgress } from "../../src/train/mod.ts";
import { CLASSES, examples, INPUTS, linear, trainSet } from "./support.ts";

// what files say of the build is pinned here
init({ kernels: "baseline" });

/** Turns the validation examples of later epochs inside out, so that the error falls first and then rises. */
function turning(after: number): Perturbation {
  let epoch = 0;
  return {
    name: "turning",
    apply(_, { x }, key) {
      assertEquals(key, rng(1).split("validation", epoch).key);
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
  assertEquals(trained.history.length, 3);
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
  assertEquals(trained.history, history);
  assert(history[2].loss < history[0].loss, "a convex loss that falls at a small rate");
});

Deno.test("train() that leaves numbers that are not finite says so, at its last step too", async () => {
  const large = { ...trainSet, x: matrix(50, INPUTS, trainSet.x.data.map((value) => 100 * value)) };
  for (const epochs of [1, 2]) {
    for (const batchSize of [10, 50]) {
      const optimizer = { name: "sgd", learningRate: 3e38 } as const;
      const run = () => train(linear, large, { epochs, batchSize, optimizer, maxNorm: undefined });
      const { code } = await assertRejects(run, InputError, "Cannot train beyond epoch 1: training diverged");
      assertEquals(code, "diverged");
    }
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
