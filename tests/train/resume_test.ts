import { InputError } from "../../src/errors.ts";
import { assert, assertAlmostEquals, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { perturbation } from "../../src/attacks/perturbations.ts";
import { fgsm } from "../../src/attacks/fgsm.ts";
import { type Batch, batch } from "../../src/data/batch.ts";
import { matrix } from "../../src/matrix.ts";
import { init } from "../../src/runtime/variants.ts";
import { saveModel } from "../../src/models/file.ts";
import type { Family } from "../../src/models/family.ts";
import { maxout } from "../../src/models/mod.ts";
import {
  type Checkpoint,
  loadCheckpoint,
  saveCheckpoint,
  train,
  type TrainOptions,
  type TrainProgress,
} from "../../src/train/mod.ts";
import { bytesOf, CLASSES, examples, INPUTS, plain, trainings, trainSet } from "./support.ts";

// what files say of the build is pinned here
init({ kernels: "baseline" });

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
      let state: Checkpoint | undefined;
      const interrupted = () =>
        train(start, trainSet, {
          ...whole,
          signal: abortedAt(looks),
          onCheckpoint: (checkpoint) => void (state = checkpoint),
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
  let resume: Checkpoint | undefined;
  // two steps a time, of three in each epoch
  for (let i = 0; i < 4; i++) {
    const next = {
      ...whole,
      resume,
      signal: abortedAt(3),
      onCheckpoint: (checkpoint: Checkpoint) => void (resume = checkpoint),
    };
    await assertRejects(() => train(start, trainSet, next), Error, "enough");
  }
  assertEquals(await bytesOf(start, trainSet, { ...whole, resume }), expected);
});

Deno.test("train() resumed from its final state makes no step, and with more epochs continues", async () => {
  for (const [name, { start, options }] of Object.entries(trainings)) {
    const states: Checkpoint[] = [];
    const onCheckpoint = (checkpoint: Checkpoint) => void states.push(checkpoint);
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

Deno.test("train() pauses within epochs, reports the mean loss so far, and lets a timer run at every eighth pause", async () => {
  const wide = maxout({ inputs: INPUTS, classes: CLASSES, units: [300, 300], pieces: 4 });
  const { setTimeout: own } = globalThis;
  let timers = 0;
  const told: TrainProgress[] = [];
  globalThis.setTimeout = ((run: () => void, wait?: number) => {
    timers++;
    return own(run, wait);
  }) as typeof setTimeout;
  // examples that are all alike, and a rate that moves nothing: each has the same loss
  const alike = batch({
    x: matrix(1300, INPUTS, new Array(1300 * INPUTS).fill(0.5)),
    labels: new Int32Array(1300),
  });
  try {
    using _ = await train(wide, { ...alike, classes: CLASSES }, {
      ...{ epochs: 2, batchSize: 100, dropout: undefined, maxNorm: undefined },
      optimizer: { name: "sgd", learningRate: 1e-30, minLearningRate: 1e-30 },
      onProgress: (progress) => void told.push(progress),
    });
  } finally {
    globalThis.setTimeout = own;
  }
  const pauses = told.filter(({ epochEnd }) => !epochEnd);
  assert(pauses.length > 1 && pauses.length < told.length, `${pauses.length} of ${told.length}`);
  assertEquals(timers, Math.ceil(pauses.length / 8));
  for (const { epoch, step, steps, loss } of told) {
    assertEquals([epoch, steps], [Math.ceil(step / 13), 26]);
    assertAlmostEquals(loss, told[0].loss, 1e-5);
  }
});

Deno.test("train() that is stopped when its numbers are no longer finite says in which epoch", async () => {
  const optimizer = { name: "sgd", learningRate: 3e38 } as const;
  const large = { ...trainSet, x: matrix(50, INPUTS, trainSet.x.data.map((value) => 100 * value)) };
  const run = () =>
    train(trainings["softmaxLinear with validation under attack"].start, large, {
      ...{ epochs: 2, batchSize: 10, optimizer, maxNorm: undefined, signal: abortedAt(2) },
    });
  const { code, action } = await assertRejects(run, InputError);
  assertEquals([code, action], ["diverged", "train beyond epoch 1"]);
});

Deno.test("train() resumes nothing that another training left", async () => {
  let state: Checkpoint | undefined;
  const { start, options } = trainings["softmaxLinear with validation under attack"];
  const base = { ...options, epochs: 2, seed: 1 };
  await bytesOf(start, trainSet, { ...base, onCheckpoint: (checkpoint) => void (state = checkpoint) });
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
    await assertRejects(
      run,
      InputError,
      "Cannot resume training: its checkpoint is of another training",
      name,
    );
  }
  init({ kernels: "relaxed" });
  const fused = () => train(start, trainSet, { ...base, resume: state });
  await assertRejects(fused, InputError, "Cannot resume training: its checkpoint is of another training")
    .finally(() => init({ kernels: "baseline" }));

  using trained = await train(start, trainSet, base);
  const bytes = saveCheckpoint(state!);
  const notCheckpoints: [Uint8Array, string][] = [
    [saveModel(trained), "Cannot resume training: expected format gibbon-training-1, got gibbon-model-1"],
    [Uint8Array.of(0xff, 0xd8, 0xff, 0xe0), "Cannot read safetensors"],
    [bytes.subarray(0, bytes.length - 4), "Cannot read safetensors"],
  ];
  for (const [bytes, sentence] of notCheckpoints) {
    assertThrows(() => loadCheckpoint(bytes), InputError, sentence);
  }
});

Deno.test("a checkpoint of train() stays as it was while training goes on, and is the same from its file", async () => {
  const { start, options } = trainings["maxout with dropout against fgsm"];
  const states: Checkpoint[] = [], copies: Uint8Array[] = [];
  using _ = await train(start, trainSet, {
    ...options,
    epochs: 3,
    onCheckpoint(checkpoint) {
      states.push(checkpoint);
      copies.push(saveCheckpoint(checkpoint));
    },
  });
  assertEquals(states.map(saveCheckpoint), copies);
  for (const bytes of copies) assertEquals(saveCheckpoint(loadCheckpoint(bytes)), bytes);
});
